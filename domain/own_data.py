"""How a person's own data looks when it is used as a password: `12081990`, `ivanov`, `bdfyjd` (иванов typed in Latin).

Two romanisations are known, the one of passports (ICAO Doc 9303) and the everyday one, and the layout ЙЦУКЕН on QWERTY.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic_core import PydanticCustomError

from registratura.domain.birth import parse_birth_date

SHORTEST_FORM = 4
"""What is shorter says nothing: `ян` is in `yandex`."""

_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_EVERYDAY = "a b v g d e e zh z i y k l m n o p r s t u f h c ch sh sch - y - e yu ya"
_PASSPORT = "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch ie y - e iu ia"
_LAYOUT = "f , d u l t ` ; p b q r k v y j g h c n e a [ w x i o ] s m ' . z"
_TABLES = tuple(
    str.maketrans(dict(zip(_CYRILLIC, latin.split(" "), strict=True))) for latin in (_EVERYDAY, _PASSPORT, _LAYOUT)
)


def squeezed(text: str) -> str:
    """Small letters and digits only: how a password and a form of personal data are compared."""
    return "".join(filter(str.isalnum, text.casefold()))


def personal_forms(item: str) -> frozenset[str]:
    """The squeezed spellings of a name, a login, a number (phone, SNILS) or a date, at least four long."""
    return frozenset(form for form in map(squeezed, _spellings(item.strip())) if len(form) >= SHORTEST_FORM)


def _spellings(item: str) -> Iterator[str]:
    yield from _date_spellings(item)
    yield from _number_spellings(squeezed(item))
    yield item.partition("@")[0]
    for word in item.casefold().split():
        yield word
        yield from (word.translate(table) for table in _TABLES)


def _date_spellings(item: str) -> Iterator[str]:
    try:
        born = parse_birth_date(item)
    except PydanticCustomError:
        return
    day, month, year = f"{born:%d}", f"{born:%m}", f"{born.year:04}"
    for some_year in (year, year[2:]):
        yield from (day + month + some_year, month + day + some_year, some_year + month + day, some_year + day + month)


def _number_spellings(digits: str) -> Iterator[str]:
    """A phone with 8, +7 or without, its last seven digits; a SNILS without its check digits."""
    if len(digits) == len("79001234567") and digits.isdigit():
        yield from (digits[1:], "7" + digits[1:], "8" + digits[1:], digits[-7:], digits[:9])

"""A person's name.

A citizen's is Cyrillic letters and hyphens, and the patronymic may be absent; a foreigner's may be Latin, with spaces
and apostrophes. The portal does not know citizenship, so both are taken, but no word may mix the two alphabets: a Latin
`o` among Cyrillic letters is a slip or a trick. Letters are kept as they are (ё stays ё), composed (NFC).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator

from registratura.domain.invalid import invalid
from registratura.domain.typed import visible
from registratura.domain.values import Personal, Value

LONGEST_NAME = 100
_APOSTROPHES = "'\u2019\u02bc`"
_WORD = re.compile(f"[ \\-{_APOSTROPHES}]+")
_ALPHABETS = ("CYRILLIC", "LATIN")


def parse_name_part(text: str) -> str:
    """A last name, a first name or a patronymic: composed, without invisible marks and outer spaces, inner ones single.

    Raises:
        PydanticCustomError: `name.empty`, `name.too_long`, `name.characters`, `name.mixed_alphabets`.
    """
    plain = re.sub(" +", " ", unicodedata.normalize("NFC", visible(text))).strip(" ")
    if not plain:
        raise invalid("name.empty")
    if len(plain) > LONGEST_NAME:
        raise invalid("name.too_long")
    alphabets = [set(map(_alphabet, word)) for word in _WORD.split(plain) if word]
    if not alphabets or any("" in found for found in alphabets):
        raise invalid("name.characters")
    if any(len(found) > 1 for found in alphabets):
        raise invalid("name.mixed_alphabets")
    return plain


@lru_cache(maxsize=1024)
def _alphabet(letter: str) -> str:
    """`CYRILLIC`, `LATIN`, or nothing for what is no letter of a name (digits, controls, other scripts)."""
    if not unicodedata.category(letter).startswith("L"):
        return ""
    first = unicodedata.name(letter, "").partition(" ")[0]
    return first if first in _ALPHABETS else ""


NamePart = Annotated[str, AfterValidator(parse_name_part)]


class PersonName(Value):
    """Last name, first name and, where there is one, patronymic."""

    last: Annotated[NamePart, Personal]
    first: Annotated[NamePart, Personal]
    middle: Annotated[NamePart | None, Personal] = None

    @property
    def parts(self) -> tuple[str, str, str | None]:
        """Last name, first name, patronymic."""
        return self.last, self.first, self.middle

    @property
    def full(self) -> str:
        """`Алексеева Маргарита Викторовна`."""
        return " ".join(part for part in self.parts if part)


def folded(text: str | None) -> str:
    """How a name is compared with another spelling: in small letters, ё as е, apostrophes alike, none as empty."""
    small = (text or "").casefold().replace("ё", "е")
    return re.sub(f"[{_APOSTROPHES}]", "'", small)


def same_name(one: PersonName, other: PersonName) -> bool:
    """The three parts agree as `folded` reads them; a patronymic on one side only is a difference."""
    return all(folded(a) == folded(b) for a, b in zip(one.parts, other.parts, strict=True))

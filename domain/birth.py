"""The date of birth, and what follows from it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from registratura.domain.invalid import invalid
from registratura.domain.typed import typed

EARLIEST_BIRTH = date(1900, 1, 1)
OF_AGE = 18
_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_RUSSIAN = re.compile(r"(?P<day>[0-9]{2})\.(?P<month>[0-9]{2})\.(?P<year>[0-9]{4})")


def parse_birth_date(text: str, today: date | None = None) -> date:
    """A date written ГГГГ-ММ-ДД or ДД.ММ.ГГГГ, from 1900 on; with `today`, not after it.

    Raises:
        PydanticCustomError: `birth_date.format`, `birth_date.too_early`, `birth_date.future`.
    """
    born = _read_date(typed(text))
    if born is None:
        raise invalid("birth_date.format")
    if born < EARLIEST_BIRTH:
        raise invalid("birth_date.too_early")
    if today is not None and born > today:
        raise invalid("birth_date.future")
    return born


def _read_date(text: str) -> date | None:
    found = _ISO.fullmatch(text) or _RUSSIAN.fullmatch(text)
    if not found:
        return None
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def age_on(birth_date: date, day: date) -> int:
    """Full years on that day. Who was born on 29 February is a year older on 1 March of a common year."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def comes_of_age(birth_date: date) -> datetime:
    """Midnight UTC at which the eighteenth birthday begins: what a representative may do ends then (U63)."""
    year = birth_date.year + OF_AGE
    try:
        return datetime(year, birth_date.month, birth_date.day, tzinfo=UTC)
    except ValueError:
        return datetime(year, 3, 1, tzinfo=UTC)

"""People of the tests, made up, and the moments they live at."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import pytest
from pydantic_core import PydanticCustomError

from registratura.domain.card import Card, CardField, CardKind, FieldName, FieldSource, FieldStatus
from registratura.domain.identity import Identity, PersonName, Policy

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
TICK = timedelta(microseconds=1)

SNILS = "112-233-445 95"
WRONG_SNILS = "112-233-445 96"
ENP = "1234567890123452"
WRONG_ENP = "1234567890123453"

MARGARITA = PersonName(last="Алексеева", first="Маргарита", middle="Викторовна")


def identity(**changes: Any) -> Identity:
    """Margarita, of whom Gosuslugi knows everything."""
    known: dict[str, Any] = {
        "issuer": "http://esia.gosuslugi.ru/",
        "oid": "1000298933",
        "trusted": True,
        "name": MARGARITA,
        "birth_date": date(2000, 8, 12),
        "gender": "F",
        "snils": SNILS,
        "phone": "+7(900)1234567",
        "email": "Margarita@example.org",
        "policy": Policy(number=ENP),
    }
    return Identity(**known | changes)


def given(value: str | None, status: FieldStatus = FieldStatus.VERIFIED) -> CardField:
    """A field as Gosuslugi gave it."""
    return CardField(value=value, source=FieldSource.GOSUSLUGI, status=status if value else FieldStatus.MISSING)


def typed(value: str | None, status: FieldStatus = FieldStatus.UNVERIFIED) -> CardField:
    """A field as a person typed it."""
    return CardField(value=value, source=FieldSource.TYPED, status=status if value else FieldStatus.MISSING)


def card(**fields: CardField) -> Card:
    """Somebody's own card with only these fields."""
    return Card(kind=CardKind.SELF, fields={FieldName(name): field for name, field in fields.items()})


T = TypeVar("T")


def outcome(parse: Callable[[str], T], text: str) -> T | PydanticCustomError:
    """What was read, or the error with which it was refused."""
    try:
        return parse(text)
    except PydanticCustomError as error:
        return error


def code_of(error: pytest.ExceptionInfo[PydanticCustomError]) -> str:
    """The stable code of what was invalid, which is also its whole message."""
    assert str(error.value) == error.value.type
    return error.value.type

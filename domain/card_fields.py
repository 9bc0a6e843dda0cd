"""The patient's card as data: what is known of a person, field by field, with where it is from and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import Field, model_validator

from registratura.domain.birth import parse_birth_date
from registratura.domain.contacts import parse_email, parse_phone
from registratura.domain.invalid import invalid
from registratura.domain.names import PersonName, parse_name_part
from registratura.domain.papers import parse_policy, parse_snils
from registratura.domain.values import Personal, Value


class FieldName(StrEnum):
    """The fields of a card, in the order in which they are shown."""

    LAST_NAME = "last_name"
    FIRST_NAME = "first_name"
    MIDDLE_NAME = "middle_name"
    BIRTH_DATE = "birth_date"
    GENDER = "gender"
    SNILS = "snils"
    POLICY = "policy"
    PHONE = "phone"
    EMAIL = "email"


REQUIRED = (FieldName.LAST_NAME, FieldName.FIRST_NAME, FieldName.BIRTH_DATE)
"""Without these a card cannot be confirmed: the documents do not say which fields are required, so only what names a
person is."""


class FieldSource(StrEnum):
    """Where a value is from."""

    GOSUSLUGI = "gosuslugi"
    TYPED = "typed"


class FieldStatus(StrEnum):
    """How sure a value is."""

    VERIFIED = "verified"
    """By Gosuslugi: to be changed only there."""
    UNVERIFIED = "unverified"
    MISSING = "missing"
    SUSPICIOUS = "suspicious"
    """It fails its own rules, such as a check digit."""


class CardField(Value):
    """One value of a card, as text: a date is ISO 8601, a gender `M` or `F`, a phone E.164."""

    value: Annotated[str | None, Personal] = None
    source: FieldSource
    status: FieldStatus

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if (self.value is None) != (self.status is FieldStatus.MISSING):
            raise invalid("card_field.missing")
        if self.status is FieldStatus.VERIFIED and self.source is not FieldSource.GOSUSLUGI:
            raise invalid("card_field.verified_by_nobody")
        return self


_MISSING = CardField(source=FieldSource.TYPED, status=FieldStatus.MISSING)


class CardKind(StrEnum):
    """Whose card it is."""

    SELF = "self"
    RELATIVE = "relative"
    """Of a person for whom the account's owner acts (U63)."""


class Card(Value):
    """A patient's card; a field that is not in `fields` is missing."""

    kind: CardKind
    fields: Annotated[dict[FieldName, CardField], Personal] = Field(default_factory=dict)

    def field(self, name: FieldName) -> CardField:
        """The field, or a missing one."""
        return self.fields.get(name, _MISSING)

    def value(self, name: FieldName) -> str | None:
        """The field's value, if there is one."""
        return self.field(name).value

    @property
    def name(self) -> PersonName | None:
        """The full name, unless its last or first name is missing."""
        last, first = self.value(FieldName.LAST_NAME), self.value(FieldName.FIRST_NAME)
        if last is None or first is None:
            return None
        return PersonName(last=last, first=first, middle=self.value(FieldName.MIDDLE_NAME))

    @property
    def birth_date(self) -> date | None:
        """The date of birth, if it is there."""
        text = self.value(FieldName.BIRTH_DATE)
        return None if text is None else date.fromisoformat(text)


def parse_field(name: FieldName, text: str, today: date | None = None) -> str:
    """The text as it is kept in the card.

    Raises:
        PydanticCustomError: the code of what is wrong with it; a date after `today` among it, if `today` is given.
    """
    if name is FieldName.BIRTH_DATE:
        return parse_birth_date(text, today).isoformat()
    return _PARSERS[name](text)


def _parse_gender(text: str) -> str:
    if text not in ("M", "F"):
        raise invalid("gender.format")
    return text


def _parse_policy_number(text: str) -> str:
    return parse_policy(text).number


_PARSERS: Mapping[FieldName, Callable[[str], str]] = MappingProxyType(
    {
        FieldName.LAST_NAME: parse_name_part,
        FieldName.FIRST_NAME: parse_name_part,
        FieldName.MIDDLE_NAME: parse_name_part,
        FieldName.GENDER: _parse_gender,
        FieldName.SNILS: parse_snils,
        FieldName.POLICY: _parse_policy_number,
        FieldName.PHONE: parse_phone,
        FieldName.EMAIL: parse_email,
    }
)

"""The patient's card: how it comes about, is corrected, confirmed and brought up to date.

A card of the person themselves comes from Gosuslugi and is never an error: gaps, failing check digits and unverified
papers become statuses (R19, U16, U17). A card of a relative is typed, and what is typed must be right (U63).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from pydantic_core import PydanticCustomError

from registratura.domain.birth import age_on, comes_of_age
from registratura.domain.card_fields import (
    REQUIRED,
    Card,
    CardField,
    CardKind,
    FieldName,
    FieldSource,
    FieldStatus,
    parse_field,
)
from registratura.domain.identity import DocumentStatus, Identity
from registratura.domain.refusal import Refusal
from registratura.domain.typed import typed

__all__ = [
    "REQUIRED",
    "Card",
    "CardField",
    "CardKind",
    "FieldName",
    "FieldSource",
    "FieldStatus",
    "age_on",
    "card_from_identity",
    "card_from_typed",
    "comes_of_age",
    "confirmation_refusals",
    "corrected",
    "correction_refusals",
    "differences",
    "parse_field",
    "take_new",
]

_FROM_PAPERS = (
    FieldName.LAST_NAME,
    FieldName.FIRST_NAME,
    FieldName.MIDDLE_NAME,
    FieldName.BIRTH_DATE,
    FieldName.GENDER,
)


def card_from_identity(identity: Identity) -> Card:
    """The person's own card, whatever Gosuslugi knows and does not know.

    Name, birth date and gender count as unverified while the person has papers at Gosuslugi and none is verified (a new
    passport is being checked); the policy follows its own status.
    """
    unverified = _unverified_fields(identity)
    texts = _texts(identity)
    old_policy = identity.policy is not None and identity.policy.kind == "old"
    unchecked = {FieldName.POLICY} if old_policy else set()
    fields = {name: _given_field(name, texts[name], name in unverified, name in unchecked) for name in FieldName}
    return Card(kind=CardKind.SELF, fields=fields)


def _texts(identity: Identity) -> dict[FieldName, str | None]:
    return {
        FieldName.LAST_NAME: identity.name.last,
        FieldName.FIRST_NAME: identity.name.first,
        FieldName.MIDDLE_NAME: identity.name.middle,
        FieldName.BIRTH_DATE: None if identity.birth_date is None else identity.birth_date.isoformat(),
        FieldName.GENDER: identity.gender,
        FieldName.SNILS: identity.snils,
        FieldName.POLICY: None if identity.policy is None else identity.policy.number,
        FieldName.PHONE: identity.phone,
        FieldName.EMAIL: identity.email,
    }


def _unverified_fields(identity: Identity) -> frozenset[FieldName]:
    papers = [document.status for document in identity.documents]
    from_papers = _FROM_PAPERS if papers and DocumentStatus.VERIFIED not in papers else ()
    policy = identity.policy is not None and identity.policy.status is DocumentStatus.NOT_VERIFIED
    return frozenset(from_papers) | (frozenset({FieldName.POLICY}) if policy else frozenset())


def _given_field(name: FieldName, text: str | None, unverified: bool, unchecked: bool) -> CardField:
    if text is None or not typed(text):
        return CardField(source=FieldSource.GOSUSLUGI, status=FieldStatus.MISSING)
    value, reason = (text, None) if unchecked else _parsed(name, text)
    status = FieldStatus.UNVERIFIED if unverified else FieldStatus.VERIFIED
    return CardField(
        value=value, source=FieldSource.GOSUSLUGI, status=FieldStatus.SUSPICIOUS if reason is not None else status
    )


def card_from_typed(fields: Mapping[FieldName, str], today: date) -> Card | tuple[Refusal, ...]:
    """A relative's card, or every reason why what was typed is none. A blank field is a missing one."""
    filled = {name: text for name, text in fields.items() if typed(text)}
    missing = [_refusal("card.required_invalid", name) for name in REQUIRED if name not in filled]
    wrong = [refusal for name, text in filled.items() if (refusal := _invalid_field(name, text, today))]
    if missing or wrong:
        return (*missing, *wrong)
    return Card(kind=CardKind.RELATIVE, fields={name: _typed_field(name, filled.get(name)) for name in FieldName})


def correction_refusals(card: Card, changes: Mapping[FieldName, str | None], today: date) -> tuple[Refusal, ...]:
    """Why the card cannot be corrected like that (U37). A field sent with the value it has is not a change."""
    real = _real_changes(card, changes)
    if not real:
        return (Refusal(code="card.no_changes"),)
    return tuple(_change_refusals(card, real, today))


def _change_refusals(card: Card, changes: Mapping[FieldName, str | None], today: date) -> Iterator[Refusal]:
    for name, text in changes.items():
        if card.field(name).status is FieldStatus.VERIFIED:
            yield _refusal("card.field_verified", name)
        elif text is not None:
            if refusal := _invalid_field(name, text, today):
                yield refusal
        elif name in REQUIRED:
            yield _refusal("card.field_invalid", name, "field.missing")


def corrected(card: Card, changes: Mapping[FieldName, str | None]) -> Card:
    """The card with the changes, which nothing refuses, taken over as typed."""
    typed = {name: _typed_field(name, text) for name, text in _real_changes(card, changes).items()}
    return card.model_copy(update={"fields": {**card.fields, **typed}})


def confirmation_refusals(card: Card) -> tuple[Refusal, ...]:
    """Why the card cannot be confirmed: what names the person is missing or typed wrongly (R20, U37).

    A suspicious value that Gosuslugi gave is only warned about: the person cannot mend it here (U17).
    """
    return tuple(_refusal("card.required_invalid", name) for name in REQUIRED if _unconfirmable(card.field(name)))


def _unconfirmable(field: CardField) -> bool:
    typed_wrongly = field.source is FieldSource.TYPED and field.status is FieldStatus.SUSPICIOUS
    return field.status is FieldStatus.MISSING or typed_wrongly


def differences(card: Card, identity: Identity) -> tuple[FieldName, ...]:
    """What Gosuslugi now says otherwise than the card (U20).

    What Gosuslugi does not know differs only from what once came from there.
    """
    fresh = card_from_identity(identity)
    return tuple(name for name in FieldName if _differs(card.field(name), fresh.field(name)))


def _differs(kept: CardField, fresh: CardField) -> bool:
    if fresh.value is None:
        return kept.value is not None and kept.source is FieldSource.GOSUSLUGI
    return kept.value != fresh.value


def take_new(card: Card, identity: Identity) -> Card:
    """The card with what Gosuslugi says; what was typed stays where Gosuslugi knows nothing."""
    fresh = card_from_identity(identity)
    known = {
        name: field
        for name, field in fresh.fields.items()
        if field.value is not None or card.field(name).source is FieldSource.GOSUSLUGI
    }
    return Card(kind=card.kind, fields={**card.fields, **known})


def _real_changes(card: Card, changes: Mapping[FieldName, str | None]) -> dict[FieldName, str | None]:
    normal = {name: _parsed(name, text)[0] if text and typed(text) else None for name, text in changes.items()}
    return {name: text for name, text in normal.items() if text != card.value(name)}


def _typed_field(name: FieldName, text: str | None) -> CardField:
    if text is None:
        return CardField(source=FieldSource.TYPED, status=FieldStatus.MISSING)
    return CardField(value=parse_field(name, text), source=FieldSource.TYPED, status=FieldStatus.UNVERIFIED)


def _parsed(name: FieldName, text: str, today: date | None = None) -> tuple[str, str | None]:
    """The text in its normal form and None; or the text as it is and the code of what is wrong with it."""
    try:
        return parse_field(name, text, today), None
    except PydanticCustomError as error:
        return typed(text), error.type


def _invalid_field(name: FieldName, text: str, today: date) -> Refusal | None:
    reason = _parsed(name, text, today)[1]
    return None if reason is None else _refusal("card.field_invalid", name, reason)


def _refusal(code: str, name: FieldName, reason: str | None = None) -> Refusal:
    params: dict[str, str | int] = {"field": name.value}
    return Refusal(code=code, params=params if reason is None else {**params, "reason": reason})

"""Finding the card that a clinic already has of a person (U19)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic_core import PydanticCustomError

from registratura.domain.identity import Identity
from registratura.domain.names import PersonName, folded, same_name
from registratura.domain.papers import digits_of, parse_snils
from registratura.domain.values import Personal, Value


class ClinicCard(Value):
    """A card that already exists somewhere: `ref` is its id there."""

    ref: str
    name: Annotated[PersonName, Personal]
    birth_date: Annotated[date, Personal]
    snils: Annotated[str | None, Personal] = None
    policy: Annotated[str | None, Personal] = None


def matching_cards(identity: Identity, candidates: Sequence[ClinicCard]) -> tuple[str, ...]:
    """The refs of the cards that are this person's; more than one means that a human must look.

    By SNILS; else by full name and birth date; else by last and first name, birth date and policy: the first of the
    three that finds anything decides. Two different sound SNILS are two people, whatever else agrees.
    """
    for rule in (_same_snils, _same_person, _same_policy):
        if found := tuple(card.ref for card in _possible(identity, candidates) if rule(identity, card)):
            return found
    return ()


def _possible(identity: Identity, candidates: Sequence[ClinicCard]) -> list[ClinicCard]:
    own = _sound_snils(identity.snils)
    return [card for card in candidates if not own or _sound_snils(card.snils) in (None, own)]


def _same_snils(identity: Identity, card: ClinicCard) -> bool:
    own = _sound_snils(identity.snils)
    return own is not None and own == _sound_snils(card.snils)


def _same_person(identity: Identity, card: ClinicCard) -> bool:
    return identity.birth_date == card.birth_date and same_name(identity.name, card.name)


def _same_policy(identity: Identity, card: ClinicCard) -> bool:
    if identity.policy is None or card.policy is None or identity.birth_date != card.birth_date:
        return False
    names = all(folded(a) == folded(b) for a, b in zip(identity.name.parts[:2], card.name.parts[:2], strict=True))
    return names and digits_of(identity.policy.number).casefold() == digits_of(card.policy).casefold()


def _sound_snils(text: str | None) -> str | None:
    try:
        return None if text is None else parse_snils(text)
    except PydanticCustomError:
        return None

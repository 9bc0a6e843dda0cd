"""Clinics: who issues attachment codes, for whom, and what they deliver."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from registratura.domain.card import Card, FieldName, FieldStatus
from registratura.domain.names import PersonName, same_name
from registratura.domain.papers import digits_of
from registratura.domain.typed import Undirected
from registratura.domain.values import Personal, Value


class Clinic(Value):
    """A clinic; `region` is the code of a subject of the Federation."""

    id: str
    title: str
    region: str


class PatientRef(Value):
    """How a clinic names the patient for whom it issues a code."""

    name: Annotated[PersonName, Personal]
    birth_date: Annotated[date, Personal]
    snils: Annotated[str | None, Personal] = None


class Document(Value):
    """What a clinic delivers to the medical record. The title too may tell of an illness.

    Marks of direction are taken out: a document is never refused for them, and never reads otherwise than it is.
    """

    title: Annotated[Undirected, Personal]
    kind: str
    issued_on: date
    body: Annotated[Undirected, Personal] = ""


def code_is_for(patient: PatientRef | None, card: Card) -> bool:
    """A code issued for this patient may be used for this card (U45, U49). None: the code is bound to nobody.

    Where both have a SNILS it must be the same, and one that Gosuslugi verified is enough. A typed SNILS proves
    nothing, so the name and the birth date must agree as well; they also decide where a SNILS is missing or suspicious.
    """
    if patient is None:
        return True
    field = card.field(FieldName.SNILS)
    if patient.snils is not None and field.value is not None and field.status is not FieldStatus.SUSPICIOUS:
        if digits_of(patient.snils) != digits_of(field.value):
            return False
        if field.status is FieldStatus.VERIFIED:
            return True
    return card.name is not None and same_name(patient.name, card.name) and patient.birth_date == card.birth_date

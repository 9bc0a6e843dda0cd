"""What happens to an attachment code."""

from __future__ import annotations

from typing import Annotated

from registratura.domain.clinics import PatientRef
from registratura.domain.values import Personal, Secret
from registratura.flows.event import FactEvent


class Issue(FactEvent, title="Код выдан клиникой"):
    """A1, A2: a clinic gives a patient a code of digits that no other code has."""

    clinic: str
    code: Annotated[str, Secret]
    patient: Annotated[PatientRef | None, Personal] = None


class Activate(FactEvent, title="Код активирован"):
    """A3: its person used it; `subject` is whose data the clinic's note on the patient was."""

    card: str
    subject: str
    right: str


class Revoke(FactEvent, title="Код отозван клиникой"):
    """U43, U54."""


class Reissue(FactEvent, title="Клиника выдала новый код взамен"):
    """U43: the old code dies, a new one is issued for the same patient."""

    code: Annotated[str, Secret]

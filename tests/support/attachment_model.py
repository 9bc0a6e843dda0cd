"""Attachment, written down by hand from the specification's chart: what its machine is compared with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from support.machine import table
from support.portal import BORIS, CONSENTS, MARGARITA, patient

from registratura.domain.card import FieldName
from registratura.domain.clinics import PatientRef
from registratura.domain.consent import Purpose
from registratura.domain.identity import PersonName
from registratura.flows.attachment import SubmitCode
from registratura.host.gateways import IssuedCode

PERSONS = table("""
    code_entry: choose_profile submit_code cancel
    locked:     cancel
    attached:
    expired:
    cancelled:
""")
TRANSITIONS = {
    "begin/begin_attachment/code_entry",
    "code_entry/choose_profile/refused",
    "code_entry/choose_profile/code_entry",
    "code_entry/submit_code/refused",
    "code_entry/submit_code/attached",
    "code_entry/attempts_exhausted/locked",
    "locked/lock_ended/code_entry",
    *(f"{state}/{end}" for state in ("code_entry", "locked") for end in ("cancel/cancelled", "expire/expired")),
}
REFUSALS = {"card.unknown", "consent.stale", "code.not_accepted", "already_attached", "attempts.exhausted"}
ENTRIES = [(entry, channel) for entry in ("health_hint", "clinics", "clinic_rights") for channel in ("web", "mobile")]
ENTRIES += [("clinic_rights_plus", "mobile")]
TEXT = CONSENTS[Purpose.MEDICAL_DATA]
CODE_LIFE = timedelta(days=14)
CHILD = {FieldName.LAST_NAME: "Алексеев", FieldName.FIRST_NAME: "Лев", FieldName.BIRTH_DATE: "12.05.2019"}
PATIENTS = {
    "own": patient(MARGARITA),
    "child": PatientRef(name=PersonName(last="Алексеев", first="Лев"), birth_date=date(2019, 5, 12)),
    "boris": patient(BORIS),
}


@dataclass
class Code:
    """A code on paper."""

    issued: IssuedCode
    clinic: str
    patient: str
    dies: datetime
    state: str = "issued"
    card: str = ""
    right: str = ""


@dataclass
class Right:
    """A clinic's right to a card."""

    clinic: str
    card: str
    alive: bool = True
    delivered: set[str] = field(default_factory=set)


def typed(code: Code | None, stale: bool) -> SubmitCode:
    """The code as it is copied from paper, or one that nobody issued; and the consent text that was shown."""
    digits = code.issued.code if code else "00000000"
    sha = "0" * 64 if stale else TEXT.sha256
    return SubmitCode(code=f"{digits[:4]} {digits[4:]}", text_version=TEXT.version, text_sha256=sha)

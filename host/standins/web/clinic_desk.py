"""What happens at a clinic's desk, on what was typed there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic_core import PydanticCustomError

from registratura.domain.birth import parse_birth_date
from registratura.domain.clinics import Clinic, Document, PatientRef
from registratura.domain.codes import format_code
from registratura.domain.identity import Identity
from registratura.domain.names import PersonName, parse_name_part
from registratura.domain.papers import parse_snils
from registratura.domain.typed import typed
from registratura.flows.clinic_right import ClinicRight
from registratura.flows.engine.view import FlowView
from registratura.flows.errors import CallerError
from registratura.flows.texts import Texts
from registratura.host.gateways import IssuedCode
from registratura.host.portal import Registratura
from registratura.host.standins.clinic import StandInClinicDesk

LONGEST_TITLE, LONGEST_BODY = 200, 5_000
BLANK = {
    "last": "Впишите фамилию.",
    "first": "Впишите имя.",
    "birth_date": "Впишите дату рождения.",
    "title": "Впишите название документа.",
}
"""What is said of a field that was left blank."""


@dataclass(frozen=True, slots=True)
class Mistakes:
    """What is wrong, by field; "" is about the whole."""

    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A patient whose data can be filled in."""

    key: str
    name: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Printed:
    """A code as it was printed, and how it stands now."""

    id: str
    code: str
    patient: str
    view: FlowView

    @property
    def open(self) -> bool:
        return not self.view.ended


@dataclass(frozen=True, slots=True)
class GivenRight:
    """What a patient has given, as it stands now: the right that counts, and those that were withdrawn before it."""

    patient: str
    view: FlowView
    before: tuple[FlowView, ...]

    @property
    def delivered(self) -> int:
        return sum(view.screen.items["delivered"] for view in (self.view, *self.before))


def suggestion(key: str, identity: Identity) -> Suggestion:
    """A patient as the desk would type them."""
    born = f"{identity.birth_date:%d.%m.%Y}" if identity.birth_date else ""
    parts = {"last": identity.name.last, "first": identity.name.first, "middle": identity.name.middle or ""}
    return Suggestion(key, identity.name.full, {**parts, "birth_date": born, "snils": identity.snils or ""})


class Desk:
    """One clinic's desk. Codes are known here only while this runs: nobody else keeps them."""

    def __init__(self, desk: StandInClinicDesk) -> None:
        self._desk = desk
        self._printed: dict[str, tuple[IssuedCode, str]] = {}

    @property
    def clinic(self) -> Clinic:
        return self._desk.clinic

    @property
    def texts(self) -> Texts:
        return self._desk.portal.parts.texts

    @property
    def documents(self) -> list[Document]:
        return self._desk.documents

    @property
    def codes(self) -> list[Printed]:
        """The codes that were printed, the newest first."""
        portal = self._desk.portal
        printed = reversed(self._printed.values())
        return [Printed(code.id, format_code(code.code), who, portal.get(code.id)) for code, who in printed]

    @property
    def rights(self) -> list[GivenRight]:
        """The rights that this clinic has been granted, the newest first: each patient once, also who withdrew it."""
        portal, found = self._desk.portal, dict[str, list[FlowView]]()
        for right in self._desk.granted:
            found.setdefault(portal.engine.record(right).data.card, []).append(portal.get(right))
        return [GivenRight(self._patient_of(now.id), now, tuple(before)) for *before, now in reversed(found.values())]

    @property
    def warnings(self) -> int:
        """How often somebody tried a code that was not theirs (U45)."""
        return len(self._desk.warnings)

    def issue(self, sent: Mapping[str, str]) -> Mistakes:
        """A code for the patient who stands here."""
        patient = _patient(sent, self.texts, self._desk.portal.parts.clock().date())
        if isinstance(patient, Mistakes):
            return patient
        self._print(self._desk.issue(patient), patient.name.full)
        return Mistakes()

    def reissue(self, sent: Mapping[str, str]) -> Mistakes:
        """Another code in its place; the old one is dead."""
        known = self._printed.get(sent.get("code", ""))
        if known is None:
            return _unknown()
        self._print(self._desk.portal.clinics.reissue_code(known[0].id), known[1])
        return Mistakes()

    def revoke(self, sent: Mapping[str, str]) -> Mistakes:
        """The code is dead."""
        known = self._printed.get(sent.get("code", ""))
        if known is None:
            return _unknown()
        self._desk.portal.clinics.revoke_code(known[0].id)
        return Mistakes()

    def hold(self, sent: Mapping[str, str]) -> Mistakes:
        """One document more; it goes out to everybody who has granted a right."""
        title, body = sent.get("title", "").strip(), sent.get("body", "").strip()
        wrong = {} if typed(title) else {"title": BLANK["title"]}
        if len(title) > LONGEST_TITLE:
            wrong["title"] = f"Название слишком длинное. Сократите его до {LONGEST_TITLE} знаков."
        if len(body) > LONGEST_BODY:
            wrong["body"] = f"Текст слишком длинный. Сократите его до {LONGEST_BODY} знаков."
        if wrong:
            return Mistakes(wrong)
        today = self._desk.portal.parts.clock().date()
        self._desk.hold(Document(title=title, kind="document", issued_on=today, body=body))
        for right in list(self._desk.rights):
            with suppress(CallerError):  # Withdrawn a moment ago.
                self._desk.start_export(right)
        return Mistakes()

    def _patient_of(self, right: str) -> str:
        """As the clinic itself named the patient when it issued the code."""
        engine = self._desk.portal.engine
        patient = engine.record(engine.record(right).data.code).data.patient
        return patient.name.full if patient else "Пациент не назван"

    def _print(self, code: IssuedCode, patient: str) -> None:
        self._printed[code.id] = (code, patient)


def remember_rights(portal: Registratura, desks: Mapping[str, StandInClinicDesk]) -> None:
    """After a start on a database that is not new: the desks know the rights that were granted before."""
    for flow_id in _all_flows(portal):
        record = portal.engine.record(flow_id)
        if record.flow == ClinicRight.name and record.data.clinic in desks:
            desks[record.data.clinic].remember(flow_id, living=record.state == "granted")


def _all_flows(portal: Registratura, step: int = 500) -> Iterator[str]:
    last = ""
    while ids := portal.engine.storage.flow_ids(last, step):
        yield from ids
        last = ids[-1]


def _patient(sent: Mapping[str, str], texts: Texts, today: date) -> PatientRef | Mistakes:
    wrong: dict[str, str] = {}

    def read(name: str, parse: Callable[[str], Any], *, optional: bool = False) -> Any:
        text = typed(sent.get(name, ""))
        if not text:
            wrong.update({} if optional else {name: BLANK[name]})
            return None
        try:
            return parse(text)
        except PydanticCustomError as error:
            wrong[name] = texts(f"invalid.{error.type}")
            return None

    last, first = read("last", parse_name_part), read("first", parse_name_part)
    middle = read("middle", parse_name_part, optional=True)
    born = read("birth_date", lambda text: parse_birth_date(text, today))
    snils = read("snils", parse_snils, optional=True)
    if wrong:
        return Mistakes(wrong)
    return PatientRef(name=PersonName(last=last, first=first, middle=middle), birth_date=born, snils=snils)


def _unknown() -> Mistakes:
    return Mistakes({"": "Такого кода эта стойка не печатала."})

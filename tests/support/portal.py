"""A portal for tests: a clock that is turned by hand, people, two clinics, and ways to where a test begins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from support.people import identity
from support.rows import contents

from registratura.domain.clinics import Clinic, Document, PatientRef
from registratura.domain.consent import ConsentText, Purpose
from registratura.domain.identity import Identity
from registratura.features.databases import database
from registratura.flows.attachment import SubmitCode
from registratura.flows.cabinet import BeginCabinet, Cabinet, OpenCabinet, OpenCodeEntry
from registratura.flows.event import Event
from registratura.flows.registration import (
    AcceptConsent,
    BeginRegistration,
    ChooseRegion,
    ConfirmCard,
    GoToGosuslugi,
    Register,
    Registration,
    SetPassword,
)
from registratura.flows.rows import LogRow
from registratura.host import Caller, FlowView, Parts, Registratura, Settings
from registratura.host.gateways import IssuedCode
from registratura.host.standins import Citizen, StandInClinicDesk, StandInGosuslugi, clinic_handlers
from registratura.host.telemetry import Telemetry
from registratura.storage import Argon2Hasher, CallableKeyring

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
KEYS = CallableKeyring(lambda: b"for tests, and for no portal at all"[:32])
HASHER = Argon2Hasher(memory_kib=8, passes=1)
CONSENTS = {purpose: ConsentText(purpose=purpose, version="1", text=f"Согласие: {purpose}") for purpose in Purpose}
CLINIC = Clinic(id="ural", title="Уральская клиника", region="74")
OTHER_CLINIC = Clinic(id="volga", title="Волжская клиника", region="63")
CLINICS = {clinic.id: clinic for clinic in (CLINIC, OTHER_CLINIC)}

MARGARITA = identity()
BORIS = identity(
    oid="1000444555", name={"last": "Ёлкин", "first": "Борис"}, birth_date=date(1990, 2, 28), snils="087-654-303 00",
    gender="M", phone="+7(912)7654321", email="boris@example.org", policy=None,
)  # fmt: skip
PASSWORD = "Zqx81kk"
AT_HOME = Caller(session="margarita's browser")
CHEST_XRAY = Document(title="Рентген грудной клетки", kind="xray", issued_on=date(2026, 2, 1))


@dataclass(slots=True)
class Clock:
    """The portal's clock."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> None:
        """On, or back."""
        self.now += by


@dataclass(slots=True)
class Scene:
    """A portal and all around it."""

    portal: Registratura
    clock: Clock
    gosuslugi: StandInGosuslugi = field(init=False)
    desk: StandInClinicDesk = field(init=False)

    def __post_init__(self) -> None:
        self.gosuslugi = StandInGosuslugi(
            self.portal, (Citizen("margarita", "pw", MARGARITA), Citizen("boris", "pw", BORIS))
        )
        self.desk = StandInClinicDesk(self.portal, CLINIC)
        self.portal.handlers.update(clinic_handlers({CLINIC.id: self.desk}))

    @property
    def storage(self) -> Any:
        return self.portal.engine.storage

    def log(self, flow_id: str) -> tuple[LogRow, ...]:
        return self.portal.history(flow_id)

    def events(self, flow_id: str) -> list[str]:
        """The transitions of a flow, as they are logged."""
        return [entry.transition for entry in self.log(flow_id)]

    def state(self, flow_id: str) -> str:
        return self.portal.get(flow_id).state

    # Ways to where a test begins.
    def walk(self, flow_id: str, *events: Event, caller: Caller | None = None) -> FlowView:
        """Send these, none of which may be refused."""
        for event in events:
            view = self.portal.send(flow_id, event, caller=caller)
            assert not view.refusals, view.refusals
        return view

    def at_consent(self, caller: Caller | None = AT_HOME) -> FlowView:
        flow = self.portal.start(Registration, BeginRegistration(), caller=caller)
        return self.walk(flow.id, ChooseRegion(region="74"), Register(), caller=caller)

    def at_gosuslugi(self, caller: Caller | None = AT_HOME) -> FlowView:
        """Registration, at the first stage."""
        return self.walk(self.at_consent(caller).id, accepting(), GoToGosuslugi(), caller=caller)

    def at_card(self, person: Identity = MARGARITA, caller: Caller | None = AT_HOME) -> FlowView:
        flow = self.at_gosuslugi(caller)
        return self.portal.gosuslugi.returned(flow.id, person, f"answer to {flow.id}")

    def registered(self, person: Identity = MARGARITA) -> Caller:
        """The caller that a registered person is, signed in."""
        flow = self.at_card(person)
        flow = self.walk(flow.id, ConfirmCard(), SetPassword(password=PASSWORD, repeat=PASSWORD), caller=AT_HOME)
        return Caller(session="a new one", account=flow.account)

    def flow_of(self, caller: Caller, name: str) -> str:
        """The id of the account's only flow of that name."""
        with self.storage.unit() as unit:
            (row,) = unit.flows_of(caller.account, name)
        return str(row.id)

    def code(self, person: Identity = MARGARITA) -> IssuedCode:
        return self.desk.issue(patient(person))

    def at_code_entry(self, caller: Caller) -> FlowView:
        """Attachment, opened from the cabinet's first page."""
        cabinet = self.portal.start(Cabinet, BeginCabinet(), caller=caller)
        cabinet = self.portal.send(cabinet.id, OpenCabinet(), caller=caller)
        opened = self.portal.send(cabinet.id, OpenCodeEntry(), caller=caller)
        return self.portal.get(opened.started["attachment"], caller=caller)

    def attached(self, caller: Caller) -> FlowView:
        """The attachment with which a clinic got its right."""
        flow = self.at_code_entry(caller)
        return self.walk(flow.id, submitting(self.code().code), caller=caller)


def portal_of(
    database: Any, clock: Clock, keys: Any = KEYS, telemetry: Telemetry | None = None, **settings: Any
) -> Registratura:
    """A portal over that database."""
    made = Settings(**{"consents": CONSENTS, "clinics": CLINICS, **settings})
    return Registratura(database, keys, parts=Parts(settings=made, clock=clock, hasher=HASHER, telemetry=telemetry))


def scene_of(kind: str, folder: Path, **settings: Any) -> Scene:
    """A scene on that kind of storage."""
    clock = Clock()
    database = "memory:" if kind == "memory" else f"sqlite:///{folder / 'portal.db'}"
    return Scene(portal_of(database, clock, **settings), clock)


@contextmanager
def opened(kind: str, folder: Path, keys: Any = KEYS, **settings: Any) -> Iterator[Scene]:
    """A scene on that kind of database, closed afterwards."""
    clock = Clock()
    with database(kind, folder) as address:
        made = Scene(portal_of(address, clock, keys, **settings), clock)
        try:
            yield made
        finally:
            made.portal.close()
            made.gosuslugi.codes.close()


def tables(scene: Scene) -> dict[str, Any]:
    """All that is stored, by table, on every storage under the same names."""
    return {name.removeprefix("registratura_"): rows for name, rows in contents(scene.storage).items()}


def accepting() -> AcceptConsent:
    text = CONSENTS[Purpose.PERSONAL_DATA]
    return AcceptConsent(text_version=text.version, text_sha256=text.sha256)


def submitting(code: str) -> SubmitCode:
    text = CONSENTS[Purpose.MEDICAL_DATA]
    return SubmitCode(code=code, text_version=text.version, text_sha256=text.sha256)


def patient(person: Identity = MARGARITA) -> PatientRef:
    assert person.birth_date is not None
    return PatientRef(name=person.name, birth_date=person.birth_date)


def codes(view: FlowView) -> list[str]:
    """The codes of the refusals."""
    return [refusal.code for refusal in view.refusals]

"""The desk of a clinic, for who plays both sides: codes for patients, documents for the record."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import date

from registratura.domain.clinics import Document, PatientRef
from registratura.domain.codes import format_code
from registratura.flows.clinic_right import ClinicRight
from registratura.flows.flow import AnyFlow, AnyRecord
from registratura.flows.patient_card import PatientCard
from registratura.host.standins import StandInClinicDesk
from registratura.host.terminal.console import say
from registratura.host.terminal.opening import World
from registratura.host.terminal.play.ask import CANCEL, chosen, line
from registratura.host.terminal.play.forms import GoesBack

PAGE = 500


def visit_desk(world: World) -> None:
    """Choose a clinic, and what its registrar does."""
    clinic = chosen("Клиника", {desk.clinic.id: desk.clinic.title for desk in world.desks.values()})
    if clinic is None:
        raise GoesBack
    deeds: dict[str, tuple[str, Callable[[World, StandInClinicDesk], None]]] = {
        "issue": ("Выдать код прикрепления", _issue),
        "reissue": ("Выдать новый код взамен", _reissue),
        "revoke": ("Отозвать код", _revoke),
        "deliver": ("Передать документ в медкарту", _deliver),
    }
    deed = chosen("Что делает регистратор", {name: caption for name, (caption, _) in deeds.items()})
    if deed is None:
        raise GoesBack
    deeds[deed][1](world, world.desks[clinic])


def _issue(world: World, desk: StandInClinicDesk) -> None:
    patients = list(_patients(world))
    named = {str(n): f"{p.name.full}, {p.birth_date:%d.%m.%Y}" for n, p in enumerate(patients)}
    number = chosen("Пациент", named)
    if number is None:
        raise GoesBack
    _print(desk.issue(patients[int(number)]).code)


def _reissue(world: World, desk: StandInClinicDesk) -> None:
    _print(world.portal.clinics.reissue_code(_issued(world, desk)).code)


def _revoke(world: World, desk: StandInClinicDesk) -> None:
    world.portal.clinics.revoke_code(_issued(world, desk))
    say("Код отозван: он больше не подойдёт.", "green")


def _deliver(world: World, desk: StandInClinicDesk) -> None:
    """The clinic's own documents go out when the right is granted; this is one more."""
    rights = {right.id: right for right in _open(world, ClinicRight, "granted") if right.data.clinic == desk.clinic.id}
    if not rights:
        return say("Ни один пациент ещё не дал этой клинике права. Сначала нужен код, и чтобы его ввели.", "yellow")
    title = line(f"Название документа {CANCEL}")
    if not title:
        raise GoesBack
    document = Document(title=title, kind="other", issued_on=world.portal.parts.clock().date())
    for right in rights:
        world.portal.clinics.deliver(right, f"{right}/{secrets.token_hex(8)}", document)
    return say(f"Передано пациентам: {len(rights)}.", "green")


def _issued(world: World, desk: StandInClinicDesk) -> str:
    codes = [code for code in _open(world, "attachment_code", "issued") if code.data.clinic == desk.clinic.id]
    named = {code.id: f"{code.data.patient.name.full}, выдан {code.created_at:%d.%m.%Y}" for code in codes}
    if not named:
        say("Неиспользованных кодов у этой клиники нет.", "yellow")
        raise GoesBack
    found = chosen("Чей код", named)
    if found is None:
        raise GoesBack
    return found


def _patients(world: World) -> Iterator[PatientRef]:
    """Those who may stand at the desk: people known to Gosuslugi, and relatives whose cards the portal has."""
    seen: set[tuple[str, date]] = set()
    people = [(citizen.identity.name, citizen.identity.birth_date) for citizen in world.gosuslugi.citizens.values()]
    cards = [record.data.card for record in _open(world, PatientCard) if not PatientCard.ended(record.state)]
    people += [(card.name, card.birth_date) for card in cards if card and card.name]
    for name, born in people:
        if born is not None and (name.full, born) not in seen:
            seen.add((name.full, born))
            yield PatientRef(name=name, birth_date=born)


def _open(world: World, flow: AnyFlow | str, state: str = "") -> Iterator[AnyRecord]:
    """Records of a flow that are not over, or are in that state."""
    name, after = flow if isinstance(flow, str) else flow.name, ""
    storage = world.portal.engine.storage
    while page := storage.flow_ids(after, PAGE):
        after = page[-1]
        for flow_id in page:
            with storage.unit() as unit:
                row = unit.flow(flow_id)
            if row is not None and row.flow == name and (not state or row.state == state):
                yield world.portal.engine.record(flow_id)


def _print(code: str) -> None:
    say(f"На бумаге: {format_code(code)}. Отдайте её пациенту: больше код нигде не показан.", "green")

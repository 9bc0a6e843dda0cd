"""The rules of the cabinet. It decides little: most of it is what a section shows (screens.py)."""

from __future__ import annotations

from collections.abc import Iterator

from registratura.domain.refusal import Refusal
from registratura.flows.attachment import Attachment, BeginAttachment, Entry
from registratura.flows.cabinet.chart import CabinetChart
from registratura.flows.cabinet.events import (
    AddClinic,
    AskHowTo,
    BeginCabinet,
    CloseCabinet,
    OpenCabinet,
    OpenCodeEntry,
    OpenSection,
    Section,
)
from registratura.flows.event import Facts
from registratura.flows.flow import AnyCase, Flow
from registratura.flows.gosuslugi.account import own_card
from registratura.flows.ports import Ask
from registratura.flows.record import FlowData, FlowRecord
from registratura.flows.step import Case, Move, Start


class CabinetData(FlowData):
    """The device's channel, the clinics added on it, and whether the advice was asked for."""

    channel: str = "web"
    clinics: tuple[str, ...] = ()
    advice: bool = False


class CardFacts(Facts):
    """Whether the own card still waits to be checked."""

    unchecked: bool


class ClinicFacts(Facts):
    """Whether the clinic is known."""

    known: bool


class EntryFacts(Facts):
    """The id of the attachment to be started."""

    attachment: str


class Cabinet(Flow[CabinetData]):
    """Личный кабинет."""

    name = "cabinet"
    chart = CabinetChart
    data = CabinetData
    begins = (BeginCabinet,)
    events = (OpenCabinet, OpenSection, AddClinic, AskHowTo, OpenCodeEntry, CloseCabinet)


CR = FlowRecord[CabinetData]
ENTRIES = {"health": Entry.HEALTH_HINT, "clinics": Entry.CLINICS, "settings.clinic_rights": Entry.CLINIC_RIGHTS}


@Cabinet.refuses(BeginCabinet, OpenCabinet)
def why_not_open(case: AnyCase) -> Iterator[Refusal]:
    if case.by.account is None:
        yield Refusal(code="sign_in_required")


@Cabinet.gathers(OpenCabinet, facts=CardFacts)
def about_the_card(record: CR, event: OpenCabinet, ask: Ask) -> CardFacts:
    card = own_card(record.account, ask)
    return CardFacts(unchecked=card is not None and card.state in ("unverified", "differs"))


@Cabinet.guard
def card_is_unchecked(case: Case[CabinetData, OpenCabinet, CardFacts]) -> bool:
    """U60, U20: «Мои карты» open first while there is something to look at."""
    return case.facts.unchecked


@Cabinet.decides(OpenCabinet)
def note_the_channel(case: Case[CabinetData, OpenCabinet, CardFacts]) -> Move:
    return Move(changes={"channel": case.event.channel})


@Cabinet.decides(OpenSection, CloseCabinet)
def put_the_advice_away(case: AnyCase) -> Move:
    return Move(changes={"advice": False}) if case.data.advice else Move()


@Cabinet.gathers(AddClinic, facts=ClinicFacts)
def about_the_clinic(record: CR, event: AddClinic, ask: Ask) -> ClinicFacts:
    return ClinicFacts(known=event.clinic in ask.settings.clinics)


@Cabinet.refuses(AddClinic)
def why_not_added(case: Case[CabinetData, AddClinic, ClinicFacts]) -> Iterator[Refusal]:
    if not case.facts.known:
        yield Refusal(code="clinic.unknown")


@Cabinet.decides(AddClinic)
def add(case: Case[CabinetData, AddClinic, ClinicFacts]) -> Move:
    return Move(changes={"clinics": tuple(dict.fromkeys((*case.data.clinics, case.event.clinic)))})


@Cabinet.decides(AskHowTo)
def show_the_advice(case: Case[CabinetData, AskHowTo, Facts]) -> Move:
    return Move(changes={"advice": True})


@Cabinet.gathers(OpenCodeEntry, facts=EntryFacts)
def a_new_attachment(record: CR, event: OpenCodeEntry, ask: Ask) -> EntryFacts:
    return EntryFacts(attachment=ask.new_id())


@Cabinet.refuses(OpenCodeEntry)
def why_no_entry(case: Case[CabinetData, OpenCodeEntry, EntryFacts]) -> Iterator[Refusal]:
    if case.event.by == "plus" and _entry(case) is not Entry.CLINIC_RIGHTS_PLUS:
        yield Refusal(code="entry.unknown")


@Cabinet.decides(OpenCodeEntry)
def start_the_attachment(case: Case[CabinetData, OpenCodeEntry, EntryFacts]) -> Move:
    begin = BeginAttachment(entry=_entry(case), channel="mobile" if case.data.channel == "mobile" else "web")
    record = case.record
    attachment = Start(Attachment, case.facts.attachment, begin, account=record.account, session=record.session)
    return Move(sends=(attachment,))


def _entry(case: Case[CabinetData, OpenCodeEntry, EntryFacts]) -> Entry:
    entry = ENTRIES[case.record.state]
    plus = case.event.by == "plus" and entry is Entry.CLINIC_RIGHTS
    return Entry.CLINIC_RIGHTS_PLUS if plus else entry


def _goes_to(section: Section) -> None:
    def question(case: Case[CabinetData, OpenSection, Facts]) -> bool:
        return case.event.section is section

    question.__name__ = f"goes_to_{section}"
    Cabinet.guard(question)


for _section in Section:
    _goes_to(_section)

"""The rules of the card: why not, and what a step changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from registratura.domain.card import (
    Card,
    CardKind,
    card_from_typed,
    comes_of_age,
    confirmation_refusals,
    corrected,
    correction_refusals,
    differences,
    take_new,
)
from registratura.domain.consent import Purpose, stale_refusals
from registratura.domain.identity import Identity
from registratura.domain.refusal import Refusal
from registratura.domain.values import Personal
from registratura.flows.clinic_right import ClinicRight, Withdraw
from registratura.flows.effects import NotifyPerson
from registratura.flows.event import Event, Facts
from registratura.flows.flow import AnyRecord, Flow
from registratura.flows.patient_card.chart import PatientCardChart
from registratura.flows.patient_card.events import (
    AddRelative,
    CameOfAge,
    ClinicAttached,
    Confirm,
    Delete,
    Edit,
    GosuslugiDataChanged,
    KeepCurrent,
    OpenCard,
    TakeNew,
)
from registratura.flows.ports import Ask
from registratura.flows.record import FlowData, FlowRecord
from registratura.flows.step import Case, Evidence, Move, Send, known
from registratura.flows.withdrawn import consent_withdrawn


class PatientCardData(FlowData):
    """A card. `revision` counts its changes, `news` is what Gosuslugi says otherwise, `kept` what it said in vain."""

    card: Annotated[Card | None, Personal] = None
    revision: int = 1
    relative: bool = False
    clinic_card: Annotated[str | None, Personal] = None
    news: Annotated[Identity | None, Personal] = None
    kept: Annotated[Identity | None, Personal] = None


class RelativeFacts(Facts):
    """The consent text now, and a new subject's id: a relative is a person of their own."""

    text_version: str
    text_sha256: str
    stale: bool
    subject: str
    consent_withdrawn: bool = False


class EditFacts(Facts):
    """Whether anything may be taken."""

    consent_withdrawn: bool


class DeletionFacts(Facts):
    """What hangs on the card."""

    last: bool
    rights: int


class RightsFacts(Facts):
    """The rights to this card that are still alive."""

    rights: tuple[str, ...] = ()


class PatientCard(Flow[PatientCardData]):
    """Карта пациента."""

    name = "patient_card"
    chart = PatientCardChart
    data = PatientCardData
    begins = (OpenCard, AddRelative)
    events = (
        *(Confirm, Edit, TakeNew, KeepCurrent, Delete),
        *(GosuslugiDataChanged, ClinicAttached, CameOfAge),
    )


PC = FlowRecord[PatientCardData]


@PatientCard.decides(OpenCard)
def keep_the_card(case: Case[PatientCardData, OpenCard, Facts]) -> Move:
    return Move(changes={"card": case.event.card, "clinic_card": case.event.clinic_card})


@PatientCard.gathers(AddRelative, facts=RelativeFacts)
def about_the_consent(record: PC, event: AddRelative, ask: Ask) -> RelativeFacts:
    text = ask.consent(Purpose.PERSONAL_DATA)
    stale = bool(stale_refusals(event.text_version, event.text_sha256, text))
    return RelativeFacts(
        text_version=text.version,
        text_sha256=text.sha256,
        stale=stale,
        subject=ask.new_id(),
        consent_withdrawn=consent_withdrawn(ask.by.account, ask),
    )


@PatientCard.refuses(AddRelative)
def why_no_relative(case: Case[PatientCardData, AddRelative, RelativeFacts]) -> Iterator[Refusal]:
    if case.by.account is None:
        yield Refusal(code="sign_in_required")
    if case.facts.consent_withdrawn:
        yield Refusal(code="consent.withdrawn")
    if case.facts.stale:
        yield Refusal(code="consent.stale", params={"version": case.facts.text_version})
    card = card_from_typed(case.event.fields, case.now.date())
    if isinstance(card, tuple):
        yield from card
    elif card.birth_date is not None and comes_of_age(card.birth_date) <= case.now:
        yield Refusal(code="card.grown_up")


@PatientCard.decides(AddRelative)
def add_the_relative(case: Case[PatientCardData, AddRelative, RelativeFacts]) -> Move:
    card = card_from_typed(case.event.fields, case.now.date())
    assert isinstance(card, Card)  # the rules above refuse anything else
    assert card.birth_date is not None
    consent = Evidence(
        kind="accepted",
        purpose=Purpose.PERSONAL_DATA,
        text_version=case.event.text_version,
        text_sha256=case.event.text_sha256,
        # The text is part of the form that is sent: it was on the screen when this was pressed.
        shown_at=case.now,
        button=case.event.name,
        account=case.by.account,
        subject=case.facts.subject,
        on_behalf=True,
    )
    return Move(
        changes={"card": card, "relative": True},
        subject=case.facts.subject,
        timers={CameOfAge.name: comes_of_age(card.birth_date)},
        evidence=(consent,),
    )


@PatientCard.available(Confirm)
def why_not_confirmed(record: PC) -> tuple[Refusal, ...]:
    return confirmation_refusals(_card(record))


@PatientCard.gathers(Edit, TakeNew, facts=EditFacts)
def whether_anything_may_be_taken(record: PC, event: Event, ask: Ask) -> EditFacts:
    return EditFacts(consent_withdrawn=consent_withdrawn(record.account, ask))


@PatientCard.refuses(Edit)
def why_not_edited(case: Case[PatientCardData, Edit, EditFacts]) -> Iterator[Refusal]:
    if case.facts.consent_withdrawn:
        yield Refusal(code="consent.withdrawn")
    elif case.event.revision != case.data.revision:
        yield Refusal(code="card.stale", params={"revision": case.data.revision})
    else:
        yield from correction_refusals(_card(case.record), case.event.changes, case.now.date())


@PatientCard.decides(Edit)
def correct(case: Case[PatientCardData, Edit, EditFacts]) -> Move:
    card = corrected(_card(case.record), case.event.changes)
    timers = {CameOfAge.name: comes_of_age(card.birth_date)} if case.data.relative and card.birth_date else {}
    return Move(changes={"card": card, "revision": case.data.revision + 1}, timers=timers)


@PatientCard.decides(GosuslugiDataChanged)
def note_the_news(case: Case[PatientCardData, GosuslugiDataChanged, Facts]) -> Move:
    """U20. A card that nobody has checked takes the new data at once; a checked one is never overwritten silently."""
    if case.target == "unverified":
        return _taken(case.data, case.event.identity)
    return Move(changes={"news": case.event.identity})


@PatientCard.refuses(TakeNew)
def why_not_taken(case: Case[PatientCardData, TakeNew, EditFacts]) -> Iterator[Refusal]:
    if case.facts.consent_withdrawn:
        yield Refusal(code="consent.withdrawn")


@PatientCard.decides(TakeNew)
def take(case: Case[PatientCardData, TakeNew, EditFacts]) -> Move:
    return _taken(case.data, case.data.news) if case.data.news else Move()


@PatientCard.decides(KeepCurrent)
def keep(case: Case[PatientCardData, KeepCurrent, Facts]) -> Move:
    """The person is not asked again until Gosuslugi says something else."""
    return Move(changes={"news": None, "kept": case.data.news})


@PatientCard.gathers(Delete, facts=DeletionFacts)
def what_hangs_on_it(record: PC, event: Delete, ask: Ask) -> DeletionFacts:
    cards = [card for card in ask.of_account(record.account, PatientCard) if not ask.ended(card)]
    return DeletionFacts(last=len(cards) <= 1, rights=len(living_rights(record, ask)))


@PatientCard.refuses(Delete)
def why_not_deleted(case: Case[PatientCardData, Delete, DeletionFacts]) -> Iterator[Refusal]:
    if case.facts.rights:
        yield Refusal(code="card.has_right", params={"rights": case.facts.rights})
    if case.facts.last:
        yield Refusal(code="card.last")
    if not case.event.confirmed:
        yield Refusal(code="card.not_confirmed")


@PatientCard.gathers(CameOfAge, facts=RightsFacts)
def rights_of_the_child(record: PC, event: CameOfAge, ask: Ask) -> RightsFacts:
    return RightsFacts(rights=tuple(right.id for right in living_rights(record, ask)))


@PatientCard.decides(CameOfAge)
def end_access(case: Case[PatientCardData, CameOfAge, RightsFacts]) -> Move:
    """U63. The rights were given by the representative: they end, and no clinic can take one up again."""
    notice = NotifyPerson(account=known(case.record.account), about="child_came_of_age")
    return Move(sends=tuple(Send(right, Withdraw()) for right in case.facts.rights), effects=(notice,))


@PatientCard.shows("unverified", "confirmed", "differs")
def the_card(record: PC, ask: Ask) -> Mapping[str, Any]:
    return card_items(record)


def card_items(record: AnyRecord) -> Mapping[str, Any]:
    """What a screen shows of a card: its fields with source and status, and what Gosuslugi says otherwise."""
    data: PatientCardData = record.data
    card = _card(record)
    names = differences(card, data.news) if data.news else ()
    return {
        "card": record.id,
        "revision": data.revision,
        "fields": {
            name.value: {"value": field.value, "source": field.source.value, "status": field.status.value}
            for name, field in card.fields.items()
        },
        "differs": tuple(name.value for name in names),
        "relative": data.relative,
    }


def living_rights(record: AnyRecord, ask: Ask) -> tuple[AnyRecord, ...]:
    """The rights to this card that were not withdrawn."""
    rights = ask.of_account(record.account, ClinicRight)
    return tuple(right for right in rights if right.data.card == record.id and right.state != "withdrawn")


def _card(record: AnyRecord) -> Card:
    card: Card = record.data.card or Card(kind=CardKind.SELF)
    return card


def _taken(data: PatientCardData, identity: Identity) -> Move:
    card = take_new(data.card or Card(kind=CardKind.SELF), identity)
    return Move(changes={"card": card, "revision": data.revision + 1, "news": None, "kept": None})

"""The world of a scenario: the portal, the people at it, Gosuslugi, clinics, and a clock that is turned by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from registratura.domain.card import FieldName
from registratura.domain.clinics import Clinic
from registratura.domain.consent import ConsentText, Purpose
from registratura.domain.identity import Identity
from registratura.domain.matching import ClinicCard
from registratura.domain.passwords import DOCUMENTED, PasswordPolicy
from registratura.features.cast import CAST, Person
from registratura.features.drivers.engine.line import EngineLine, EngineVisits, Line, Visits
from registratura.features.drivers.engine.parts import (
    HASHER,
    KEYS,
    SAMPLES,
    SERVED_CLINICS,
    SERVED_REGIONS,
    TEXTS,
    Clock,
    UnluckyIds,
)
from registratura.features.drivers.engine.people import (
    GOSUSLUGI_PASSWORD,
    IDENTITIES,
    Answer,
    Request,
    Visitor,
    secret_of,
)
from registratura.features.drivers.engine.stops import Stoppable, StoppableMemory, Stopped
from registratura.flows import effects
from registratura.flows.catalogue import FLOWS
from registratura.flows.engine.codec import record_of
from registratura.flows.errors import ConcurrentUpdate, RegistraturaError, StartRefused
from registratura.flows.flow import AnyRecord
from registratura.flows.rows import DESTROYED, FlowRow
from registratura.flows.settings import ATTEMPTS
from registratura.host import FlowView, IssuedCode, Parts, Registratura, Settings
from registratura.host.dispatching import Handler
from registratura.host.standins import Citizen, StandInClinicDesk, StandInGosuslugi, clinic_handlers

TRIES = 100
SIGNED_IN = frozenset({"signed_in", "already_registered", "registered"})


class RefusedStart(NamedTuple):
    """A flow that was not started, and why."""

    flow: str
    event: str
    codes: tuple[str, ...]
    channel: str


class World:
    """Everything a scenario touches. `codes` are the attachment codes people were given, the newest last."""

    def __init__(self, storage: Stoppable, progress: bool = True) -> None:
        self.storage = storage
        self.clock, self.ids = Clock(), UnluckyIds()
        self.consents: dict[Purpose, ConsentText] = dict(SAMPLES)
        self.clinics: dict[str, Clinic] = dict(SERVED_CLINICS)
        self.clinic_cards: tuple[ClinicCard, ...] = ()
        self.password_policy: PasswordPolicy = DOCUMENTED
        self.code_alarm = ATTEMPTS["code.total"].limit
        self.last_answer: tuple[Identity, str] | None = None
        self.visitors = {person.key: Visitor(person, secret_of(person.key)) for person in CAST}
        self.codes: dict[str, tuple[IssuedCode, ...]] = {}
        self.alarms: tuple[str, ...] = ()
        self.clinic_answers: dict[str, Answer] = {}
        self.delivery: tuple[str, Person, str] | None = None
        self.one_time_code = ""
        self.before: dict[str, FlowRow] = {}
        self.inboxes_before: dict[str, int] = {}
        self.refused_starts: list[RefusedStart] = []
        self.seen: dict[str, None] = {}
        self.in_process()
        self.portal = self._opened()
        people = tuple(Citizen(key, GOSUSLUGI_PASSWORD, identity) for key, identity in IDENTITIES.items())
        self.gosuslugi = StandInGosuslugi(self.portal, people)
        self.gosuslugi.reports = progress
        self.desks = {key: StandInClinicDesk(self.portal, clinic) for key, clinic in SERVED_CLINICS.items()}
        self.portal.handlers.update(clinic_handlers(self.desks) | self._handlers())

    def in_process(self) -> None:
        """People's requests are calls, and the host keeps their sessions."""
        self.line: Line = EngineLine(self)
        self.visits: Visits = EngineVisits(self)
        self.ends_sessions: Handler = self._end_other_sessions

    def restart(self) -> None:
        """A new process of the portal over what is stored, with the settings as they are now."""
        self.storage.stop = ""
        self.portal = self._opened()
        self.portal.handlers.update(clinic_handlers(self.desks) | self._handlers())
        self.gosuslugi.portal = self.portal
        for desk in self.desks.values():
            desk.portal = self.portal

    def count(self) -> tuple[int, int, datetime]:
        """How often something was asked or written, and the time: two worlds on one way differ in it."""
        assert isinstance(self.storage, StoppableMemory)
        return self.ids.made, self.storage.rows.writes, self.clock.now

    def mark(self) -> None:
        """From here on: what is different, what was sent, what was answered."""
        self.before = {row.id: row for row in self.storage.flows()}
        self.inboxes_before = {key: len(citizen.phone_inbox) for key, citizen in self.gosuslugi.citizens.items()}
        self.refused_starts.clear()
        self.seen.clear()
        for who in self.visitors.values():
            who.answers = ()

    def has_seen(self, *keys: str) -> None:
        """Note what *Тогда* has read."""
        self.seen.update(dict.fromkeys(keys))

    def turn_clock(self, by: timedelta) -> None:
        """Time passes, forward or back, and what is due is carried out."""
        self.clock.now += by
        self.work()

    def work(self) -> None:
        """What a worker does all the time. A process that is about to stop has none."""
        if not self.storage.stop:
            self.portal.run_due()

    def visitor(self, person: Person) -> Visitor:
        return self.visitors[person.key]

    def citizen(self, person: Person) -> Citizen:
        return self.gosuslugi.citizens[person.key]

    # Requests: every answer, a refusal and an error too, is an outcome.
    def repeat(self, who: Visitor) -> None:
        """The last request once more."""
        if (request := who.request) is not None:
            self.ask(who, partial(self.line.send, who, *request))

    def say(self, who: Visitor, flow: str, event: str, **payload: Any) -> None:
        """The person sends an event; the browser gives the request a key of its own."""
        who.request = Request(flow, event, payload, self.ids.new(self.clock.now))
        self.repeat(who)

    def look(self, who: Visitor, flow: str) -> None:
        """The person opens the page of a flow."""
        self.ask(who, partial(self.line.get, who, flow))

    def begin(self, who: Visitor, flow: str, event: str = "", **payload: Any) -> None:
        """The person starts a flow."""
        self.ask(who, partial(self.line.start, who, flow, event, payload))
        self.note_refused_start(who.answers[-1], flow, event, who.channel)

    def note_refused_start(self, answer: Answer, flow: str, event: str = "", channel: str = "") -> None:
        """Keep that a flow was refused its start, of which no log knows."""
        if isinstance(answer.error, StartRefused):
            codes = tuple(refusal.code for refusal in answer.error.refusals)
            event = event or next(begin.name for begin in FLOWS[flow].begins)
            self.refused_starts.append(RefusedStart(flow, event, codes, channel))

    def ask(self, who: Visitor, call: Callable[[], FlowView]) -> None:
        """One request and its answer."""
        self.hear(who, answer_to(call))

    def at_once(self, who: Visitor, calls: Sequence[Callable[[], FlowView]]) -> None:
        """Many requests in the same moment."""
        with ThreadPoolExecutor(len(calls)) as threads:
            for answer in list(threads.map(answer_to, calls)):
                self.hear(who, answer)

    def hear(self, who: Visitor, answer: Answer) -> None:
        """The browser shows the answer, and the host keeps who is signed in."""
        who.answers += (answer,)
        view = answer.view
        if view is not None:
            who.pages[view.id] = view
            if view.flow in ("registration", "sign_in"):
                who.own = view.account or who.own
                who.account = view.account if view.state in SIGNED_IN else who.account
        if isinstance(answer.error, Stopped):
            self.restart()
        self.work()

    # What is stored, read as it is.
    def records(self, chart: str) -> list[AnyRecord]:
        """Every flow of that chart that can be read, the oldest first: of what is destroyed nobody says anything."""
        with self.storage.unit() as unit:
            rows = [unit.flow(row.id) for row in self.storage.flows() if row.flow == chart]
        return [record_of(row, FLOWS, KEYS) for row in rows if row and not (row.sealed and row.wrapped == DESTROYED)]

    def cards_of(self, person: Person) -> list[AnyRecord]:
        """The cards that bear the person's name, deleted ones too: the first name is nobody else's here."""
        cards = self.records("patient_card")
        return [card for card in cards if card.data.card.value(FieldName.FIRST_NAME) == person.first_name]

    def card_of(self, person: Person) -> AnyRecord | None:
        """The person's card."""
        living = [card for card in self.cards_of(person) if not FLOWS["patient_card"].ended(card.state)]
        return living[-1] if living else None

    def rights_of(self, person: Person, clinic: str | None = None) -> list[AnyRecord]:
        """The clinics' rights to any card of the person, withdrawn ones too, the oldest first."""
        cards = {card.id for card in self.cards_of(person)}
        rights = [right for right in self.records("clinic_right") if right.data.card in cards]
        return [right for right in rights if clinic in (None, self.clinic_title(right.data.clinic))]

    def clinic_id(self, title: str) -> str:
        """The id of a clinic by its title; of one that nobody knows, the title."""
        return next((key for key, clinic in SERVED_CLINICS.items() if clinic.title == title), title)

    def clinic_title(self, clinic: str) -> str:
        return SERVED_CLINICS[clinic].title

    def _opened(self) -> Registratura:
        settings = Settings(
            served_regions=SERVED_REGIONS,
            consents=self.consents,
            clinics=self.clinics,
            clinic_cards=lambda identity: self.clinic_cards,
            password_policy=self.password_policy,
            attempts={**ATTEMPTS, "code.total": ATTEMPTS["code.total"].model_copy(update={"limit": self.code_alarm})},
        )
        parts = Parts(settings=settings, texts=TEXTS, clock=self.clock, hasher=HASHER, ids=self.ids)
        return Registratura(self.storage, KEYS, parts=parts)

    def _handlers(self) -> dict[Any, Handler]:
        return {
            effects.DeliverCode: self._deliver_code,
            effects.NotifyPerson: self._notify,
            effects.EndOtherSessions: lambda effect, effect_id: self.ends_sessions(effect, effect_id),
            effects.DestroyPersonalData: lambda effect, effect_id: None,
            effects.AlarmErasureOverdue: self._alarm,
            effects.AlarmSpraying: self._alarm,
            effects.AlarmAmbiguousCard: self._alarm,
        }

    def _deliver_code(self, effect: effects.DeliverCode, effect_id: str) -> None:
        for citizen in self.gosuslugi.citizens.values():
            if citizen.phone == effect.phone:
                citizen.phone_inbox += [effect.code] * citizen.sms_arrives

    def _notify(self, effect: effects.NotifyPerson, effect_id: str) -> None:
        for who in self.visitors.values():
            if who.own == effect.account:
                who.told += (effect.about,)

    def _end_other_sessions(self, effect: effects.EndOtherSessions, effect_id: str) -> None:
        for who in self.visitors.values():
            if who.own == effect.account:
                who.elsewhere = ""

    def _alarm(self, effect: Any, effect_id: str) -> None:
        self.alarms += (type(effect).kind(),)


def answer_to(call: Callable[[], FlowView]) -> Answer:
    """The answer to a request. Who hears that somebody was first asks again: the request's key makes that safe."""
    for _ in range(TRIES):
        try:
            return Answer(view=call())
        except ConcurrentUpdate as error:
            last: Exception = error
        except (RegistraturaError, Stopped) as error:
            return Answer(error=error)
    return Answer(error=last)

"""*Когда* in process: acts through Registratura, its gateways and the stand-ins. What happens anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from registratura.domain.identity import Identity
from registratura.domain.regions import REGIONS
from registratura.features.cast import Person
from registratura.features.deeds import Deed
from registratura.features.drivers.engine.people import Visitor
from registratura.features.drivers.engine.stops import Stop
from registratura.features.drivers.engine.when_inside import InsideActs
from registratura.features.drivers.when import When
from registratura.features.faults import Fault
from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.flow import AnyRecord
from registratura.flows.gosuslugi import Denial
from registratura.flows.registration import Registration
from registratura.flows.sign_in import SignIn

DAY = timedelta(days=1)
NO_REGION = "00"
# From here the person writes to Gosuslugi.
SUPPORT_OPENED = {f"gosuslugi.{h}_help/contact_support/gosuslugi.{h}_support": h for h in ("sign_in", "sms")}
# The card has its own names for what registration offers too.
CARD_EVENTS = {"confirm_card": "confirm", "take_new": "take_new", "keep_current": "keep_current"}


class EngineWhen(InsideActs, When):
    """The acts of people, of Gosuslugi and of time."""

    # The person, wherever they are.
    def act(self, person: Person, deed: Deed) -> None:
        who = self.world.visitor(person)
        if deed.event == "request_withdrawal":
            self.world.begin(who, ConsentWithdrawal.name)
        elif deed.event in CARD_EVENTS and who.flow == who.cabinet:
            self.world.say(who, self.own_card(person).id, CARD_EVENTS[deed.event])
        else:
            self.world.say(who, who.flow, deed.event, **_payload(who, deed))
        if who.page is not None and who.page.transition in SUPPORT_OPENED:
            self.world.visits.ask_support(who, SUPPORT_OPENED[who.page.transition])

    def act_twice(self, person: Person, deed: Deed) -> None:
        self.act(person, deed)
        self.repeat_last(person)

    def repeat_last(self, person: Person) -> None:
        self.world.repeat(self.world.visitor(person))

    def repeat_with_region(self, person: Person, region: str) -> None:
        who = self.world.visitor(person)
        assert who.request is not None
        who.request = who.request._replace(payload={"region": _region(region)})
        self.world.repeat(who)

    def return_to_portal(self, person: Person) -> None:
        who = self.world.visitor(person)
        self.world.look(who, who.flow)

    def start_over(self, person: Person) -> None:
        self.begin(self.world.visitor(person), Registration, signed_out=True)

    def open_sign_in(self, person: Person) -> None:
        """Come to sign in as if for the first time."""
        self.begin(self.world.visitor(person), SignIn, signed_out=True)

    def choose_region(self, person: Person, region: str) -> None:
        who = self.world.visitor(person)
        self.world.say(who, who.flow, "choose_region", region=_region(region))

    # The world outside.
    def fault(self, fault: Fault) -> None:
        happen: Mapping[Fault, Callable[[], None]] = {
            Fault.SMS_MISSING: lambda: self._text_messages_come(0),
            Fault.SMS_TWICE: lambda: self._text_messages_come(2),
            Fault.ANSWER_TWICE: self._answer_twice,
            Fault.GOSUSLUGI_DOWN: self._gosuslugi_goes_down,
            Fault.CLOCK_BACK: lambda: self.world.turn_clock(-DAY),
            Fault.CLOCK_FORWARD: lambda: self.world.turn_clock(DAY),
            Fault.KILLED_BEFORE_COMMIT: lambda: self._will_stop("before"),
            Fault.KILLED_AFTER_COMMIT: lambda: self._will_stop("after"),
            Fault.DOCUMENT_TWICE: self.deliver_again,
            Fault.CLINIC_DOWN: lambda: self.clinics_answer(False),
            Fault.CLINIC_UP: lambda: self.clinics_answer(True),
        }
        happen[fault]()

    def time_passes(self, duration: timedelta) -> None:
        self.world.turn_clock(duration)

    # Gosuslugi and support.
    def pass_first_stage(self, person: Person, method: str) -> None:
        who = self.world.visitor(person)
        self.world.ask(who, partial(self.world.visits.pass_first_stage, who, method))

    def gosuslugi_confirms(self, person: Person) -> None:
        """Whoever was sent a code enters it; else Gosuslugi was content without one (U27)."""
        who = self.world.visitor(person)
        visit = self.world.gosuslugi.visits.get(who.flow)
        if visit and visit.request and visit.citizen.phone_inbox:
            self.world.ask(who, partial(self.world.visits.enter_code, who))
        else:
            self._confirmed(person, self.world.citizen(person).identity)

    def gosuslugi_confirms_another(self, person: Person, another: Person) -> None:
        self._confirmed(person, self.world.citizen(another).identity)

    def gosuslugi_answer_elsewhere(self, person: Person, another: Person) -> None:
        answer = self.world.last_answer
        assert answer is not None
        assert answer[0].oid == self.world.citizen(person).identity.oid
        who = self.world.visitor(another)
        self.world.ask(who, partial(self.world.visits.again, who))

    def gosuslugi_answers(self, person: Person, answer: str) -> None:
        who, identity = self.world.visitor(person), self.world.citizen(person).identity
        accounts: Mapping[str, Mapping[str, object]] = {
            "organisation": {"kind": "organisation"},
            "unconfirmed": {"trusted": False},
            "verifying": {"trusted": False, "verifying": True},
        }
        if answer in accounts:
            self._confirmed(person, identity.model_copy(update=accounts[answer]))
        elif answer in set(Denial):
            self.world.ask(who, partial(self.world.visits.denied, who, Denial(answer)))
        else:
            self.gosuslugi_answer_spoiled(person, answer)

    def gosuslugi_answer_spoiled(self, person: Person, flaw: str) -> None:
        who = self.world.visitor(person)
        self.world.ask(who, partial(self.world.visits.spoiled, who, flaw))

    def gosuslugi_answer_brought_by(self, another: Person, person: Person) -> None:
        by = self.world.visitor(another)
        self.world.ask(by, partial(self.world.visits.brought_by, by, self.world.visitor(person)))

    def support_answers(self, person: Person) -> None:
        assert self.world.gosuslugi.tickets, "в поддержку Госуслуг никто не обращался"
        self.return_to_portal(person)

    def operator_chooses_card(self, person: Person) -> None:
        who, card = self.world.visitor(person), self.world.clinic_cards[0]
        self.world.ask(who, lambda: self.world.portal.operator.resolve_ambiguity(who.flow, card.ref))

    def destroy_data(self, person: Person, act: str) -> None:
        operator, withdrawal = self.world.portal.operator, self.withdrawal(person).id
        self.world.ask(self.world.visitor(person), lambda: operator.data_destroyed(withdrawal, act))

    def keep_data(self, person: Person, law: str) -> None:
        operator, withdrawal = self.world.portal.operator, self.withdrawal(person).id
        self.world.ask(self.world.visitor(person), lambda: operator.law_obliges_to_keep(withdrawal, law))

    def withdrawal(self, person: Person) -> AnyRecord:
        """The person's withdrawal of consent."""
        own = self.world.visitor(person).own
        return next(record for record in self.world.records("consent_withdrawal") if record.account == own)

    def _confirmed(self, person: Person, identity: Identity) -> None:
        who = self.world.visitor(person)
        self.world.ask(who, partial(self.world.visits.confirmed, who, identity))

    def _answer_twice(self) -> None:
        for visit in list(self.world.gosuslugi.visits.values()):
            who = self.world.visitors[visit.citizen.login]
            self.gosuslugi_confirms(who.person)
            self.world.ask(who, partial(self.world.visits.again, who))

    def _gosuslugi_goes_down(self) -> None:
        """Whoever is there is sent back."""
        self.world.gosuslugi.outage = True
        for who in self.world.visitors.values():
            if who.page is not None and who.page.state == "gosuslugi.first_stage":
                self.pass_first_stage(who.person, "password")

    def _will_stop(self, stop: Stop) -> None:
        self.world.storage.stop = stop

    def _text_messages_come(self, times: int) -> None:
        for citizen in self.world.gosuslugi.citizens.values():
            citizen.sms_arrives = times


def _region(title: str) -> str:
    return next((code for code, region in REGIONS.items() if region.title == title), NO_REGION)


def _payload(who: Visitor, deed: Deed) -> dict[str, Any]:
    """What the page that the person looks at sends with this."""
    items = who.page.screen.items if who.page else {}
    read: Mapping[str, Callable[[], dict[str, Any]]] = {
        "choose_region": lambda: {"region": "74"},
        "accept_consent": lambda: _text_of(items),
        "decline_consent": lambda: _text_of(items),
        "go_to_gosuslugi": lambda: {"via": deed.variant},
        "correct_card": lambda: {"changes": {}, "revision": items.get("revision", 0)},
        "set_password": lambda: {"password": "Sneg1Zimoy", "repeat": "Sneg1Zimoy"},
    }
    return read[deed.event]() if deed.event in read else {}


def _text_of(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"text_version": items.get("text_version", ""), "text_sha256": items.get("text_sha256", "")}

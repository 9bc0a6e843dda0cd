"""The Gosuslugi leg, as the specification draws it: for the machines of registration and of sign-in."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from support.machine import PortalMachine, deaths, seldom, table
from support.people import identity
from support.portal import Scene

from registratura.domain.identity import Identity
from registratura.domain.matching import ClinicCard
from registratura.features.faults import Fault
from registratura.flows.common import Back, Cancel, ContactSupport
from registratura.flows.errors import IdempotencyConflict
from registratura.flows.gosuslugi import CannotSignIn, Denial, GoToGosuslugi, Retry, SmsNotArriving

LEG = table("""
    gosuslugi.entry:           go_to_gosuslugi cancel
    gosuslugi.first_stage:     cannot_sign_in sms_not_arriving back cancel
    gosuslugi.sign_in_help:    contact_support back cancel
    gosuslugi.sign_in_support: back cancel
    gosuslugi.sms_code:        sms_not_arriving cancel
    gosuslugi.sms_help:        contact_support back cancel
    gosuslugi.sms_support:     back cancel
    unconfirmed_account:       retry cancel
    ambiguous_card:            contact_support cancel
""")
LEG_FACTS = {state: frozenset({"identity_confirmed", "identity_denied"}) for state in LEG if "." in state} | {
    "gosuslugi.first_stage": frozenset({"identity_confirmed", "identity_denied", "first_stage_passed"}),
    "ambiguous_card": frozenset({"ambiguity_resolved"}),
}
BACK = {
    "gosuslugi.first_stage": "gosuslugi.entry",
    "gosuslugi.sign_in_help": "gosuslugi.first_stage",
    "gosuslugi.sign_in_support": "gosuslugi.sign_in_help",
    "gosuslugi.sms_support": "gosuslugi.sms_help",
}
WAYS = {
    "gosuslugi.entry": "",
    "gosuslugi.first_stage": "go",
    "gosuslugi.sms_code": "go pass",
    "gosuslugi.sms_help": "go sms",
    "gosuslugi.sms_support": "go pass sms support",
    "gosuslugi.sign_in_help": "go cannot",
    "gosuslugi.sign_in_support": "go cannot support",
}
SUPPORT = {
    "gosuslugi.sign_in_help": "gosuslugi.sign_in_support",
    "gosuslugi.sms_help": "gosuslugi.sms_support",
    "ambiguous_card": "ambiguous_card",
}


def leg_transitions(answers: tuple[str, ...]) -> set[str]:
    """The ids of the leg's transitions, and of those that leave it; `answers` are where a confirmed identity leads."""
    places = [state.removeprefix("gosuslugi.") for state in LEG if "." in state]
    return {
        "gosuslugi.entry/go_to_gosuslugi/gosuslugi.first_stage",
        "gosuslugi.first_stage/first_stage_passed/gosuslugi.sms_code",
        "gosuslugi.first_stage/cannot_sign_in/gosuslugi.sign_in_help",
        "gosuslugi.first_stage/sms_not_arriving/gosuslugi.sms_help",
        "gosuslugi.sms_code/sms_not_arriving/gosuslugi.sms_help",
        *(f"{state}/contact_support/{to}" for state, to in SUPPORT.items()),
        *(f"{state}/back/{to}" for state, to in BACK.items()),
        "gosuslugi.sms_help/back/gosuslugi.sms_code",
        "gosuslugi.sms_help/back/gosuslugi.first_stage",
        *(f"gosuslugi.{place}/identity_confirmed/refused" for place in places),
        *(f"gosuslugi/identity_confirmed/{to}" for to in answers),
        "gosuslugi/identity_denied/gosuslugi.entry",
        "unconfirmed_account/retry/gosuslugi.entry",
        *(f"{state}/cancel/cancelled" for state in ("gosuslugi", "unconfirmed_account", "ambiguous_card")),
    }


def person(oid: str, last: str, first: str, **known: Any) -> Identity:
    nothing = {"snils": None, "phone": None, "email": None, "policy": None, "birth_date": date(1985, 5, 5)}
    return identity(**{"oid": oid, "name": {"last": last, "first": first}, **nothing, **known})


PEOPLE = {
    "margarita": identity(),
    "margarita, married": identity(name={"last": "Ёлкина", "first": "Маргарита", "middle": "Викторовна"}),
    "boris": person("2", "Ёлкин", "Борис", phone="+7(912)7654321"),
    "no birth date": person("3", "Птицына", "Анна", birth_date=None),
    "not confirmed": person("4", "Снегирёв", "Иван", trusted=False),
    "being confirmed": person("4", "Снегирёв", "Иван", trusted=False, verifying=True),
    "confirmed now": person("4", "Снегирёв", "Иван"),
    "two cards": person("5", "Синицына", "Ольга"),
    "one card": person("6", "Соколов", "Пётр"),
    "organisation": person("7", "Дроздов", "Олег", kind="organisation"),
}


def clinic_cards(of: Identity) -> tuple[ClinicCard, ...]:
    """What clinics have in their files: two cards of one person, one of another."""
    known = {PEOPLE["two cards"].oid: ("a", "b"), PEOPLE["one card"].oid: ("c",)}
    born = of.birth_date or date(1985, 5, 5)
    return tuple(ClinicCard(ref=ref, name=of.name, birth_date=born) for ref in known.get(of.oid, ()))


class LegMachine(PortalMachine):
    """Rules of the leg. Where a confirmed identity leads is the model's that uses it."""

    ways_back: ClassVar[dict[str, str]] = BACK

    def __init__(self) -> None:
        super().__init__()
        self.at_sms = False
        self.answers = {"answer of old": ("another flow", "not confirmed")}
        self.tried: set[tuple[str, str]] = set()

    @classmethod
    def prepare(cls, scene: Scene) -> None:
        """Another person's flow had an answer before."""
        scene.portal.gosuslugi.returned(scene.at_gosuslugi().id, PEOPLE["not confirmed"], "answer of old")

    def go_on_to(self, state: str) -> None:
        """From the entry on to where a walk is to begin."""
        acts: dict[str, Any] = {
            "go": lambda: self.set_out("link", None),
            "pass": lambda: self.pass_the_first_stage("other"),
            "cannot": lambda: self.cannot_sign_in(None),
            "sms": lambda: self.the_sms_does_not_come(Fault.SMS_MISSING, None),
            "support": lambda: self.ask_support(None),
        }
        for act in WAYS[state].split():
            acts[act]()
        # Not by chance alone: an answer that served before is refused on each of these pages.
        self.comes_back_as("margarita", None, "answer of old")

    def identified(self, who: Identity, repeated: bool) -> tuple[str, tuple[str, ...]]:
        """Where the answer leads, and why not."""
        raise NotImplementedError

    def resolved(self) -> str:
        """Where an operator's word leads."""
        raise NotImplementedError

    @property
    def at_gosuslugi(self) -> bool:
        return self.state.startswith("gosuslugi.")

    @precondition(lambda self: self.state == "gosuslugi.entry")
    @rule(via=st.sampled_from(["button", "link"]), death=deaths)
    def set_out(self, via: str, death: Any) -> None:
        self.send(GoToGosuslugi(via=via), "gosuslugi.first_stage", death=death)
        self.at_sms = False

    @precondition(lambda self: self.state == "gosuslugi.first_stage")
    @rule(method=st.sampled_from(["password", "other"]))
    def pass_the_first_stage(self, method: Any) -> None:
        self.arrived(self.scene.portal.gosuslugi.progress(self.flow, method), "gosuslugi.sms_code")
        self.at_sms = True

    @precondition(lambda self: self.state == "gosuslugi.first_stage")
    @rule(death=deaths)
    def cannot_sign_in(self, death: Any) -> None:
        self.send(CannotSignIn(), "gosuslugi.sign_in_help", death=death)

    @precondition(lambda self: self.state in ("gosuslugi.first_stage", "gosuslugi.sms_code"))
    @rule(fault=st.just(Fault.SMS_MISSING), death=deaths)
    def the_sms_does_not_come(self, fault: Fault, death: Any) -> None:
        self.at_sms = self.state == "gosuslugi.sms_code"
        self.send(SmsNotArriving(), "gosuslugi.sms_help", death=death)

    @precondition(lambda self: self.state in SUPPORT)
    @rule(death=deaths, and_back=st.booleans())
    def ask_support(self, death: Any, and_back: bool = False) -> None:
        self.send(ContactSupport(), SUPPORT[self.state], death=death)
        if and_back and self.state in self.ways_back:
            self.go_back(death)

    @precondition(lambda self: self.state in self.ways_back or self.state == "gosuslugi.sms_help")
    @rule(death=deaths)
    def go_back(self, death: Any) -> None:
        from_sms_help = "gosuslugi.sms_code" if self.at_sms else "gosuslugi.first_stage"
        self.send(Back(), self.ways_back.get(self.state, from_sms_help), death=death)

    @precondition(lambda self: "cancel" in self.persons.get(self.state, ()))
    @rule(death=deaths, really=seldom(3))
    def leave(self, death: Any, really: bool) -> None:
        if really:
            self.send(Cancel(), "cancelled", death=death)

    @precondition(lambda self: self.at_gosuslugi)
    @rule(reason=st.sampled_from(Denial))
    def gosuslugi_says_no(self, reason: Denial) -> None:
        self.denied(self.scene.portal.gosuslugi.denied(self.flow, reason))

    @precondition(lambda self: self.at_gosuslugi)
    @rule(fault=st.just(Fault.GOSUSLUGI_DOWN))
    def gosuslugi_is_down(self, fault: Fault) -> None:
        self.scene.gosuslugi.outage = True
        self.denied(self.scene.gosuslugi.sign_in_another_way(self.flow, "margarita"))

    @precondition(lambda self: self.at_gosuslugi)
    @rule(name=st.sampled_from(list(PEOPLE)), death=deaths)
    def gosuslugi_confirms(self, name: str, death: Any) -> None:
        self.comes_back_as(name, death)

    @precondition(lambda self: self.at_gosuslugi)
    @rule(data=st.data(), death=deaths)
    def an_answer_that_served_before(self, data: st.DataObject, death: Any) -> None:
        if old := [answer for answer in self.answers if (self.flow, answer) not in self.tried]:
            self.comes_back_as(data.draw(st.sampled_from(["margarita", "not confirmed"])), death, old[-1])

    def comes_back_as(self, name: str, death: Any, old_answer: str | None = None) -> None:
        """Gosuslugi's verified answer, or one that another flow had before."""
        answer = old_answer or f"answer {next(self.keys)}"
        if name == "organisation":
            self.denied(self.scene.portal.gosuslugi.returned(self.flow, PEOPLE[name], answer))
            return
        self.tried.add((self.flow, answer))
        to, refused = self.identified(PEOPLE[name], answer in self.answers)
        if not refused:
            self.answers[answer] = (self.flow, name)
        view = self.dying(lambda _: self.scene.portal.gosuslugi.returned(self.flow, PEOPLE[name], answer), death)
        # Operators are told when the person gets there, and not again.
        self.effects["AlarmAmbiguousCard"] += to == "ambiguous_card" and not refused
        self.arrived(view, None if refused else to, refused=refused)
        self.after_an_answer(PEOPLE[name], view, bool(refused))

    def after_an_answer(self, who: Identity, view: Any, refused: bool) -> None:
        """What the model learns."""

    @precondition(lambda self: any(flow == self.flow for flow, _ in self.answers.values()))
    @rule(fault=st.just(Fault.ANSWER_TWICE), data=st.data())
    def the_answer_comes_twice(self, fault: Fault, data: st.DataObject) -> None:
        """At any later time, wherever the person is by now: nothing happens again; nor for somebody else's data."""
        mine = [answer for answer, (flow, _) in self.answers.items() if flow == self.flow]
        answer = data.draw(st.sampled_from(mine))
        before, name = self.everything(), self.answers[answer][1]
        again = self.scene.portal.gosuslugi.returned(self.flow, PEOPLE[name], answer)
        assert not again.refusals
        assert (again.state, again.version) == (self.state, self.version)
        other = "boris" if name != "boris" else "margarita"
        with pytest.raises(IdempotencyConflict):
            self.scene.portal.gosuslugi.returned(self.flow, PEOPLE[other], answer)
        assert self.everything() == before

    @precondition(lambda self: self.state == "unconfirmed_account")
    @rule(death=deaths)
    def try_again(self, death: Any) -> None:
        self.send(Retry(), "gosuslugi.entry", death=death)

    @precondition(lambda self: self.state == "ambiguous_card")
    @rule(card=st.sampled_from(["a", "b", None]))
    def an_operator_finds_the_card(self, card: str | None) -> None:
        to = self.resolved()
        view = self.arrived(self.scene.portal.operator.resolve_ambiguity(self.flow, card), to)
        self.after_an_answer(PEOPLE["two cards"], view, False)

    def denied(self, view: Any) -> None:
        self.arrived(view, "gosuslugi.entry")
        self.at_sms = False

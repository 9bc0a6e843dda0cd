"""*Дано* in process, behind the door: cards, passwords, clinics and codes."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from registratura.features.cast import MISHA, Person
from registratura.features.codes import TypedCode
from registratura.features.deeds import Deed
from registratura.features.drivers.engine.pages import codes_in
from registratura.features.drivers.engine.people import Answer
from registratura.features.drivers.engine.typed import unknown_code, wrong_one_time_code
from registratura.features.drivers.engine.when import EngineWhen
from registratura.features.drivers.engine.world import World
from registratura.features.drivers.given import Given
from registratura.features.places import Place

MINUTE = timedelta(minutes=1)
OWN = TypedCode("own")
# Where the portal thinks that the person is, if nobody reports their progress at Gosuslugi.
UNREPORTED = {"gosuslugi.sms_code": "gosuslugi.first_stage"}
WRONG_PASSWORD = "Mimo1Celi"


class Stage(Protocol):
    """What carries *Дано* out, step by step."""

    @property
    def world(self) -> World:
        """The world as the steps so far have left it."""

    @property
    def given(self) -> Given:
        """One more step, which may be known from another scenario."""


class InsidePreparations:
    """Cards, passwords, clinics and codes.

    A step begins with the steps that it needs, by `first`: what they leave may be known. Then it does its own part.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.first = stage.given

    @property
    def world(self) -> World:
        return self._stage.world

    @property
    def when(self) -> EngineWhen:
        return EngineWhen(self.world)

    # Cards and passwords.
    def added_card(self, person: Person, relative: Person) -> None:
        self.first.in_cabinet(person, self.world.visitor(person).channel)
        self.when.add_card(person, relative)
        self.when.own_card(relative)

    def confirmed_card(self, person: Person, profile: Person) -> None:
        self.when.confirm_card(person, profile)
        _must_be_accepted(self.world.visitor(person).answers[-1])

    def deleted_card(self, person: Person, profile: Person) -> None:
        if profile is person and self.world.card_of(MISHA) is None:
            self.first.added_card(person, MISHA)
        self.when.delete_card(person, profile, confirmed=True)
        assert self.world.card_of(profile) is None, f"карта {profile} не удалена"

    def card_edited(self, person: Person, field: str, value: str) -> None:
        self.when.edit_card(person, field, value)

    def edited_elsewhere(self, person: Person, field: str, value: str) -> None:
        who = self.world.visitor(person)
        seen = self.world.line.get(who, self.when.own_card(person).id)
        who.seen_revision = seen.screen.items["revision"]
        self.when.edit_card(person, field, value)

    def came_of_age(self, child: Person) -> None:
        self.when.come_of_age(child)

    def password_set(self, person: Person, password: str) -> None:
        self.first.opened_section(person, "settings.overview")
        self.when.set_password(person, password, password)
        _must_be_accepted(self.world.visitor(person).answers[-1])

    def password_tried(self, person: Person, password: str) -> None:
        self.when.set_password(person, password, password)

    def password_locked(self, person: Person, times: int) -> None:
        self.first.reached_signing_in(person, Place("sign_in", "password"))
        locks = self.world.portal.parts.settings.attempts["password"].locks
        for wait in (timedelta(), *locks[: times - 1]):
            self.world.turn_clock(wait)
            self.first.guessed_wrong(person, 5, "password")
        self.must_be_at(person, "locked")

    def guessed_wrong(self, person: Person, times: int, secret: str, elsewhere: bool = False) -> None:
        who = self.world.visitor(person)
        here = who.session, who.account, who.flow, who.entries
        guess = {
            "password": self._guess_password,
            "current_password": self._guess_current_password,
            "attachment_code": self._guess_attachment_code,
        }
        for number in range(times):
            guess.get(secret, self._guess_one_time_code)(person, number, elsewhere and number == 0)
        if elsewhere:
            who = self.world.visitor(person)
            who.session, who.account, who.flow, who.entries = here

    # Clinics.
    def clinic_ordered(self, clinic: str, person: Person, order: str) -> None:
        self.when.clinic_orders(clinic, person, order)
        _must_be_accepted(self.world.clinic_answers[clinic])

    def clinic_left(self, clinic: str) -> None:
        self.when.clinic_moves(clinic, "leave")

    def code_entry_opened(self, person: Person, profile: Person | None = None) -> None:
        self.first.opened_section(person, "health")
        self.when.open_code_entry(person, "health_hint")
        if profile is not None:
            self.when.choose_profile(person, profile)
        self.must_be_at(person, "code_entry")
        _must_be_accepted(self.world.visitor(person).answers[-1])

    def code_entry_opened_twice(self, person: Person) -> None:
        self.first.code_entry_opened(person)
        self.first.in_cabinet(person, "mobile")
        self.when.open_code_entry(person, "health_hint")
        self.must_be_at(person, "code_entry")

    def attached(self, person: Person, clinic: str, profile: Person | None = None) -> None:
        patient = profile or person
        if profile is not None and self.world.card_of(profile) is None:
            self.first.added_card(person, profile)
        self.first.code_entry_opened(person, profile)
        self.clinic_ordered(clinic, patient, "issue")
        self.when.submit_code(person, TypedCode("of", owner=patient))
        self.must_be_at(person, "attached")
        who = self.world.visitor(person)
        who.flow = who.cabinet

    def delivered(self, clinic: str, person: Person, document: str) -> None:
        if not self.world.rights_of(person, clinic):
            self.first.attached(person, clinic)
        self.when.deliver(clinic, person, document)
        _must_be_accepted(self.world.clinic_answers[clinic])

    def right_withdrawn(self, person: Person, clinic: str) -> None:
        self.when.withdraw_right(person, clinic)
        _must_be_accepted(self.world.visitor(person).answers[-1])

    # One-time codes.
    def one_time_code_sent(self, person: Person) -> None:
        self.when.send_one_time_code(person)
        _must_be_accepted(self.world.visitor(person).answers[-1])

    def one_time_code_resent(self, person: Person) -> None:
        self.world.turn_clock(MINUTE)
        self.when.act(person, Deed("resend"))
        _must_be_accepted(self.world.visitor(person).answers[-1])

    def one_time_code_passed(self, person: Person) -> None:
        self.when.submit_one_time_code(person, OWN)
        self.must_be_at(person, "passed")

    def one_time_codes_sent(self, person: Person, count: int) -> None:
        self.first.one_time_code_sent(person)
        for _ in range(count - 1):
            self.one_time_code_resent(person)

    def must_be_at(self, person: Person, state: str) -> None:
        flow = self.world.visitor(person).flow
        actual = next((row.state for row in self.world.storage.flows() if row.id == flow), "")
        if not self.world.gosuslugi.reports:
            state = UNREPORTED.get(state, state)
        assert actual == state, f"{person}: не удалось подготовить «{state}», вышло «{actual}»"

    def _guess_password(self, person: Person, number: int, elsewhere: bool) -> None:
        who = self.world.visitor(person)
        if elsewhere or who.page is None or who.page.flow != "sign_in":
            self.first.reached_signing_in(person, Place("sign_in", "password"))
        self.when.sign_in_by_password(person, WRONG_PASSWORD)

    def _guess_current_password(self, person: Person, number: int, elsewhere: bool) -> None:
        self.when.change_password(person, WRONG_PASSWORD, f"Novoe{number}Slovo")

    def _guess_attachment_code(self, person: Person, number: int, elsewhere: bool) -> None:
        who = self.world.visitor(person)
        if elsewhere or not who.entries:
            self.first.code_entry_opened(person)
        who = self.world.visitor(person)
        self.when.type_code(who, who.entries[-1], unknown_code(self.world, number))

    def _guess_one_time_code(self, person: Person, number: int, elsewhere: bool) -> None:
        self.when.submit_one_time_code(
            person, TypedCode("literal", text=wrong_one_time_code(self.world, person, number + 1))
        )


def _must_be_accepted(answer: Answer) -> None:
    assert not answer.error, f"не удалось подготовить: {answer.error}"
    assert not codes_in(answer), f"не удалось подготовить: {codes_in(answer)}"

"""*Дано* in process: the person's own acts, without the ways around that do not matter."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Protocol

from registratura.domain.consent import ConsentText, Purpose
from registratura.domain.identity import DocumentStatus, Policy
from registratura.domain.matching import ClinicCard
from registratura.domain.passwords import HARDENED
from registratura.features.cast import MISHA, REGION, Person
from registratura.features.codes import TypedCode
from registratura.features.deeds import Deed
from registratura.features.drivers.engine.people import Visitor, name_of
from registratura.features.drivers.engine.typed import unknown_code, wrong_one_time_code
from registratura.features.drivers.engine.ways import REGISTRATION, SIGN_IN
from registratura.features.drivers.engine.when import EngineWhen
from registratura.features.drivers.engine.world import World
from registratura.features.drivers.given import Given
from registratura.features.faults import Fault
from registratura.features.places import Place
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode

MINUTE = timedelta(minutes=1)
OWN = TypedCode("own")
WRONG_PASSWORD = "Mimo1Celi"


class Stage(Protocol):
    """What carries *Дано* out, step by step."""

    @property
    def world(self) -> World:
        """The world as the steps so far have left it."""

    @property
    def given(self) -> Given:
        """One more step, which may be known from another scenario."""


class EngineGiven(Given):
    """Prepares, and fails where what it prepares does not come about.

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

    # Where the person is.
    def reached(self, person: Person, place: Place, region: str | None = None) -> None:
        if place.chart != "attachment":
            before, act = REGISTRATION[place.state]
            if before:
                self.first.reached(person, Place("registration", before), region)
            self.region = region or REGION
            act(self, person)
        elif place.state == "locked":
            self.first.guessed_wrong(person, 5, "attachment_code")
        else:
            self.first.code_entry_opened(person)
        self._must_be_at(person, place.state)

    def reached_signing_in(self, person: Person, place: Place) -> None:
        who = self.world.visitor(person)
        if place.state == "ambiguous_card" and (who.own is None or self.world.card_of(person)):
            self.first.added_card(person, MISHA)
            self.first.deleted_card(person, person)
        before, act = SIGN_IN[place.state]
        if before:
            self.first.reached_signing_in(person, Place("sign_in", before))
        act(self, person)
        self._must_be_at(person, place.state)

    def registered(self, person: Person, card_checked: bool = True) -> None:
        if self.world.visitor(person).own is None:
            self.first.reached(person, Place("registration", "card_review"))
            self.acted(person, Deed("confirm_card" if card_checked else "confirm_later"))
            self.acted(person, Deed("skip_password"))
            self._must_be_at(person, "registered")
            who = self.world.visitor(person)
            who.sign_out()
            who.flow = ""

    def signed_in(self, person: Person) -> None:
        self.first.registered(person)
        self.first.reached_signing_in(person, Place("sign_in", "signed_in"))

    def in_cabinet(self, person: Person, channel: str = "web") -> None:
        if self.world.visitor(person).account is None:
            self.first.signed_in(person)
        who = self.world.visitor(person)
        if not who.cabinet or who.channel != channel:
            self.when.open_cabinet(person, channel)
        who.flow = who.cabinet

    def signed_in_elsewhere(self, person: Person) -> None:
        who = self.world.visitor(person)
        here = who.session, who.account, who.flow
        self.first.signed_in(person)
        who = self.world.visitor(person)
        who.elsewhere = who.session
        who.session, who.account, who.flow = here

    def session_ended(self, person: Person) -> None:
        self.world.visitor(person).account = None

    def opened_section(self, person: Person, section: str) -> None:
        self.first.in_cabinet(person, self.world.visitor(person).channel)
        self.when.open_section(person, section)
        self._must_be_at(person, section)

    def acted(self, person: Person, deed: Deed) -> None:
        self.when.act(person, deed)

    def chose_region(self, person: Person, region: str) -> None:
        self.when.choose_region(person, region)

    # The world outside.
    def fault(self, fault: Fault) -> None:
        self.when.fault(fault)

    def passed(self, duration: timedelta) -> None:
        self.world.turn_clock(duration)

    def consent_renewed(self, purpose: str) -> None:
        kind = Purpose(purpose)
        old = self.world.consents[kind]
        self.world.consents[kind] = ConsentText(purpose=kind, version=f"{old.version}+", text=f"{old.text}\nДополнено.")

    def hardened_passwords(self) -> None:
        self.world.password_policy = HARDENED
        self.world.restart()

    # Gosuslugi.
    def gosuslugi_answered(self, person: Person, answer: str) -> None:
        self.when.gosuslugi_answers(person, answer)

    def help_opened_and_closed(self, person: Person, times: int) -> None:
        for _ in range(times):
            self.acted(person, Deed("cannot_sign_in"))
            self.acted(person, Deed("back"))

    def gosuslugi_lacks(self, person: Person, field: str) -> None:
        if field == "middle_name":
            self._rename(person, middle=None)
        else:
            self._know(person, **{field: None})

    def gosuslugi_says(self, person: Person, field: str, value: str) -> None:
        assert field == "last_name", f"Госуслуги умеют менять только фамилию, не {field}"
        self._rename(person, last=value)

    def gosuslugi_has_wrong(self, person: Person, field: str) -> None:
        assert field == "snils", f"с ошибкой бывает только СНИЛС, не {field}"
        self._know(person, snils=f"{person.snils[:-1]}{(int(person.snils[-1]) + 1) % 10}")

    def gosuslugi_has_unverified(self, person: Person, field: str) -> None:
        assert field == "policy", f"не подтверждён бывает только полис, не {field}"
        self._know(person, policy=Policy(number=person.oms, status=DocumentStatus.NOT_VERIFIED))

    def clinic_cards(self, person: Person, count: int) -> None:
        self.world.clinic_cards += tuple(
            ClinicCard(ref=f"card-{n}", name=name_of(person), birth_date=person.birth_date, snils=person.snils)
            for n in range(count)
        )

    # Cards and passwords.
    def added_card(self, person: Person, relative: Person) -> None:
        self.first.in_cabinet(person, self.world.visitor(person).channel)
        self.when.add_card(person, relative)
        self.when.own_card(relative)

    def deleted_card(self, person: Person, profile: Person) -> None:
        self.when.delete_card(person, profile, confirmed=True)
        assert self.world.card_of(profile) is None, f"карта {profile} не удалена"

    def edited_elsewhere(self, person: Person, field: str, value: str) -> None:
        who = self.world.visitor(person)
        seen = self.world.portal.get(self.when.own_card(person).id, caller=who.caller)
        who.seen_revision = seen.screen.items["revision"]
        self.when.edit_card(person, field, value)

    def came_of_age(self, child: Person) -> None:
        self.when.come_of_age(child)

    def password_set(self, person: Person, password: str) -> None:
        self.first.opened_section(person, "settings.overview")
        self.when.set_password(person, password, password)
        self._must_not_be_refused(self.world.visitor(person))

    def password_locked(self, person: Person, times: int) -> None:
        self.first.reached_signing_in(person, Place("sign_in", "password"))
        locks = self.world.portal.parts.settings.attempts["password"].locks
        for wait in (timedelta(), *locks[: times - 1]):
            self.passed(wait)
            self.first.guessed_wrong(person, 5, "password")
        self._must_be_at(person, "locked")

    def guessed_wrong(self, person: Person, times: int, secret: str, elsewhere: bool = False) -> None:
        who = self.world.visitor(person)
        here = who.session, who.account, who.flow, who.entries
        guess = {"password": self._guess_password, "attachment_code": self._guess_attachment_code}
        for number in range(times):
            guess.get(secret, self._guess_one_time_code)(person, number, elsewhere and number == 0)
        if elsewhere:
            who.session, who.account, who.flow, who.entries = here

    # Clinics.
    def clinic_ordered(self, clinic: str, person: Person, order: str) -> None:
        self.when.clinic_orders(clinic, person, order)
        answer = self.world.clinic_answers[clinic]
        assert answer.error is None, f"клиника «{clinic}»: {answer.error}"

    def clinic_left(self, clinic: str) -> None:
        self.when.clinic_moves(clinic, "leave")

    def code_entry_opened(self, person: Person, profile: Person | None = None) -> None:
        self.first.opened_section(person, "health")
        self.when.open_code_entry(person, "health_hint")
        if profile is not None:
            self.when.choose_profile(person, profile)
        self._must_be_at(person, "code_entry")
        self._must_not_be_refused(self.world.visitor(person))

    def code_entry_opened_twice(self, person: Person) -> None:
        self.first.code_entry_opened(person)
        self.first.in_cabinet(person, "mobile")
        self.when.open_code_entry(person, "health_hint")
        self._must_be_at(person, "code_entry")

    def attached(self, person: Person, clinic: str, profile: Person | None = None) -> None:
        patient = profile or person
        if profile is not None and self.world.card_of(profile) is None:
            self.first.added_card(person, profile)
        self.first.code_entry_opened(person, profile)
        self.clinic_ordered(clinic, patient, "issue")
        self.when.submit_code(person, TypedCode("of", owner=patient))
        self._must_be_at(person, "attached")
        who = self.world.visitor(person)
        who.flow = who.cabinet

    def delivered(self, clinic: str, person: Person, document: str) -> None:
        if not self.world.rights_of(person, clinic):
            self.first.attached(person, clinic)
        self.when.deliver(clinic, person, document)
        answer = self.world.clinic_answers[clinic]
        assert answer.view is not None and not answer.view.refusals, f"документ «{document}» не передан"

    def right_withdrawn(self, person: Person, clinic: str) -> None:
        self.when.withdraw_right(person, clinic)
        self._must_not_be_refused(self.world.visitor(person))

    # One-time codes.
    def one_time_code_sent(self, person: Person) -> None:
        who = self.world.visitor(person)
        begin = SendOneTimeCode(phone=person.phone, person=person.key)
        self.world.ask(who, partial(self.world.portal.start, OneTimeCode, begin, caller=who.caller))
        view = who.answers[-1].view
        assert view is not None, f"{person}: код из СМС не отправлен"
        who.flow = self.world.one_time_code = view.id

    def one_time_code_resent(self, person: Person) -> None:
        self.passed(MINUTE)
        self.acted(person, Deed("resend"))
        self._must_not_be_refused(self.world.visitor(person))

    def one_time_code_passed(self, person: Person) -> None:
        self.when.submit_one_time_code(person, OWN)
        self._must_be_at(person, "passed")

    def one_time_codes_sent(self, person: Person, count: int) -> None:
        self.first.one_time_code_sent(person)
        for _ in range(count - 1):
            self.one_time_code_resent(person)

    def _must_be_at(self, person: Person, state: str) -> None:
        flow = self.world.visitor(person).flow
        actual = next((row.state for row in self.world.rows() if row.id == flow), "")
        assert actual == state, f"{person}: не удалось подготовить «{state}», вышло «{actual}»"

    def _must_not_be_refused(self, who: Visitor) -> None:
        answer = who.answers[-1]
        assert answer.view is not None and not answer.view.refusals, f"{who.person}: {answer}"

    def _know(self, person: Person, **changes: object) -> None:
        citizen = self.world.citizen(person)
        citizen.identity = citizen.identity.model_copy(update=changes)

    def _rename(self, person: Person, **changes: str | None) -> None:
        self._know(person, name=self.world.citizen(person).identity.name.model_copy(update=changes))

    def _guess_password(self, person: Person, number: int, elsewhere: bool) -> None:
        who = self.world.visitor(person)
        if elsewhere or who.page is None or who.page.flow != "sign_in":
            self.first.reached_signing_in(person, Place("sign_in", "password"))
        self.when.sign_in_by_password(person, WRONG_PASSWORD)

    def _guess_attachment_code(self, person: Person, number: int, elsewhere: bool) -> None:
        who = self.world.visitor(person)
        if elsewhere or not who.entries:
            self.first.code_entry_opened(person)
        who = self.world.visitor(person)
        self.when.type_code(who, who.entries[-1], unknown_code(self.world, number))

    def _guess_one_time_code(self, person: Person, number: int, elsewhere: bool) -> None:
        self.when.submit_one_time_code(person, TypedCode("literal", text=wrong_one_time_code(self.world, person, number + 1)))

"""*Дано* in process: the person's own acts, without the ways around that do not matter."""

from __future__ import annotations

from datetime import timedelta

from registratura.domain.consent import ConsentText, Purpose
from registratura.domain.identity import DocumentStatus, Policy
from registratura.domain.matching import ClinicCard
from registratura.domain.passwords import HARDENED
from registratura.features.cast import MISHA, REGION, Person
from registratura.features.deeds import Deed
from registratura.features.drivers.engine.given_inside import InsidePreparations
from registratura.features.drivers.engine.people import name_of
from registratura.features.drivers.engine.ways import REGISTRATION, SIGN_IN, Act
from registratura.features.drivers.given import Given
from registratura.features.faults import Fault
from registratura.features.places import Place
from registratura.flows.registration import Registration


class EngineGiven(InsidePreparations, Given):
    """Prepares, and fails where what it prepares does not come about."""

    region = REGION

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
        self.must_be_at(person, place.state)

    def reached_signed_in(self, person: Person, place: Place) -> None:
        self.first.in_cabinet(person)
        way, state = list[Act](), place.state
        while state != "region":
            state, act = REGISTRATION[state]
            way.append(act)
        self.when.begin(self.world.visitor(person), Registration)
        for act in reversed(way):
            act(self, person)
        self.must_be_at(person, place.state)

    def reached_again(self, person: Person, place: Place) -> None:
        self.first.reached(person, Place("registration", "card_review"))
        way, state = list[Act](), place.state
        while state != "gosuslugi.entry":
            state, act = REGISTRATION[state]
            way.append(act)
        self.acted(person, Deed("reload_from_gosuslugi"))
        for act in reversed(way):
            act(self, person)
        self.must_be_at(person, place.state)

    def registered_elsewhere(self, person: Person) -> None:
        who = self.world.visitor(person)
        here = who.session, who.flow
        self.first.reached(person, Place("registration", "ambiguous_card"))
        self.when.operator_chooses_card(person)
        self.must_be_at(person, "card_review")
        who = self.world.visitor(person)
        who.session, who.flow = here

    def reached_signing_in(self, person: Person, place: Place) -> None:
        who = self.world.visitor(person)
        if place.state == "ambiguous_card" and (who.own is None or self.world.card_of(person)):
            self.first.added_card(person, MISHA)
            self.first.deleted_card(person, person)
        before, act = SIGN_IN[place.state]
        if before:
            self.first.reached_signing_in(person, Place("sign_in", before))
        act(self, person)
        self.must_be_at(person, place.state)

    def registered(self, person: Person, card_checked: bool = True) -> None:
        if self.world.visitor(person).own is None:
            self.first.reached(person, Place("registration", "card_review"))
            self.acted(person, Deed("confirm_card" if card_checked else "confirm_later"))
            self.acted(person, Deed("skip_password"))
            self.must_be_at(person, "registered")
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
        self.must_be_at(person, section)

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

    def alarm_after(self, count: int) -> None:
        self.world.code_alarm = count
        self.world.restart()

    def data_destroyed(self, person: Person, act: str) -> None:
        self.when.destroy_data(person, act)

    def hardened_passwords(self) -> None:
        self.world.password_policy = HARDENED
        self.world.restart()

    # Gosuslugi.
    def gosuslugi_answered(self, person: Person, answer: str) -> None:
        self.when.gosuslugi_answers(person, answer)

    def gosuslugi_confirmed(self, person: Person) -> None:
        self.when.gosuslugi_confirms(person)

    def first_stage_passed(self, person: Person, method: str) -> None:
        self.when.pass_first_stage(person, method)

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

    def _know(self, person: Person, **changes: object) -> None:
        citizen = self.world.citizen(person)
        citizen.identity = citizen.identity.model_copy(update=changes)

    def _rename(self, person: Person, **changes: str | None) -> None:
        self._know(person, name=self.world.citizen(person).identity.name.model_copy(update=changes))

"""*Когда* in process, behind the door: cards, passwords, the cabinet, clinics and codes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from registratura.domain.card import comes_of_age
from registratura.domain.clinics import Document
from registratura.domain.consent import Purpose
from registratura.features.cast import Person
from registratura.features.codes import TypedCode
from registratura.features.drivers.engine.parts import MORNING
from registratura.features.drivers.engine.people import Answer, Visitor, patient, secret_of, typed_card
from registratura.features.drivers.engine.typed import attachment_code, one_time_code, wrong_one_time_code
from registratura.features.drivers.engine.world import World, answer_to
from registratura.features.places import SECTIONS
from registratura.flows.attachment import Attachment, BeginAttachment
from registratura.flows.attachment_code import AttachmentCode
from registratura.flows.cabinet import Cabinet, OpenCabinet, OpenSection
from registratura.flows.flow import AnyFlow, AnyRecord
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode, SubmitOneTimeCode
from registratura.flows.patient_card import AddRelative, PatientCard
from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword
from registratura.host import FlowView, IssuedCode

CLINIC_TRIES_AGAIN = timedelta(hours=1)
SECTION_NAMES = {"settings.overview": "settings", "settings.clinic_rights": "clinic_rights"}
SECTION_NAMES["settings.password"] = "password"


class InsideActs:
    """The acts of people who have an account, and of clinics."""

    def __init__(self, world: World) -> None:
        self.world = world

    def begin(self, who: Visitor, flow: AnyFlow, *, signed_out: bool = False) -> None:
        """Start a flow and look at it."""
        if signed_out:
            who.sign_out()
        self.world.begin(who, flow.name)
        if view := who.answers[-1].view:
            who.flow = view.id

    def own_card(self, person: Person) -> AnyRecord:
        """The card with the person's name."""
        card = self.world.card_of(person)
        assert card is not None, f"{person}: карты нет"
        return card

    # Cards.
    def edit_card(self, person: Person, field: str, value: str, stale: bool = False) -> None:
        who, changes = self.world.visitor(person), {field: value}
        if who.page is not None and who.page.flow == "registration":
            revision = who.page.screen.items["revision"]
            self.world.say(who, who.flow, "correct_card", changes=changes, revision=revision)
            return
        card = self.own_card(person).id
        revision = who.seen_revision if stale else self.world.line.get(who, card).screen.items["revision"]
        self.world.say(who, card, "edit", changes=changes, revision=revision)

    def add_card(self, person: Person, relative: Person) -> None:
        who, text = self.world.visitor(person), self.world.consents[Purpose.PERSONAL_DATA]
        agreed = {"text_version": text.version, "text_sha256": text.sha256}
        if who.page is not None and who.page.state == "cards":
            # The text that they have before them.
            agreed = {name: who.page.screen.items[name] for name in agreed}
        self.world.begin(who, PatientCard.name, AddRelative.name, fields=typed_card(relative), **agreed)

    def confirm_card(self, person: Person, profile: Person) -> None:
        self.world.say(self.world.visitor(person), self.own_card(profile).id, "confirm")

    def delete_card(self, person: Person, profile: Person, confirmed: bool) -> None:
        self.world.say(self.world.visitor(person), self.own_card(profile).id, "delete", confirmed=confirmed)

    def come_of_age(self, child: Person) -> None:
        self.world.clock.now = comes_of_age(child.birth_date)
        self.world.work()

    # Passwords and signing in.
    def set_password(self, person: Person, password: str, repeat: str) -> None:
        who = self.world.visitor(person)
        who.secrets += (password,)
        self.world.say(who, self._password_flow(who), "set_password", password=password, repeat=repeat)

    def change_password(self, person: Person, current: str, new: str) -> None:
        who = self.world.visitor(person)
        who.secrets += (new,)
        asked = {"current": current, "password": new, "repeat": new}
        self.world.say(who, self._password_flow(who), "change_password", **asked)

    def sign_in_by_password(self, person: Person, password: str, login: str | None = None) -> None:
        who = self.world.visitor(person)
        if who.page is None or who.page.flow != "sign_in":
            self.begin(who, SignIn, signed_out=True)
            self.world.say(who, who.flow, "choose_password")
        self.world.say(who, who.flow, "submit_password", login=login or person.phone, password=password)

    def sign_in_from_devices(self, person: Person, password: str, devices: int) -> None:
        browsers = [Visitor(person, secret_of(f"{person.key}-{n}")) for n in range(devices)]
        self.world.at_once(self.world.visitor(person), [partial(self.sign_in_anew, who, password) for who in browsers])

    def enter_cabinet(self, person: Person) -> None:
        who = self.world.visitor(person)
        self.begin(who, SignIn, signed_out=True)
        self.world.say(who, who.flow, "choose_gosuslugi")
        self.world.say(who, who.flow, "go_to_gosuslugi")
        self.world.ask(who, partial(self.world.visits.confirmed, who, self.world.citizen(person).identity))
        self.open_cabinet(person, "web")

    # The cabinet.
    def open_cabinet(self, person: Person, channel: str) -> None:
        who = self.world.visitor(person)
        who.channel = channel
        self.world.begin(who, Cabinet.name)
        if view := who.answers[-1].view:
            who.cabinet = who.flow = view.id
            self.world.say(who, who.cabinet, "open_cabinet", channel=channel)

    def open_section(self, person: Person, section: str) -> None:
        who = self.world.visitor(person)
        if not who.cabinet:
            self.open_cabinet(person, who.channel)
        who.flow = who.cabinet
        self.world.say(who, who.cabinet, "open_section", section=SECTION_NAMES.get(section, section))

    def open_sections_from(self, person: Person, section: str) -> None:
        for other in SECTIONS.values():
            if other != section:
                self.open_section(person, other)
                self.open_section(person, section)

    def add_clinic(self, person: Person, clinic: str) -> None:
        who = self.world.visitor(person)
        self.world.say(who, who.cabinet, "add_clinic", clinic=self.world.clinic_id(clinic))

    def open_code_entry(self, person: Person, entry: str) -> None:
        who = self.world.visitor(person)
        if who.account is None:
            self.world.begin(who, Attachment.name, BeginAttachment.name, entry=entry, channel=who.channel)
            return
        self.world.say(who, who.cabinet, "open_code_entry", by="plus" if entry == "clinic_rights_plus" else "button")
        view = who.answers[-1].view
        if view and (entry_flow := view.started.get("attachment")):
            who.flow, who.entries = entry_flow, (*who.entries, entry_flow)
            self.world.look(who, entry_flow)

    # Clinics and codes.
    def clinic_orders(self, clinic: str, person: Person, order: str) -> None:
        known, clinics = self.world.codes.get(person.key, ()), self.world.portal.clinics
        issued: list[IssuedCode] = []

        def ask() -> FlowView:
            if order == "revoke":
                return clinics.revoke_code(known[-1].id)
            if order == "issue":
                issued.append(clinics.issue_code(self.world.clinic_id(clinic), patient(person)))
            else:
                issued.append(clinics.reissue_code(known[-1].id))
            return self.world.portal.get(issued[0].id)

        self._clinic_asks(clinic, ask)
        self.world.codes[person.key] = (*known, *issued)

    def clinic_issues_to_nobody(self, clinic: str) -> None:
        clinics = self.world.portal.clinics
        self._clinic_asks(clinic, lambda: self.world.portal.get(clinics.issue_code(self.world.clinic_id(clinic)).id))

    def clinic_moves(self, clinic: str, move: str) -> None:
        key, clinics = self.world.clinic_id(clinic), self.world.portal.clinics
        rights = [right for right in self.world.records("clinic_right") if right.data.clinic == key]
        if move == "leave":
            for right in (right for right in rights if right.state == "granted"):
                clinics.suspend(right.id)
            self.world.clinics.pop(key)
        else:
            self.world.clinics[key] = self.world.desks[key].clinic
            for right in (right for right in rights if right.state == "suspended"):
                clinics.resume(right.id)
        self.world.work()

    def choose_profile(self, person: Person, profile: Person) -> None:
        who = self.world.visitor(person)
        # Also the card of somebody who has come of age: it is theirs no longer.
        self.world.say(who, who.flow, "choose_profile", card=self.world.cards_of(profile)[-1].id)

    def submit_code(self, person: Person, code: TypedCode, times: int = 1) -> None:
        who = self.world.visitor(person)
        self.type_code(who, who.entries[-1], attachment_code(self.world, person, code))
        for _ in range(times - 1):
            self.world.repeat(who)

    def type_code(self, who: Visitor, entry: str, code: str) -> None:
        """Type the code and press the button below the text of the consent that is shown."""
        who.flow, shown = entry, who.pages[entry].screen.items
        text = {name: shown[name] for name in ("text_version", "text_sha256")}
        self.world.say(who, entry, "submit_code", code=code, **text)

    def submit_code_everywhere(self, person: Person, code: TypedCode) -> None:
        who, typed = self.world.visitor(person), attachment_code(self.world, person, code)
        calls: list[Callable[[], FlowView]] = []
        for entry in who.entries:
            shown = who.pages[entry].screen.items
            payload = {"code": typed, "text_version": shown["text_version"], "text_sha256": shown["text_sha256"]}
            calls.append(partial(self.world.line.send, who, entry, "submit_code", payload, entry))
        self.world.at_once(who, calls)

    def deliver(self, clinic: str, person: Person, document: str) -> None:
        self.world.delivery = (clinic, person, document)
        self.deliver_again()

    def deliver_again(self) -> None:
        """The last delivery, under the name that the clinic gave it."""
        assert self.world.delivery is not None, "ни одного документа не передавали"
        clinic, person, title = self.world.delivery
        rights = self.world.rights_of(person, clinic)
        right = rights[-1].id if rights else "no right"
        document = Document(title=title, kind="lab", issued_on=MORNING.date())
        name = f"{person.key}/{title}"
        self._clinic_asks(clinic, lambda: self.world.portal.clinics.deliver(right, name, document))

    def clinics_answer(self, answer: bool) -> None:
        """The clinics' systems go down, or are there again when the portal tries the next time."""
        for desk in self.world.desks.values():
            desk.down = not answer
        self.world.turn_clock(CLINIC_TRIES_AGAIN if answer else timedelta())

    def withdraw_right(self, person: Person, clinic: str) -> None:
        right = self.world.rights_of(person, clinic)[-1]
        self.world.say(self.world.visitor(person), right.id, "withdraw")

    # One-time codes.
    def send_one_time_code(self, person: Person) -> None:
        who = self.world.visitor(person)
        begin = SendOneTimeCode(phone=person.phone, person=person.key)
        self.world.ask(who, partial(self.world.portal.start, OneTimeCode, begin, caller=who.caller))
        self.world.note_refused_start(who.answers[-1], OneTimeCode.name, begin.name, who.channel)
        if view := who.answers[-1].view:
            who.flow = self.world.one_time_code = view.id

    def submit_one_time_code(self, person: Person, code: TypedCode) -> None:
        who = self.world.visitor(person)
        self.world.say(who, who.flow, "submit_one_time_code", code=one_time_code(self.world, person, code))

    def guess_one_time_codes(self, person: Person, count: int) -> None:
        who, name = self.world.visitor(person), SubmitOneTimeCode.name
        guesses = [{"code": wrong_one_time_code(self.world, person, n + 1)} for n in range(count)]
        self.world.at_once(
            who, [partial(self.world.line.send, who, who.flow, name, g, f"{n}") for n, g in enumerate(guesses)]
        )

    def sign_in_anew(self, who: Visitor, password: str) -> FlowView:
        """A sign-in by password from its beginning."""
        line, typed = self.world.line, {"login": who.person.phone, "password": password}
        flow = line.start(who, SignIn.name, "", {}).id
        line.send(who, flow, ChoosePassword.name, {}, None)
        return line.send(who, flow, SubmitPassword.name, typed, None)

    def look_into(self, who: Visitor, section: str) -> FlowView:
        """A section of a cabinet that is opened for this."""
        line = self.world.line
        cabinet = line.start(who, Cabinet.name, "", {})
        if any(action.name == OpenCabinet.name for action in cabinet.actions):
            line.send(who, cabinet.id, OpenCabinet.name, {}, None)
        return line.send(who, cabinet.id, OpenSection.name, {"section": section}, None)

    def _password_flow(self, who: Visitor) -> str:
        """The offer after registration is a flow's own; in the cabinet the page names the password's."""
        if who.page is not None and who.page.flow == "registration":
            return who.flow
        return str(who.pages[who.cabinet].screen.items["password"])

    def _clinic_asks(self, clinic: str, ask: Callable[[], FlowView]) -> None:
        answer: Answer = answer_to(ask)
        self.world.clinic_answers[clinic] = answer
        self.world.note_refused_start(answer, AttachmentCode.name)
        self.world.work()

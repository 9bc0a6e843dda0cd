"""*Тогда* in process: reads what people are shown, and what is stored."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from registratura.domain.consent import ConsentEvidence, EvidenceKind
from registratura.domain.contacts import format_phone
from registratura.features.cast import CAST, Person
from registratura.features.deeds import Deed
from registratura.features.drivers.engine import pages
from registratura.features.drivers.engine.then_inside import InsideReadings
from registratura.features.drivers.then import Balance, Then
from registratura.features.places import Place
from registratura.flows.errors import NotAllowedNow
from registratura.host import FlowView


class EngineThen(InsideReadings, Then):
    """Pages, answers, consents and the books."""

    # What the person sees.
    def place(self, person: Person) -> Place:
        view = self._view(person)
        return Place(view.flow, view.state)

    def section(self, person: Person) -> str:
        return self._cabinet(person).state

    def sections(self, person: Person) -> tuple[str, ...]:
        views = [answer.view for answer in self.world.visitor(person).answers]
        return tuple(view.state for view in views if view is not None and view.flow == "cabinet")

    def shown(self, person: Person) -> str:
        return pages.text_of(self._page(person), self.world.visitor(person).answers)

    def sees(self, person: Person, view: str) -> bool:
        who = self.world.visitor(person)
        if view in ("child_came_of_age", "password_changed"):
            self.world.has_seen(f"message.{view}")
            return view in who.told
        page = self._page(person)
        if view == "consent_text":
            return pages.shows_consent(self.world, page)
        if view == "login":
            return page.screen.items.get("login") == f"{format_phone(person.phone)}, {person.email}"
        return pages.SIGHTS[view](page)

    def reasons(self, person: Person) -> tuple[str, ...]:
        who = self.world.visitor(person)
        reasons = pages.reasons_in(who.page, who.answers)
        self.world.has_seen(*map(pages.key_of_reason, reasons))
        return reasons

    def clinic_reasons(self, clinic: str) -> tuple[str, ...]:
        answer = self.world.clinic_answers[clinic]
        if isinstance(answer.error, NotAllowedNow):
            # The error names the state that the right is in.
            return (f"right.{answer.error.params['state']}",)
        return pages.codes_in(answer)

    def not_allowed(self, person: Person) -> bool:
        return isinstance(self.world.visitor(person).answers[-1].error, NotAllowedNow)

    def named_allowed(self, person: Person) -> tuple[str, ...]:
        error = self.world.visitor(person).answers[-1].error
        return error.allowed if isinstance(error, NotAllowedNow) else ()

    def actions(self, person: Person) -> tuple[Deed, ...]:
        return pages.deeds_of(self._page(person))

    def answers(self, person: Person) -> tuple[str, ...]:
        return tuple(repr(answer) for answer in self.world.visitor(person).answers)

    # What is stored.
    def security_events(self) -> int:
        return len(self.world.portal.gosuslugi.security_events())

    def unchanged(self) -> bool:
        return {row.id: row for row in self.world.storage.flows()} == self.world.before

    def balance(self, person: Person) -> Balance:
        own = [card for card in self.world.cards_of(person) if not card.data.relative]
        return Balance(len({card.account for card in own}), len([card for card in own if card.state != "deleted"]))

    def evidence(self) -> tuple[tuple[str, str], ...]:
        return tuple((entry.kind.value, entry.purpose.value) for entry in self._book())

    def evidence_keeps_text(self) -> bool:
        texts = {
            (purpose, text.version, sha256(text.text.encode()).hexdigest())
            for purpose, text in self.world.consents.items()
        }
        book = self._book()
        return bool(book) and all((e.purpose, e.text_version, e.text_sha256) in texts for e in book)

    def evidence_is_impersonal(self) -> bool:
        declined = [entry for entry in self._book() if entry.kind is EvidenceKind.DECLINED]
        flows = {row.id: row for row in self.world.storage.flows()}
        nobody = (None, None, None)
        return bool(declined) and all(
            (e.account, e.subject, flows[e.flow_id].account) == nobody and not flows[e.flow_id].sealed for e in declined
        )

    def consented_for(self, subject: Person) -> Person | None:
        card = self.world.card_of(subject)
        about = [entry for entry in self._book() if card and entry.subject == card.subject]
        newest = about[-1] if about else None
        if newest is None or not newest.on_behalf:
            return None
        return next(person for person in CAST if self.world.visitor(person).own == newest.account)

    def alarms(self) -> tuple[str, ...]:
        return self.world.alarms

    def sms_sent(self, person: Person) -> int:
        return len(self.world.citizen(person).phone_inbox) - self.world.inboxes_before[person.key]

    # Withdrawal of the consent.
    def processing_stopped(self, person: Person) -> bool:
        """It was withdrawn, and neither a right nor a password of the person works."""
        withdrawals = self._of(person, "consent_withdrawal")
        rights = [right for right in self._of(person, "clinic_right") if right.state != "withdrawn"]
        passwords = [password for password in self._of(person, "portal_password") if password.state != "absent"]
        return bool(withdrawals) and not rights and not passwords

    def withdrawal(self, person: Person) -> tuple[str, str]:
        [withdrawal] = self._of(person, "consent_withdrawal")
        return withdrawal.state, withdrawal.data.act or withdrawal.data.law or ""

    def erasure_within(self, person: Person) -> timedelta:
        [withdrawal] = self._of(person, "consent_withdrawal")
        left: timedelta = withdrawal.data.deadline - self.world.clock.now
        return left

    def _book(self) -> list[ConsentEvidence]:
        """Every entry of the book of consents."""
        with self.world.storage.unit() as unit:
            rows = [entry for row in self.world.storage.flows() for entry in unit.evidence(row.id)]
        return sorted(
            (ConsentEvidence.model_validate_json(row.entry) for row in rows), key=lambda e: (e.pressed_at, e.flow_id)
        )

    def _page(self, person: Person) -> FlowView:
        """What the person is shown, read for what is on it."""
        view = self._view(person)
        self.world.has_seen(view.screen.id)
        return view

    def _view(self, person: Person) -> FlowView:
        who = self.world.visitor(person)
        return self.world.line.get(who, who.flow)

    def _cabinet(self, person: Person) -> FlowView:
        who = self.world.visitor(person)
        return self.world.line.get(who, who.cabinet)

"""Attachment walked at random, beside a model written from the specification's chart."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from support import attachment_model as written
from support.attachment_model import ENTRIES, Code, Right, typed
from support.faults import DiskFull, fails, meddling
from support.guesses import Guesses
from support.machine import PortalMachine, deaths, seldom, walk
from support.portal import BORIS, CHEST_XRAY, CONSENTS, Scene

from registratura.domain.consent import Purpose
from registratura.features.faults import Fault
from registratura.flows.attachment import Attachment, BeginAttachment, ChooseProfile
from registratura.flows.clinic_right import Withdraw
from registratura.flows.common import Cancel
from registratura.flows.errors import NotAllowedNow
from registratura.flows.patient_card import AddRelative, PatientCard
from registratura.host import Caller
from registratura.host.gateways import IssuedCode

HALF_A_MINUTE = timedelta(seconds=30)
PERSONAL = CONSENTS[Purpose.PERSONAL_DATA]


class AttachmentMachine(PortalMachine):
    """A signed-in person with a child, and clinics that give codes to them and to somebody else."""

    flow_type = Attachment
    persons = written.PERSONS
    facts: ClassVar = {"code_entry": frozenset({"attempts_exhausted"})}
    times: ClassVar = {"code_entry": frozenset({"expire"}), "locked": frozenset({"expire", "lock_ended"})}
    life = timedelta(hours=1)
    cards: ClassVar[dict[str, str]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.caller = Caller(session="signed in", account=self.cards["account"])
        self.guesses: dict[str, Guesses] = defaultdict(Guesses)
        self.all_guesses = Guesses(limit=15)
        self.codes: list[Code] = []
        self.rights: dict[str, Right] = {}
        self.profile = "own"
        self.lock_ends: datetime | None = None

    @classmethod
    def prepare(cls, scene: Scene) -> None:
        caller = scene.registered()
        boris = scene.registered(BORIS)
        own, foreign = scene.flow_of(caller, "patient_card"), scene.flow_of(boris, "patient_card")
        relative = AddRelative(fields=written.CHILD, text_version=PERSONAL.version, text_sha256=PERSONAL.sha256)
        child = scene.portal.start(PatientCard, relative, caller=caller).id
        assert caller.account is not None
        cls.cards.update(own=own, child=child, boris=foreign, account=caller.account)

    @initialize(where=st.sampled_from(ENTRIES), codes=st.integers(0, 2), before=st.booleans())
    def come(self, where: tuple[Any, Any], codes: int, before: bool) -> None:
        for _ in range(codes):
            self.issue("ural", "own")
        self.issue("ural", "child")
        self.issue("volga", "boris")
        self.begin_anew(where, None)
        if before and codes:
            self.submit_the_right_one(None)
            self.begin_anew(where, None)

    @precondition(lambda self: not self.persons[self.state])
    @rule(where=st.sampled_from(ENTRIES), death=deaths)
    def begin_anew(self, where: tuple[Any, Any], death: Any) -> None:
        event, start = BeginAttachment(entry=where[0], channel=where[1]), self.scene.portal.start
        self.begin(self.dying(lambda key: start(Attachment, event, caller=self.caller, idempotency_key=key), death))
        self.profile, self.lock_ends = "own", None

    def time_is_over(self) -> None:
        ends = self.lock_ends
        if self.state == "locked" and ends and self.now >= ends and ends < self.expires:
            self.state, self.version = "code_entry", self.version + 1
        super().time_is_over()

    def somebody_looks(self, data: st.DataObject) -> None:
        fault = data.draw(st.sampled_from([Fault.CLINIC_DOWN, Fault.CLINIC_UP]))
        self.scene.desk.down = fault is Fault.CLINIC_DOWN
        super().somebody_looks(data)
        self.looked_at(*self.codes)

    def looked_at(self, *codes: Code) -> None:
        """Whoever looks at a code too late ends it for good, even if the clock goes back then."""
        for code in codes:
            code.state = "expired" if code.state == "issued" and self.now >= code.dies else code.state

    @rule(clinic=st.sampled_from(["ural", "ural", "volga"]), whose=st.sampled_from(["own", "own", "child", "boris"]))
    def issue(self, clinic: str, whose: str) -> None:
        issued = self.scene.portal.clinics.issue_code(clinic, written.PATIENTS[whose])
        assert issued.code not in [code.issued.code for code in self.codes]
        self.codes.append(Code(issued, clinic, whose, self.now + written.CODE_LIFE))

    @precondition(lambda self: self.codes)
    @rule(data=st.data(), again=st.booleans(), really=seldom(3))
    def take_back(self, data: st.DataObject, again: bool, really: bool) -> None:
        if not really:
            return
        code = data.draw(st.sampled_from(self.codes))
        self.looked_at(code)
        call = self.scene.portal.clinics.reissue_code if again else self.scene.portal.clinics.revoke_code
        if code.state != "issued":
            with pytest.raises(NotAllowedNow):
                call(code.issued.id)
            return
        new = call(code.issued.id)
        code.state = "revoked"
        if isinstance(new, IssuedCode):
            self.codes.append(Code(new, code.clinic, code.patient, self.now + written.CODE_LIFE))

    @precondition(lambda self: any(self.now < code.dies for code in self.codes))
    @rule(really=seldom(3))
    def the_codes_die(self, really: bool) -> None:
        if really:
            self.turn(min(code.dies for code in self.codes if self.now < code.dies) - self.now)

    @precondition(lambda self: self.rights)
    @rule(data=st.data(), name=st.sampled_from("abc"), fault=st.sampled_from([None, Fault.DOCUMENT_TWICE]))
    def deliver(self, data: st.DataObject, name: str, fault: Fault | None) -> None:
        """A document is kept once, and only while the right lives."""
        flow, right = data.draw(st.sampled_from(list(self.rights.items())))
        for _ in range(2 if fault else 1):
            self.document_comes(flow, right, name)

    def document_comes(self, flow: str, right: Right, name: str) -> None:
        deliver = self.scene.portal.clinics.deliver
        if not right.alive:
            before = self.everything()
            with suppress(NotAllowedNow):
                assert deliver(flow, name, CHEST_XRAY).state == "withdrawn"
                assert name in right.delivered, "only what came before has an answer"
            assert self.everything() == before
            return
        known = any(name in other.delivered for other in self.rights.values() if other.clinic == right.clinic)
        refused = [refusal.code for refusal in deliver(flow, name, CHEST_XRAY).refusals]
        # Its own repetition gets the first answer while that is kept, and is refused after that.
        allowed = [["delivery.repeated"]] * known + [[]] * (name in right.delivered or not known)
        assert refused in allowed
        right.delivered |= set() if known else {name}
        assert self.scene.portal.get(flow).screen.items["delivered"] == len(right.delivered)

    @precondition(lambda self: any(right.alive for right in self.rights.values()))
    @rule(data=st.data(), really=seldom(3))
    def withdraw(self, data: st.DataObject, really: bool) -> None:
        if really:
            flow = data.draw(st.sampled_from([flow for flow, right in self.rights.items() if right.alive]))
            self.scene.portal.send(flow, Withdraw(), caller=self.caller)
            self.rights[flow].alive = False
            self.effects["StopExport"] += 1

    @precondition(lambda self: self.state == "code_entry")
    @rule(whose=st.sampled_from(["own", "child", "boris"]), death=deaths)
    def choose_the_profile(self, whose: str, death: Any) -> None:
        why = ("card.unknown",) if whose == "boris" else ()
        self.send(ChooseProfile(card=self.cards[whose]), refused=why, death=death)
        self.profile = self.profile if why else whose

    @precondition(lambda self: self.state in ("code_entry", "locked"))
    @rule(death=deaths, really=seldom(4))
    def leave(self, death: Any, really: bool) -> None:
        if really:
            self.send(Cancel(), "cancelled", death=death)

    @precondition(lambda self: self.state == "code_entry")
    @rule(data=st.data(), stale=seldom(5), death=deaths)
    def submit(self, data: st.DataObject, stale: bool, death: Any) -> None:
        code = data.draw(st.sampled_from([*self.codes, None]), label="code")
        self.submit_it(code, stale, death)

    @precondition(lambda self: self.state == "code_entry" and self.right_codes)
    @rule(death=deaths)
    def submit_the_right_one(self, death: Any) -> None:
        self.submit_it(self.right_codes[-1], False, death)

    @property
    def right_codes(self) -> list[Code]:
        return [code for code in self.codes if code.state == "issued" and code.patient == self.profile]

    @precondition(lambda self: self.state == "code_entry")
    @rule(times=st.sampled_from(range(3, 8)), late=seldom(3))
    def guess_again_and_again(self, times: int, late: bool) -> None:
        if late and self.now < self.expires - HALF_A_MINUTE:
            self.turn(self.expires - HALF_A_MINUTE - self.now)
        for _ in range(times):
            if self.state == "code_entry":
                self.submit_it(None, False, None)
        if late:
            self.turn(HALF_A_MINUTE)

    def submit_it(self, code: Code | None, stale: bool, death: Any) -> None:
        profile, counters = self.profile, (self.guesses[self.profile], self.all_guesses)
        self.looked_at(*[code] if code else [])
        taken = [counter.take(self.now) for counter in counters]
        judged = all(taken)
        why, fits, again = self.verdict(code, judged, stale)
        if not why and code is not None:
            view = self.send(typed(code, stale), "attached", death=death)
            self.guesses[profile].forgive()
            self.all_guesses.give_back()
            assert view.screen.items["clinic"] == self.scene.portal.parts.settings.clinics[code.clinic].title
            self.attached(code, view.screen.items["right"], again)
            return
        missed = judged and not fits and not again
        for counter in counters if missed else ():
            counter.miss(self.now)
        over = any(counter.locked(self.now) for counter in counters) and (missed or not judged)
        foreign = judged and code is not None and code.state == "issued" and code.patient != profile
        self.effects["WarnClinic"] += foreign
        self.send(typed(code, stale), "locked" if over else None, refused=why, steps=1 + over, death=death)
        self.lock_ends = max((c.locked_until for c in counters if c.locked(self.now) and c.locked_until), default=None)

    def verdict(self, code: Code | None, judged: bool, stale: bool) -> tuple[tuple[str, ...], bool, bool]:
        """Why not; whether the code fits; and whether this profile has used it and still has what it got for it."""
        if not judged:
            return ("attempts.exhausted",), False, False
        fits = code is not None and code.state == "issued" and code.patient == self.profile
        again = code is not None and code.card == self.profile and code.right != "" and self.rights[code.right].alive
        living = [right.clinic for right in self.rights.values() if right.alive and right.card == self.profile]
        why = ("consent.stale",) if stale else ()
        if not fits and not again:
            why += ("code.not_accepted",)
        elif fits and code is not None and code.clinic in living:
            why += ("already_attached",)
        return why, fits, again

    def attached(self, code: Code, right: str, again: bool) -> None:
        """The first answer stands; and nobody else's right is given again."""
        if again:
            assert right == code.right
            return
        assert right not in self.rights
        code.state, code.card, code.right = "activated", self.profile, right
        self.rights[right] = Right(code.clinic, self.profile)
        self.effects["StartExport"] += 1

    @precondition(lambda self: self.state == "code_entry")
    @rule()
    def a_guess_that_is_lost(self) -> None:
        """The process dies and nobody asks again: the guess stays counted."""
        before = self.rows(self.flow)
        with meddling(self.scene.storage, write=fails), pytest.raises(DiskFull):
            self.portal_send(typed(None, False), f"key {next(self.keys)}")
        for counter in (self.guesses[self.profile], self.all_guesses):
            counter.take(self.now)
        assert self.rows(self.flow) == before

    @precondition(lambda self: self.state == "code_entry" and self.right_codes)
    @rule()
    def the_sixth_even_if_it_is_right(self) -> None:
        """The one before it was lost, so that no wrong answer has locked the profile yet (U26)."""
        while self.state == "code_entry" and self.guesses[self.profile].used < 4:
            self.submit_it(None, False, None)
        if self.state == "code_entry":
            self.a_guess_that_is_lost()
            self.submit_the_right_one(None)

    @precondition(lambda self: self.state == "code_entry")
    @rule(code=st.sampled_from(["1234567", "123456789", "1234567a", "١٢٣٤٥٦٧٨", ""]))
    def type_no_code(self, code: str) -> None:
        payload = {"code": code, "text_version": written.TEXT.version, "text_sha256": written.TEXT.sha256}
        self.invalid("submit_code", payload)

    def look_back(self) -> None:
        """Every right has its consent, and is one of those that the model knows; a code gave no more than one."""
        super().look_back()
        rows = [self.rows(flow_id) for flow_id in self.scene.storage.flow_ids(limit=1000)]
        assert {row.id for row, _, _ in rows if row.flow == "clinic_right"} == set(self.rights)
        assert sum(len(evidence) for row, _, evidence in rows if row.flow == "attachment") == len(self.rights)
        used = [code for code in self.codes if code.right]
        assert len({code.right for code in used}) == len(used) == len(self.rights)


class OnSqlite(AttachmentMachine):
    """The same, in a file."""

    storage_kind = "sqlite"
    cards: ClassVar[dict[str, str]] = {}


def test_attachment_is_what_the_model_says() -> None:
    walk(AttachmentMachine, 120)
    assert AttachmentMachine.reached == written.TRANSITIONS
    assert set(AttachmentMachine.refused) == written.REFUSALS


def test_attachment_in_a_file_is_what_the_model_says() -> None:
    walk(OnSqlite, 10)
    assert {"code_entry/submit_code/refused", "code_entry/submit_code/attached"} <= OnSqlite.reached

"""The code by SMS at the stand-in of Gosuslugi, whatever becomes of the SMS; only the answer moves the flow."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support.machine import walk
from support.people import identity
from support.portal import TICK, Citizen, Scene, scene_of

from registratura.features.faults import Fault
from registratura.flows.errors import InvalidPayload, NotAllowedNow

RITA = identity(phone="+79001234567")
LIFE, PAUSE, HOUR = timedelta(minutes=5), timedelta(minutes=1), timedelta(hours=1)
COPIES = {None: 1, Fault.SMS_MISSING: 0, Fault.SMS_TWICE: 2}
REACHED = {"passed", "expired", "exhausted", "right one", "a wrong one", "an old one", "too soon", "too many"}


class SmsMachine(RuleBasedStateMachine):
    """One request of a code: the model is what a person at Gosuslugi is told in spec chart 10."""

    seen: Counter[str] = Counter()  # noqa: RUF012  # of the whole run

    @initialize(fault=st.sampled_from(list(COPIES)))
    def ask_for_a_code(self, fault: Fault | None) -> None:
        self.scene: Scene = scene_of("memory", Path())
        self.copies = COPIES[fault]
        self.person = self.scene.gosuslugi.add(Citizen("rita", "pw", RITA, sms_arrives=self.copies))
        self.scene.gosuslugi.citizens = {"rita": self.person}
        self.flow = self.scene.at_gosuslugi().id
        self.scene.gosuslugi.sign_in(self.flow, "rita", "pw")
        self.state, self.guesses = "sent", 0
        self.sent: list[datetime] = [self.scene.clock.now]

    @property
    def codes(self) -> list[str]:
        """The codes that came, in the order of their sending."""
        return self.person.phone_inbox[:: self.copies or 1]

    @precondition(lambda self: self.state == "sent")
    @rule(which=st.sampled_from(["a wrong one", "a wrong one", "an old one", "right one"]))
    def enter(self, which: str) -> None:
        if (which == "right one" and not self.codes) or (which == "an old one" and len(self.codes) < 2):
            return
        wrong = str((int(self.codes[-1]) + 1) % 10**6).zfill(6) if self.codes else "000000"
        code = {"right one": self.codes[-1:], "an old one": self.codes[:1]}.get(which, [wrong])[0]
        view = self.scene.gosuslugi.enter_code(self.flow, code)
        self.seen[which] += 1
        if which == "right one":
            self.state = "passed"
            assert view.state == "card_review"
            return
        self.guesses += 1
        assert [refusal.code for refusal in view.refusals] == ["one_time_code.wrong"]
        self.state = "exhausted" if self.guesses == 5 else self.state

    @precondition(lambda self: self.state != "sent")
    @rule(data=st.data())
    def enter_when_it_is_over(self, data: st.DataObject) -> None:
        """A used code never works again; nor does any code once the guesses or the time are over."""
        code = data.draw(st.sampled_from([*self.codes, "123456"]))
        with pytest.raises(NotAllowedNow):
            self.scene.gosuslugi.enter_code(self.flow, code)
        if self.state != "expired":
            with pytest.raises(NotAllowedNow):
                self.scene.gosuslugi.resend_code(self.flow)

    @precondition(lambda self: self.state == "sent")
    @rule(code=st.sampled_from(["12345", "1234567", "12345a", "١٢٣٤٥٦"]))
    def enter_nonsense(self, code: str) -> None:
        with pytest.raises(InvalidPayload):
            self.scene.gosuslugi.enter_code(self.flow, code)

    @precondition(lambda self: self.state in ("sent", "expired"))
    @rule(wait=st.booleans())
    def send_it_again(self, wait: bool) -> None:
        """The old one dies, the guesses stay counted."""
        if wait:
            self.time_passes(PAUSE)
        now = self.scene.clock.now
        why = ["too soon"] * (now < self.sent[-1] + PAUSE)
        why += ["too many"] * (len([at for at in self.sent if now < at + HOUR]) > 5)
        view = self.scene.gosuslugi.resend_code(self.flow)
        assert [refusal.code for refusal in view.refusals] == [f"one_time_code.{w.replace(' ', '_')}" for w in why]
        self.seen.update(why)
        if not why:
            self.state = "sent"
            self.sent.append(now)

    @rule(fault=st.sampled_from([timedelta(seconds=20), PAUSE, LIFE - TICK, LIFE]), really=st.booleans())
    def time(self, fault: timedelta, really: bool) -> None:
        if really or fault < LIFE - TICK:
            self.time_passes(fault)

    def time_passes(self, by: timedelta) -> None:
        self.scene.clock.turn(by)
        if self.state == "sent" and self.scene.clock.now >= self.sent[-1] + LIFE:
            self.state = "expired"

    @invariant()
    def as_the_model_says(self) -> None:
        assert self.scene.gosuslugi.code_request(self.flow).state == self.state
        assert self.scene.state(self.flow) == ("card_review" if self.state == "passed" else "gosuslugi.sms_code")
        assert len(self.person.phone_inbox) == self.copies * len(self.sent)
        self.seen[self.state] += 1

    def teardown(self) -> None:
        request: Any = self.scene.gosuslugi.visits[self.flow].request
        assert self.scene.gosuslugi.codes.verify(request).sound
        assert self.scene.portal.verify(self.flow).sound


def test_a_code_by_sms_is_what_the_model_says() -> None:
    walk(SmsMachine, 120, 15)
    assert set(SmsMachine.seen) == REACHED | {"sent"}

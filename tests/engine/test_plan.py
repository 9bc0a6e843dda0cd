"""What a step brings with it: flows that it starts, whose they are, and how long they live."""

from __future__ import annotations

from typing import Any

import pytest
from support.portal import AT_HOME, NOON, Scene, codes

from registratura.flows.errors import UnknownFlow
from registratura.flows.patient_card import Confirm, PatientCard
from registratura.flows.record import Timer
from registratura.flows.registration import ChooseRegion, Registration
from registratura.flows.sign_in import BeginSignIn, SignIn
from registratura.flows.step import Move, Send, Start
from registratura.host import Caller


@pytest.mark.parametrize(("session", "whose"), [("its own", "its own"), (None, "nobody")])
def test_a_flow_that_another_starts_is_nobodys_unless_it_is_said_whose(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, session: str | None, whose: str
) -> None:
    def decided(case: Any) -> Move:
        return Move(changes={"region": "74"}, sends=(Start(SignIn, "flow-2", BeginSignIn(), session=session),))

    monkeypatch.setitem(Registration.decisions, ChooseRegion, decided)
    flow = scene.portal.start(Registration, caller=AT_HOME)
    assert scene.walk(flow.id, ChooseRegion(region="74"), caller=AT_HOME).started == {"sign_in": "flow-2"}
    assert scene.portal.engine.record("flow-2").session == whose
    with pytest.raises(UnknownFlow):
        scene.portal.get("flow-2", caller=Caller(session="somebody"))


def test_a_flow_expires_by_the_timer_of_its_first_step(scene: Scene) -> None:
    life = Registration.life(scene.portal.engine.tools.settings)
    assert life is not None
    flow = scene.portal.start(Registration, caller=AT_HOME)
    assert scene.portal.engine.record(flow.id).timers == {"expire": Timer(NOON + life, 1)}
    card = scene.flow_of(scene.registered(), "patient_card")
    assert scene.portal.engine.record(card).timers == {}, "it lives on"


def test_for_an_event_that_is_not_possible_nothing_is_looked_up(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    card = scene.flow_of(scene.registered(), "patient_card")
    monkeypatch.setitem(PatientCard.gatherers, Confirm, lambda *given: asked.append(given))
    monkeypatch.setitem(Registration.decisions, ChooseRegion, lambda case: Move(sends=(Send(card, Confirm()),)))
    flow = scene.portal.start(Registration, caller=AT_HOME)
    assert codes(scene.portal.send(flow.id, ChooseRegion(region="74"), caller=AT_HOME)) == ["not_possible_now"]
    assert asked == []

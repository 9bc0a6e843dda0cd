"""A one-time code: drawn from all there are, each request's own, and judged only if it could be one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from support.faults import meddling
from support.portal import Scene, codes

from registratura.domain.codes import OneTimeCodePolicy
from registratura.flows.effects import DeliverCode
from registratura.flows.errors import InvalidPayload, StartRefused
from registratura.flows.one_time_code import OneTimeCode, Resend, SendOneTimeCode, SubmitOneTimeCode
from registratura.host import Caller, FlowView

PHONE = "+79001234567"


@dataclass
class Drawn:
    """Ids that draw a number of a test's own."""

    ids: Any
    draw: Callable[[int], int]

    def new(self, now: datetime) -> str:
        return str(self.ids.new(now))

    def number(self, below: int) -> int:
        return self.draw(below)


def drawing(scene: Scene, draw: Callable[[int], int]) -> list[DeliverCode]:
    """From here on codes are drawn so; gives what is sent."""
    sent: list[DeliverCode] = []
    scene.portal.handlers[DeliverCode] = lambda effect, effect_id: sent.append(effect)
    tools = scene.portal.engine.tools
    scene.portal.engine.tools = replace(tools, ids=Drawn(tools.ids, draw))
    return sent


def asked(scene: Scene, person: str = "margarita", **given: Any) -> FlowView:
    return scene.portal.start(OneTimeCode, SendOneTimeCode(phone=given.pop("phone", PHONE), person=person), **given)


@pytest.mark.parametrize(("length", "last"), [(6, "999999"), (8, "99999999")])
def test_every_code_of_that_length_may_be_drawn(make_scene: Callable[..., Scene], length: int, last: str) -> None:
    scene = make_scene(one_time_codes=OneTimeCodePolicy(length=length))
    sent = drawing(scene, lambda below: below - 1)
    asked(scene)
    scene.portal.run_due()
    assert [(effect.phone, effect.code) for effect in sent] == [(PHONE, last)]


def test_what_is_no_mobile_telephone_gets_no_code(scene: Scene) -> None:
    with pytest.raises(InvalidPayload):
        asked(scene, phone="12345")
    assert list(scene.storage.effects()) == []


def test_what_cannot_be_a_code_costs_no_guess(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(one_time_codes=OneTimeCodePolicy(attempts=1))
    drawing(scene, lambda below: 123456)
    flow = asked(scene)
    for _ in range(3):
        with pytest.raises(InvalidPayload):
            scene.portal.send(flow.id, SubmitOneTimeCode(code="12-x"))
    assert scene.portal.send(flow.id, SubmitOneTimeCode(code="123456")).state == "passed"
    assert scene.portal.engine.record(flow.id).data.digest == "", "what was good once is not kept"


def test_each_request_has_guesses_of_its_own(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(one_time_codes=OneTimeCodePolicy(attempts=2))
    drawing(scene, lambda below: 123456)
    for person in ("margarita", "boris"):
        flow = asked(scene, person).id
        ends = [scene.portal.send(flow, SubmitOneTimeCode(code="000000")).state for _ in range(2)]
        assert ends == ["sent", "exhausted"]


def test_a_code_lives_as_long_as_its_policy_says_and_another_may_be_sent(scene: Scene) -> None:
    drawing(scene, lambda below: 123456)
    flow = asked(scene).id
    scene.clock.turn(scene.portal.parts.settings.one_time_codes.life)
    assert scene.state(flow) == "expired"
    assert scene.walk(flow, Resend()).state == "sent"
    assert scene.portal.send(flow, SubmitOneTimeCode(code="123456")).state == "passed"


def test_of_two_that_one_person_asks_for_at_once_one_is_sent(scene: Scene) -> None:
    """U24."""

    def come_first(changes: Any) -> Any:
        asked(scene)
        return changes

    with meddling(scene.storage, write=come_first) as left, pytest.raises(StartRefused) as caught:
        asked(scene)
    assert not left
    assert [refusal.code for refusal in caught.value.refusals] == ["one_time_code.too_soon"]


def test_two_people_do_not_wait_for_each_other(scene: Scene) -> None:
    def come_first(changes: Any) -> Any:
        asked(scene, "boris")
        return changes

    with meddling(scene.storage, write=come_first) as left:
        assert asked(scene, "margarita").state == "sent"
    assert not left


def test_whoever_is_known_asks_for_themselves_whatever_the_request_says(scene: Scene) -> None:
    """The daily cap is theirs: a made-up name must not buy another one."""
    account, session = Caller(account="margarita"), Caller(session="a browser")
    for caller in (account, session):
        flow = asked(scene, "somebody", caller=caller)
        assert scene.portal.get(flow.id, caller=caller).state == "sent"
        with pytest.raises(StartRefused):
            asked(scene, "somebody else", caller=caller)
    assert asked(scene, "somebody", caller=Caller(session="another browser")).state == "sent"
    with pytest.raises(StartRefused):
        asked(scene, "margarita")


def test_a_host_that_names_nobody_may_have_it_sent_again(scene: Scene) -> None:
    flow = asked(scene, "").id
    scene.clock.turn(scene.portal.parts.settings.one_time_codes.resend_after)
    assert (codes(scene.portal.send(flow, Resend())), scene.state(flow)) == ([], "sent")


def test_too_soon_is_told_with_the_time_from_which_it_is_not(scene: Scene) -> None:
    flow = asked(scene)
    view = scene.portal.send(flow.id, Resend())
    (refusal,) = view.refusals
    assert (codes(view), view.state) == (["one_time_code.too_soon"], "sent")
    assert refusal.retry_at == scene.clock.now + scene.portal.parts.settings.one_time_codes.resend_after


def test_what_is_sent_again_counts_with_all_that_the_person_asked_for(scene: Scene) -> None:
    pause = scene.portal.engine.tools.settings.one_time_codes.resend_after
    first = asked(scene).id
    scene.clock.turn(pause)
    asked(scene)
    assert codes(scene.portal.send(first, Resend())) == ["one_time_code.too_soon"]
    scene.clock.turn(pause)
    assert codes(scene.portal.send(first, Resend())) == []


def test_where_nobody_is_named_each_request_counts_for_itself(scene: Scene) -> None:
    one, other = asked(scene, person="").id, asked(scene, person="").id
    for flow in (one, other):
        assert codes(scene.portal.send(flow, Resend())) == ["one_time_code.too_soon"]

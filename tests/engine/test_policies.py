"""What a host decides is decided in one place, and changes what happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from support.portal import TICK, Caller, Scene, codes, submitting

from registratura.domain.attempts import AttemptsPolicy
from registratura.domain.codes import AttachmentCodePolicy, OneTimeCodePolicy
from registratura.flows.clinic_right import Withdraw
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode, SubmitOneTimeCode
from registratura.host import Settings

SMS = SendOneTimeCode(phone="+79001234567", person="somebody")
WRONG = SubmitOneTimeCode(code="000000")


def test_a_codes_life_is_its_policys(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(attachment_codes=AttachmentCodePolicy(life=timedelta(days=2)))
    code = scene.code()
    scene.clock.turn(timedelta(days=2) - TICK)
    assert scene.state(code.id) == "issued"
    scene.clock.turn(TICK)
    assert scene.state(code.id) == "expired"


def test_a_one_time_codes_life_is_its_policys(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(one_time_codes=OneTimeCodePolicy(life=timedelta(minutes=7)))
    flow = scene.portal.start(OneTimeCode, SMS)
    scene.clock.turn(timedelta(minutes=7) - TICK)
    assert scene.state(flow.id) == "sent"
    scene.clock.turn(TICK)
    assert scene.state(flow.id) == "expired"


def test_a_one_time_codes_guesses_are_its_policys(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(one_time_codes=OneTimeCodePolicy(attempts=2))
    flow = scene.portal.start(OneTimeCode, SMS)
    assert [scene.portal.send(flow.id, WRONG).state for _ in range(2)] == ["sent", "exhausted"]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("lives", {"attachment_code": timedelta(1)}),
        ("lives", {"one_time_code": None}),
        ("attempts", {"sms": AttemptsPolicy()}),
        ("attempts", {"pasword": AttemptsPolicy()}),
    ],
)
def test_what_no_setting_is_called_is_told(setting: str, value: Any) -> None:
    with pytest.raises(ValueError, match="known are"):
        Settings(**{setting: value})


def test_right_codes_use_up_nothing_that_many_share(make_scene: Callable[..., Scene]) -> None:
    """Patients of one clinic press one after the other; what is wrong among it stays counted."""
    two = AttemptsPolicy(limit=2)
    scene = make_scene(attempts={"code.address": two, "code.account": two})
    known = scene.registered()
    caller = Caller(session=known.session, account=known.account, address="203.0.113.7")

    def press(code: str) -> list[str]:
        flow = scene.at_code_entry(caller)
        view = scene.portal.send(flow.id, submitting(code), caller=caller)
        if view.state == "attached":
            scene.walk(view.screen.items["right"], Withdraw(), caller=caller)
        return codes(view)

    assert [press(scene.code().code) for _ in range(4)] == [[]] * 4
    assert press("00000000") == ["code.not_accepted"]
    assert [press(scene.code().code) for _ in range(2)] == [[]] * 2
    assert press("00000000") == ["code.not_accepted"]
    assert press(scene.code().code) == ["attempts.exhausted"]


@pytest.mark.parametrize(("settings", "time"), [({}, "12:01"), ({"timezone": timezone(timedelta(hours=5))}, "14:01")])
def test_times_are_told_in_the_hosts_time_zone(make_scene: Callable[..., Scene], settings: Any, time: str) -> None:
    """And stay moments in UTC for programs."""
    scene = make_scene(**settings)
    scene.clock.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    person = scene.registered()
    window = scene.at_code_entry(person)
    for _ in range(5):
        window = scene.portal.send(window.id, submitting("00000000"), caller=person)
    assert window.state == "locked"
    assert f"Он снова откроется через 1 минуту, в {time}." in window.screen.text
    assert window.screen.items["until"] == datetime(2026, 3, 2, 9, 1, tzinfo=UTC)

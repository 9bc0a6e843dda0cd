"""What is handed over: what a round has done, what is left of a failure, and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from support.portal import Scene

from registratura.flows.effects import DeliverCode
from registratura.flows.engine.codec import micros
from registratura.flows.engine.due import Done
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode


@dataclass
class Drawn:
    """Ids that draw a number of a test's own."""

    ids: Any
    number_drawn: int

    def new(self, now: datetime) -> str:
        return str(self.ids.new(now))

    def number(self, below: int) -> int:
        return min(self.number_drawn, below - 1)


def failing(effect: DeliverCode, effect_id: str) -> None:
    raise TimeoutError


def sent(scene: Scene) -> str:
    return scene.portal.start(OneTimeCode, SendOneTimeCode(phone="+79001234567", person="somebody")).id


@pytest.mark.parametrize(("drawn", "part"), [(0, 0.5), (500_000, 0.75), (999_999, 0.9999995)])
def test_a_pause_doubles_up_to_an_hour_and_half_of_it_is_left_to_chance(scene: Scene, drawn: int, part: float) -> None:
    sent(scene)
    tools = scene.portal.engine.tools
    scene.portal.engine.tools = replace(tools, ids=Drawn(tools.ids, drawn))
    scene.portal.handlers[DeliverCode] = failing
    for longest in (2, 4, 8):
        scene.portal.run_due()
        (row,) = scene.storage.effects()
        pause = timedelta(microseconds=row.due - micros(scene.clock.now))
        assert abs(pause - timedelta(seconds=longest * part)) <= timedelta(microseconds=1)
        assert row.error == "TimeoutError"
        scene.clock.turn(pause)


def test_what_is_done_says_nothing_of_a_failure_before_it(scene: Scene) -> None:
    sent(scene)
    scene.portal.handlers[DeliverCode] = failing
    scene.portal.run_due()
    scene.clock.turn(timedelta(seconds=2))
    scene.portal.handlers[DeliverCode] = lambda effect, effect_id: None
    scene.portal.run_due(limit=1)
    (row,) = scene.storage.effects()
    assert (row.status, row.attempts, row.error, row.due) == ("done", 2, "", micros(scene.clock.now))


@pytest.mark.parametrize("what", ["timers", "delivered", "failed", "dead"])
def test_a_round_that_did_anything_was_not_idle(what: str) -> None:
    assert Done().idle
    assert not Done(**{what: 1}).idle

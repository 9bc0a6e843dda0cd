"""What is handed over: what a round has done, what is left of a failure, and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from support.portal import Scene
from support.working import Sent, code, statuses

from registratura.flows.effects import DeliverCode
from registratura.flows.engine.codec import micros
from registratura.flows.engine.due import KEPT, LEASE, RENEWED, TRIES, WITHOUT_HANDLER, Done, Rounds
from registratura.flows.errors import HandlerMissing


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


@pytest.mark.parametrize(("drawn", "part"), [(0, 0.5), (500_000, 0.75), (10**9, 0.9999995)])
def test_a_pause_doubles_and_half_of_it_is_left_to_chance(scene: Scene, drawn: int, part: float) -> None:
    code(scene)
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
    code(scene)
    scene.portal.handlers[DeliverCode] = failing
    scene.portal.run_due()
    scene.clock.turn(timedelta(seconds=2))
    scene.portal.handlers[DeliverCode] = lambda effect, effect_id: None
    scene.portal.run_due(limit=1)
    (row,) = scene.storage.effects()
    assert (row.status, row.attempts, row.error, row.due) == ("done", 2, "", micros(scene.clock.now))


def test_the_numbers_are_those_that_the_documents_tell() -> None:
    spans = [span / timedelta(minutes=1) for span in (LEASE, WITHOUT_HANDLER, KEPT)]
    assert [*spans, TRIES, RENEWED] == [1, 1, 7 * 24 * 60, 8, 0.9]


@pytest.mark.parametrize("what", ["timers", "delivered", "failed", "dead"])
def test_a_round_that_did_anything_was_not_idle(what: str) -> None:
    assert Done().idle
    assert not Done(**{what: 1}).idle


def test_who_is_to_stop_gives_back_what_it_has_leased_as_it_was(scene: Scene) -> None:
    for person in range(3):
        code(scene, str(person))
    scene.portal.handlers[DeliverCode] = failing
    scene.portal.run_due()
    scene.clock.turn(timedelta(seconds=2))
    sent = scene.portal.handlers[DeliverCode] = Sent()
    rounds = Rounds(scene.portal.engine, scene.portal.dispatcher, stopping=lambda: bool(sent))
    assert rounds.next() == Done(delivered=1)
    now = micros(scene.clock.now)
    left = [(row.attempts, row.due, row.error) for row in scene.storage.effects("pending")]
    assert left == [(1, now, "TimeoutError")] * 2
    assert statuses(scene) == [("done", 2), ("pending", 1), ("pending", 1)]


def test_a_lease_is_renewed_where_less_than_nine_tenths_of_it_are_left(scene: Scene) -> None:
    until: list[timedelta] = []
    begun = scene.clock.now

    def handler(effect: DeliverCode, effect_id: str) -> None:
        (due,) = [row.due for row in scene.storage.effects("leased") if row.id == effect_id]
        until.append(timedelta(microseconds=due - micros(begun)))
        scene.clock.turn(LEASE / 10)

    scene.portal.handlers[DeliverCode] = handler
    for person in range(3):
        code(scene, str(person))
    scene.portal.run_due()
    assert until == [LEASE, LEASE, LEASE * 1.2]


def test_of_an_effect_that_cannot_be_read_it_is_noted_that_it_is_damaged(sqlite: Scene) -> None:
    code(sqlite)
    with sqlite.storage.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE registratura_effects SET kind = 'nobody_knows'")
    assert sqlite.portal.run_due().failed == 1
    assert [row.error for row in sqlite.storage.effects("pending")] == ["DataDamaged"]


def test_who_is_given_no_lease_has_a_minute(scene: Scene) -> None:
    code(scene)
    until: list[int] = []
    scene.portal.handlers[DeliverCode] = lambda effect, effect_id: until.extend(r.due for r in scene.storage.effects())
    scene.portal.run_due()
    assert until == [micros(scene.clock.now + timedelta(minutes=1))]


def test_an_effect_is_tried_eight_times(scene: Scene) -> None:
    code(scene)
    scene.portal.handlers[DeliverCode] = failing
    for tries in range(1, 9):
        scene.portal.run_due()
        assert statuses(scene) == [("dead" if tries == 8 else "pending", tries)]
        scene.clock.turn(timedelta(minutes=4))


def test_an_effect_whose_handler_is_missing_after_all_waits_a_minute_and_uses_up_no_try(scene: Scene) -> None:
    def missing(effect: DeliverCode, effect_id: str) -> None:
        raise HandlerMissing(kind=effect.kind())

    code(scene)
    scene.portal.handlers[DeliverCode] = missing
    scene.portal.run_due()
    assert statuses(scene) == [("pending", 0)]
    assert [row.due for row in scene.storage.effects()] == [micros(scene.clock.now + timedelta(minutes=1))]

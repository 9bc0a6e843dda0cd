"""Timers of many flows in one transaction: which flows go together, and what becomes of those that cannot."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.faults import meddling
from support.portal import NOON, TICK, Scene
from support.rows import claim, key, moved
from support.second import beside

from registratura.flows.common import Expire
from registratura.flows.engine import timers
from registratura.flows.engine.due import Done, Rounds
from registratura.flows.engine.timers import Timers
from registratura.flows.errors import ConcurrentUpdate, DatabaseUnavailable
from registratura.flows.event import Facts
from registratura.flows.ports import Ask, Lost
from registratura.flows.registration import Registration
from registratura.flows.rows import DESTROYED, Changes, Erased, TimerRow

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def registration(scene: Scene) -> str:
    return scene.at_consent(None).id


def broken(scene: Scene, *kinds: str) -> str:
    """A flow that nobody can carry out, with timers that are the first to be due."""
    flow = registration(scene)
    with scene.storage.unit() as unit:
        row = unit.flow(flow)
        made = tuple(TimerRow(flow, kind, 1, 0) for kind in kinds or ("expire",))
        unknown = (row._replace(state="nobody knows"), row.version)
        unit.write(Changes(flows=(unknown,), log=(), timers=((flow, made),)))
    return flow


def asked_for(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows are asked for, each time."""
    asked: list[int] = []
    carry_out = scene.storage.carry_out

    def noting(now: int, limit: int, plan: Callable[[Any], Any]) -> Any:
        asked.append(limit)
        return carry_out(now, limit, plan)

    monkeypatch.setattr(scene.storage, "carry_out", noting)
    return asked


def test_what_expires_with_nobody_known_is_forgotten_together(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Abandoned flows are most of what ends by time: each has a data key of its own, and they go in one transaction."""
    monkeypatch.delattr(timers.Timers, "_alone")
    gone = [registration(scene) for _ in range(3)]
    scene.clock.turn(DAY / 2)
    stays = registration(scene)
    scene.clock.turn(DAY / 2)
    assert Rounds(scene.portal.engine, None).next() == Done(timers=3)
    with scene.storage.unit() as unit:
        assert [unit.flow(flow).wrapped == DESTROYED for flow in (*gone, stays)] == [True] * 3 + [False]
    assert all(scene.portal.verify(flow).sound for flow in (*gone, stays))


@pytest.mark.parametrize(
    ("erased", "together"),
    [
        (None, True),
        (Erased(flows=("flow-1",), keys=("key-of-flow-1",)), True),
        (Erased(flows=("flow-1", "flow-2"), keys=("key-of-flow-1",)), False),
        (Erased(flows=("flow-1",), keys=("key-of-flow-1", "key-of-flow-2")), False),
        (Erased(flows=("flow-1",), keys=("key-of-flow-1",), subjects=("a person",)), False),
        (Erased(flows=("flow-1",), keys=("key-of-flow-1",), stopped=("flow-1",)), False),
        (Erased(flows=("flow-1",), keys=("key-of-flow-1",), claims=(claim(),)), False),
    ],
)
def test_what_destroys_more_than_its_flow_is_written_by_itself(erased: Erased | None, together: bool) -> None:
    assert timers._within_its_flow(moved(erased=erased)) is together


@pytest.mark.parametrize(
    "more",
    [
        {"flows": (*moved().flows, *moved(flow_id="flow-2").flows)},
        {"watched": (("flow-2", 1),)},
        {"claims": (claim(),)},
        {"keys": (key(),)},
        {"linked_keys": (("key-of-flow-1", "a person"),)},
    ],
)
def test_what_reaches_beyond_its_flow_is_written_by_itself(more: dict[str, Any]) -> None:
    assert timers._within_its_flow(replace(moved(), **more)) is False


def test_what_a_timer_asks_is_answered_where_many_are_carried_out(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(timers.Timers, "_alone")
    asked: list[Any] = []

    def gathered(record: Any, event: Expire, ask: Ask) -> Facts:
        asked.append(ask.claimed("account", "nobody"))
        return Facts()

    monkeypatch.setitem(Registration.gatherers, Expire, gathered)
    registration(scene)
    scene.clock.turn(DAY)
    assert Rounds(scene.portal.engine, None).next() == Done(timers=1)
    assert asked == [None]


def test_who_is_told_to_stop_leaves_what_could_not_be_written_together_to_others(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        registration(scene)
    scene.clock.turn(DAY)
    monkeypatch.setattr(timers, "_within_its_flow", lambda changes: False)
    looks = iter((False, False))
    assert Rounds(scene.portal.engine, None, stopping=lambda: next(looks, True)).next() == Done(timers=1)


# ─── What stands in the way ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_flow_that_cannot_be_carried_out_is_tried_again_after_a_minute(scene: Scene) -> None:
    flow, made = broken(scene), Timers(scene.portal.engine)
    assert made.carry_out(9, lambda: False) == (0, 1)
    assert made.aside == {flow: NOON + MINUTE}
    scene.clock.turn(MINUTE - TICK)
    assert made.carry_out(9, lambda: False) == (0, 0)
    scene.clock.turn(TICK)
    assert made.carry_out(9, lambda: False) == (0, 1)


def test_beside_what_stands_in_the_way_no_more_is_carried_out_than_was_asked_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(scene)
    for _ in range(3):
        registration(scene)
    scene.clock.turn(DAY)
    asked = asked_for(scene, monkeypatch)
    assert Timers(scene.portal.engine).carry_out(2, lambda: False) == (2, 1)
    assert asked == [2, 2], "what was set aside is found again"


def test_where_only_what_was_set_aside_is_found_twice_as_much_is_looked_at(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(scene, "expire", "lock_ended", "another")
    registration(scene)
    scene.clock.turn(DAY)
    asked = asked_for(scene, monkeypatch)
    assert Timers(scene.portal.engine).carry_out(1, lambda: False) == (1, 1)
    assert asked == [1, 2, 5]


def test_only_flows_of_a_version_that_is_not_there_are_passed_by_for_a_minute(scene: Scene) -> None:
    registration(scene)
    newer = beside(scene).at_consent(None).id
    scene.clock.turn(DAY)
    made = Timers(scene.portal.engine)
    assert made.carry_out(9, lambda: False) == (1, 0)
    assert made.aside == {newer: scene.clock.now + MINUTE}


def test_a_database_that_is_away_is_no_fault_of_a_flow(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> Any:
        raise DatabaseUnavailable(reason="away")

    made = Timers(scene.portal.engine)
    monkeypatch.setattr(timers.Timers, "_written", away)
    monkeypatch.setattr(scene.storage, "next_due", away)
    with pytest.raises(DatabaseUnavailable):
        made._alone(registration(scene))
    assert made.aside == {}


# ─── Alone ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_observes_is_told_of_what_was_written_alone(scene: Scene) -> None:
    seen: list[Any] = []

    def observe(unit: Any, changes: Changes) -> None:
        seen.extend((row.state, unit.flow(row.id).state) for row, _ in changes.flows)

    flow, engine = registration(scene), scene.portal.engine
    engine.tools = replace(engine.tools, observer=observe)
    scene.clock.turn(DAY)
    assert Timers(engine)._written(flow) == 1
    assert seen == [("expired", "expired")]


def test_whoever_was_not_first_decides_anew_and_gives_up_in_the_end(scene: Scene) -> None:
    flow, made = registration(scene), Timers(scene.portal.engine)
    scene.clock.turn(DAY)
    with meddling(scene.storage) as hooks:

        def lose(changes: Changes, *, again: bool = True) -> Changes:
            if again:
                hooks["write"] = lose
            raise Lost("flow", flow)

        hooks["write"] = lose
        with pytest.raises(ConcurrentUpdate) as caught:
            made._written(flow)
        hooks["write"] = lambda changes: lose(changes, again=False)
        assert made._written(flow) == 1
    assert caught.value.params == {"flow_id": flow, "expected": "the one read"}

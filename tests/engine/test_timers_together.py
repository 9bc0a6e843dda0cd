"""Timers of many flows in one transaction: which flows go together, and what becomes of those that cannot."""

from datetime import timedelta

import pytest
from support.portal import Scene
from support.rows import claim, moved

from registratura.flows.engine import timers
from registratura.flows.engine.due import Done, Rounds
from registratura.flows.rows import DESTROYED, Erased

DAY = timedelta(days=1)


def registration(scene: Scene) -> str:
    return scene.at_consent(None).id


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
def test_what_reaches_beyond_its_flow_is_written_by_itself(erased: Erased | None, together: bool) -> None:
    assert timers._within_its_flow(moved(erased=erased)) is together


def test_who_is_told_to_stop_leaves_what_could_not_be_written_together_to_others(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        registration(scene)
    scene.clock.turn(DAY)
    monkeypatch.setattr(timers, "_within_its_flow", lambda changes: False)
    looks = iter((False, False))
    assert Rounds(scene.portal.engine, None, stopping=lambda: next(looks, True)).next() == Done(timers=1)

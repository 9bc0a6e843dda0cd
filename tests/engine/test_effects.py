"""Promise 5: an effect leaves at least once, under one id, and what cannot leave is seen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.portal import PASSWORD, TICK, Scene, tables
from support.rows import effect

from registratura.flows import effects
from registratura.flows.effects import DeliverCode, EndOtherSessions, StartExport, StopExport
from registratura.flows.engine.codec import micros, moment
from registratura.flows.engine.due import LEASE, TRIES, WITHOUT_HANDLER
from registratura.flows.errors import HandlerMissing
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode
from registratura.flows.portal_password import ChangePassword
from registratura.flows.registration import Registration
from registratura.flows.rows import Changes, EffectRow
from registratura.flows.step import Effect

PHONE = "+79001234567"


class Handler:
    """Notes what it is given; fails as often as it is told."""

    def __init__(self, fails: int = 0, error: type[BaseException] = ConnectionError) -> None:
        self.fails, self.error = fails, error
        self.given: list[tuple[Effect, str]] = []

    def __call__(self, effect: Effect, effect_id: str) -> None:
        self.given.append((effect, effect_id))
        if self.fails:
            self.fails -= 1
            raise self.error(PHONE)


def sending(scene: Scene, handler: Callable[..., None] | None) -> str:
    """A flow that sends a code, and who sends it."""
    scene.portal.handlers.pop(DeliverCode, None)
    if handler is not None:
        scene.portal.handlers[DeliverCode] = handler
    return scene.portal.start(OneTimeCode, SendOneTimeCode(phone=PHONE, person="somebody")).id


def only(scene: Scene) -> EffectRow:
    row: EffectRow
    (row,) = scene.storage.effects()
    return row


def test_an_effect_is_handed_over_once_it_is_stored_and_is_done_when_its_handler_says_so(scene: Scene) -> None:
    handler = Handler()
    flow = sending(scene, handler)
    assert only(scene).status == "pending"
    assert handler.given == []
    assert scene.portal.run_due().delivered == 1
    ((given, effect_id),) = handler.given
    assert isinstance(given, DeliverCode)
    assert (given.phone, len(given.code), effect_id) == (PHONE, 6, f"{flow}:1:0")
    for _ in range(3):
        scene.clock.turn(timedelta(days=1))
        assert scene.portal.run_due().delivered == 0


def test_what_was_sealed_for_the_handler_is_wiped_when_it_is_done(scene: Scene) -> None:
    sending(scene, Handler())
    assert only(scene).sealed
    scene.portal.run_due()
    assert only(scene)._replace(due=0) == only(scene)._replace(status="done", sealed=None, due=0)


def test_an_effect_that_fails_comes_again_under_the_same_id_with_the_same_content(scene: Scene) -> None:
    handler = Handler(fails=3)
    sending(scene, handler)
    while only(scene).status == "pending":
        scene.clock.turn(timedelta(hours=1))
        scene.portal.run_due()
    assert only(scene).status == "done"
    assert handler.given == [handler.given[0]] * 4


def test_each_pause_is_about_twice_as_long_and_none_is_nought(scene: Scene) -> None:
    sending(scene, Handler(fails=TRIES))
    for tried in range(1, TRIES):
        assert scene.portal.run_due().failed == 1
        row, pause = only(scene), moment(only(scene).due) - scene.clock.now
        assert (row.status, row.attempts, row.error) == ("pending", tried, "ConnectionError")
        assert timedelta(seconds=2**tried / 2) <= pause <= timedelta(seconds=2**tried)
        scene.clock.turn(pause - TICK)
        assert scene.portal.run_due().failed == 0
        scene.clock.turn(TICK)


def test_an_effect_that_fails_to_the_end_is_seen_and_left_alone(scene: Scene) -> None:
    handler = Handler(fails=TRIES + 5)
    sending(scene, handler)
    ends = []
    for _ in range(TRIES + 3):
        ends.append(scene.portal.run_due().dead)
        scene.clock.turn(timedelta(hours=2))
    assert (sum(ends), len(handler.given)) == (1, TRIES)
    (dead,) = scene.storage.effects(status="dead")
    assert (dead.kind, dead.attempts, dead.error) == ("DeliverCode", TRIES, "ConnectionError")


def test_what_a_failure_says_is_not_stored(scene: Scene) -> None:
    """Its text may be personal; its name is enough."""
    sending(scene, Handler(fails=1))
    scene.portal.run_due()
    assert PHONE not in repr(tables(scene)["effects"])


def test_without_a_handler_an_effect_is_left_as_it_is_for_a_worker_that_has_one(scene: Scene) -> None:
    sending(scene, None)
    before = tables(scene)
    for _ in range(3):
        assert scene.portal.run_due().idle
    assert tables(scene) == before
    scene.portal.handlers[DeliverCode] = Handler()
    assert scene.portal.run_due().delivered == 1


def test_an_effect_that_nobody_takes_after_all_waits_and_its_tries_are_not_used_up(scene: Scene) -> None:
    def gone(effect: Effect, effect_id: str) -> None:
        raise HandlerMissing(kind=effect.kind())

    sending(scene, gone)
    for _ in range(3 * TRIES):
        assert scene.portal.run_due().failed == 1
        scene.clock.turn(WITHOUT_HANDLER)
    row = only(scene)
    assert (row.status, row.attempts, row.error) == ("pending", 0, "handler_missing")
    scene.portal.handlers[DeliverCode] = Handler()
    assert scene.portal.run_due().delivered == 1


def test_a_worker_that_dies_holds_an_effect_no_longer_than_its_lease(scene: Scene) -> None:
    handler = Handler(fails=1, error=KeyboardInterrupt)
    sending(scene, handler)
    with pytest.raises(KeyboardInterrupt):
        scene.portal.run_due()
    assert only(scene).status == "leased"
    scene.clock.turn(LEASE - TICK)
    assert scene.portal.run_due().delivered == 0
    scene.clock.turn(TICK)
    assert scene.portal.run_due().delivered == 1
    assert handler.given == [handler.given[0]] * 2


def test_an_effect_that_kills_each_worker_is_not_tried_for_ever(scene: Scene) -> None:
    handler = Handler(fails=100, error=SystemExit)
    sending(scene, handler)
    for _ in range(TRIES):
        with pytest.raises(SystemExit):
            scene.portal.run_due()
        scene.clock.turn(LEASE)
    assert scene.portal.run_due().dead == 1
    assert len(handler.given) == TRIES


def test_a_leased_effect_is_nobody_elses(scene: Scene) -> None:
    found = []
    sending(scene, lambda effect, effect_id: found.append(scene.portal.run_due().delivered))
    assert scene.portal.run_due().delivered == 1
    assert found == [0]


def test_a_handler_may_use_the_portal(scene: Scene) -> None:
    """A clinic's handler delivers documents through the same portal."""
    caller = scene.registered()
    scene.attached(caller)

    def suspend(effect: StartExport, effect_id: str) -> None:
        scene.portal.clinics.suspend(effect.right)

    scene.portal.handlers[StartExport] = suspend
    scene.portal.handlers[StopExport] = Handler()
    assert scene.portal.run_due().delivered == 2, "what the handler set off leaves in the same round"
    assert scene.state(scene.flow_of(caller, "clinic_right")) == "suspended"


def test_the_effects_of_a_flow_leave_in_the_order_in_which_they_were_written(scene: Scene) -> None:
    """Else a clinic that is late with its yes to the first order would start again after it was told to stop."""
    caller = scene.registered()
    scene.attached(caller)
    right = scene.flow_of(caller, "clinic_right")
    start, stop = Handler(fails=2), Handler()
    given = start.given = stop.given
    scene.portal.handlers |= {StartExport: start, StopExport: stop}
    assert scene.portal.run_due().failed == 1
    scene.portal.clinics.suspend(right)
    while len(given) < 4:
        scene.portal.run_due()
        scene.clock.turn(timedelta(seconds=1))
    assert [effect.kind() for effect, _ in given] == ["StartExport", "StartExport", "StartExport", "StopExport"]


def test_an_effect_that_is_dead_lets_the_next_one_go(scene: Scene) -> None:
    caller = scene.registered()
    scene.attached(caller)
    stop = Handler()
    scene.portal.handlers |= {StartExport: Handler(fails=TRIES), StopExport: stop}
    scene.portal.clinics.suspend(scene.flow_of(caller, "clinic_right"))
    for _ in range(TRIES):
        assert not stop.given
        scene.portal.run_due()
        scene.clock.turn(timedelta(hours=1))
    assert len(stop.given) == 1


def test_an_order_is_not_tried_anew_after_the_one_that_takes_it_back(scene: Scene) -> None:
    """Else a clinic would be told last of all to start what the person withdrew."""
    caller = scene.registered()
    scene.attached(caller)
    start, stop = Handler(fails=TRIES), Handler()
    scene.portal.handlers |= {StartExport: start, StopExport: stop}
    scene.portal.clinics.suspend(scene.flow_of(caller, "clinic_right"))
    for _ in range(TRIES):
        scene.portal.run_due()
        scene.clock.turn(timedelta(hours=1))
    (dead,) = scene.portal.operator.dead_effects()
    assert not scene.portal.operator.retry_effect(dead.id)
    scene.portal.run_due()
    assert (dead.kind, len(start.given), len(stop.given)) == ("StartExport", TRIES, 1)
    assert scene.portal.operator.drop_effect(dead.id)


@pytest.mark.parametrize("first", [StartExport, StopExport])
def test_the_order_holds_also_where_no_worker_has_all_handlers(scene: Scene, first: type[Effect]) -> None:
    caller = scene.registered()
    scene.attached(caller)
    scene.portal.clinics.suspend(scene.flow_of(caller, "clinic_right"))
    orders, others = Handler(), Handler()
    sending(scene, others)
    kinds = [first, StopExport if first is StartExport else StartExport]
    for kind in (*kinds, *kinds):
        scene.portal.handlers.pop(StartExport, None)
        scene.portal.handlers.pop(StopExport, None)
        scene.portal.handlers[kind] = orders
        scene.portal.run_due()
    assert [effect.kind() for effect, _ in orders.given] == ["StartExport", "StopExport"]
    assert len(others.given) == 1, "they hold up nothing else"


@pytest.mark.parametrize(
    "damage", [{"kind": "NobodyKnows"}, {"payload": "{"}, {"sealed": "v1.x.y.z"}, {"flow_id": "?"}]
)
def test_an_effect_that_cannot_be_read_is_not_lost_and_holds_up_no_other(scene: Scene, damage: dict[str, str]) -> None:
    handler = Handler()
    sending(scene, handler)
    flow = scene.portal.start(Registration).id
    made = effect("a damaged one", due=micros(scene.clock.now) - 1)._replace(**damaged(flow, damage))
    with scene.storage.unit() as unit:
        unit.write(Changes(flows=(), log=(), effects=(made,)))
    assert scene.portal.run_due() == replace(scene.portal.run_due(), delivered=1, failed=1)
    for _ in range(TRIES):
        scene.clock.turn(timedelta(hours=1))
        scene.portal.run_due()
    assert [row.id for row in scene.storage.effects(status="dead")] == ["a damaged one"]
    assert len(handler.given) == 1


def damaged(flow: str, damage: dict[str, str]) -> dict[str, Any]:
    return {"flow_id": flow, "sealed": None, "kind": "StopExport", "payload": "{}", **damage}


def test_only_orders_to_a_clinic_wait_for_each_other() -> None:
    """Else a message that cannot be sent would keep somebody else's session alive (U32)."""
    assert {kind for kind in effects.EFFECTS.values() if kind.in_order} == {StartExport, StopExport}


def test_every_kind_of_effect_is_known_by_its_stored_name() -> None:
    declared = {kind for kind in vars(effects).values() if isinstance(kind, type) and issubclass(kind, Effect)}
    assert set(effects.EFFECTS.values()) == declared - {Effect}
    assert all(kind.kind() == name for name, kind in effects.EFFECTS.items())


def test_a_round_takes_no_more_than_it_is_told(scene: Scene) -> None:
    handler = Handler()
    scene.portal.handlers[DeliverCode] = handler
    for person in range(5):
        scene.portal.start(OneTimeCode, SendOneTimeCode(phone=PHONE, person=str(person)))
    assert [scene.portal.run_due(limit=2).delivered for _ in range(3)] == [2, 2, 1]
    assert len({effect_id for _, effect_id in handler.given}) == 5


def test_who_changes_a_password_is_named_to_whoever_ends_the_other_sessions(scene: Scene) -> None:
    """U32. Whoever has a session's name is in, so it stands nowhere in clear."""
    caller = scene.registered()
    handler = scene.portal.handlers[EndOtherSessions] = Handler()
    event = ChangePassword(current=PASSWORD, password="Wqx92mm", repeat="Wqx92mm")
    scene.walk(scene.flow_of(caller, "portal_password"), event, caller=caller)
    assert str(caller.session) not in repr(tables(scene))
    scene.portal.run_due()
    ((given, _),) = handler.given
    assert given == EndOtherSessions(account=str(caller.account), session=caller.session)

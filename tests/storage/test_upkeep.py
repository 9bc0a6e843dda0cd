"""What workers and operators ask of a storage: effects to hand over, timers that are due, old answers forgotten."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy.orm import Session
from support.rows import answer, begun, contents, due, effect, moved, ticket, timer

from registratura.flows.errors import PortalClosed
from registratura.flows.rows import DESTROYED, ERASED, Changes, Erased, FlowRow, SecurityRow
from registratura.storage import SqlStorage


def test_an_effect_is_leased_to_one_and_comes_back_when_the_lease_runs_out(storage: Any) -> None:
    with storage.unit() as unit:
        unit.write(begun(effects=(effect("b", due=2), effect("a", due=1), effect("late", due=50))))
    assert [row.id for row in storage.lease_effects(10, 20, 1)] == ["a"]
    leased = storage.lease_effects(10, 20, 9)
    assert leased == [effect("b", due=20)._replace(status="leased", attempts=1)]
    assert storage.lease_effects(19, 30, 9) == []
    again = storage.lease_effects(20, 30, 9)
    assert [(row.id, row.attempts, row.due) for row in again] == [("a", 2, 30), ("b", 2, 30)]
    assert list(storage.effects("leased")) == again


def test_an_effect_waits_for_the_earlier_ones_of_its_flow_until_they_are_done_or_dead(storage: Any) -> None:
    first, second, tenth = (effect(f"flow-1:1:{number}", due=9 - number // 2) for number in (0, 2, 10))
    later = effect("flow-1:2:0")._replace(seq=2)
    elsewhere = effect("flow-2:3:0")._replace(flow_id="flow-2", seq=3)
    with storage.unit() as unit:
        unit.write(begun(effects=(later, tenth, second, first, elsewhere)))

    def leased(now: int) -> list[str]:
        return [row.id for row in storage.lease_effects(now, now + 5, 9, ["another", "send_code"])]

    assert leased(8) == [elsewhere.id], "the first one is not due, and holds up the others, which are"
    storage.settle_effect(elsewhere.id, 1, status="done", attempts=1, due=9, error="")
    assert leased(9) == [first.id]
    assert leased(9) == [], "it is leased, not done"
    storage.settle_effect(first.id, 1, status="pending", attempts=1, due=20, error="no answer")
    assert leased(19) == [], "it will be tried again"
    storage.settle_effect(first.id, 1, status="dead", attempts=8, due=20, error="no answer")
    for expected in (second, tenth, later):
        assert leased(21) == [expected.id]
        storage.settle_effect(expected.id, 1, status="done", attempts=1, due=9, error="")
    assert leased(99) == []


def test_an_effect_of_another_kind_neither_waits_nor_holds_up(storage: Any) -> None:
    urgent = effect("flow-1:1:2", due=1)._replace(kind="urgent")
    with storage.unit() as unit:
        unit.write(begun(effects=(effect("flow-1:1:0", due=50), effect("flow-1:1:1", due=1), urgent)))
    assert [row.id for row in storage.lease_effects(5, 10, 9, ["send_code"])] == ["flow-1:1:2"]
    assert [row.id for row in storage.lease_effects(5, 10, 9, ["send", "code", "urgent"])] == ["flow-1:1:1"]


def test_kinds_that_are_left_to_others_are_passed_by_and_keep_their_place(storage: Any) -> None:
    another = effect("flow-1:1:1")._replace(kind="another")
    with storage.unit() as unit:
        unit.write(begun(effects=(effect("flow-1:1:0"), another)))
    assert storage.lease_effects(5, 10, 1, ["another", "send_code"], ["send_code", "send"]) == []
    assert [row.id for row in storage.lease_effects(5, 10, 1, [], ["send_code"])] == [another.id]
    assert storage.effects("pending") == [effect("flow-1:1:0")]


@pytest.mark.parametrize(
    ("later", "kinds", "tried"),
    [
        ("done", ["send_code"], False),
        ("leased", ["send_code"], False),
        ("pending", ["send_code"], False),
        ("dead", ["send_code"], True),
        ("dropped", ["send_code"], True),
        ("done", ["another"], True),
    ],
)
def test_a_dead_effect_is_not_tried_anew_after_a_later_one_of_its_flow(
    storage: Any, later: str, kinds: list[str], tried: bool
) -> None:
    dead, second = effect("flow-1:1:9", status="dead"), effect("flow-1:1:10", status=later)
    elsewhere = effect("flow-2:3:0", status="done")._replace(flow_id="flow-2", seq=3)
    before = effect("flow-1:1:0", status="done")
    with storage.unit() as unit:
        unit.write(begun(effects=(before, dead, second, elsewhere)))
    assert storage.retry_dead(dead.id, 7, kinds) is tried
    (row,) = [row for row in storage.effects() if row.id == dead.id]
    assert (row.status, row.due) == (("pending", 7) if tried else ("dead", 1))


def test_an_effect_is_settled_once(storage: Any) -> None:
    with storage.unit() as unit:
        unit.write(begun(effects=(effect(), effect("effect-2"))))
    storage.lease_effects(1, 5, 9)
    storage.settle_effect("effect-1", 1, status="pending", attempts=1, due=7, error="no answer")
    assert storage.effects("pending") == [effect(due=7)._replace(attempts=1, error="no answer")]
    storage.settle_effect("effect-1", 1, status="done", attempts=1, due=7, error="")
    done = effect(due=7, status="done")._replace(attempts=1, sealed=None)
    assert storage.effects("done") == [done]
    storage.settle_effect("effect-1", 1, status="pending", attempts=9, due=9, error="a worker that was thought dead")
    assert storage.effects("done") == [done]
    storage.settle_effect("effect-2", 1, status="dead", attempts=8, due=7, error="gone")
    assert [(row.sealed, row.error) for row in storage.effects("dead")] == [("v1.sealed", "gone")]
    assert storage.lease_effects(99, 100, 9) == []
    storage.settle_effect("effect-9", 1, status="done", attempts=1, due=7, error="")


def test_an_effect_that_an_event_finished_is_done(storage: Any) -> None:
    with storage.unit() as unit:
        unit.write(begun(effects=(effect(),)))
        storage.lease_effects(1, 5, 9)
        unit.write(moved(2, finished_effect="effect-1"))
    assert [(row.status, row.sealed) for row in storage.effects()] == [("done", None)]


def test_timers_are_due_from_their_moment_on_the_earliest_first(storage: Any) -> None:
    with storage.unit() as unit:
        for name, at in (("flow-1", 30), ("flow-2", 10), ("flow-3", 20)):
            unit.write(begun(name, timers=((name, (timer(due=at, flow_id=name),)),)))
    assert due(storage, 19) == ["flow-2"]
    assert due(storage, 20) == ["flow-2", "flow-3"]
    assert due(storage, 99, limit=2) == ["flow-2", "flow-3"]


def test_what_is_destroyed_together_is_each_flows_own(storage: Any) -> None:
    for name in ("flow-1", "flow-2", "flow-3"):
        sent = effect(name)._replace(flow_id=name), effect(f"open {name}")._replace(flow_id=name, sealed=None)
        with storage.unit() as unit:
            unit.write(begun(name, timers=((name, (timer(due=1, flow_id=name),)),), effects=sent))

    def plan(rows: Sequence[FlowRow]) -> list[Changes]:
        found = [row.id for row in rows]
        gone = [(name, Erased(flows=(name,), keys=(f"key-of-{name}",))) for name in found]
        return [moved(2, name, timers=((name, ()),), erased=erased) for name, erased in gone]

    assert storage.carry_out(1, 2, plan) == (2, ["flow-1", "flow-2"])
    with storage.unit() as unit:
        assert [unit.key(f"key-of-flow-{one}").wrapped for one in (1, 2, 3)] == [DESTROYED, DESTROYED, "wrapped-flow-3"]
    stands = {row.id: (row.status, row.error, row.sealed) for row in storage.effects()}
    assert stands.pop("flow-3") == ("pending", "", "v1.sealed")
    assert {stands.pop(name) for name in ("flow-1", "flow-2")} == {("dead", ERASED, None)}
    assert set(stands.values()) == {("pending", "", None)}


def test_flows_are_listed_page_by_page(storage: Any) -> None:
    with storage.unit() as unit:
        for number in (3, 1, 2):
            unit.write(begun(f"flow-{number}"))
    assert list(storage.flow_ids(limit=2)) == ["flow-1", "flow-2"]
    assert list(storage.flow_ids("flow-2", 2)) == ["flow-3"]


def test_old_answers_and_tickets_are_forgotten(storage: Any) -> None:
    for name, at in (("old", 9), ("young", 10)):
        storage.count_attempts(ticket(name, at), [], lambda now: ("", {}))
        with storage.unit() as unit:
            unit.write(begun(f"flow-{name}", idempotency=answer(name, at=at)))
    assert storage.purge(10) == 2
    with storage.unit() as unit:
        assert unit.idempotent("host:flow-1", "old") is unit.ticket("old") is None
        assert unit.idempotent("host:flow-1", "young") is not None
        assert unit.ticket("young") is not None
        assert unit.flow("flow-old") is not None
    assert storage.purge(10) == 0


def test_security_events_are_kept_the_newest_first(storage: Any) -> None:
    rows = [SecurityRow(f"event-{n}", n, None if n == 2 else "flow-1", "forged_answer", "{}") for n in (1, 3, 2)]
    for row in rows:
        storage.add_security_event(row)
    assert [row.at for row in storage.security_events()] == [3, 2, 1]
    assert list(storage.security_events(1)) == [rows[1]]


def test_a_meta_value_is_the_firsts(storage: Any) -> None:
    assert storage.meta("keys") is None
    assert storage.add_meta("keys", "one") == "one"
    assert storage.add_meta("keys", "two") == "one"
    assert storage.add_meta("others", "two") == "two"
    assert storage.meta("keys") == "one"


def test_a_meta_value_is_changed_only_by_who_knows_it(storage: Any) -> None:
    assert not storage.change_meta("keys", "one", "two")
    assert storage.meta("keys") is None
    storage.add_meta("keys", "one")
    storage.add_meta("others", "one")
    assert [storage.change_meta("keys", "one", value) for value in ("two", "three")] == [True, False]
    assert (storage.meta("keys"), storage.meta("others")) == ("two", "one")


def test_reading_writes_nothing(storage: Any) -> None:
    with storage.unit() as unit:
        unit.write(begun(timers=(("flow-1", (timer(),)),), effects=(effect(due=9),)))
    before = contents(storage)
    due(storage, 99), storage.effects(), storage.lease_effects(1, 2, 9), storage.flow_ids()
    assert contents(storage) == before


def test_a_storage_that_is_closed_takes_no_call(storage: Any) -> None:
    with storage.unit() as unit:
        unit.write(begun())
    storage.close()
    for call in (storage.flow_ids, storage.effects, lambda: storage.meta("keys"), lambda: storage.purge(1)):
        with pytest.raises(PortalClosed):
            call()
    with pytest.raises(PortalClosed), storage.unit() as unit:
        unit.flow("flow-1")
    storage.close()


def test_a_hosts_transaction_goes_to_no_storage_that_is_closed(sql: SqlStorage) -> None:
    sql.close()
    with Session(sql.engine) as within, pytest.raises(PortalClosed), sql.unit(within):
        pass

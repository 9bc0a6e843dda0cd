"""Two transactions that are open at once, on PostgreSQL: what one holds, the other passes by or waits for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from support.rows import begun, due, effect, moved, timer, version_of

from registratura.features import databases
from registratura.flows.ports import Lost
from registratura.flows.rows import DESTROYED, Changes, Erased
from registratura.storage import SqlStorage, storage_for
from registratura.storage import due_statements as sql

SOON = 0.5
"""Seconds in which what does not wait has long happened."""
WAIT = 30


@pytest.fixture
def storage() -> Iterator[SqlStorage]:
    with databases.schema() as address:
        # What waits for a lock that it should have passed by fails, instead of waiting for the test for ever.
        options = f"{address.query['options']} -clock_timeout=5000"
        made = storage_for(address.update_query_dict({"options": options}))
        yield made
        made.close()


def write(storage: SqlStorage, changes: Changes) -> None:
    with storage.unit() as unit:
        unit.write(changes)


def test_a_worker_passes_by_the_effects_that_another_ones_open_transaction_leases(storage: SqlStorage) -> None:
    write(storage, begun(effects=tuple(effect(f"effect-{number}", due=number) for number in range(4))))
    with storage._line() as line, storage._transaction(line):
        held = [row[0] for row in line.rows(sql.DUE_EFFECTS, 9, "", "", 2)]
        with ThreadPoolExecutor(1) as pool:
            others = pool.submit(storage.lease_effects, 9, 20, 9).result(WAIT)
    assert held == ["effect-0", "effect-1"]
    assert [row.id for row in others] == ["effect-2", "effect-3"]


def test_a_worker_passes_by_the_flows_that_another_ones_open_transaction_carries_out(storage: SqlStorage) -> None:
    for number in range(4):
        name = f"flow-{number}"
        write(storage, begun(name, timers=((name, (timer(due=number, flow_id=name),)),)))
    seen: list[str] = []

    def plan(rows: Any) -> list[Changes]:
        with ThreadPoolExecutor(1) as pool:
            seen.extend(pool.submit(due, storage, 9).result(WAIT))
        return [moved(2, row.id, timers=((row.id, ()),)) for row in rows]

    assert storage.carry_out(9, 2, plan) == (2, ["flow-0", "flow-1"])
    assert seen == ["flow-2", "flow-3"]
    assert due(storage, 9) == seen, "what was carried out is due no longer"


def test_a_worker_passes_by_a_flow_that_an_event_has_in_hand(storage: SqlStorage) -> None:
    write(storage, begun(timers=(("flow-1", (timer(due=1),)),)))
    with Session(storage.engine) as within, storage.unit(within) as unit:
        unit.write(moved(2, timers=(("flow-1", ()),)))
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(due, storage, 9).result(WAIT) == []
        within.commit()
    assert due(storage, 9) == []


def test_a_flow_that_was_read_for_a_decision_cannot_move_until_that_is_committed(storage: SqlStorage) -> None:
    write(storage, begun())
    write(storage, begun("watched"))
    with Session(storage.engine) as within, storage.unit(within) as unit, ThreadPoolExecutor(1) as pool:
        unit.write(moved(2, watched=(("watched", 1),)))
        other = pool.submit(write, storage, moved(2, "watched"))
        assert not wait([other], SOON).done, "it waits"
        within.commit()
        other.result(WAIT)
    assert (version_of(storage), version_of(storage, "watched")) == (2, 2)


def test_two_decisions_that_read_the_same_flow_do_not_wait_for_each_other(storage: SqlStorage) -> None:
    for name in ("flow-1", "flow-2", "watched"):
        write(storage, begun(name))
    with Session(storage.engine) as within, storage.unit(within) as unit, ThreadPoolExecutor(1) as pool:
        unit.write(moved(2, watched=(("watched", 1),)))
        pool.submit(write, storage, moved(2, "flow-2", watched=(("watched", 1),))).result(WAIT)
        within.commit()


def test_what_cannot_be_written_with_others_leaves_them_as_they_were(storage: SqlStorage) -> None:
    for name in ("flow-1", "flow-2"):
        write(storage, begun(name, timers=((name, (timer(due=1, flow_id=name),)),)))

    def plan(rows: Any) -> list[Changes]:
        return [moved(2, "flow-1"), moved(3, "flow-2")]

    with pytest.raises(Lost):
        storage.carry_out(9, 2, plan)
    assert (version_of(storage, "flow-1"), version_of(storage, "flow-2")) == (1, 1)


def test_keys_that_go_together_are_held_in_the_order_of_their_ids(storage: SqlStorage) -> None:
    """As whoever wraps keys anew holds them: in two orders each could hold what the other waits for."""
    for name in ("flow-2", "flow-1"):
        write(storage, begun(name, timers=((name, (timer(due=1, flow_id=name),)),)))

    def plan(rows: Any) -> list[Changes]:
        return [moved(2, row.id, erased=Erased(flows=(row.id,), keys=(f"key-of-{row.id}",))) for row in rows]

    with Session(storage.engine) as other, ThreadPoolExecutor(1) as pool:
        other.execute(text("UPDATE registratura_keys SET subject = '1' WHERE id = 'key-of-flow-1'"))
        together = pool.submit(storage.carry_out, 9, 2, plan)
        assert not wait([together], SOON).done, "it waits for the first"
        other.execute(text("UPDATE registratura_keys SET subject = '2' WHERE id = 'key-of-flow-2'"))
        other.commit()
        assert together.result(WAIT)[0] == 2
    with storage.unit() as unit:
        keys = [unit.key(f"key-of-flow-{number}") for number in (1, 2)]
    assert [(key.subject, key.wrapped) for key in keys if key] == [("1", DESTROYED), ("2", DESTROYED)]

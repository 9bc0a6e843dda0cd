"""Attempts: counted in one place, once for each ticket; a judgement locks or resets, and gives no other count back."""

from datetime import timedelta
from typing import Any

import pytest
from support.people import NOW
from support.rows import begun, contents, moved, ticket

from registratura.domain.attempts import Attempts
from registratura.flows.engine.codec import micros
from registratura.flows.ports import Lost
from registratura.flows.rows import AttemptChange

HOUR = timedelta(hours=1)


def one_more(now: dict[str, Attempts]) -> tuple[str, dict[str, Attempts]]:
    return "counted", {scope: Attempts(count=was.count + 1, since=NOW) for scope, was in now.items()}


def settle(storage: Any, *changes: AttemptChange) -> None:
    with storage.unit() as unit:
        version = unit.flow("flow-1").version + 1
        unit.write(moved(version, attempts=changes))


def of(storage: Any, scope: str) -> Attempts:
    with storage.unit() as unit:
        found: Attempts = unit.attempts(scope)
        return found


def test_an_attempt_is_counted_in_all_its_scopes(storage: Any) -> None:
    row = storage.count_attempts(ticket(), ["b", "a"], one_more)
    assert row == ticket()._replace(verdict="counted")
    with storage.unit() as unit:
        assert unit.ticket("ticket-1") == row
        assert unit.attempts("a") == unit.attempts("b") == Attempts(count=1, since=NOW)


def test_a_ticket_counts_once(storage: Any) -> None:
    first = storage.count_attempts(ticket(), ["a"], one_more)
    before = contents(storage)
    again = storage.count_attempts(ticket(at=99), ["a"], lambda now: pytest.fail("judged twice"))
    assert again == first
    assert contents(storage) == before


def test_all_that_a_counter_holds_is_read_back(storage: Any) -> None:
    full = Attempts(count=7, lock_level=3, locked_until=NOW + HOUR, since=NOW)
    storage.count_attempts(ticket(), ["a"], lambda now: ("", {"a": full}))
    assert of(storage, "a") == full
    seen: list[dict[str, Attempts]] = []

    def judge(now: dict[str, Attempts]) -> tuple[str, dict[str, Attempts]]:
        seen.append(now)
        return "", {}

    storage.count_attempts(ticket("ticket-2"), ["a", "new"], judge)
    assert seen == [{"a": full, "new": Attempts()}]


def test_a_judge_that_fails_counts_nothing(storage: Any) -> None:
    before = contents(storage)
    with pytest.raises(ZeroDivisionError):
        storage.count_attempts(ticket(), ["a"], lambda now: 1 / 0)
    assert contents(storage) == before


def test_a_success_resets_what_it_forgives_and_leaves_the_rest_as_it_is(storage: Any) -> None:
    with storage.unit() as unit:
        unit.write(begun())
    for name in ("ticket-1", "ticket-2"):
        storage.count_attempts(ticket(name), ["mine", "address"], one_more)
    seen_earlier = Attempts(count=1, since=NOW)
    settle(storage, AttemptChange("mine", Attempts(), micros(NOW)), AttemptChange("address", seen_earlier, micros(NOW)))
    assert of(storage, "mine") == Attempts()
    assert of(storage, "address").count == 2, "what others counted meanwhile is not given back"


def test_a_success_comes_too_late_once_a_lock_runs(storage: Any) -> None:
    locked = Attempts(count=5, lock_level=1, locked_until=NOW + HOUR, since=NOW)
    with storage.unit() as unit:
        unit.write(begun())
    storage.count_attempts(ticket(), ["mine"], lambda now: ("", {"mine": locked}))
    for after in (Attempts(), locked):
        with pytest.raises(Lost) as lost:
            settle(storage, AttemptChange("mine", after, micros(NOW + HOUR) - 1))
        assert (lost.value.what, lost.value.which) == ("attempt", "mine")
    settle(storage, AttemptChange("mine", Attempts(), micros(NOW + HOUR)))
    assert of(storage, "mine") == Attempts()


def test_a_failure_locks_and_keeps_the_count(storage: Any) -> None:
    with storage.unit() as unit:
        unit.write(begun())
    for name in ("ticket-1", "ticket-2"):
        storage.count_attempts(ticket(name), ["mine"], one_more)
    lock = Attempts(count=1, lock_level=1, locked_until=NOW + HOUR, since=NOW)
    settle(storage, AttemptChange("mine", lock, None))
    assert of(storage, "mine") == lock.model_copy(update={"count": 2})
    settle(storage, AttemptChange("mine", lock.model_copy(update={"locked_until": NOW + 2 * HOUR}), None))
    assert of(storage, "mine").locked_until == NOW + HOUR, "a lock that runs is not made longer"


def test_a_counter_that_is_not_there_is_open_and_can_be_locked(storage: Any) -> None:
    with storage.unit() as unit:
        unit.write(begun())
    settle(storage, AttemptChange("new", Attempts(), micros(NOW)))
    settle(storage, AttemptChange("new", Attempts(count=1, lock_level=1, locked_until=NOW + HOUR), None))
    assert of(storage, "new").locked_until == NOW + HOUR

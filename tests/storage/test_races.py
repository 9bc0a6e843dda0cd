"""Sixteen threads at once: what there is one of goes to one, and what is counted is counted exactly."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

from support.people import NOW
from support.rows import answer, begun, claim, effect, moved, ticket

from registratura.domain.attempts import Attempts
from registratura.flows.engine.codec import micros
from registratura.flows.ports import Lost
from registratura.flows.rows import AttemptChange, Changes
from registratura.storage import SqlStorage, storage_for

THREADS = 16


def race(act: Callable[[int], str]) -> Counter[str]:
    """What became of each thread's act; all begin at once."""
    ready = Barrier(THREADS)

    def one(number: int) -> str:
        ready.wait()
        return act(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(one, range(THREADS)))


def written(storage: Any, changes: Changes) -> str:
    try:
        with storage.unit() as unit:
            unit.write(changes)
    except Lost as lost:
        return lost.what
    return "won"


def test_one_of_many_moves_a_flow(storage: Any) -> None:
    written(storage, begun())
    assert race(lambda n: written(storage, moved(2))) == {"won": 1, "flow": 15}
    with storage.unit() as unit:
        assert unit.flow("flow-1").version == 2
        assert len(unit.log("flow-1")) == 2


def test_one_of_many_gets_a_claim(storage: Any) -> None:
    assert race(lambda n: written(storage, begun(f"flow-{n}", claims=(claim(),)))) == {"won": 1, "claim": 15}
    assert len(storage.flow_ids()) == 1


def test_one_of_many_records_the_answer(storage: Any) -> None:
    outcome = race(lambda n: written(storage, begun(f"flow-{n}", idempotency=answer())))
    assert outcome == {"won": 1, "idempotency": 15}


def test_one_of_many_spends_a_ticket(storage: Any) -> None:
    storage.count_attempts(ticket(), [], lambda now: ("", {}))
    assert race(lambda n: written(storage, begun(f"flow-{n}", ticket="ticket-1"))) == {"won": 1, "ticket": 15}


def one_more(now: dict[str, Attempts]) -> tuple[str, dict[str, Attempts]]:
    return str(now["a"].count + 1), {scope: Attempts(count=was.count + 1, since=NOW) for scope, was in now.items()}


def test_attempts_are_counted_exactly(storage: Any) -> None:
    verdicts = race(lambda n: storage.count_attempts(ticket(f"ticket-{n}"), ["a", "b"], one_more).verdict)
    assert verdicts == {str(number): 1 for number in range(1, THREADS + 1)}
    with storage.unit() as unit:
        assert unit.attempts("a").count == unit.attempts("b").count == THREADS


def test_an_attempt_sent_many_times_is_counted_once(storage: Any) -> None:
    assert race(lambda n: storage.count_attempts(ticket(), ["a"], one_more).verdict) == {"1": THREADS}
    with storage.unit() as unit:
        assert unit.attempts("a").count == 1


def test_counting_while_a_unit_is_open_needs_no_second_connection(storage: Any) -> None:
    def act(number: int) -> str:
        with storage.unit() as unit:
            unit.flow("flow-1")
            return str(storage.count_attempts(ticket(f"ticket-{number}"), ["a"], lambda now: ("counted", {})).verdict)

    assert race(act) == {"counted": THREADS}


def test_an_effect_is_leased_by_one_of_many(storage: Any) -> None:
    written(storage, begun(effects=tuple(effect(f"effect-{n:02}") for n in range(20))))
    leased = race(lambda n: ",".join(row.id for row in storage.lease_effects(5, 50, 2)))
    names = [name for part in leased.elements() if part for name in part.split(",")]
    assert sorted(names) == [f"effect-{n:02}" for n in range(20)]


def test_processes_that_share_a_file_wait_for_each_other(sql: SqlStorage) -> None:
    """Each storage stands for a process: nothing but the file orders their writers."""
    written(sql, begun(effects=tuple(effect(f"effect-{n:02}") for n in range(THREADS))))

    def act(number: int) -> str:
        process = storage_for(sql.engine.url)
        leased = process.lease_effects(5, 50, 1)
        process.count_attempts(ticket(f"ticket-{number}"), ["a"], one_more)
        process.close()
        return leased[0].id

    assert race(act) == {f"effect-{n:02}": 1 for n in range(THREADS)}
    with sql.unit() as unit:
        assert unit.attempts("a") == Attempts(count=THREADS, since=NOW)


def test_a_new_file_is_made_once_by_many(tmp_path: Path) -> None:
    def act(number: int) -> str:
        process = storage_for(tmp_path / "portal.db")
        outcome = written(process, begun())
        process.close()
        return outcome

    assert race(act) == {"won": 1, "flow": THREADS - 1}


def test_a_reset_never_passes_a_lock(storage: Any) -> None:
    written(storage, begun())
    storage.count_attempts(ticket(), ["a"], lambda now: ("", {}))
    lock = Attempts(count=5, lock_level=1, locked_until=NOW, since=NOW)

    def act(number: int) -> str:
        change = AttemptChange("a", lock, None) if number == 0 else AttemptChange("a", Attempts(), micros(NOW) - 1)
        return written(storage, begun(f"flow-{number}x", attempts=(change,)))

    outcome = race(act)
    assert outcome["won"] + outcome["attempt"] == THREADS
    with storage.unit() as unit:
        assert unit.attempts("a").locked_until == NOW

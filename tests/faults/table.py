"""The faults in their full form: what is done how often, and the table of what was found."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from faults import cluster, test_full_server
from faults.judge import Found
from faults.leader_kills import leader_kills
from faults.test_boundaries import boundaries
from faults.test_callers import callers
from faults.test_cuts import cuts
from faults.test_full_server import full_server
from faults.test_kills import kills
from faults.test_long_locks import long_locks
from faults.test_obstacles import Obstacle, full_disk, lock, obstacles, read_only
from faults.test_restate_nodes import nodes
from faults.test_server_stops import stops

HEAD = "| what | database | times | events acknowledged | lost | doubled | in clear | state not as the log | seconds |"
Ran = tuple[int, Found]


class Fault(NamedTuple):
    """A row of the table before it has been run."""

    what: str
    database: str
    run: Callable[[Path], Ran]
    missing: Callable[[], str] = str
    """What it needs and is not here; it is not run then, and the table says why."""


def counted(times: int, run: Callable[[str, Path, int], Found], kind: str) -> Callable[[Path], Ran]:
    """A fault that is done so many times."""
    return lambda folder: (times, run(kind, folder, times))


def blocked(obstacle: Obstacle, kind: str) -> Callable[[Path], Ran]:
    """A hundred events against an obstacle."""
    return counted(100, lambda kind, folder, times: obstacles(kind, folder, times, obstacle), kind)


def the_workers_tests(folder: Path) -> Ran:
    """Each of them judges for itself; what failed counts as lost."""
    command = [sys.executable, "-m", "pytest", "-q", "-rN", "--tb=no", *WORKERS_TESTS]
    said = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True).stdout
    passed, failed = (sum(map(int, re.findall(rf"(\d+) {word}", said))) for word in ("passed", "(?:failed|error)"))
    return passed, Found(events=passed, lost=("a test",) * failed)


TESTS = Path(__file__).parents[1]
WORKERS_TESTS = (
    "tests/engine/test_worker.py::test_a_worker_whose_clock_is_a_day_wrong_loses_and_doubles_nothing",
    "tests/engine/test_worker.py::test_a_handler_that_hangs_is_given_up_and_keeps_no_other_waiting",
    "tests/engine/test_effects.py::test_an_effect_that_fails_comes_again_under_the_same_id_with_the_same_content",
    "tests/host/test_worker_processes.py::test_what_a_killed_worker_had_in_hand_another_one_does_under_the_same_id",
)
RACES = "16 processes at once on each of five one-time things, rounds"
FAULTS = (
    Fault(
        "kill -9 at every boundary of the statements of twelve kinds of work",
        "SQLite",
        lambda at: boundaries("sqlite", at),
    ),
    Fault(
        "kill -9 at every boundary of the statements of twelve kinds of work",
        "PostgreSQL",
        lambda at: boundaries("postgresql", at),
    ),
    Fault("kill -9 of clients under load at random moments", "SQLite", counted(1000, kills, "sqlite")),
    Fault("kill -9 of clients under load at random moments", "PostgreSQL", counted(500, kills, "postgresql")),
    Fault(RACES, "SQLite", counted(20, callers, "sqlite")),
    Fault(RACES, "PostgreSQL", counted(20, callers, "postgresql")),
    Fault("immediate stop of the server under load", "PostgreSQL", lambda at: (60, stops(at, 60))),
    Fault(
        "kill -9 of the leader of three servers, under load",
        "PostgreSQL, Patroni",
        lambda at: (10, leader_kills(at, 10)),
        cluster.missing,
    ),
    Fault("connection cut in the middle of a commit", "PostgreSQL", lambda at: (300, cuts(at, 300))),
    Fault(
        "kill -9 of one of three nodes of Restate under load, each in its turn",
        "PostgreSQL",
        lambda at: (12, nodes(at, 12)),
    ),
    Fault("the disk is full in the middle of a write", "SQLite", blocked(full_disk, "sqlite")),
    Fault(
        "the disk of the server is full", "PostgreSQL", lambda at: (100, full_server(at, 100)), test_full_server.missing
    ),
    Fault("the database may only be read", "SQLite", blocked(read_only, "sqlite")),
    Fault("the database may only be read", "PostgreSQL", blocked(read_only, "postgresql")),
    Fault("another writer holds the lock", "SQLite", blocked(lock, "sqlite")),
    Fault("another writer holds the lock", "PostgreSQL", blocked(lock, "postgresql")),
    Fault("a lock is held for longer than 20 callers wait", "SQLite", counted(1, long_locks, "sqlite")),
    Fault("a lock is held for longer than 20 callers wait", "PostgreSQL", counted(5, long_locks, "postgresql")),
    Fault("clocks a day wrong; handlers that fail, hang, or die unsaid: the worker's tests", "all", the_workers_tests),
)


def rows(only: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Each fault's row when it has been run, and what is not as promised."""
    for fault in FAULTS:
        if only not in f"{fault.what} {fault.database}":
            continue
        if missing := fault.missing():
            yield f"| {fault.what} | {fault.database} | not run, for want of {missing} |", ()
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            times, found = fault.run(Path(folder))
        bad = (found.lost, found.doubled, found.in_clear, found.unsound)
        figures = (times, found.events, *map(len, bad), round(time.monotonic() - began))
        yield f"| {fault.what} | {fault.database} | {' | '.join(map(str, figures))} |", found.faults

"""Somebody holds a lock for longer than callers wait: they are told so, and meanwhile others are answered.

There are more callers than the pool has connections. Each is on a registration of their own; of all of these somebody
holds the rows, or the whole file of SQLite.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from faults.journey import STEPS, Traveller, begin
from faults.judge import Found, judged
from faults.site import Site, site
from faults.test_obstacles import saying

from registratura.flows.errors import DatabaseUnavailable

CALLERS = 20
HOLD = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT 1 FROM registratura_flows WHERE id IN ({ids}) FOR UPDATE"}
SHORT = {"sqlite": "PRAGMA busy_timeout = 50", "postgresql": "SET lock_timeout = 300"}
"""Not so long as a portal waits: the trial waits with it."""


def long_locks(kind: str, folder: Path, times: int, patience: dict[str, str] | None = None) -> Found:
    """Each time all callers are refused while the lock is held, and another one is answered."""
    with site(kind, folder) as made, saying(made, patience) if patience else nullcontext():
        for number in range(1, times + 1):
            people = [Traveller(made.portal, f"{lane}-{number}") for lane in range(CALLERS)]
            for lane, person in enumerate(people):
                made.note(lane, person.key("begin"), begin(person))
            with held(made, [person.registration for person in people]), ThreadPoolExecutor(CALLERS) as pool:
                waiting = [pool.submit(refused, person) for person in people]
                another(made, number)
                assert all(one.result() for one in waiting), "the lock does not stand in the way"
            for lane in range(CALLERS):
                made.journey(lane, number)
        made.finish(CALLERS + 1)
        return judged(made)


def refused(person: Traveller) -> bool:
    try:
        STEPS["ChooseRegion"](person)
    except DatabaseUnavailable:
        return True
    return False


def another(made: Site, number: int) -> None:
    """Somebody whom the lock does not concern: a whole journey, or where there is one lock for all, a look."""
    if made.storage.engine.dialect.name == "sqlite":
        made.portal.history(next(made.flows()))
    else:
        made.journey(CALLERS, number)


@contextmanager
def held(made: Site, flows: Sequence[str]) -> Iterator[None]:
    """Another process is in the middle of its own write, and stays there."""
    engine = made.storage.engine
    holder: Any = engine.raw_connection()
    try:
        ids = ", ".join(f"'{flow}'" for flow in flows)
        holder.cursor().execute(HOLD[engine.dialect.name].format(ids=ids))
        yield
    finally:
        holder.rollback()
        holder.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_who_waits_for_a_lock_in_vain_is_told_and_keeps_no_other_waiting(kind: str, tmp_path: Path) -> None:
    found = long_locks(kind, tmp_path, 1, SHORT)
    assert found.good, found

"""The disk is full, the database only readable, or somebody holds the lock: a clear error, and nothing was written.

Each event of a journey is tried against the obstacle first; when that is gone, the same request is repeated under its
key. The disk is full after some more bytes than the database has: the write itself fails, wherever that is.
"""

from __future__ import annotations

import random
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from faults.journey import Traveller, travel
from faults.judge import Found, judged
from faults.site import Site, site
from sqlalchemy import event

from registratura.flows.errors import Conflict, DatabaseUnavailable

Obstacle = Callable[[Site, random.Random], AbstractContextManager[None]]
# A writer that waits for a lock gives up at once, or the trial would wait with it.
IMPATIENT = {"sqlite": "PRAGMA busy_timeout = 1", "postgresql": "SET lock_timeout = 1"}
READ_ONLY = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET default_transaction_read_only = on"}
HOLD = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "LOCK TABLE registratura_log IN SHARE ROW EXCLUSIVE MODE"}


@contextmanager
def full_disk(made: Site, chance: random.Random) -> Iterator[None]:
    """No file grows beyond what the database's log has now, and a few bytes more (SQLite)."""
    size = Path(f"{made.storage.engine.url.database}-wal").stat().st_size
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + chance.randrange(20_000), most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def read_only(made: Site, chance: random.Random) -> Iterator[None]:
    with saying(made, READ_ONLY):
        yield


@contextmanager
def lock(made: Site, chance: random.Random) -> Iterator[None]:
    """Another process is in the middle of its own write."""
    with saying(made, IMPATIENT):
        engine = made.storage.engine
        holder: Any = engine.raw_connection()
        try:
            holder.cursor().execute(HOLD[engine.dialect.name])
            yield
        finally:
            holder.rollback()
            holder.close()


@contextmanager
def saying(made: Site, words: dict[str, str]) -> Iterator[None]:
    """While it lasts, every connection is told this first."""
    engine = made.storage.engine

    def tell(connection: Any, record: object) -> None:
        connection.cursor().execute(words[engine.dialect.name])
        connection.commit()

    engine.dispose()
    event.listen(engine, "connect", tell)
    try:
        yield
    finally:
        event.remove(engine, "connect", tell)
        engine.dispose()


def obstacles(kind: str, folder: Path, times: int, obstacle: Obstacle) -> Found:
    """Journeys on a database of that kind."""
    with site(kind, folder) as made:
        return against(obstacle, made, times)


def against(obstacle: Obstacle, made: Site, times: int) -> Found:
    """Journeys, until so many events were refused."""
    chance, refused, numbers = random.Random(times), 0, count(1)
    while refused < times:
        number = next(numbers)
        assert number < 10 * times, "the obstacle does not stand in the way"
        for key, act in travel(Traveller(made.portal, f"0-{number}")):
            with obstacle(made, chance):
                refused += _refused(act)
            made.note(0, key, act())
    made.finish(1)
    return judged(made)


def _refused(act: Callable[[], Any]) -> bool:
    try:
        act()
    except (DatabaseUnavailable, Conflict):
        return True
    return False


@pytest.mark.parametrize(
    ("kind", "obstacle"),
    [
        ("sqlite", full_disk),
        *((kind, obstacle) for kind in ("sqlite", "postgresql") for obstacle in (read_only, lock)),
    ],
)
def test_an_event_that_cannot_be_written_is_refused_and_can_be_repeated(
    kind: str, obstacle: Obstacle, tmp_path: Path
) -> None:
    found = obstacles(kind, tmp_path, 5, obstacle)
    assert found.good, found

"""The connections of a storage's own engine: how many there are, whose they are, and what a fork leaves of them."""

import asyncio
import os
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest
from support import rows

from registratura.flows.errors import DatabaseUnavailable
from registratura.flows.ports import Lost
from registratura.storage import SqlStorage, storage_for

ON_FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def no_rollback(action: int, word: str | None, *_: object) -> int:
    denied = action == sqlite3.SQLITE_TRANSACTION and word == "ROLLBACK"
    return sqlite3.SQLITE_DENY if denied else sqlite3.SQLITE_OK


def test_a_connection_that_could_not_be_rolled_back_is_not_used_again(tmp_path: Path) -> None:
    storage = storage_for(tmp_path / "portal.db")
    pooled = storage.engine.raw_connection()
    assert pooled.driver_connection is not None
    pooled.driver_connection.set_authorizer(no_rollback)
    pooled.close()

    with pytest.raises(Lost), storage.unit() as unit:
        unit.write(rows.Changes(flows=((rows.flow(), 1),), log=(rows.entry(),)))

    with storage.unit() as unit:
        unit.write(rows.Changes(flows=((rows.flow(), 0),), log=(rows.entry(),)))
        assert unit.flow("flow-1") is not None
    storage.close()


def files_open(path: Path) -> int:
    links = (os.path.join("/proc/self/fd", name) for name in os.listdir("/proc/self/fd"))
    return sum(os.path.lexists(link) and os.readlink(link) == str(path) for link in links)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="open files are counted in /proc")
def test_a_burst_leaves_no_more_connections_than_the_pool_keeps(sqlite: SqlStorage) -> None:
    path = Path(str(sqlite.engine.url.database))
    together = threading.Barrier(20, timeout=10)

    def read() -> None:
        with sqlite.unit() as unit:
            together.wait()
            assert unit.flow("flow-1") is None

    threads = [threading.Thread(target=read) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pool: Any = sqlite.engine.pool
    assert pool.checkedin() == pool.size() == 5
    with sqlite.unit():
        sqlite.close()
    assert files_open(path) == 0


def lines(sql: SqlStorage) -> Any:
    with sql._line() as line:
        return line


def test_what_is_called_inside_a_unit_uses_its_connection(sql: SqlStorage) -> None:
    with sql._line() as line:
        assert lines(sql) is line
    assert lines(sql) is not line


def test_another_thread_or_task_has_a_connection_of_its_own_even_with_the_same_context(sql: SqlStorage) -> None:
    found = []
    with sql._line() as line:
        context = copy_context()
        thread = threading.Thread(target=lambda: found.append(context.run(lines, sql)))
        thread.start()
        thread.join()
    found.append(context.run(lines, sql))

    async def child() -> None:
        found.append(lines(sql))

    async def parent() -> Any:
        with sql._line() as mine:
            await asyncio.create_task(child())
            return mine

    found.append(asyncio.run(parent()))
    assert len({id(one) for one in (line, *found)}) == 5


class Child:
    """A forked process that works when told and then stays until it is told to leave."""

    def __init__(self, work: Callable[[], None]) -> None:
        (mine, theirs), self._code = socket.socketpair(), -1
        self._line, self._pid = mine, os.fork()
        if self._pid == 0:
            mine.close()
            code = 1
            try:
                theirs.recv(1)
                work()
                code = 0
            finally:
                theirs.send(b"x")
                theirs.recv(1)
                os._exit(code)
        theirs.close()
        mine.settimeout(20)

    def act(self) -> None:
        self._line.send(b"x")
        self._line.recv(1)

    def left(self) -> int:
        """Its exit code."""
        if self._code < 0:
            self._line.close()
            self._code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self._code


@pytest.fixture
def child() -> Iterator[Callable[[Callable[[], None]], Child]]:
    children = []

    def made(work: Callable[[], None]) -> Child:
        children.append(Child(work))
        return children[-1]

    yield made
    for one in children:
        one.left()


def version_in(address: Any) -> int:
    storage = storage_for(address)
    try:
        return rows.version_of(storage)
    finally:
        storage.close()


@ON_FORKS
def test_what_a_forked_process_commits_is_there_when_the_parent_has_closed(tmp_path: Path, child: Any) -> None:
    path = tmp_path / "portal.db"
    storage = storage_for(path)
    with storage.unit() as unit:
        unit.write(rows.begun())

    def work() -> None:
        with storage.unit() as unit:
            unit.write(rows.moved(2))

    forked = child(work)
    storage.close()
    forked.act()
    assert version_in(path) == 2
    assert forked.left() == 0
    assert version_in(path) == 2


@ON_FORKS
def test_parent_and_child_write_in_turns(sql: SqlStorage, child: Any) -> None:
    with sql.unit() as unit:
        unit.write(rows.begun())

    def work() -> None:
        with sql.unit() as unit:
            unit.write(rows.moved(3))

    forked = child(work)
    with sql.unit() as unit:
        unit.write(rows.moved(2))
    forked.act()
    with sql.unit() as unit:
        unit.write(rows.moved(4))
    assert forked.left() == 0
    assert version_in(sql.engine.url) == 4


@ON_FORKS
def test_a_fork_in_the_middle_of_an_event_is_told_of(sql: SqlStorage, child: Any) -> None:
    def work() -> None:
        with pytest.raises(DatabaseUnavailable, match="forked"), sql.unit():
            pass

    with sql.unit() as unit:
        forked = child(work)
        forked.act()
        assert forked.left() == 0
        unit.write(rows.begun())
    assert version_in(sql.engine.url) == 1

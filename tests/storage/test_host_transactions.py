"""In a host's transaction: our rows live and die with it, and losing costs the host nothing of its own."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.orm import Session
from support.rows import begun, claim, contents, flow, moved, version_of

from registratura.features import databases
from registratura.flows.errors import ConcurrentUpdate, WithinUnknown
from registratura.flows.ports import Lost
from registratura.storage import SqlStorage, storage_for

Within = Callable[[Engine], Any]


@contextmanager
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened


@contextmanager
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as opened:
        yield opened


def plain(engine: Engine) -> None:
    """The engine as SQLAlchemy makes it: sqlite3 begins transactions by itself, before some statements only."""


def begins_in_words(engine: Engine) -> None:
    """The recipe of SQLAlchemy's documentation for SQLite: sqlite3 begins nothing, a listener says BEGIN."""

    @event.listens_for(engine, "connect")
    def _connected(opened: Any, record: object) -> None:
        opened.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begun(opened: Connection) -> None:
        opened.exec_driver_sql("BEGIN")


@contextmanager
def hosting(engine: Engine) -> Iterator[SqlStorage]:
    """A storage on the engine of a host, who has a table too."""
    with engine.begin() as opened:
        opened.execute(text("CREATE TABLE IF NOT EXISTS visits (name TEXT PRIMARY KEY)"))
    storage = storage_for(engine)
    with storage.unit() as unit:
        unit.write(begun(claims=(claim(),)))
    yield storage
    engine.dispose()


@pytest.fixture(params=[plain, begins_in_words, "postgresql"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStorage]:
    if request.param == "postgresql":
        with databases.schema() as address, hosting(create_engine(address)) as storage:
            yield storage
        return
    engine = create_engine(f"sqlite:///{tmp_path / 'host.db'}", connect_args={"timeout": 0.05})
    request.param(engine)
    with hosting(engine) as storage:
        yield storage


def visit(within: Any, name: str) -> None:
    within.execute(text("INSERT INTO visits VALUES (:name)"), {"name": name})


def visits(storage: SqlStorage) -> list[str]:
    with storage.engine.connect() as opened:
        return list(opened.scalars(text("SELECT name FROM visits ORDER BY name")))


@pytest.mark.parametrize("opened", [session, connection])
@pytest.mark.parametrize("when", ["before", "after", "both", "never"])
@pytest.mark.parametrize("commits", [True, False])
def test_our_rows_live_and_die_with_the_hosts(host: SqlStorage, opened: Within, when: str, commits: bool) -> None:
    before = contents(host)
    with opened(host.engine) as within:
        if when in ("before", "both"):
            visit(within, "before")
        with host.unit(within) as unit:
            unit.write(moved(2))
            assert unit.flow("flow-1") == flow(version=2, wrapped="wrapped-flow-1"), "it reads what it wrote"
        if when in ("after", "both"):
            visit(within, "after")
        assert version_of(host) == 1, "nobody else sees it yet"
        within.commit() if commits else within.rollback()
    expected = {"before": ["before"], "after": ["after"], "both": ["after", "before"], "never": []}[when]
    assert (version_of(host), visits(host)) == ((2, expected) if commits else (1, []))
    assert (contents(host) == before) is not commits


@pytest.mark.parametrize("opened", [session, connection])
@pytest.mark.parametrize("wrote", [True, False])
def test_losing_leaves_the_hosts_transaction_usable_and_without_our_rows(
    host: SqlStorage, opened: Within, wrote: bool
) -> None:
    before = contents(host)
    with opened(host.engine) as within:
        if wrote:
            visit(within, "before")
        with host.unit(within) as unit:
            with pytest.raises(Lost):
                unit.write(moved(2, claims=(claim("new"), claim())))
            assert unit.flow("flow-1") == flow(wrapped="wrapped-flow-1")
            assert unit.claim("account", "new") is None
        visit(within, "after")
        within.commit()
    assert visits(host) == (["after", "before"] if wrote else ["after"])
    assert contents(host) == before


def test_after_a_loss_the_same_unit_can_write(host: SqlStorage) -> None:
    with Session(host.engine) as within, host.unit(within) as unit:
        with pytest.raises(Lost):
            unit.write(moved(3))
        unit.write(moved(2))
        unit.write(moved(3))
        within.commit()
    assert version_of(host) == 3


def test_a_hosts_block_that_fails_takes_our_rows_with_it(host: SqlStorage) -> None:
    def fails() -> None:
        with Session(host.engine) as within, within.begin():
            with host.unit(within) as unit:
                unit.write(moved(2))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert version_of(host) == 1


def test_a_hosts_own_savepoint_is_the_hosts(host: SqlStorage) -> None:
    with Session(host.engine) as within, within.begin():
        visit(within, "before")
        nested = within.begin_nested()
        with host.unit(within) as unit:
            unit.write(moved(2))
        nested.rollback()
        visit(within, "after")
    assert (version_of(host), visits(host)) == (1, ["after", "before"])


def test_reading_writes_nothing_and_does_not_stand_in_a_writers_way(host: SqlStorage) -> None:
    with host.unit() as unit:
        assert unit.flow("flow-1") is not None
        with host.engine.begin() as other:
            visit(other, "meanwhile")
        unit.write(moved(2))
    assert (version_of(host), visits(host)) == (2, ["meanwhile"])


def test_who_read_before_somebody_wrote_is_told_of_it(sql: SqlStorage) -> None:
    with sql.unit() as unit:
        unit.write(begun())
    if sql.engine.dialect.name == "sqlite":
        begins_in_words(sql.engine)
    sql.engine.dispose()
    with Session(sql.engine) as within, sql.unit(within) as unit:
        assert unit.flow("flow-1") is not None
        with sql.unit() as other:
            other.write(moved(2))
        # SQLite cannot write after what it read is no longer so; PostgreSQL can, and finds that the row has moved.
        with pytest.raises((ConcurrentUpdate, Lost)):
            unit.write(moved(2))
    assert version_of(sql) == 2


def test_who_waits_for_another_host_in_vain_is_told_of_it(host: SqlStorage) -> None:
    with host.engine.connect() as other, host.unit(other) as holding:
        holding.write(moved(2))
        with Session(host.engine) as within, host.unit(within) as unit:
            if host.engine.dialect.name == "postgresql":
                within.execute(text("SET LOCAL lock_timeout = 50"))
            with pytest.raises(ConcurrentUpdate):
                unit.write(moved(2))
        other.rollback()
    assert version_of(host) == 1


def test_within_under_asyncio(host: SqlStorage) -> None:
    pytest.importorskip("aiosqlite", reason="the extra `async` is not installed")
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

    async def write(commits: bool) -> None:
        engine = create_async_engine(_asynchronous(host.engine.url))

        def act(within: Session) -> None:
            with host.unit(within) as unit:
                with pytest.raises(Lost):
                    unit.write(moved(5))
                unit.write(moved(2))
                assert unit.flow("flow-1") == flow(version=2, wrapped="wrapped-flow-1")

        async with AsyncSession(engine) as opened:
            await opened.run_sync(act)
            await (opened.commit() if commits else opened.rollback())
        await engine.dispose()

    asyncio.run(write(commits=False))
    assert version_of(host) == 1
    asyncio.run(write(commits=True))
    assert version_of(host) == 2


def _asynchronous(url: URL) -> URL:
    return url.set(drivername="sqlite+aiosqlite") if url.get_backend_name() == "sqlite" else url


@pytest.mark.parametrize("within", [object(), "sqlite://", 1])
def test_what_is_no_transaction_is_refused(storage: Any, within: object) -> None:
    with pytest.raises(WithinUnknown), storage.unit(within):
        pass


@pytest.mark.parametrize("opened", [session, connection])
@pytest.mark.parametrize(
    "options",
    [
        {"isolation_level": "AUTOCOMMIT"},
        {"execution_options": {"isolation_level": "AUTOCOMMIT"}},
        {"connect_args": {}},
    ],
)
def test_a_connection_that_commits_at_once_is_refused(host: SqlStorage, opened: Within, options: Any) -> None:
    """Else half of an event could stay after the host has rolled back."""
    before = contents(host)
    if "connect_args" in options:
        words = {"isolation_level": None} if host.engine.dialect.name == "sqlite" else {"autocommit": True}
        options = {"connect_args": words}
    engine = create_engine(host.engine.url, **options)
    with opened(engine) as within, pytest.raises(WithinUnknown, match="AUTOCOMMIT"), host.unit(within) as unit:
        unit.write(moved(2))
    engine.dispose()
    assert contents(host) == before


@pytest.mark.parametrize("level", ["AUTOCOMMIT", "SERIALIZABLE"])
def test_a_connections_own_level_is_what_counts(host: SqlStorage, level: str) -> None:
    engine = create_engine(host.engine.url, isolation_level="AUTOCOMMIT")
    with engine.connect().execution_options(isolation_level=level) as within:
        if level == "AUTOCOMMIT":
            with pytest.raises(WithinUnknown), host.unit(within):
                pass
        else:
            with host.unit(within) as unit:
                unit.write(moved(2))
            within.rollback()
    engine.dispose()
    assert version_of(host) == 1

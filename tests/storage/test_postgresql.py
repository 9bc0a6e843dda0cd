"""What only a server can do: be away, be old, be a replica, sort otherwise, end a connection in the middle."""

import os
import select
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from socket import SHUT_RDWR, socket, socketpair
from threading import Barrier

import pytest
from sqlalchemy import URL, NullPool, create_engine, text
from sqlalchemy.orm import Session
from support.rows import begun, contents, moved, version_of

from registratura.features import databases
from registratura.flows.errors import ConcurrentUpdate, DatabaseMissing, DatabaseUnavailable
from registratura.flows.ports import Lost
from registratura.storage import SqlStorage, postgresql, storage_for
from registratura.storage.batch import Batch, batch_on
from registratura.storage.databases import MAKING_TABLES
from registratura.storage.postgresql import ServerReadOnly, ServerTooOld, ServerUnreachable


@pytest.fixture
def address() -> Iterator[URL]:
    with databases.schema() as url:
        yield url


@pytest.fixture
def storage(address: URL) -> Iterator[SqlStorage]:
    made = storage_for(address)
    yield made
    made.close()


def with_options(address: URL, options: str) -> URL:
    return address.update_query_dict({"options": f"{address.query['options']} {options}"})


def test_a_server_that_is_not_there_is_told_of_without_the_password() -> None:
    with pytest.raises(ServerUnreachable, match=r"127\.0\.0\.1:1/portal") as raised:
        storage_for("postgresql://anna:secret@127.0.0.1:1/portal")
    assert "secret" not in str(raised.value)


def test_a_database_that_is_not_there_is_told_of(address: URL) -> None:
    with pytest.raises(ServerUnreachable, match='database "nowhere" does not exist'):
        storage_for(address.set(database="nowhere"))


def test_a_server_that_takes_no_writes_is_told_of_before_anything_is_written() -> None:
    with databases.empty_schema() as address:
        with pytest.raises(ServerReadOnly, match="primary"):
            storage_for(with_options(address, "-cdefault_transaction_read_only=on"))
        assert tables(address) == []


def test_a_server_too_old_is_told_of(address: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "OLDEST", 1_000)
    with pytest.raises(ServerTooOld, match="release 1000 or a newer one"):
        storage_for(address)


def tables(address: URL) -> list[str]:
    """Tables with rows in them, in that schema."""
    engine = create_engine(address)
    with engine.connect() as connection:
        names = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")).all()
        filled = [name for name in names if connection.scalar(text(f"SELECT EXISTS (SELECT FROM {name})"))]
    engine.dispose()
    return filled


def test_tables_that_are_not_to_be_made_are_missed() -> None:
    with databases.empty_schema() as address, pytest.raises(DatabaseMissing):
        storage_for(address, create=False)


def test_processes_that_start_at_once_make_the_tables_once() -> None:
    ready = Barrier(8)
    with databases.empty_schema() as address:

        def start(number: int) -> SqlStorage:
            ready.wait()
            return storage_for(address)

        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(start, range(8)))
        assert {storage.meta("schema_version") for storage in made} == {"1"}
        for storage in made:
            storage.close()


def test_ids_are_sorted_by_their_bytes(storage: SqlStorage) -> None:
    ids = ["a-b", "a_b", "aB", "ab", "б"]
    for name in reversed(ids):
        with storage.unit() as unit:
            unit.write(begun(name))
    assert list(storage.flow_ids()) == sorted(ids)


def cut_off(storage: SqlStorage) -> None:
    """End every connection to this database, as a restart of the server does."""
    others = text(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid != pg_backend_pid()"
    )
    engine = create_engine(storage.engine.url)
    with engine.connect() as connection:
        connection.execute(others)
    engine.dispose()


def test_connections_that_ended_between_two_events_cost_nothing(storage: SqlStorage) -> None:
    with storage.unit() as unit:
        unit.write(begun())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: storage.flow_ids(), range(8)))
    cut_off(storage)
    for _ in range(8):
        assert list(storage.flow_ids()) == ["flow-1"]


def test_a_connection_that_ends_in_the_middle_of_an_event_leaves_nothing(storage: SqlStorage) -> None:
    with storage.unit() as unit:
        unit.write(begun())
    before = contents(storage)
    with storage.unit() as unit:
        assert unit.flow("flow-1") is not None
        cut_off(storage)
        with pytest.raises(DatabaseUnavailable):
            unit.write(moved(2))
    assert contents(storage) == before


def test_who_was_second_is_told_so_even_when_the_answer_comes_before_all_is_sent(storage: SqlStorage) -> None:
    """What follows the lost statement fails, and the driver raises that while the rest is still being sent."""

    def second(rows: int) -> None:
        assert rows == 0
        raise Lost("flow", "flow-1")

    with storage.driver() as connection, batch_on(connection) as batch:
        assert batch is not None
        batch.send("UPDATE registratura_flows SET version = 2 WHERE false", check=second)
        batch.send("SELECT 1 / 0")
        connection.pgconn.send_flush_request()
        connection.pgconn.flush()
        assert select.select([connection.pgconn.socket], [], [], 30)[0]
        with pytest.raises(Lost):
            send_on(batch)


def send_on(batch: Batch) -> None:
    for _ in range(1000):
        batch.send("SELECT 1")


def test_a_prepared_statement_that_is_gone_is_prepared_again(storage: SqlStorage) -> None:
    """So it may be after a pipeline that failed. Nothing was written, and the engine tries again by itself.

    psycopg forgets what it has prepared when it is told of a ROLLBACK, but not of one in words that it knows.
    """
    with storage.unit() as unit:
        with pytest.raises(Lost, match="flow"):
            unit.write(moved(2))
        unit.write(begun())
        for version in range(2, 12):
            unit.write(moved(version))
    with storage.driver() as connection:
        connection.pgconn.exec_(b"DEALLOCATE ALL")
    with storage.unit() as unit:
        with pytest.raises(Lost, match="transaction"):
            unit.write(moved(12))
        unit.write(moved(12))
    assert version_of(storage) == 12


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_host_that_reads_a_snapshot_is_told_that_somebody_was_first(storage: SqlStorage, level: str) -> None:
    with storage.unit() as unit:
        unit.write(begun())
    engine = storage.engine.execution_options(isolation_level=level)
    with Session(engine) as within, storage.unit(within) as unit:
        assert unit.flow("flow-1") is not None
        with storage.unit() as other:
            other.write(moved(2))
        with pytest.raises(ConcurrentUpdate):
            unit.write(moved(2))


def test_a_worker_whose_server_died_leaves_no_traceback(storage: SqlStorage, caplog: pytest.LogCaptureFixture) -> None:
    def died() -> None:
        told, heard = socketpair()
        with told, heard, storage.bell() as waiting:
            with socket(fileno=os.dup(waiting._connection.fileno())) as line:
                line.shutdown(SHUT_RDWR)
            waiting.wait(10, heard)

    with pytest.raises(DatabaseUnavailable):
        died()
    assert not caplog.records


@pytest.mark.parametrize(
    ("options", "patience"), [("", "5s"), ("-clock_timeout=70", "70ms"), ("-clock_timeout=0", "5s")]
)
def test_a_lock_is_not_waited_for_without_end(address: URL, options: str, patience: str) -> None:
    made = storage_for(with_options(address, options))
    with made.engine.connect() as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == patience
    made.close()


def test_tables_are_waited_for_however_long_another_one_makes_them(address: URL) -> None:
    with create_engine(address, poolclass=NullPool).connect() as other, ThreadPoolExecutor(1) as pool:
        other.execute(text(MAKING_TABLES["postgresql"]))
        storage = storage_for(with_options(address, "-clock_timeout=1"))
        made = pool.submit(storage.create)
        assert not wait([made], 0.3).done
        other.rollback()
        made.result()
        storage.close()

"""Opening a database: what is there is used, what is not is made or missed, and what is broken is said so."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from sqlalchemy import Engine, NullPool, create_engine, make_url, text
from sqlalchemy.dialects import mysql, postgresql
from support.rows import begun, contents, entry, moved, version_of

from registratura.flows.errors import (
    AddressUnreadable,
    DatabaseDamaged,
    DatabaseMissing,
    DatabaseUnavailable,
    DatabaseUnsupported,
    OperatorError,
    PoolUnfit,
    SchemaNewer,
)
from registratura.storage import SqlStorage, TableNames, statements, storage_for
from registratura.storage.names import speech_of
from registratura.storage.statement import Statement


def filled(path: Path) -> Path:
    storage = storage_for(path)
    with storage.unit() as unit:
        unit.write(begun())
        for version in range(2, 40):
            unit.write(moved(version))
    storage.close()
    return path


def say_version(path: Path, version: str) -> None:
    with closing(sqlite3.connect(path)) as opened, opened:
        opened.execute("UPDATE registratura_meta SET value = ? WHERE name = 'schema_version'", (version,))


def test_what_was_written_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    path = filled(tmp_path / "portal.db")
    for address in (path, str(path), f"sqlite:///{path}", make_url(f"sqlite:///{path}")):
        storage = storage_for(address, create=False)
        assert version_of(storage) == 39
        storage.close()


def test_the_hosts_engine_stays_the_hosts(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'host.db'}")
    storage = storage_for(engine)
    storage.close()
    with engine.connect() as opened:
        assert opened.scalar(text("PRAGMA journal_mode")) == "delete"
        assert opened.scalar(text("SELECT value FROM registratura_meta")) == "1"
    engine.dispose()


@pytest.mark.parametrize("create", [True, False])
def test_a_folder_that_is_not_there(tmp_path: Path, create: bool) -> None:
    with pytest.raises(DatabaseMissing, match=r"no such folder.*Make the folder first"):
        storage_for(tmp_path / "no such folder" / "portal.db", create=create)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there_is_not_made_unless_asked(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing, match=r"portal\.db"):
        storage_for(tmp_path / "portal.db", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_our_tables_is_none_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("CREATE TABLE visits (name TEXT)")
    with pytest.raises(DatabaseMissing):
        storage_for(path, create=False)
    storage_for(path).close()
    storage_for(path, create=False).close()


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing):
        storage_for(tmp_path)


@pytest.mark.parametrize("create", [True, False])
def test_a_file_that_is_no_database(tmp_path: Path, create: bool) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Дорогая регистратура! " * 100)
    before = path.read_bytes()
    with pytest.raises(DatabaseDamaged, match=r"letter\.db"):
        storage_for(path, create=create)
    assert path.read_bytes() == before


def test_broken_pages(tmp_path: Path) -> None:
    path = filled(tmp_path / "portal.db")
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    with pytest.raises(DatabaseDamaged):
        version_of(storage_for(path))


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    path = filled(tmp_path / "portal.db")
    storage = storage_for(path)
    say_version(path, "2")
    before = contents(storage)
    with pytest.raises(SchemaNewer, match="version 2"):
        storage_for(path)
    assert contents(storage) == before
    say_version(path, "many")
    with pytest.raises(DatabaseDamaged):
        storage_for(path)
    storage.close()


def test_a_database_that_may_only_be_read(tmp_path: Path) -> None:
    path = filled(tmp_path / "portal.db")
    engine = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    storage = storage_for(engine)
    assert version_of(storage) == 39
    with storage.unit() as unit, pytest.raises(DatabaseUnavailable, match="readonly"):
        unit.write(moved(40))
    with pytest.raises(DatabaseUnavailable):
        storage.add_meta("a", "b")
    engine.dispose()


def test_a_full_disk(sqlite: SqlStorage) -> None:
    with sqlite.unit() as unit:
        unit.write(begun())
        before = contents(sqlite)
        connection = unit._line._cursor.connection
        connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(DatabaseUnavailable, match="full"):
            unit.write(replace(moved(2), log=tuple(entry(seq=seq) for seq in range(2, 500))))
        assert contents(sqlite) == before
        connection.execute("PRAGMA max_page_count = 1000000")
        unit.write(moved(2))


def test_a_database_that_somebody_holds(tmp_path: Path) -> None:
    path = filled(tmp_path / "portal.db")
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 0.05})
    storage = storage_for(engine)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with storage.unit() as unit:
            assert version_of(storage) == 39, "readers do not wait"
            with pytest.raises(DatabaseUnavailable, match="locked"):
                unit.write(moved(40))
        other.execute("ROLLBACK")
    with storage.unit() as unit:
        unit.write(moved(40))
    engine.dispose()


@pytest.mark.parametrize(
    "address",
    ["postgresql+nothing://host/portal", "nothing://secret@host", "://secret"],
)
def test_an_address_that_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OperatorError) as raised:
        storage_for(address)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("name", ["\udc80", "a\0b", "x" * 100_000])
def test_there_is_nothing_under_a_strange_id(storage: Any, name: str) -> None:
    with storage.unit() as unit:
        assert unit.flow(name) is None


def test_a_text_that_no_database_can_hold_is_not_written(sql: SqlStorage) -> None:
    with sql.unit() as unit, pytest.raises(DatabaseUnavailable):
        unit.write(begun("\udc80"))
    assert sql.flow_ids() == []


def test_a_database_of_another_make_is_refused() -> None:
    engine = Engine(NullPool(lambda: pytest.fail("connected")), mysql.dialect(), make_url("mysql://"))
    for database, make in ((engine, "mysql"), ("oracle://anna:secret@host/portal", "oracle")):
        with pytest.raises(DatabaseUnsupported, match=f"known, not {make}") as raised:
            storage_for(database)
        assert "secret" not in str(raised.value)


@pytest.mark.parametrize("address", ["", "://secret", None, 7])
def test_what_is_no_address_is_said_so_and_not_shown(address: Any) -> None:
    with pytest.raises(AddressUnreadable) as raised:
        storage_for(address)
    assert raised.value.params == {}
    assert str(address) not in str(raised.value) or not address


def test_an_asynchronous_driver_wants_an_engine(tmp_path: Path) -> None:
    pytest.importorskip("aiosqlite", reason="the extra `async` is not installed")
    with pytest.raises(DatabaseUnavailable, match="AsyncEngine"):
        storage_for(f"sqlite+aiosqlite:///{tmp_path / 'portal.db'}")
    assert list(tmp_path.iterdir()) == []


def test_an_engine_that_gives_each_thread_a_database_is_refused() -> None:
    engine = create_engine("sqlite://")
    with pytest.raises(PoolUnfit, match="SingletonThreadPool"):
        storage_for(engine)
    engine.dispose()


def test_an_engine_that_gives_all_tasks_one_connection_is_refused() -> None:
    pytest.importorskip("aiosqlite", reason="the extra `async` is not installed")
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine("sqlite+aiosqlite://")
    with pytest.raises(PoolUnfit, match="StaticPool"):
        storage_for(engine.sync_engine)


def test_every_statement_is_told_to_postgresql_too() -> None:
    speech = speech_of(postgresql.psycopg.dialect(), TableNames())  # type: ignore[no-untyped-call]
    all_of_them = [one for one in vars(statements).values() if isinstance(one, Statement)]
    assert len(all_of_them) > 40
    for one in (*all_of_them, *statements.CREATE):
        ready = one.on(speech)
        bound = ready.bind([f"value of {name}" for name in one.names])
        assert all(f"%(_{name})s" in ready.sql for name in one.names), ready.sql
        assert "?" not in ready.sql
        assert not one.names or bound[f"_{one.names[0]}"] == f"value of {one.names[0]}"


KILLED = """
import os, sys
sys.path[:0] = sys.argv[2:]
from registratura.storage import storage_for
from support.rows import begun, moved
storage = storage_for(sys.argv[1])
with storage.unit() as unit:
    unit.write(begun())
    print("begun", flush=True)
    version = 2
    while True:
        unit.write(moved(version, linked_keys=(("key-of-flow-1", f"person-{version}"),)))
        print(version, flush=True)
        version += 1
"""


def test_a_killed_process_leaves_whole_events(tmp_path: Path) -> None:
    path = tmp_path / "portal.db"
    program = [sys.executable, "-c", dedent(KILLED), str(path), *sys.path]
    for lines in (1, 20):
        path.unlink(missing_ok=True)
        with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as child:
            assert child.stdout is not None
            told = [child.stdout.readline().strip() for _ in range(lines)]
            child.send_signal(signal.SIGKILL)
            told += child.stdout.read().split()
        storage = storage_for(path, create=False)
        version = version_of(storage)
        said = int(told[-1]) if told[-1].isdecimal() else 1
        assert version in (said, said + 1), "what was said to be written is there"
        with storage.unit() as unit:
            assert [row.seq for row in unit.log("flow-1")] == list(range(1, version + 1))
            linked = unit.key("key-of-flow-1")
            assert linked is not None
            assert linked.subject == (f"person-{version}" if version > 1 else None)
        storage.close()
        for left in tmp_path.glob("portal.db*"):
            left.unlink()

"""Bringing a database to a later version: all of it or nothing, once, and only where the tables are ours."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier, Thread
from time import sleep

import pytest
from sqlalchemy import create_engine, event, text
from support.planted import DIES, FAILS, colours, second
from support.rows import begun, contents
from support.schemas import PLACES, Place, empty, opened, told

from registratura.flows.errors import DatabaseDamaged, DatabaseMissing, DatabaseUnavailable, SchemaNewer
from registratura.storage import SqlStorage, schema, storage_for
from registratura.storage import upgrade as upgrading
from registratura.storage.open import reached
from registratura.storage.postgresql import ServerReadOnly
from registratura.storage.schema import SchemaForeign, SchemaOlder, SchemaTorn
from registratura.storage.upgrade import check, script, upgrade

ONE_OF_EACH = (PLACES[0], PLACES[3])


@pytest.fixture(params=PLACES, ids=str)
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStorage]:
    """A storage of version 1 with a flow in it, under each kind of names."""
    with opened(request.param, tmp_path) as storage:
        yield filled(storage)


@pytest.fixture(params=ONE_OF_EACH, ids=str)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStorage]:
    """The same, in SQLite and PostgreSQL."""
    with opened(request.param, tmp_path) as made:
        yield filled(made)


def filled(storage: SqlStorage) -> SqlStorage:
    storage.create()
    with storage.unit() as unit:
        unit.write(begun())
    return storage


def say(storage: SqlStorage, words: str) -> None:
    with storage.engine.begin() as connection:
        connection.execute(text(words))


def say_version(storage: SqlStorage, version: str) -> None:
    say(storage, f"UPDATE registratura_meta SET value = '{version}' WHERE name = 'schema_version'")


def test_a_later_version_is_reached_and_the_rows_stay(anywhere: SqlStorage, tmp_path: Path) -> None:
    release, before = second(tmp_path / "second"), contents(anywhere)
    assert upgrade(anywhere, release) == (1, 2)
    assert upgrade(anywhere, release) == (2, 2)
    after = contents(anywhere)
    (meta,) = [name for name in after if name.endswith("meta")]
    assert {name: rows for name, rows in after.items() if name != meta} == {
        name: rows for name, rows in before.items() if name != meta
    }
    with anywhere.engine.connect() as connection:
        assert connection.execute(text(colours(anywhere.names))).scalars().all() == ["white"]
    with pytest.raises(SchemaNewer, match="version 2; this program knows 1"):
        upgrade(anywhere)


def test_the_sql_for_a_dba_goes_on_from_the_version_there_is(anywhere: SqlStorage, tmp_path: Path) -> None:
    release = second(tmp_path / "second")
    words = script(anywhere, 1, release)
    assert "registratura_log" not in words
    with anywhere.driver() as raw:
        raw.executescript(words) if anywhere.engine.dialect.name == "sqlite" else raw.execute(words)
    before = told(anywhere)
    assert upgrade(anywhere, release) == (2, 2)
    assert told(anywhere) == before


def test_a_migration_that_fails_half_way_leaves_everything_as_it_was(anywhere: SqlStorage, tmp_path: Path) -> None:
    before = told(anywhere), contents(anywhere)
    with pytest.raises(DatabaseUnavailable):
        upgrade(anywhere, second(tmp_path / "second", FAILS))
    assert (told(anywhere), contents(anywhere)) == before
    assert check(anywhere) == 1
    assert upgrade(anywhere, second(tmp_path / "mended")) == (1, 2)


KILLED = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[3:]
from support.planted import DIES, second
from registratura.storage import TableNames
from registratura.storage.open import reached
from registratura.storage.upgrade import upgrade
upgrade(reached(sys.argv[1], False, TableNames()), second(Path(sys.argv[2]), DIES))
"""


def test_a_process_that_is_killed_half_way_leaves_everything_as_it_was(storage: SqlStorage, tmp_path: Path) -> None:
    before = told(storage), contents(storage)
    where = storage.engine.url.render_as_string(hide_password=False)
    program = [sys.executable, "-c", KILLED, where, str(tmp_path / "second"), *sys.path]
    assert subprocess.run(program, env=dict(os.environ)).returncode == -signal.SIGKILL
    assert DIES in (tmp_path / "second" / "v0002.py").read_text()
    assert (told(storage), contents(storage)) == before


def test_of_two_upgrades_at_once_one_waits_and_both_end_well(storage: SqlStorage, tmp_path: Path) -> None:
    releases = [second(tmp_path / f"second-{number}") for number in range(4)]
    ready = Barrier(4)

    def one(number: int) -> tuple[int, int]:
        ready.wait()
        return upgrade(storage, releases[number])

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(one, range(4))) == [(1, 2), (2, 2), (2, 2), (2, 2)]


@pytest.mark.parametrize("place", ONE_OF_EACH, ids=str)
def test_an_upgrade_and_first_starts_at_once_make_the_tables_once(place: Place, tmp_path: Path) -> None:
    ready = Barrier(6)
    with empty(place, tmp_path) as address:

        def one(number: int) -> str | None:
            ready.wait()
            with closing(reached(address, True, place.names) if number % 2 else storage_for(address)) as made:
                upgrade(made)
                return made.meta("schema_version")

        with ThreadPoolExecutor(6) as pool:
            assert set(pool.map(one, range(6))) == {"1"}


def test_who_comes_second_waits_longer_than_an_event_would(tmp_path: Path) -> None:
    path = tmp_path / "portal.db"
    filled(storage_for(path)).close()
    impatient = create_engine(f"sqlite:///{path}", connect_args={"timeout": 0})
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        late = Thread(target=lambda: (sleep(0.3), other.execute("COMMIT")))
        late.start()
        assert upgrade(SqlStorage(impatient)) == (1, 1)
        late.join()
    with impatient.connect() as connection:
        assert connection.scalar(text("PRAGMA busy_timeout")) == 0, "the host's own patience is put back"
    impatient.dispose()


def test_what_a_hosts_engine_does_at_every_beginning_does_not_come_between(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'host.db'}")
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    storage = SqlStorage(engine)
    assert upgrade(storage) == (0, 1)
    before = told(storage)
    with pytest.raises(DatabaseUnavailable):
        upgrade(storage, second(tmp_path / "second", FAILS))
    assert told(storage) == before
    engine.dispose()


def test_another_release_is_told_before_anything_is_written(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 2)
    before = told(storage), contents(storage)
    for create in (True, False):
        with pytest.raises(SchemaOlder, match=r"version 1; this program needs 2.*registratura db upgrade"):
            storage_for(storage.engine, create=create)
    monkeypatch.setattr(upgrading, "SCHEMA_VERSION", 2)
    with pytest.raises(SchemaOlder):
        check(storage)
    assert (told(storage), contents(storage)) == before
    monkeypatch.undo()
    say_version(storage, "3")
    before = told(storage), contents(storage)
    for refused in (upgrade, check, lambda storage: storage_for(storage.engine)):
        with pytest.raises(SchemaNewer, match="version 3; this program knows 1"):
            refused(storage)
    assert (told(storage), contents(storage)) == before


@pytest.mark.parametrize("version", ["0", "many", "-1", "1.0", ""])
def test_a_version_that_is_none(storage: SqlStorage, version: str) -> None:
    say_version(storage, version)
    for refused in (upgrade, check, lambda storage: storage_for(storage.engine)):
        with pytest.raises(DatabaseDamaged):
            refused(storage)


TORN = {
    "DROP TABLE registratura_meta": "registratura_meta",
    "DELETE FROM registratura_meta": "schema_version",
    "DROP TABLE registratura_log": "registratura_log",
    "ALTER TABLE registratura_effects DROP COLUMN error": "registratura_effects.error",
    "DROP INDEX registratura_timers_due": "registratura_timers_due",
    "DROP TABLE registratura_web_sessions": "registratura_web_sessions",
}


@pytest.mark.parametrize("words", TORN)
def test_tables_that_are_not_whole_are_named_and_left(storage: SqlStorage, words: str) -> None:
    say(storage, words)
    before = told(storage)
    for refused in (upgrade, check):
        with pytest.raises(SchemaTorn, match=rf"not whole: (\S+, )*{TORN[words]}(,| is)"):
            refused(storage)
    assert told(storage) == before


@pytest.mark.parametrize("words", list(TORN)[:2])
def test_no_portal_is_opened_on_tables_that_say_no_version(storage: SqlStorage, words: str) -> None:
    say(storage, words)
    before = told(storage)
    with pytest.raises(SchemaTorn):
        storage_for(storage.engine)
    assert told(storage) == before


def test_what_a_dba_added_is_theirs(storage: SqlStorage) -> None:
    say(storage, "CREATE INDEX of_a_dba ON registratura_flows (state)")
    say(storage, "CREATE TABLE visits (name TEXT)")
    assert check(storage) == 1


@pytest.mark.parametrize("place", ONE_OF_EACH, ids=str)
def test_a_table_of_somebody_elses_with_our_name(place: Place, tmp_path: Path) -> None:
    with opened(place, tmp_path) as storage:
        say(storage, "CREATE TABLE registratura_meta (id INTEGER)")
        before = told(storage)
        for refused in (upgrade, check, lambda storage: storage_for(storage.engine)):
            with pytest.raises(SchemaForeign, match="registratura_meta"):
                refused(storage)
        assert told(storage) == before


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing):
        reached(tmp_path / "portal.db", False, PLACES[0].names)
    assert list(tmp_path.iterdir()) == []


def test_a_replica_is_refused(tmp_path: Path) -> None:
    with empty(PLACES[3], tmp_path) as address:
        only_read = f"{address.query['options']} -cdefault_transaction_read_only=on"
        with pytest.raises(ServerReadOnly):
            reached(address.update_query_dict({"options": only_read}), False, PLACES[3].names)


def test_the_tables_do_not_go_back() -> None:
    (first,) = upgrading.THIS.steps(0)
    with pytest.raises(NotImplementedError, match="restore a copy"):
        first.module.downgrade()

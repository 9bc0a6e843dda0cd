"""There is one schema: what a first start makes, what the migrations lead to and what `tables.py` says are the same."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from support.schemas import PLACES, Place, opened, told

from registratura.features import databases
from registratura.storage import TableNames
from registratura.storage.open import reached
from registratura.storage.schema import EMPTY, see_to_tables, version_of
from registratura.storage.tables import SCHEMA_VERSION, tables_of
from registratura.storage.upgrade import THIS, check, script, upgrade

in_each_place = pytest.mark.parametrize("place", PLACES, ids=str)


def compared(connection: Connection, names: TableNames) -> list[Any]:
    """What Alembic finds otherwise than in `tables.py`, in either direction."""
    opts = {
        "include_schemas": bool(names.schema),
        "include_name": lambda name, kind, _: kind != "schema" or name == names.schema,
    }
    return list(compare_metadata(MigrationContext.configure(connection, opts=opts), tables_of(names)))


@in_each_place
def test_a_first_start_and_the_migrations_make_the_same(place: Place, tmp_path: Path) -> None:
    with opened(place, tmp_path) as storage:
        see_to_tables(storage, create=True)
        first = told(storage)
        assert len(first) > len(tables_of(place.names).tables)
        with storage.engine.connect() as connection:
            assert compared(connection, place.names) == []
    (tmp_path / "second").mkdir()
    with opened(place, tmp_path / "second") as storage:
        assert version_of(storage) == EMPTY
        assert upgrade(storage) == (EMPTY, SCHEMA_VERSION)
        with storage.engine.connect() as connection:
            assert compared(connection, place.names) == []
        assert told(storage) == first
        assert upgrade(storage) == (SCHEMA_VERSION, SCHEMA_VERSION), "once more changes nothing"
        assert check(storage) == SCHEMA_VERSION
        assert told(storage) == first
        see_to_tables(storage, create=False)


@in_each_place
def test_the_sql_for_a_dba_makes_the_same(place: Place, tmp_path: Path) -> None:
    with opened(place, tmp_path) as storage:
        words = script(storage, EMPTY)
        with storage.driver() as raw:
            raw.executescript(words) if place.make == "sqlite" else raw.execute(words)
        assert check(storage) == SCHEMA_VERSION
        with storage.engine.connect() as connection:
            assert compared(connection, place.names) == []


def test_every_version_has_its_migration() -> None:
    assert [one.revision for one in THIS.steps(EMPTY)] == [f"registratura_{n + 1}" for n in range(SCHEMA_VERSION)]


def test_the_longest_name_is_not_cut() -> None:
    longest = TableNames(prefix="x" * 30)
    for table in tables_of(longest).tables.values():
        assert max(len(str(name)) for name in (f"{table.name}_pkey", *(one.name for one in table.indexes))) <= 63


def test_who_needs_no_migration_waits_for_none() -> None:
    words = "import sys; import registratura.features.terminal, registratura.host, registratura.storage.sessions;"
    ran = subprocess.run([sys.executable, "-c", f"{words} sys.exit('alembic' in sys.modules)"])
    assert ran.returncode == 0


def test_a_schema_by_name_that_is_the_servers_choice_as_well() -> None:
    with databases.empty_schema() as address:
        _, _, name = str(address.query["options"]).partition("search_path=")
        with closing(reached(address, True, TableNames(schema=name, prefix=""))) as storage:
            assert upgrade(storage) == (EMPTY, SCHEMA_VERSION)
            assert check(storage) == SCHEMA_VERSION
            see_to_tables(storage, create=False)

"""Empty places for tables: on both databases, under our own names and under a host's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from registratura.features import databases
from registratura.storage import SqlStorage, TableNames
from registratura.storage.names import OUR_NAMES
from registratura.storage.open import reached


@dataclass(frozen=True)
class Place:
    """A database of that make, and what the tables are called in it."""

    make: str
    names: TableNames = OUR_NAMES

    def __str__(self) -> str:
        return f"{self.make} {self.names.schema or ''} {self.names.prefix}".replace("  ", " ").strip()


PLACES = (
    Place("sqlite"),
    Place("sqlite", TableNames(prefix="reg_")),
    Place("sqlite", TableNames(prefix="")),
    Place("postgresql"),
    Place("postgresql", TableNames(prefix="reg_")),
    Place("postgresql", TableNames("ours", "")),
    Place("postgresql", TableNames("ours", "reg_")),
)


@contextmanager
def empty(place: Place, folder: Path) -> Iterator[Any]:
    """An address there without any table."""
    if place.make == "sqlite":
        yield f"sqlite:///{folder / 'portal.db'}"
        return
    with databases.empty_schema() as address:
        try:
            yield address
        finally:
            databases.say(address, "DROP SCHEMA IF EXISTS ours CASCADE")


@contextmanager
def opened(place: Place, folder: Path) -> Iterator[SqlStorage]:
    """A storage without tables."""
    with empty(place, folder) as address, closing(reached(address, True, place.names)) as storage:
        yield storage


def told(storage: SqlStorage) -> list[str]:
    """The schema in the database's own words."""
    words = {
        "sqlite": "SELECT type || name || sql FROM sqlite_master WHERE sql IS NOT NULL",
        "postgresql": "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, collation_name,"
        " column_default) FROM information_schema.columns WHERE table_schema = ANY(current_schemas(false))"
        " OR table_schema = 'ours' UNION ALL SELECT replace(indexdef, schemaname || '.', '') FROM pg_indexes"
        " WHERE schemaname = ANY(current_schemas(false)) OR schemaname = 'ours'",
    }
    with storage.engine.connect() as connection:
        rows = connection.scalars(text(words[storage.engine.dialect.name])).all()
    return sorted(row.translate(str.maketrans("", "", '" \n\t')).replace("IFNOTEXISTS", "") for row in rows)

"""Empty places for tables: on both databases, under our own names and under a host's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registratura.features import databases
from registratura.storage import TableNames
from registratura.storage.names import OUR_NAMES


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

"""Many flows in a database, without sending a million events: the rows of one, under new ids."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

# They sort by time, as ids do that were made one after another.
FLOW, KEY = "01900000-0000-7000-8000-%012x", "01900000-0000-7000-9000-%012x"


def multiply(file: Path, flow_id: str, copies: int) -> None:
    """Copy every row of a flow and of its key. The copies are flows like any other: their ids are `FLOW % number`."""
    db = sqlite3.connect(file, isolation_level=None)
    for word in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -200000"):
        db.execute(f"PRAGMA {word}").close()
    (key_id,) = db.execute("SELECT key_id FROM registratura_flows WHERE id = ?", (flow_id,)).fetchone()
    db.execute("BEGIN")
    for table in tables(db):
        for row in db.execute(f"SELECT * FROM {table}").fetchall():
            if any(of in str(value) for value in row for of in (flow_id, key_id)):
                _copy(db, table, row, {flow_id: FLOW, key_id: KEY}, copies)
    db.execute("COMMIT")
    db.execute("PRAGMA journal_mode = WAL").close()
    db.close()


def tables(db: sqlite3.Connection) -> list[str]:
    """The names of all tables."""
    return [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]


def _copy(db: sqlite3.Connection, table: str, row: tuple[Any, ...], ids: dict[str, str], copies: int) -> None:
    columns, values = [], []
    for value in row:
        column = "?"
        values.append(value)
        for old, new in ids.items():
            if old in str(value):
                column, values = f"replace({column}, ?, printf('{new}', n))", [*values, old]
        columns.append(column)
    numbers = "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ? - 1)"
    db.execute(f"INSERT INTO {table} {numbers} SELECT {', '.join(columns)} FROM numbers", [copies, *values])

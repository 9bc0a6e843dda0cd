"""Many flows or people in a database, without sending a million events: the rows of one, under new ids."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# They sort by time, as ids do that were made one after another.
FLOW, KEY = "01900000-0000-7000-8000-%012x", "01900000-0000-7000-9000-%012x"
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def multiply_flow(file: Path, flow_id: str, copies: int) -> None:
    """Copy every row of a flow and of its key. The copies are flows like any other: their ids are `FLOW % number`."""
    with sqlite3.connect(file) as db:
        (key_id,) = db.execute("SELECT key_id FROM registratura_flows WHERE id = ?", (flow_id,)).fetchone()
    db.close()
    _multiply(file, {flow_id: FLOW, key_id: KEY}, copies)


def multiply_person(file: Path, copies: int) -> None:
    """Copy everything in the database: all ids in it and all digests that are claimed become others."""
    with sqlite3.connect(file) as db:
        rows = [row for table in tables(db) for row in db.execute(f"SELECT * FROM {table}")]
        digests = [row[0] for row in db.execute("SELECT digest FROM registratura_claims")]
    db.close()
    ids = {found for row in rows for value in row for found in _ID.findall(str(value))}
    _multiply(file, {one: f"%08x{one[8:]}" for one in ids} | {one: f"{one}-%x" for one in digests}, copies)


def _multiply(file: Path, ids: Mapping[str, str], copies: int) -> None:
    """Copy every row in which one of these stands, with what is to stand there instead."""
    db = sqlite3.connect(file, isolation_level=None)
    for word in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -200000"):
        db.execute(f"PRAGMA {word}").close()
    db.execute("BEGIN")
    for table in tables(db):
        for row in db.execute(f"SELECT * FROM {table}").fetchall():
            there = {old: new for old, new in ids.items() if any(old in str(value) for value in row)}
            if there:
                _copy(db, table, row, there, copies)
    db.execute("COMMIT")
    db.execute("PRAGMA journal_mode = WAL").close()
    db.close()


def tables(db: sqlite3.Connection) -> list[str]:
    """The names of all tables."""
    return [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]


def _copy(db: sqlite3.Connection, table: str, row: tuple[Any, ...], ids: Mapping[str, str], copies: int) -> None:
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

"""Many flows moved by a few statements: PostgreSQL is given the rows of each table as one JSON text.

One by one, sending the statements would cost more than everything else a timer needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from pydantic_core import to_json
from sqlalchemy import JSON, BigInteger, Column, Table, Text, cast, column, delete, func, insert, select, update
from sqlalchemy.sql.selectable import TableValuedAlias

from registratura.flows.rows import Changes
from registratura.storage.line import Line
from registratura.storage.sql_changes import due_soon
from registratura.storage.statement import Statement, value
from registratura.storage.statements import MOVED, destroying, erasing, statement
from registratura.storage.tables import EFFECTS, EVIDENCE, FLOWS, KEYS, LOG, TIMERS

EXPECTED = Column("expected", BigInteger)


def _given(*columns: Column[Any]) -> TableValuedAlias:
    """The rows of the JSON text, as a table."""
    rows = func.json_to_recordset(cast(value("rows", Text()), JSON))
    return rows.table_valued(*(column(one.name, one.type) for one in columns)).render_derived("given", with_types=True)


def _adding(table: Table) -> Statement:
    given = _given(*table.c)
    names = [one.name for one in table.c]
    return statement(insert(table).from_select(names, select(*(given.c[name] for name in names))), "rows")


def _moving() -> Statement:
    given = _given(*FLOWS.c, EXPECTED)
    mine = FLOWS.c.id == given.c.id, FLOWS.c.version == given.c.expected
    return statement(update(FLOWS).where(*mine).values({name: given.c[name] for name in MOVED}), "rows")


_stopped = _given(TIMERS.c.flow_id)
MOVE_FLOWS = _moving()
ADD_ENTRIES, ADD_ALL_EVIDENCE = _adding(LOG), _adding(EVIDENCE)
STOP_ALL_TIMERS = statement(delete(TIMERS).where(TIMERS.c.flow_id.in_(select(_stopped.c.flow_id))), "rows")
ADD_TIMERS, ADD_EFFECTS = _adding(TIMERS), _adding(EFFECTS)
_keys, _senders = _given(KEYS.c.id), _given(EFFECTS.c.flow_id)
# In the order of their ids, in which whoever else holds several of them takes them too.
HOLD_KEYS = statement(
    select(KEYS.c.id).where(KEYS.c.id.in_(select(_keys.c.id))).order_by(KEYS.c.id).with_for_update(), "rows"
)
DESTROY_KEYS = statement(destroying(KEYS.c.id.in_(select(_keys.c.id))), "rows")
ERASE_EFFECTS = statement(erasing(EFFECTS.c.flow_id.in_(select(_senders.c.flow_id))), "rows")


def move_together(line: Line, changes: Sequence[Changes]) -> None:
    """Write changes that each move one flow, and touch nothing of any other; what is destroyed is a flow with its key.

    Raises:
        Lost: one of the flows was moved by somebody else; then nothing is to be kept of any.
    """
    moves = [{**row._asdict(), "expected": expected} for one in changes for row, expected in one.flows]
    line.change_one(MOVE_FLOWS, (_json(moves),), "flow", "one of many", rows=len(moves))
    stopped = [{"flow_id": flow_id} for one in changes for flow_id, _ in one.timers]
    gone = [erased for one in changes if (erased := one.erased) is not None]
    timers = (timer for one in changes for _, set_anew in one.timers for timer in set_anew)
    _add(line, ADD_ENTRIES, (entry for one in changes for entry in one.log))
    _add(line, ADD_ALL_EVIDENCE, (entry for one in changes for entry in one.evidence))
    if stopped:
        line.change(STOP_ALL_TIMERS, _json(stopped))
    _add(line, ADD_TIMERS, timers)
    _add(line, ADD_EFFECTS, (effect for one in changes for effect in one.effects))
    if gone:
        keys = _json([{"id": key_id} for erased in gone for key_id in erased.keys])
        line.change(HOLD_KEYS, keys)
        line.change(DESTROY_KEYS, keys)
        line.change(ERASE_EFFECTS, _json([{"flow_id": flow_id} for erased in gone for flow_id in erased.flows]))
    if any(map(due_soon, changes)):
        line.ring()


def _add(line: Line, adding: Statement, rows: Iterable[Any]) -> None:
    if given := [row._asdict() for row in rows]:
        line.change(adding, _json(given))


def _json(rows: Collection[Any]) -> str:
    return to_json(rows).decode()

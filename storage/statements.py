"""All statements, built once. What differs between databases is in `statement.py` (inserts) and `databases.py`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    Table,
    Update,
    and_,
    delete,
    false,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.schema import CreateIndex, CreateTable

from registratura.flows.rows import DESTROYED, ERASED
from registratura.storage.statement import Insert, Statement, value
from registratura.storage.tables import (
    ATTEMPTS,
    CLAIMS,
    EFFECTS,
    EVIDENCE,
    FLOWS,
    IDEMPOTENCY,
    KEYS,
    LOG,
    META,
    METADATA,
    SECURITY,
    TICKETS,
    TIMERS,
)


def _insert(table: Table, *, unless_there: bool = False) -> Statement:
    def build(insert: Insert) -> Any:
        statement = insert(table).values({column.name: value(column.name) for column in table.c})
        return statement.on_conflict_do_nothing() if unless_there else statement

    return Statement(build, tuple(column.name for column in table.c))


def statement(built: Any, *names: str) -> Statement:
    """A statement that is the same for every database."""
    return Statement(lambda insert: built, names)


def _by(table: Table, *columns: Column[Any]) -> Statement:
    """All columns of the rows that have these values."""
    where = and_(*(column == value(column.name) for column in columns))
    return statement(select(table).where(where), *(column.name for column in columns))


def destroying(which: ColumnElement[bool]) -> Update:
    """After which nobody can unwrap these data keys."""
    return update(KEYS).where(which).values(wrapped=DESTROYED)


def erasing(which: ColumnElement[bool]) -> Update:
    """After which these effects, if there is anything personal in them, are handed to nobody."""
    return update(EFFECTS).where(which, EFFECTS.c.sealed.is_not(None)).values(status="dead", error=ERASED, sealed=None)


def _flows() -> Select[Any]:
    return select(FLOWS, KEYS.c.wrapped).select_from(FLOWS.outerjoin(KEYS, KEYS.c.id == FLOWS.c.key_id))


# Reading
FLOW = statement(_flows().where(FLOWS.c.id == value("id")), "id")
FLOWS_OF = statement(
    _flows().where(FLOWS.c.account == value("account"), FLOWS.c.flow == value("flow")).order_by(FLOWS.c.id),
    "account",
    "flow",
)
ALL_OF = statement(_flows().where(FLOWS.c.account == value("account")).order_by(FLOWS.c.id), "account")
CLAIM = _by(CLAIMS, CLAIMS.c.kind, CLAIMS.c.digest)
ENTRIES = statement(
    select(LOG)
    .where(LOG.c.flow_id == value("flow_id"), LOG.c.seq > value("after"))
    .order_by(LOG.c.seq)
    .limit(value("limit")),
    "flow_id",
    "after",
    "limit",
)
ENTRY = _by(LOG, LOG.c.flow_id, LOG.c.seq)
EVIDENCE_OF = statement(
    select(EVIDENCE).where(EVIDENCE.c.flow_id == value("flow_id")).order_by(EVIDENCE.c.number), "flow_id"
)
TIMERS_OF = _by(TIMERS, TIMERS.c.flow_id)
EFFECTS_OF = _by(EFFECTS, EFFECTS.c.flow_id)
IDEMPOTENT = _by(IDEMPOTENCY, IDEMPOTENCY.c.scope, IDEMPOTENCY.c.key)
COUNTER = _by(ATTEMPTS, ATTEMPTS.c.scope)
TICKET = _by(TICKETS, TICKETS.c.id)
KEY = _by(KEYS, KEYS.c.id)
KEY_OF = statement(select(KEYS).where(KEYS.c.subject == value("subject")).order_by(KEYS.c.id), "subject")

# Writing an event
RECORD_ANSWER = _insert(IDEMPOTENCY, unless_there=True)
SPEND = statement(
    update(TICKETS).where(TICKETS.c.id == value("id"), TICKETS.c.spent == 0).values(spent=1),
    "id",
)
ADD_FLOW = _insert(FLOWS, unless_there=True)
MOVED = [column.name for column in FLOWS.c][1:]
MOVE_FLOW = statement(
    update(FLOWS)
    .where(FLOWS.c.id == value("id"), FLOWS.c.version == value("expected"))
    .values({name: value(name) for name in MOVED}),
    *MOVED,
    "id",
    "expected",
)
# Nobody may move it until this transaction has ended. SQLite has only one writer at a time and knows no such words.
UNMOVED = statement(
    select(FLOWS.c.id)
    .where(FLOWS.c.id == value("id"), FLOWS.c.version == value("expected"))
    .with_for_update(read=True),
    "id",
    "expected",
)
ADD_CLAIM = _insert(CLAIMS, unless_there=True)
ADD_ENTRY = _insert(LOG)
ADD_EVIDENCE = _insert(EVIDENCE)
ADD_KEY = _insert(KEYS)
DESTROY_KEY = statement(destroying(KEYS.c.id == value("id")), "id")
DESTROY_KEYS_OF = statement(destroying(KEYS.c.subject == value("subject")), "subject")
FREE_CLAIM = statement(
    delete(CLAIMS).where(
        CLAIMS.c.kind == value("kind"), CLAIMS.c.digest == value("digest"), CLAIMS.c.flow_id == value("flow_id")
    ),
    "kind",
    "digest",
    "flow_id",
)
KEYS_AFTER = statement(
    select(KEYS).where(KEYS.c.id > value("after")).order_by(KEYS.c.id).limit(value("limit")), "after", "limit"
)
REWRAP = statement(
    update(KEYS).where(KEYS.c.id == value("id"), KEYS.c.wrapped == value("before")).values(wrapped=value("wrapped")),
    "id",
    "before",
    "wrapped",
)
LINK_KEY = statement(update(KEYS).where(KEYS.c.id == value("id")).values(subject=value("subject")), "subject", "id")
STOP_TIMERS = statement(delete(TIMERS).where(TIMERS.c.flow_id == value("flow_id")), "flow_id")
ADD_TIMER = _insert(TIMERS)
ADD_EFFECT = _insert(EFFECTS)
UNFINISHED = or_(EFFECTS.c.status == "pending", EFFECTS.c.status == "leased")
ERASE_EFFECTS = statement(erasing(EFFECTS.c.flow_id == value("flow_id")), "flow_id")
FINISH_EFFECT = statement(
    update(EFFECTS).where(EFFECTS.c.id == value("id"), UNFINISHED).values(status="done", sealed=None),
    "id",
)

# Counting attempts
ADD_TICKET = _insert(TICKETS, unless_there=True)
JUDGE_TICKET = statement(
    update(TICKETS).where(TICKETS.c.id == value("id")).values(verdict=value("verdict")), "verdict", "id"
)
ADD_COUNTER = _insert(ATTEMPTS, unless_there=True)
HOLD_COUNTER = statement(select(ATTEMPTS).where(ATTEMPTS.c.scope == value("scope")).with_for_update(), "scope")
COUNTED = ("count", "lock_level", "locked_until", "since")
SET_COUNTER = statement(
    update(ATTEMPTS).where(ATTEMPTS.c.scope == value("scope")).values({name: value(name) for name in COUNTED}),
    "scope",
    *COUNTED,
)
# Of a window that has begun since, it is none.
GIVE_BACK = statement(
    update(ATTEMPTS)
    .where(ATTEMPTS.c.scope == value("scope"), ATTEMPTS.c.count > 0, ATTEMPTS.c.since <= value("at"))
    .values(count=ATTEMPTS.c.count - 1),
    "scope",
    "at",
)
LOCKED = statement(
    select(ATTEMPTS.c.locked_until > value("at")).where(ATTEMPTS.c.scope == value("scope")).with_for_update(),
    "at",
    "scope",
)
LOCK_COUNTER = statement(
    update(ATTEMPTS)
    .where(ATTEMPTS.c.scope == value("scope"), ATTEMPTS.c.lock_level < value("lock_level"))
    .values(lock_level=value("lock_level"), locked_until=value("locked_until")),
    "scope",
    "lock_level",
    "locked_until",
)

# The rest
FLOW_IDS = statement(
    select(FLOWS.c.id).where(FLOWS.c.id > value("after")).order_by(FLOWS.c.id).limit(value("limit")), "after", "limit"
)
ADD_SECURITY_EVENT = _insert(SECURITY)
SECURITY_EVENTS = statement(
    select(SECURITY).order_by(SECURITY.c.at.desc(), SECURITY.c.id.desc()).limit(value("limit")), "limit"
)
META_VALUE = _by(META, META.c.name)
ADD_META = _insert(META, unless_there=True)
SCHEMA = statement(text("SELECT 1 FROM pg_namespace WHERE nspname = :_name"), "name")
CHANGE_META = statement(
    update(META).where(META.c.name == value("name"), META.c.value == value("before")).values(value=value("value")),
    "name",
    "before",
    "value",
)
FORGET_ANSWERS = statement(delete(IDEMPOTENCY).where(IDEMPOTENCY.c.at < value("before")), "before")
FORGET_TICKETS = statement(delete(TICKETS).where(TICKETS.c.at < value("before")), "before")
# Takes the writer's place in the host's transaction, and makes sqlite3 begin one: it does not for a SAVEPOINT, and the
# RELEASE of a savepoint outside a transaction commits.
TAKE_TURN = statement(update(META).where(false()).values(value=META.c.value))


def _creating() -> Iterator[Statement]:
    """What makes the tables and their indexes."""
    for table in METADATA.sorted_tables:
        yield statement(CreateTable(table, if_not_exists=True))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield statement(CreateIndex(index, if_not_exists=True))


CREATE = tuple(_creating())

"""The tables: one for each kind of row of `flows/ports.py`, with the same columns in the same order.

Times are whole microseconds since 1970. Nothing refers to anything by a foreign key: rows of one event are written
together, and destroying a person's key leaves the rows that it sealed where they are.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text, quoted_name

from registratura.storage.names import OURS, TableNames

SCHEMA_VERSION = 1

METADATA = MetaData()
# Ids are sorted by their bytes everywhere, whatever language a server sorts by; it is also the fastest.
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")


def _text(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    return Column(name, _TEXT, primary_key=key, nullable=null)


def _whole(name: str, *, key: bool = False, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, nullable=null, autoincrement=False)


def _table(name: str, *columns: Column[str] | Column[int], small: bool = False) -> Table:
    # Small rows live in their primary key's tree: SQLite then writes one page, not two. PostgreSQL has no such choice.
    return Table(f"{OURS}{name}", METADATA, *columns, sqlite_with_rowid=not small)


META = _table("meta", _text("name", key=True), _text("value"), small=True)

FLOWS = _table(
    "flows",
    _text("id", key=True),
    _text("flow"),
    _whole("chart_version"),
    _text("state"),
    _whole("version"),
    _text("account", null=True),
    _text("subject", null=True),
    _text("session", null=True),
    _text("key_id"),
    _text("data"),
    _text("sealed", null=True),
    _text("timers"),
    _whole("created_at"),
    _whole("changed_at"),
    _text("head"),
    _whole("evidence"),
    _text("evidence_head"),
)
Index("registratura_flows_of_account", FLOWS.c.account, FLOWS.c.flow)

LOG = _table(
    "log",
    _text("flow_id", key=True),
    _whole("seq", key=True),
    _whole("chart_version"),
    _text("event"),
    _whole("event_version"),
    _text("transition"),
    _text("by"),
    _text("payload"),
    _text("sealed", null=True),
    _text("outcome"),
    _whole("at"),
    _text("previous"),
    _text("hash"),
)

EVIDENCE = _table(
    "evidence",
    _text("flow_id", key=True),
    _whole("number", key=True),
    _text("entry"),
    _text("previous"),
    _text("hash"),
    _text("signature"),
)

CLAIMS = _table(
    "claims", _text("kind", key=True), _text("digest", key=True), _text("target"), _text("flow_id"), small=True
)

TIMERS = _table(
    "timers", _text("flow_id", key=True), _text("kind", key=True), _whole("epoch"), _whole("due"), small=True
)
Index("registratura_timers_due", TIMERS.c.due)

EFFECTS = _table(
    "effects",
    _text("id", key=True),
    _text("flow_id"),
    _whole("seq"),
    _text("kind"),
    _text("payload"),
    _text("sealed", null=True),
    _text("key_id"),
    _text("status"),
    _whole("attempts"),
    _whole("due"),
    _text("error"),
)
Index("registratura_effects_due", EFFECTS.c.status, EFFECTS.c.due)
Index("registratura_effects_of_flow", EFFECTS.c.flow_id)

IDEMPOTENCY = _table(
    "idempotency",
    _text("scope", key=True),
    _text("key", key=True),
    _text("request"),
    _text("flow_id"),
    _whole("seq"),
    _whole("at"),
    small=True,
)
Index("registratura_idempotency_at", IDEMPOTENCY.c.at)

KEYS = _table("keys", _text("id", key=True), _text("subject", null=True), _text("wrapped"), small=True)
Index("registratura_keys_of_subject", KEYS.c.subject)

TICKETS = _table(
    "tickets",
    _text("id", key=True),
    _text("flow_id"),
    _text("request"),
    _text("verdict"),
    _whole("at"),
    _whole("spent"),
    small=True,
)
Index("registratura_tickets_at", TICKETS.c.at)

ATTEMPTS = _table(
    "attempts",
    _text("scope", key=True),
    _whole("count"),
    _whole("lock_level"),
    _whole("locked_until", null=True),
    _whole("since", null=True),
    small=True,
)

SECURITY = _table(
    "security_events",
    _text("id", key=True),
    _whole("at"),
    _text("flow_id", null=True),
    _text("kind"),
    _text("details"),
)
Index("registratura_security_events_at", SECURITY.c.at)

# The browsers' sessions: `sessions.py`.
SESSIONS = _table(
    "web_sessions",
    _text("id", key=True),
    _text("account", null=True),
    _whole("created_at"),
    _whole("seen_at"),
    _text("data"),
)
Index("registratura_web_sessions_of_account", SESSIONS.c.account)

VISITS = _table("web_visits", _text("id", key=True), _text("session"), _text("flow_id"), _whole("at"), _whole("spent"))

HANDOVERS = _table("web_handovers", _text("id", key=True), _whole("at"), _text("token"))


@cache
def tables_of(names: TableNames) -> MetaData:
    """The tables under a host's names, for its own Alembic and whatever else wants them as SQLAlchemy's."""
    return renamed(METADATA, names)


def renamed(tables: MetaData, names: TableNames) -> MetaData:
    """Copies of the tables under these names."""
    made = MetaData()
    schema: Any = {"schema": names.schema} if names.schema else {}
    for table in tables.sorted_tables:
        for index in table.to_metadata(made, name=names.of(table.name), **schema).indexes:
            index.name = quoted_name(names.of(str(index.name)), None)
    return made


def named(table: Table, names: TableNames) -> Table:
    """The one of `tables_of` for this one of ours."""
    name = names.of(table.name)
    return tables_of(names).tables[f"{names.schema}.{name}" if names.schema else name]

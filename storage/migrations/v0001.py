"""Version 1: the tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from registratura.storage.migrations import never_back, step
from registratura.storage.names import TableNames

revision = "registratura_1"
down_revision = None
branch_labels = ("registratura",)
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _text(name: str, *, key: bool = False, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, TEXT, primary_key=key, nullable=null)


def _whole(name: str, *, key: bool = False, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, nullable=null, autoincrement=False)


# The table, whether SQLite keeps it in its primary key's tree, and its columns.
TABLES = (
    (
        "meta",
        True,
        (
            _text("name", key=True),
            _text("value"),
        ),
    ),
    (
        "flows",
        False,
        (
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
        ),
    ),
    (
        "log",
        False,
        (
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
        ),
    ),
    (
        "evidence",
        False,
        (
            _text("flow_id", key=True),
            _whole("number", key=True),
            _text("entry"),
            _text("previous"),
            _text("hash"),
            _text("signature"),
        ),
    ),
    (
        "claims",
        True,
        (
            _text("kind", key=True),
            _text("digest", key=True),
            _text("target"),
            _text("flow_id"),
        ),
    ),
    (
        "timers",
        True,
        (
            _text("flow_id", key=True),
            _text("kind", key=True),
            _whole("epoch"),
            _whole("due"),
        ),
    ),
    (
        "effects",
        False,
        (
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
        ),
    ),
    (
        "idempotency",
        True,
        (
            _text("scope", key=True),
            _text("key", key=True),
            _text("request"),
            _text("flow_id"),
            _whole("seq"),
            _whole("at"),
        ),
    ),
    (
        "keys",
        True,
        (
            _text("id", key=True),
            _text("subject", null=True),
            _text("wrapped"),
        ),
    ),
    (
        "tickets",
        True,
        (
            _text("id", key=True),
            _text("flow_id"),
            _text("request"),
            _text("verdict"),
            _whole("at"),
            _whole("spent"),
        ),
    ),
    (
        "attempts",
        True,
        (
            _text("scope", key=True),
            _whole("count"),
            _whole("lock_level"),
            _whole("locked_until", null=True),
            _whole("since", null=True),
        ),
    ),
    (
        "security_events",
        False,
        (
            _text("id", key=True),
            _whole("at"),
            _text("flow_id", null=True),
            _text("kind"),
            _text("details"),
        ),
    ),
    (
        "web_sessions",
        False,
        (
            _text("id", key=True),
            _text("account", null=True),
            _whole("created_at"),
            _whole("seen_at"),
            _text("data"),
        ),
    ),
    (
        "web_visits",
        False,
        (
            _text("id", key=True),
            _text("session"),
            _text("flow_id"),
            _whole("at"),
            _whole("spent"),
        ),
    ),
    (
        "web_handovers",
        False,
        (
            _text("id", key=True),
            _whole("at"),
            _text("token"),
        ),
    ),
)
# The index, its table and its columns.
INDEXES = (
    ("flows_of_account", "flows", ["account", "flow"]),
    ("timers_due", "timers", ["due"]),
    ("effects_due", "effects", ["status", "due"]),
    ("effects_of_flow", "effects", ["flow_id"]),
    ("idempotency_at", "idempotency", ["at"]),
    ("keys_of_subject", "keys", ["subject"]),
    ("tickets_at", "tickets", ["at"]),
    ("security_events_at", "security_events", ["at"]),
    ("web_sessions_of_account", "web_sessions", ["account"]),
)


def upgrade() -> None:
    step(1, _make)


downgrade = never_back


def _make(names: TableNames) -> None:
    for name, small, columns in TABLES:
        op.create_table(names.prefix + name, *columns, schema=names.schema, sqlite_with_rowid=not small)
    for name, table, keys in INDEXES:
        op.create_index(names.prefix + name, names.prefix + table, keys, schema=names.schema)

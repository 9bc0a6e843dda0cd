"""Digests in rows are brought under a new key, some rows at a time, while everybody goes on (`rotation.py`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, tuple_, update

from registratura.flows.ports import Renew
from registratura.storage.line import Line
from registratura.storage.sql_changes import UNCOUNTED, counter_values
from registratura.storage.sql_due import SqlDue
from registratura.storage.statement import value
from registratura.storage.statements import ADD_CLAIM, ADD_COUNTER, COUNTED, HOLD_COUNTER, SET_COUNTER, statement
from registratura.storage.tables import ATTEMPTS, CLAIMS, IDEMPOTENCY, TICKETS

# Who would free one of them at the same time comes before or after.
CLAIMS_AFTER = statement(
    select(CLAIMS)
    .where(tuple_(CLAIMS.c.kind, CLAIMS.c.digest) > tuple_(value("kind"), value("digest")))
    .order_by(CLAIMS.c.kind, CLAIMS.c.digest)
    .limit(value("limit"))
    .with_for_update(),
    "kind",
    "digest",
    "limit",
)
DROP_CLAIM = statement(
    delete(CLAIMS).where(CLAIMS.c.kind == value("kind"), CLAIMS.c.digest == value("digest")), "kind", "digest"
)
SCOPES_AFTER = statement(
    select(ATTEMPTS.c.scope).where(ATTEMPTS.c.scope > value("after")).order_by(ATTEMPTS.c.scope).limit(value("limit")),
    "after",
    "limit",
)
DROP_COUNTER = statement(delete(ATTEMPTS).where(ATTEMPTS.c.scope == value("scope")), "scope")
ANSWERS_AFTER = statement(
    select(IDEMPOTENCY.c.scope, IDEMPOTENCY.c.key, IDEMPOTENCY.c.request)
    .where(tuple_(IDEMPOTENCY.c.scope, IDEMPOTENCY.c.key) > tuple_(value("scope"), value("key")))
    .order_by(IDEMPOTENCY.c.scope, IDEMPOTENCY.c.key)
    .limit(value("limit")),
    "scope",
    "key",
    "limit",
)
RENEW_ANSWER = statement(
    update(IDEMPOTENCY)
    .where(IDEMPOTENCY.c.scope == value("scope"), IDEMPOTENCY.c.key == value("key"))
    .values(request=value("request")),
    "scope",
    "key",
    "request",
)
TICKETS_AFTER = statement(
    select(TICKETS.c.id, TICKETS.c.request, TICKETS.c.verdict)
    .where(TICKETS.c.id > value("after"))
    .order_by(TICKETS.c.id)
    .limit(value("limit")),
    "after",
    "limit",
)
RENEW_TICKET = statement(
    update(TICKETS).where(TICKETS.c.id == value("id")).values(request=value("request"), verdict=value("verdict")),
    "id",
    "request",
    "verdict",
)


class SqlRekeying(SqlDue):
    """The part of a storage that brings digests under a new key."""

    def rekey_claims(self, after: tuple[str, str], limit: int, renew: Renew, *, drop: bool) -> tuple[str, str] | None:
        with self._line() as line, self._transaction(line):
            rows = line.rows(CLAIMS_AFTER, *after, limit)
            for kind, digest, *rest in rows:
                if (renewed := renew(digest)) != digest:
                    line.run(ADD_CLAIM, kind, renewed, *rest)
                    if drop:
                        line.run(DROP_CLAIM, kind, digest)
        return (rows[-1][0], rows[-1][1]) if rows else None

    def rekey_counters(self, after: str, limit: int, renew: Renew, *, drop: bool) -> str | None:
        with self._line() as line, self._transaction(line):
            scopes = [row[0] for row in line.rows(SCOPES_AFTER, after, limit)]
            renewed = {scope: new for scope in scopes if (new := renew(scope)) != scope}
            held, made = _held(line, renewed)
            for scope, counted in held.items():
                if not drop or renewed[scope] in made:
                    line.run(SET_COUNTER, renewed[scope], *counted)
                if drop:
                    line.run(DROP_COUNTER, scope)
        return scopes[-1] if scopes else None

    def rekey_answers(self, after: tuple[str, str], limit: int, renew: Renew) -> tuple[str, str] | None:
        with self._line() as line, self._transaction(line):
            rows = line.rows(ANSWERS_AFTER, *after, limit)
            for scope, key, request in rows:
                if (renewed := renew(request)) != request:
                    line.run(RENEW_ANSWER, scope, key, renewed)
        return (rows[-1][0], rows[-1][1]) if rows else None

    def rekey_tickets(self, after: str, limit: int, renew: Renew) -> str | None:
        with self._line() as line, self._transaction(line):
            rows = line.rows(TICKETS_AFTER, after, limit)
            for ticket, *digests in rows:
                if (renewed := [renew(text) for text in digests]) != digests:
                    line.run(RENEW_TICKET, ticket, *renewed)
        return rows[-1][0] if rows else None


def _held(line: Line, renewed: dict[str, str]) -> tuple[dict[str, Any], set[str]]:
    """The older counters, held with the newer ones; and the newer ones that were not there.

    All are made before one is held, each in its order, as whoever counts does it: so neither waits for the other.
    """
    newer = sorted({*renewed.values()})
    made = {scope for scope in newer if line.run(ADD_COUNTER, scope, *counter_values(UNCOUNTED))}
    held = {scope: line.rows(HOLD_COUNTER, scope) for scope in sorted({*renewed, *newer})}
    return {scope: held[scope][0][1 : 1 + len(COUNTED)] for scope in renewed if held[scope]}, made

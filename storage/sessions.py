"""Browsers' sessions: who came back, and whom Gosuslugi was asked about. Memory, and SQL in the portal's own database.

Neither a session's token nor a `state` is kept, only their digests; a session's data comes sealed under the token.
Times are whole microseconds since 1970, as in all rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from threading import RLock
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, delete, insert, select, update

from registratura.flows.ports import Storage
from registratura.storage.sql import SqlStorage
from registratura.storage.tables import HANDOVERS, SESSIONS, VISITS, named


def digest(secret: str) -> str:
    """What is kept of a token or a `state`."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class SessionRow(NamedTuple):
    """A browser's session; `id` is the digest of its token, `account` is set while somebody is signed in."""

    id: str
    account: str | None
    created_at: int
    seen_at: int
    data: str


class VisitRow(NamedTuple):
    """Somebody was sent to Gosuslugi; `id` is the digest of the `state` that they took along."""

    id: str
    session: str
    flow_id: str
    at: int
    spent: int = 0


class HandoverRow(NamedTuple):
    """The new token of a session that has moved, for who repeats the request that moved it.

    `id` is a digest of the old token and the request's own key, and `token` is sealed under both.
    """

    id: str
    at: int
    token: str


class Sessions(Protocol):
    """Where sessions are kept."""

    def get(self, session_id: str) -> SessionRow | None: ...
    def add(self, row: SessionRow) -> None: ...
    def change(self, row: SessionRow) -> bool:
        """Put it in the place of the one with its id: False if that had ended, for nothing brings it back."""

    def touch(self, session_id: str, seen_at: int) -> None: ...
    def end(self, session_id: str) -> None: ...
    def move(self, session_id: str, row: SessionRow, handover: HandoverRow | None = None) -> bool:
        """The session goes on under another id, once: False if it had ended. Its visits go along."""

    def handover(self, handover_id: str) -> HandoverRow | None: ...

    def end_of_account(self, account: str, created_before: int, but: str | None = None) -> int:
        """End the account's sessions that began before, but for that one; gives how many."""

    def add_visit(self, row: VisitRow) -> None: ...
    def visit(self, visit_id: str) -> VisitRow | None: ...
    def spend_visit(self, visit_id: str, session: str) -> VisitRow | None:
        """The visit, if it was this session's and nobody spent it before."""

    def purge(self, before: int) -> int:
        """Forget what was last seen before; gives how many sessions."""


class MemorySessions(Sessions):
    """Sessions in dictionaries under one lock."""

    def __init__(self) -> None:
        self._sessions: dict[str, SessionRow] = {}
        self._visits: dict[str, VisitRow] = {}
        self._handovers: dict[str, HandoverRow] = {}
        self._lock = RLock()

    def get(self, session_id: str) -> SessionRow | None:
        return self._sessions.get(session_id)

    def add(self, row: SessionRow) -> None:
        with self._lock:
            self._sessions[row.id] = row

    def change(self, row: SessionRow) -> bool:
        with self._lock:
            if row.id not in self._sessions:
                return False
            self._sessions[row.id] = row
            return True

    def touch(self, session_id: str, seen_at: int) -> None:
        with self._lock:
            if row := self._sessions.get(session_id):
                self._sessions[session_id] = row._replace(seen_at=seen_at)

    def end(self, session_id: str) -> None:
        with self._lock:
            self._sessions.pop(session_id, None)

    def move(self, session_id: str, row: SessionRow, handover: HandoverRow | None = None) -> bool:
        with self._lock:
            if self._sessions.pop(session_id, None) is None:
                return False
            self._sessions[row.id] = row
            if handover is not None:
                self._handovers[handover.id] = handover
            for visit in [visit for visit in self._visits.values() if visit.session == session_id]:
                self._visits[visit.id] = visit._replace(session=row.id)
            return True

    def handover(self, handover_id: str) -> HandoverRow | None:
        return self._handovers.get(handover_id)

    def end_of_account(self, account: str, created_before: int, but: str | None = None) -> int:
        with self._lock:
            old = [row for row in self._sessions.values() if row.account == account and row.created_at < created_before]
            ended = [row.id for row in old if row.id != but]
            for session_id in ended:
                del self._sessions[session_id]
            return len(ended)

    def add_visit(self, row: VisitRow) -> None:
        with self._lock:
            self._visits[row.id] = row

    def visit(self, visit_id: str) -> VisitRow | None:
        return self._visits.get(visit_id)

    def spend_visit(self, visit_id: str, session: str) -> VisitRow | None:
        with self._lock:
            row = self._visits.get(visit_id)
            if row is None or row.session != session or row.spent:
                return None
            self._visits[visit_id] = row._replace(spent=1)
            return row

    def purge(self, before: int) -> int:
        with self._lock:
            old = [row.id for row in self._sessions.values() if row.seen_at < before]
            for session_id in old:
                del self._sessions[session_id]
            self._visits = {row.id: row for row in self._visits.values() if row.at >= before}
            self._handovers = {row.id: row for row in self._handovers.values() if row.at >= before}
            return len(old)


class SqlSessions(Sessions):
    """Sessions in tables of their own beside the portal's."""

    def __init__(self, storage: SqlStorage) -> None:
        self._storage = storage
        self._sessions, self._visits, self._handovers = (
            named(table, storage.names) for table in (SESSIONS, VISITS, HANDOVERS)
        )

    def get(self, session_id: str) -> SessionRow | None:
        row = self._one(select(self._sessions).where(self._sessions.c.id == session_id))
        return SessionRow._make(row) if row else None

    def add(self, row: SessionRow) -> None:
        self._run(insert(self._sessions).values(row._asdict()))

    def change(self, row: SessionRow) -> bool:
        return self._run(update(self._sessions).where(self._sessions.c.id == row.id).values(row._asdict())) > 0

    def touch(self, session_id: str, seen_at: int) -> None:
        self._run(update(self._sessions).where(self._sessions.c.id == session_id).values(seen_at=seen_at))

    def end(self, session_id: str) -> None:
        self._run(delete(self._sessions).where(self._sessions.c.id == session_id))

    def move(self, session_id: str, row: SessionRow, handover: HandoverRow | None = None) -> bool:
        visits = update(self._visits).where(self._visits.c.session == session_id).values(session=row.id)
        with self._connection() as connection:
            # A changed key and not a deletion: of two that want to move the same session one finds none.
            moved = update(self._sessions).where(self._sessions.c.id == session_id).values(row._asdict())
            if not connection.execute(moved).rowcount:
                return False
            connection.execute(visits)
            if handover is not None:
                connection.execute(insert(self._handovers).values(handover._asdict()))
            return True

    def handover(self, handover_id: str) -> HandoverRow | None:
        row = self._one(select(self._handovers).where(self._handovers.c.id == handover_id))
        return HandoverRow._make(row) if row else None

    def end_of_account(self, account: str, created_before: int, but: str | None = None) -> int:
        old = (
            self._sessions.c.account == account,
            self._sessions.c.created_at < created_before,
            self._sessions.c.id != (but or ""),
        )
        return self._run(delete(self._sessions).where(*old))

    def add_visit(self, row: VisitRow) -> None:
        self._run(insert(self._visits).values(row._asdict()))

    def visit(self, visit_id: str) -> VisitRow | None:
        row = self._one(select(self._visits).where(self._visits.c.id == visit_id))
        return VisitRow._make(row) if row else None

    def spend_visit(self, visit_id: str, session: str) -> VisitRow | None:
        mine = (self._visits.c.id == visit_id, self._visits.c.session == session, self._visits.c.spent == 0)
        return self.visit(visit_id) if self._run(update(self._visits).where(*mine).values(spent=1)) else None

    def purge(self, before: int) -> int:
        self._run(delete(self._visits).where(self._visits.c.at < before))
        self._run(delete(self._handovers).where(self._handovers.c.at < before))
        return self._run(delete(self._sessions).where(self._sessions.c.seen_at < before))

    def _one(self, statement: Any) -> Any:
        with self._connection() as connection:
            return connection.execute(statement).first()

    def _run(self, statement: Any) -> int:
        with self._connection() as connection:
            return int(connection.execute(statement).rowcount)

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        self._storage.must_be_open()
        with self._storage.errors.translated(), self._storage.engine.begin() as connection:
            yield connection


def sessions_for(storage: Storage) -> Sessions:
    """The sessions beside a storage: in its database, or in memory where it has none or keeps its own in memory."""
    if isinstance(storage, SqlStorage) and not storage.shared:
        return SqlSessions(storage)
    # The one connection of a database in memory may be in the middle of a unit of another thread.
    return MemorySessions()

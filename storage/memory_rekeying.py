"""Digests in rows in memory are brought under a new key, as `sql_rekeying.py` does in a database."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from registratura.flows.ports import Renew, Storage
from registratura.storage.memory_rows import Rows

K = TypeVar("K")


class MemoryRekeying(Storage):
    """The part of a storage that brings digests under a new key."""

    rows: Rows
    _lock: AbstractContextManager[Any]

    def rekey_claims(self, after: tuple[str, str], limit: int, renew: Renew, *, drop: bool) -> tuple[str, str] | None:
        with self._lock:
            claims, found = self.rows.claims, _after(self.rows.claims, after, limit)
            for kind, digest in found:
                if (renewed := renew(digest)) != digest:
                    claims.setdefault((kind, renewed), claims[kind, digest]._replace(digest=renewed))
                    if drop:
                        del claims[kind, digest]
            return self._last(found)

    def rekey_counters(self, after: str, limit: int, renew: Renew, *, drop: bool) -> str | None:
        with self._lock:
            attempts, found = self.rows.attempts, _after(self.rows.attempts, after, limit)
            for scope in found:
                if (renewed := renew(scope)) == scope:
                    continue
                if drop:
                    attempts.setdefault(renewed, attempts.pop(scope))
                else:
                    attempts[renewed] = attempts[scope]
            return self._last(found)

    def rekey_answers(self, after: tuple[str, str], limit: int, renew: Renew) -> tuple[str, str] | None:
        with self._lock:
            answers, found = self.rows.idempotency, _after(self.rows.idempotency, after, limit)
            answers |= {key: answers[key]._replace(request=renew(answers[key].request)) for key in found}
            return self._last(found)

    def rekey_tickets(self, after: str, limit: int, renew: Renew) -> str | None:
        with self._lock:
            tickets, found = self.rows.tickets, _after(self.rows.tickets, after, limit)
            for row in (tickets[ticket] for ticket in found):
                tickets[row.id] = row._replace(request=renew(row.request), verdict=renew(row.verdict))
            return self._last(found)

    def _last(self, found: list[K]) -> K | None:
        self.rows.writes += bool(found)
        return found[-1] if found else None


def _after(keys: Iterable[Any], after: Any, limit: int) -> list[Any]:
    return sorted(key for key in keys if key > after)[:limit]

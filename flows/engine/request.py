"""One call of the engine: what is asked, by whom, and the ticket of a judged event."""

from __future__ import annotations

from dataclasses import dataclass

from registratura.flows.engine import attempts
from registratura.flows.engine.ask import Asking
from registratura.flows.event import Event, Origin
from registratura.flows.flow import AnyRecord
from registratura.flows.ports import Caller, Storage
from registratura.flows.rows import TicketRow

HOST = "host"


@dataclass(frozen=True, slots=True)
class Request:
    """One call: an event or a start, by whom, and under which idempotency key."""

    about: str
    event: Event
    caller: Caller | None
    key: str | None
    digest: str
    origin: Origin

    @property
    def scope(self) -> str:
        who = HOST if self.caller is None else self.caller.account or self.caller.session or "anonymous"
        return f"{who}:{self.about}"


def count(storage: Storage, ask: Asking, record: AnyRecord, request: Request) -> TicketRow:
    """Count the attempt of a judged event: once for each idempotency key."""
    keys = ask.tools.keys
    name = keys.digest("ticket", f"{request.scope}:{request.key}") if request.key else ask.new_id()
    return attempts.count(storage, ask, record, request.event, name, request.digest)


class Tickets:
    """The ticket of a judged event: the host's, or one that is counted now, once for all tries."""

    def __init__(self, storage: Storage, request: Request, within: bool, ticket: str | None) -> None:
        self._storage, self._request = storage, request
        self._within, self._named = within, ticket
        self._counted: TicketRow | None = None

    def get(self, ask: Asking, record: AnyRecord) -> TicketRow | None:
        if self._within or self._named is not None:
            return ask.unit.ticket(self._named) if self._named else None
        if self._counted is None:
            self._counted = count(self._storage, ask, record, self._request)
        return self._counted

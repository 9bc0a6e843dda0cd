"""One call of the engine: what is asked, by whom, and the ticket of a judged event."""

from __future__ import annotations

from dataclasses import dataclass

from registratura.flows.decide import must_be_possible
from registratura.flows.engine import attempts
from registratura.flows.engine.ask import Asking, Tools
from registratura.flows.engine.codec import dump
from registratura.flows.errors import (
    Erased,
    IdempotencyConflict,
    InvalidPayload,
    NotAPersonsEvent,
    NotStartedByHosts,
    UnknownEvent,
    UnknownFlow,
)
from registratura.flows.event import Event, Origin
from registratura.flows.flow import AnyFlow, AnyRecord
from registratura.flows.keyring import Keyring, same
from registratura.flows.ports import Caller, Storage, Unit
from registratura.flows.rows import IdempotencyRow, TicketRow

HOST = "host"
LONGEST_KEY = 500
"""Characters of an idempotency key: no database indexes a text of any length."""
START = "start"
"""What the keys of starts are about, whichever flow they start: else one key could start two flows."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call: an event or a start, by whom, and under which idempotency key."""

    about: str
    event: Event
    caller: Caller | None
    key: str | None
    digest: str
    origin: Origin
    scopes: tuple[str, ...]
    """Where the key may have been used: by this caller, and by them before they signed in."""

    @property
    def scope(self) -> str:
        return self.scopes[0]

    def first_answer(self, unit: Unit) -> IdempotencyRow | None:
        """What was written when this key was used for the first time."""
        rows = (unit.idempotent(scope, self.key) for scope in self.scopes) if self.key is not None else ()
        return next((row for row in rows if row is not None), None)


def scope_of(keys: Keyring, caller: Caller | None, about: str) -> str:
    """Whose idempotency keys these are. A session's id opens the session, so it is not stored in clear."""
    if caller is None:
        who = HOST
    elif caller.account is not None:
        who = f"account:{caller.account}"
    else:
        who = keys.fingerprint("session", caller.session) if caller.session is not None else "anonymous"
    return f"{who}:{about}"


def request_of(
    keys: Keyring, about: str, event: Event, caller: Caller | None, key: str | None, origin: Origin
) -> Request:
    """The call, with the digest by which a repetition is known.

    Raises:
        InvalidPayload: it is no event, or it or its key has a text that nothing could store.
    """
    if not isinstance(event, Event):
        raise InvalidPayload(type(event).__name__, (("", "not_an_event"),))
    if key is not None and not _can_be_kept(key):
        raise InvalidPayload(event.name, (("idempotency_key", "idempotency_key"),))
    try:
        payload = dump({"event": event.name, "payload": event.model_dump(mode="json")})
        digest = keys.digest("request", payload)
    except ValueError:
        # Half a surrogate pair.
        raise InvalidPayload(event.name, (("", "string_unicode"),)) from None
    formerly = caller.formerly if caller else None
    callers = (caller, Caller(session=formerly)) if formerly is not None else (caller,)
    return Request(about, event, caller, key, digest, origin, tuple(scope_of(keys, one, about) for one in callers))


def _can_be_kept(key: str) -> bool:
    # Half a surrogate pair does not encode.
    return len(key) <= LONGEST_KEY and "\0" not in key and key.encode(errors="ignore").decode() == key


def beginning(flow: AnyFlow, origin: Origin) -> Event:
    """The event that starts a flow of which the caller said no more."""
    begins = [begin for begin in flow.begins if begin.origin is origin]
    if not begins:
        raise NotStartedByHosts(flow=flow.name)
    return begins[0]()


def check(tools: Tools, record: AnyRecord, request: Request) -> None:
    """Whether the flow knows the event, from this origin, in its present state, with such a payload."""
    flow, event = tools.flows.of(record), request.event
    if flow.by_name.get(event.name) is not type(event) or type(event) in flow.begins:
        raise UnknownEvent(flow=flow.name, event=event.name, known=", ".join(known.name for known in flow.events))
    if event.origin is not request.origin:
        raise NotAPersonsEvent(event=event.name)
    must_be_possible(flow, record, event)
    flow.check(event, tools.settings)


def told_to(caller: Caller | None, error: UnknownFlow) -> UnknownFlow:
    """That something was destroyed, only the host is told."""
    return UnknownFlow(**error.params) if caller is not None and isinstance(error, Erased) else error


def visible(ask: Asking, flow_id: str, caller: Caller | None) -> AnyRecord:
    """The record, for who may see it.

    Raises:
        UnknownFlow: there is none for them. Erased: what it held is destroyed, which only the host may be told.
    """
    record = ask.stored(flow_id)
    if record is None or not _may_see(ask.tools, record, caller):
        raise UnknownFlow(flow_id=flow_id)
    return record


def _may_see(tools: Tools, record: AnyRecord, caller: Caller | None) -> bool:
    """The account's owner; before anybody is known, the session that started the flow; and the host itself.

    A session whose person has signed out sees none of what is theirs, but goes on with what outlives the sign-in.
    """
    if caller is None or (record.account is not None and caller.account == record.account):
        return True
    if record.account is not None and (caller.account is not None or not tools.flows.of(record).outlives_sign_in):
        return False
    return caller.session is not None and record.session == tools.keys.fingerprint("session", caller.session)


def must_be_repeated(tools: Tools, answer: IdempotencyRow, request: Request) -> None:
    """Whether it is this request that was answered under its key.

    Raises:
        IdempotencyConflict: it was another one.
    """
    if not same(tools.keys, answer.request, request.digest):
        raise IdempotencyConflict()


def answered(unit: Unit, request: Request) -> bool:
    """Whether this request, or another one under its key, has been answered."""
    return request.first_answer(unit) is not None


def count(storage: Storage, ask: Asking, record: AnyRecord, request: Request) -> TicketRow:
    """Count the attempt of a judged event: once for each idempotency key."""
    keys = ask.tools.keys
    name = keys.fingerprint("ticket", f"{request.scope}:{request.key}") if request.key is not None else ask.new_id()
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

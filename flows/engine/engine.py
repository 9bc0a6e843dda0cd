"""The engine: every event of every flow goes through `send`, every new flow through `start`.

    storage.unit → recorded already? → load → due timers → count the attempt → plan (gather, decide) → write → view

All rows of an event are written together. If somebody was first, what was decided is thrown away and decided anew,
unless it was the flow itself that moved: then the caller must look again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from registratura.flows.engine import attempts
from registratura.flows.engine.ask import Asking, Tools
from registratura.flows.engine.codec import micros, refusals_in
from registratura.flows.engine.plan import NOBODY, effective, plan_due, plan_event, plan_start
from registratura.flows.engine.request import (
    HOST,
    START,
    Request,
    Tickets,
    answered,
    beginning,
    check,
    count,
    must_be_repeated,
    request_of,
    told_to,
    visible,
)
from registratura.flows.engine.view import FlowView, outcome_of, shown, view_of
from registratura.flows.engine.write import changes_of
from registratura.flows.errors import (
    CallerError,
    ConcurrentUpdate,
    DataDamaged,
    Erased,
    NotJudged,
    NotStartedByHosts,
    RegistraturaError,
    StartRefused,
    UnknownEvent,
    UnknownFlow,
)
from registratura.flows.event import By, Event, Origin
from registratura.flows.flow import AnyFlow, AnyRecord
from registratura.flows.ports import Caller, Lost, Storage, Unit
from registratura.flows.rows import IdempotencyRow, LogRow, SecurityRow
from registratura.flows.step import Start, Step
from registratura.flows.texts import Texts

T = TypeVar("T")
TRIES = 24
_THE_HOST = By(channel=HOST)


class Engine:
    """Flows over a storage. It keeps nothing between calls and may be shared by threads."""

    def __init__(self, storage: Storage, tools: Tools, texts: Texts) -> None:
        self.storage = storage
        self.tools = tools
        self.texts = texts

    def start(
        self,
        flow: AnyFlow,
        event: Event | None = None,
        *,
        caller: Caller | None = None,
        idempotency_key: str | None = None,
        within: Any = None,
        origin: Origin = Origin.PERSON,
    ) -> FlowView:
        """Start a flow.

        Raises:
            StartRefused: a rule said no; nothing was created.
            UnknownEvent: the event does not start this flow.
            NotAFlow: it is none of the flows' classes.
        """
        flow = self.tools.flows.newest(flow)
        event = beginning(flow, origin) if event is None else event
        request = request_of(self.tools.keys, START, event, caller, idempotency_key, origin)
        if type(event) not in flow.begins:
            raise UnknownEvent(flow=flow.name, event=event.name, known=", ".join(begin.name for begin in flow.begins))
        if event.origin is not origin:
            raise NotStartedByHosts(flow=flow.name)
        flow.check(event, self.tools.settings)
        with self.storage.unit(within) as unit:
            return self._trying(unit, request, lambda ask: self._begin(ask, flow, request))

    def send(
        self,
        flow_id: str,
        event: Event,
        *,
        caller: Caller | None = None,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
        within: Any = None,
        ticket: str | None = None,
        origin: Origin = Origin.PERSON,
    ) -> FlowView:
        """Send an event to a flow. docs/architecture.md follows one from here to the database and back.

        All of it is written in one transaction, the host's with `within`. Under one `idempotency_key` it happens once.

        Raises:
            UnknownFlow, UnknownEvent, NotAPersonsEvent, NotAllowedNow, ConcurrentUpdate, IdempotencyConflict,
            NeedsOwnTransaction, TicketInvalid: nothing was written.
        """
        request = request_of(self.tools.keys, flow_id, event, caller, idempotency_key, origin)
        tickets = Tickets(self.storage, request, within is not None, ticket)
        with self.storage.unit(within) as unit:
            return self._trying(unit, request, lambda ask: self._move(ask, request, expected_version, tickets))

    def get(self, flow_id: str, *, caller: Caller | None = None, within: Any = None) -> FlowView:
        """A flow as it is now; what is due by now is carried out first.

        Raises:
            UnknownFlow: there is none, or the caller may not see it.
        """
        with self.storage.unit(within) as unit:
            return self._reading(unit, flow_id, caller, lambda ask, record: view_of(ask, self.texts, record))

    def attempt(
        self, flow_id: str, event: Event, *, caller: Caller | None = None, idempotency_key: str | None = None
    ) -> str:
        """Count an attempt before the host's transaction begins; the ticket goes with `send(…, within=, ticket=)`."""
        request = request_of(self.tools.keys, flow_id, event, caller, idempotency_key, Origin.PERSON)

        def counted(ask: Asking, record: AnyRecord) -> str:
            check(self.tools, record, request)
            if not event.judged:
                raise NotJudged(event=event.name)
            return count(self.storage, ask, record, request).id

        with self.storage.unit() as unit:
            return self._reading(unit, flow_id, caller, counted)

    def history(self, flow_id: str, *, caller: Caller | None = None, within: Any = None) -> tuple[LogRow, ...]:
        """The log of a flow, the oldest entry first, with what is due by now. Personal data in it is sealed."""
        with self.storage.unit(within) as unit:
            with suppress(Erased):
                return self._reading(unit, flow_id, caller, lambda ask, record: tuple(unit.log(flow_id)))
            return tuple(unit.log(flow_id))

    def record(self, flow_id: str, *, within: Any = None) -> AnyRecord:
        """The record itself, for gateways and stand-ins; what is due by now is carried out first."""
        with self.storage.unit(within) as unit:
            return self._reading(unit, flow_id, None, lambda ask, record: record)

    @contextmanager
    def asking(self, caller: Caller | None = None, within: Any = None) -> Iterator[Asking]:
        """What gatherers ask, for gateways that look something up."""
        with self.storage.unit(within) as unit:
            yield self._asking(unit, caller)

    def security_event(self, flow_id: str | None, kind: str, details: str) -> None:
        """Note what moved no flow but should be looked at. `details` never hold personal data."""
        now = self.tools.clock()
        self.storage.add_security_event(SecurityRow(self.tools.ids.new(now), micros(now), flow_id, kind, details))

    def opened(self, flow_id: str, envelope: str, place: str) -> str:
        """What was sealed under a flow's key.

        Raises:
            DataDamaged: it does not open.
        """
        with self.storage.unit() as unit:
            row = unit.flow(flow_id)
        try:
            return self.tools.keys.open(row.key_id, row.wrapped or "", envelope, place) if row else ""
        except ValueError:
            raise DataDamaged(what=place, flow_id=flow_id) from None

    def _begin(self, ask: Asking, flow: AnyFlow, request: Request) -> FlowView:
        caller = request.caller
        known = caller.session if caller and request.origin is Origin.PERSON else None
        session = self.tools.keys.fingerprint("session", known) if known else NOBODY
        start = Start(flow, ask.new_id(), request.event, account=caller.account if caller else None)
        steps = plan_start(ask, start, session)
        if steps[0].refusals:
            raise StartRefused(flow.name, steps[0].refusals)
        return self._write(ask, request, steps)

    def _move(self, ask: Asking, request: Request, expected: int | None, tickets: Tickets) -> FlowView:
        record = self._in_time(ask, visible(ask, request.about, request.caller))
        if request.caller is None:
            # The host itself calls: it vouches that the person who owns the flow is the one who acts.
            ask.by = By(channel=HOST, account=record.account)
        if expected is not None and expected != record.version:
            raise ConcurrentUpdate(flow_id=record.id, expected=expected)
        check(self.tools, record, request)
        ticket = None
        if request.event.judged:
            ticket = tickets.get(ask, record)
            ask.attempt = attempts.redeem(ask, record, request.event, ticket, request.digest)
        steps = plan_event(ask, record, request.event)
        if ticket is None:
            return self._write(ask, request, steps)
        changed = attempts.settled(ask, record, request.event, steps, ticket)
        return self._write(ask, request, steps, attempts=changed, ticket=ticket.id)

    def _write(self, ask: Asking, request: Request, steps: list[Step], **more: Any) -> FlowView:
        first = steps[0]
        row = None
        if request.key is not None:
            at = micros(ask.now)
            row = IdempotencyRow(request.scope, request.key, request.digest, first.record.id, first.record.version, at)
        changes = changes_of(ask, steps, idempotency=row, **more)
        # Drawn first: a text that is missing is an error, and an error writes nothing.
        transition, refusals, started = outcome_of(steps)
        record, why_not = ask.seen[first.record.id], shown(self.texts, refusals)
        view = view_of(ask, self.texts, record, transition=transition, refusals=why_not, started=started)
        ask.write(changes)
        return view

    def _trying(self, unit: Unit, request: Request, work: Callable[[Asking], FlowView]) -> FlowView:
        for _ in range(TRIES):
            ask = self._asking(unit, request.caller)
            try:
                view = self._recorded(ask, request) or work(ask)
            except Lost as lost:
                if lost.what == "flow" and lost.which == request.about and not answered(unit, request):
                    break
            except UnknownFlow as error:
                raise told_to(request.caller, error) from None
            except (CallerError, ConcurrentUpdate):
                # The same request, sent twice at once, may have been answered since.
                if not answered(unit, request):
                    raise
            else:
                self._catch_up(unit, ask)
                return view
        raise ConcurrentUpdate(flow_id=request.about, expected="the one read")

    def _reading(self, unit: Unit, flow_id: str, caller: Caller | None, work: Callable[[Asking, AnyRecord], T]) -> T:
        for _ in range(TRIES):
            ask = self._asking(unit, caller)
            try:
                found = work(ask, self._in_time(ask, visible(ask, flow_id, caller)))
            except Lost:
                continue
            except Erased as error:
                raise told_to(caller, error) from None
            self._catch_up(unit, ask)
            return found
        raise ConcurrentUpdate(flow_id=flow_id, expected="the one read")

    def _recorded(self, ask: Asking, request: Request) -> FlowView | None:
        """The first answer to this idempotency key, its view drawn now."""
        row = request.first_answer(ask.unit)
        if row is None:
            return None
        must_be_repeated(self.tools, row, request)
        entry = ask.unit.log_entry(row.flow_id, row.seq)
        record = self._in_time(ask, visible(ask, row.flow_id, request.caller))
        if entry is None:
            return view_of(ask, self.texts, record)
        started = json.loads(entry.outcome).get("starts", {})
        refusals = shown(self.texts, refusals_in(entry))
        return view_of(ask, self.texts, record, transition=entry.transition, refusals=refusals, started=started)

    def _catch_up(self, unit: Unit, ask: Asking) -> None:
        """Carry out what was found to be due in other flows: a clock that goes back must not revive it.

        The event itself is done: what goes wrong here is the sweeper's to try again, and no error of the caller's.
        """
        for flow_id in sorted(ask.late):
            fresh = self._asking(unit, None)
            with suppress(Lost, RegistraturaError):
                self._in_time(fresh, visible(fresh, flow_id, None))

    def _in_time(self, ask: Asking, record: AnyRecord) -> AnyRecord:
        """The record with its due timers carried out and written."""
        if not record.due(ask.now):
            return record
        steps = plan_due(ask, record)
        if not steps:
            return ask.seen[record.id]
        try:
            ask.write(changes_of(ask, steps))
        except Lost:
            raise Lost("timer", record.id) from None
        ask.seen.clear()
        ask.watched.clear()
        return visible(ask, record.id, None)

    def _asking(self, unit: Unit, caller: Caller | None) -> Asking:
        by = By(channel=caller.channel, account=caller.account) if caller else _THE_HOST
        where = (caller.address, caller.session) if caller else (None, None)
        return Asking(self.tools, unit, self.tools.clock(), by, effective, *where)

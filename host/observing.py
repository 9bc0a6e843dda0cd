"""What is told of each event: a line of the log `registratura.events`, and to OpenTelemetry where the host wants it.

Names of charts, codes and numbers: never a payload, an account, a session or an address.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from registratura.domain.refusal import Refusal
from registratura.flows.engine import Engine, FlowView, ShownRefusal
from registratura.flows.engine.ask import Tools
from registratura.flows.engine.due import Done
from registratura.flows.engine.plan import BY_TIME
from registratura.flows.engine.request import HOST
from registratura.flows.errors import CallerError, Conflict, RegistraturaError, StartRefused
from registratura.flows.event import Event
from registratura.flows.flow import AnyFlow
from registratura.flows.ports import Dispatcher, Storage, Unit
from registratura.flows.rows import Changes, LogRow
from registratura.flows.step import Effect
from registratura.flows.texts import Texts

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from registratura.host.telemetry import Telemetry

log = logging.getLogger("registratura.events")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNEXPECTED = "unexpected"
Fields = dict[str, Any]


class ObservedEngine(Engine):
    """The engine, and what is told of it. Without a host that listens, an event costs two looks at a logger."""

    def __init__(self, storage: Storage, tools: Tools, texts: Texts, telemetry: Telemetry | None = None) -> None:
        super().__init__(storage, replace(tools, observer=self._written), texts)
        self._telemetry = telemetry

    def start(self, flow: AnyFlow, event: Event | None = None, **more: Any) -> FlowView:
        known = {"flow": flow.name} if flow in self.tools.flows.versions.values() else {}
        return self._told(known, event, more.get("caller"), partial(super().start, flow, event, **more))

    def send(self, flow_id: str, event: Event, **more: Any) -> FlowView:
        # What a stranger sends as an id may be anything.
        known = {"flow_id": flow_id} if UUID.fullmatch(str(flow_id)) else {}
        return self._told(known, event, more.get("caller"), partial(super().send, flow_id, event, **more))

    def round(self, work: Callable[[], Done]) -> Done:
        """One round of a worker, which is told of if there is anything to do."""
        return work() if self._telemetry is None else self._telemetry.round(self, work)

    def _told(self, known: Fields, event: Event | None, caller: Any, call: Callable[[], FlowView]) -> FlowView:
        if self._telemetry is None and not log.isEnabledFor(logging.INFO):
            return call()
        said = {**known, "event": _name(event), "channel": getattr(caller, "channel", HOST)}
        began = perf_counter()
        with self._span(said) as span:
            try:
                view = call()
            except Exception as error:
                self._tell(
                    span, said | self._of_error(error), began, failed=not isinstance(error, CallerError | Conflict)
                )
                raise
            self._tell(span, said | self._of_view(view), began)
        return view

    def _span(self, said: Fields) -> AbstractContextManager[Span | None]:
        return nullcontext() if self._telemetry is None else self._telemetry.span(said["event"])

    def _tell(self, span: Span | None, said: Fields, began: float, *, failed: bool = False) -> None:
        said["milliseconds"] = round((perf_counter() - began) * 1000, 3)
        _line(said)
        if span is not None and self._telemetry is not None:
            self._telemetry.answered(span, said, failed)

    def _of_view(self, view: FlowView) -> Fields:
        event = {"event": view.transition.split("/")[1]} if view.transition else {}
        return event | {
            "flow": view.flow,
            "chart": view.chart_version,
            "transition": view.transition,
            "refusals": _codes(view.refusals),
            "version": view.version,
            "flow_id": view.id,
        }

    def _of_error(self, error: Exception) -> Fields:
        if not isinstance(error, RegistraturaError):
            return {"error": UNEXPECTED, "exception": type(error).__name__}
        flow = error.params.get("flow")
        found: Fields = {"flow": flow} if flow in self.tools.flows else {}
        if isinstance(error, StartRefused):
            found["refusals"] = _codes(error.refusals)
        return found | {"error": error.code}

    def _written(self, unit: Unit, changes: Changes) -> None:
        """What was carried out by time has nobody who waits for an answer; it has its line all the same."""
        if log.isEnabledFor(logging.INFO):
            flows = {row.id: row.flow for row, _ in changes.flows}
            for row in changes.log:
                if json.loads(row.by)["channel"] == BY_TIME.channel:
                    _line(_of_row(row, flows))
        if self._telemetry is not None:
            self._telemetry.written(unit, changes)


class ObservedDispatcher(Dispatcher):
    """A span for each handler."""

    def __init__(self, dispatcher: Dispatcher, telemetry: Telemetry) -> None:
        self._dispatcher, self._telemetry = dispatcher, telemetry

    def takes(self, effect: type[Effect]) -> bool:
        return self._dispatcher.takes(effect)

    def dispatch(self, effect: Effect, effect_id: str) -> None:
        with self._telemetry.handler(effect.kind()):
            self._dispatcher.dispatch(effect, effect_id)


def observed(dispatcher: Dispatcher, telemetry: Telemetry | None) -> Dispatcher:
    """The dispatcher, with spans where the host wants them."""
    return dispatcher if telemetry is None else ObservedDispatcher(dispatcher, telemetry)


def _line(said: Fields) -> None:
    log.info("%s.%s", said.get("flow", "?"), said["event"], extra=said)


def _of_row(row: LogRow, flows: Mapping[str, str]) -> Fields:
    return {
        "flow": flows[row.flow_id],
        "chart": row.chart_version,
        "event": row.event,
        "transition": row.transition,
        "refusals": [refusal["code"] for refusal in json.loads(row.outcome).get("refusals", ())],
        "channel": BY_TIME.channel,
        "version": row.seq,
        "flow_id": row.flow_id,
    }


def _codes(refusals: tuple[ShownRefusal, ...] | tuple[Refusal, ...]) -> list[str]:
    return [refusal.code for refusal in refusals]


def _name(event: Event | None) -> str:
    return event.name if isinstance(event, Event) else "start"

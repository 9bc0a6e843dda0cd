"""Traces and metrics by the OpenTelemetry API: `pip install 'registratura[telemetry]'`, `Parts(telemetry=Telemetry())`.

What is measured goes to the providers that the host sets up; without any the API does nothing. docs/runbook.md names
the metrics. Their attributes are names of charts and codes: no id, no person, nothing that anybody typed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from opentelemetry.metrics import MeterProvider, get_meter
from opentelemetry.trace import Span, StatusCode, TracerProvider, get_tracer

from registratura.flows.engine.codec import micros
from registratura.flows.engine.due import Done
from registratura.flows.ports import Unit
from registratura.flows.rows import Changes, LogRow

if TYPE_CHECKING:
    from registratura.host.observing import ObservedEngine

NAME = "registratura"
SECOND = 1_000_000
LOOKED_BACK = (5, 100)
"""So many entries of a log are read to find when a state was entered. One that has had more is not timed."""
WAITS = (0.1, 1, 10, 60, 600, 3600, 6 * 3600, 86400, 7 * 86400, 30 * 86400)
log = logging.getLogger("registratura.telemetry")


class Telemetry:
    """Spans and metrics of one portal.

    Args:
        tracers: where spans go; the global provider, where none is given.
        meters: where metrics go; likewise.
    """

    def __init__(self, tracers: TracerProvider | None = None, meters: MeterProvider | None = None) -> None:
        self._tracer = get_tracer(NAME, tracer_provider=tracers)
        meter = get_meter(NAME, meter_provider=meters)
        count, measure = meter.create_counter, meter.create_histogram
        self._events = count("registratura.events", "{event}", "Steps written, by flow and transition")
        self._refusals = count("registratura.refusals", "{refusal}", "Reasons why a rule said no, by flow and code")
        self._errors = count("registratura.errors", "{error}", "Calls that could not be, by code")
        self._dead = count("registratura.effects.dead", "{effect}", "Effects given up after all tries")
        self._broken = count("registratura.flows.broken", "{flow}", "Flows whose due timers could not be carried out")
        self._dwell = measure(
            "registratura.state.duration", "s", "How long a flow was in the state it left",
            explicit_bucket_boundaries_advisory=WAITS,
        )  # fmt: skip
        self._lag = measure(
            "registratura.due.lag", "s", "How late the oldest due row was when a worker came to it",
            explicit_bucket_boundaries_advisory=WAITS,
        )  # fmt: skip

    def span(self, name: str) -> AbstractContextManager[Span]:
        """A span. What an exception says is not kept: only of our own errors is it known that they say nothing."""
        return self._tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False)

    def answered(self, span: Span, said: Mapping[str, Any], failed: bool) -> None:
        """How the event of this span ended; that a caller was wrong is no failure of the portal."""
        span.update_name(f"{said['flow']}.{said['event']}" if "flow" in said else said["event"])
        span.set_attributes({f"{NAME}.{name}": value for name, value in said.items() if name != "exception"})
        if (error := said.get("error")) is None:
            return
        self._errors.add(1, {"code": error})
        for code in said.get("refusals", ()):
            self._refusals.add(1, {"flow": said["flow"], "code": code})
        span.set_attribute("error.type", error)
        if failed:
            span.set_status(StatusCode.ERROR)

    def written(self, unit: Unit, changes: Changes) -> None:
        """Count what was written. What goes wrong here is no fault of the event, which is done."""
        flows = {row.id: row.flow for row, _ in changes.flows}
        try:
            for row in changes.log:
                self._count(unit, row, flows[row.flow_id])
        except Exception as error:  # noqa: BLE001  # whatever a host's provider or database raises
            log.warning("What was written could not be measured: %s", type(error).__name__)

    def round(self, engine: ObservedEngine, work: Callable[[], Done]) -> Done:
        """One round of a worker; if nothing is due, there is nothing to tell."""
        due, now = engine.storage.next_due(0), micros(engine.tools.clock())
        if due is None or due > now:
            return work()
        self._lag.record((now - due) / SECOND)
        with self.span("registratura.round") as span:
            done = work()
            names = ("timers", "delivered", "failed", "dead", "broken")
            span.set_attributes({f"{NAME}.{name}": getattr(done, name) for name in names})
        self._dead.add(done.dead)
        self._broken.add(done.broken)
        return done

    @contextmanager
    def handler(self, kind: str) -> Iterator[None]:
        """An effect in the hands of its handler."""
        with self.span(f"effect.{kind}") as span:
            span.set_attribute(f"{NAME}.effect", kind)
            try:
                yield
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(StatusCode.ERROR)
                raise

    def _count(self, unit: Unit, row: LogRow, flow: str) -> None:
        self._events.add(1, {"flow": flow, "transition": row.transition})
        for refusal in json.loads(row.outcome).get("refusals", ()):
            self._refusals.add(1, {"flow": flow, "code": refusal["code"]})
        source, _, target = row.transition.split("/")
        if row.seq > 1 and target not in (source, "refused"):
            for reach in LOOKED_BACK:
                entries = unit.log(row.flow_id, max(0, row.seq - reach), reach)
                if self._left(entries, row, flow):
                    break

    def _left(self, entries: Sequence[LogRow], row: LogRow, flow: str) -> bool:
        """Whether these entries told when the state was entered that is left now."""
        earlier = [entry for entry in reversed(entries) if entry.seq < row.seq]
        state, entered = _state(earlier[0]), earlier[0]
        if state == _state(row):
            return True
        for entry in earlier:
            if _state(entry) != state:
                break
            entered = entry
        if entered is earlier[-1] and entered.seq > 1:
            return False
        self._dwell.record((row.at - entered.at) / SECOND, {"flow": flow, "state": state})
        return True


def _state(entry: LogRow) -> str:
    return str(json.loads(entry.outcome)["state"])

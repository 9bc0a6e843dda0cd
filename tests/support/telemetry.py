"""A host that has set up OpenTelemetry's SDK, and keeps what arrives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from registratura.host.telemetry import Telemetry


class Received:
    """What a host received."""

    def __init__(self) -> None:
        self._spans, self._metrics = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers, self.meters = TracerProvider(shutdown_on_exit=False), MeterProvider([self._metrics])
        self.tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self.telemetry = Telemetry(self.tracers, self.meters)

    def spans(self) -> tuple[ReadableSpan, ...]:
        return self._spans.get_finished_spans()

    def named(self, name: str) -> ReadableSpan:
        (span,) = (span for span in self.spans() if span.name == name)
        return span

    def points(self, name: str) -> list[tuple[dict[str, Any], float]]:
        """The attributes of each point of a metric, with its value or sum."""
        found = [metric for metric in self._all() if metric.name == f"registratura.{name}"]
        points = [point for metric in found for point in metric.data.data_points]
        return [(dict(point.attributes), getattr(point, "value", None) or getattr(point, "sum", 0)) for point in points]

    def value(self, name: str, **attributes: str) -> float:
        return sum(value for given, value in self.points(name) if _within(attributes, given))

    def text(self) -> str:
        """All of it, as it would leave the machine."""
        return "\n".join([*(span.to_json() for span in self.spans()), *(metric.to_json() for metric in self._all())])

    def _all(self) -> list[Any]:
        data = self._metrics.get_metrics_data()
        if data is None:
            return []
        return [metric for one in data.resource_metrics for scope in one.scope_metrics for metric in scope.metrics]

    def close(self) -> None:
        self.tracers.shutdown()
        self.meters.shutdown()


def _within(wanted: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    return wanted.items() <= given.items()

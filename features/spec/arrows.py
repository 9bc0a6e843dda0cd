"""The transitions of a chart as they are declared, those that begin a flow and those that refuse among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from registratura.flows.chart import REFUSED
from registratura.flows.decide import BEGIN
from registratura.flows.flow import AnyFlow
from registratura.host.terminal.drawings import condition, path_of, target_of, transitions

REASON = "есть причина отказа"


class Arrow(NamedTuple):
    """One of them. `source` and `target` are paths; a beginning comes from "", a refusal goes to `refused`."""

    source: str
    event: str
    target: str
    condition: str = ""
    internal: bool = False

    @property
    def id(self) -> str:
        """The chart's id for it."""
        return f"{self.source or BEGIN}/{self.event}/{self.target}"

    @property
    def refused(self) -> bool:
        """Whether a rule said no."""
        return self.target == REFUSED


def arrows(flow: AnyFlow) -> Iterator[Arrow]:
    """All of them, in the order of the chart."""
    for begin in flow.begins:
        yield Arrow("", begin.name, flow.answers.initial)
        if flow.rules.get(begin):
            yield Arrow("", begin.name, REFUSED, REASON)
    for transition in transitions(flow):
        source, event = path_of(transition.source), str(transition.event)
        guards = [str(spec.func) for spec in transition.cond]
        if REFUSED in guards:
            yield Arrow(source, event, REFUSED, REASON)
        else:
            said = ", ".join(filter(None, map(condition, guards)))
            yield Arrow(source, event, target_of(transition), said, bool(transition.internal))

"""What *Когда* did, read from the logs: every driver leaves the same ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from registratura.features.drivers.engine.world import World
from registratura.features.spec.ledger import Happened, Pressed
from registratura.flows.catalogue import FLOWS
from registratura.flows.decide import BEGIN
from registratura.flows.event import Origin
from registratura.flows.rows import LogRow


class Act(NamedTuple):
    """An entry of a flow's log: the flow's chart, the state before, and how it ended."""

    chart: str
    source: str
    entry: LogRow
    outcome: dict[str, Any]


def acts_in(world: World) -> list[Act]:
    """Every entry of the logs since the world was marked."""
    found = []
    for row in world.storage.flows():
        before = world.before.get(row.id)
        state = before.state if before else ""
        with world.storage.unit() as unit:
            log = unit.log(row.id, before.version if before else 0)
        for entry in log:
            outcome = json.loads(entry.outcome)
            found.append(Act(row.flow, state, entry, outcome))
            state = outcome["state"]
    return found


def happened(world: World, acts: list[Act]) -> tuple[Happened, ...]:
    """The transitions, those that refused a flow its start too."""
    refused = (
        Happened(
            chart=s.flow,
            source="",
            event=s.event,
            target="",
            transition=f"{BEGIN}/{s.event}/refused",
            refusals=s.codes,
            channel=s.channel,
        )
        for s in world.refused_starts
    )
    return (*map(_transition, acts), *refused)


def pressed(acts: list[Act]) -> tuple[Pressed, ...]:
    """What people sent themselves: what one flow sends on to another, nobody pressed there."""
    sent_on = {(to, event) for act in acts for to, event in act.outcome.get("sends", ())}
    return tuple(
        press
        for act in acts
        if act.source and (act.entry.flow_id, act.entry.event) not in sent_on
        for press in _press(act)
    )


def _transition(act: Act) -> Happened:
    entry, outcome = act.entry, act.outcome
    return Happened(
        chart=act.chart,
        source=act.source,
        event=entry.event,
        target=outcome["state"],
        transition=entry.transition,
        refusals=tuple(refusal["code"] for refusal in outcome.get("refusals", ())),
        effects=tuple(outcome.get("effects", ())),
        # A timer's epoch is the version at which it was set.
        timers=tuple(sorted(kind for kind, (_, epoch) in outcome.get("timers", {}).items() if epoch == entry.seq)),
        channel=json.loads(entry.by)["channel"],
    )


def _press(act: Act) -> Iterator[Pressed]:
    event = FLOWS[act.chart].by_name[act.entry.event]
    if event.origin is Origin.PERSON:
        sent = json.loads(act.entry.payload)["event"]
        ways = (way for way, part in event.variants.items() if part.items() <= sent.items())
        yield Pressed(chart=act.chart, state=act.source, event=event.name, variant=next(ways, ""))

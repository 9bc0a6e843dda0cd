"""decide(): the one pure function through which every step of every flow goes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from registratura.domain.refusal import Refusal
from registratura.flows.chart import REFUSED, Answer
from registratura.flows.common import Migrate
from registratura.flows.errors import ChartError, NotAllowedNow
from registratura.flows.event import By, Event, Facts
from registratura.flows.flow import AnyCase, AnyFlow, AnyRecord
from registratura.flows.record import Timer
from registratura.flows.step import STAY, Case, Move, Stays, Step

BEGIN = "begin"
BY_MIGRATION = By(channel="migration")


def decide(
    flow: AnyFlow,
    record: AnyRecord,
    event: Event,
    facts: Facts,
    *,
    now: datetime,
    by: By,
    refused_elsewhere: tuple[Refusal, ...] = (),
) -> Step:
    """One move of one flow.

    Args:
        refused_elsewhere: the refusals of the flows this event was sent on to; they refuse this one too.

    Raises:
        NotAllowedNow: the chart has no such transition from the record's state.
    """
    must_be_possible(flow, record, event)
    case: AnyCase = Case(record, event, facts, now, by)
    refusals = refused_elsewhere or refusals_of(flow, case)
    answer = _answer(flow, case, bool(refusals))
    if answer.refused != bool(refusals):
        raise ChartError(flow=flow.name, problem=f"{event.name} in {record.state} has no transition for its refusals")
    decisions = flow.refused_decisions if refusals else flow.decisions
    decision = decisions.get(type(event))
    move = decision(Case(record, event, facts, now, by, answer.target)) if decision else STAY
    moved = _moved(flow, record, answer.target, move, now)
    return Step(record, moved, event, facts, by, now, answer.id, move, refusals)


def decide_start(flow: AnyFlow, blank: AnyRecord, event: Event, facts: Facts, *, now: datetime, by: By) -> Step:
    """The first move: from nothing to the chart's initial state. `blank` has the ids, no data yet."""
    case: AnyCase = Case(blank, event, facts, now, by)
    refusals = refusals_of(flow, case)
    state = flow.answers.initial
    decision = flow.decisions.get(type(event))
    move = decision(Case(blank, event, facts, now, by, state)) if decision and not refusals else STAY
    moved = _moved(flow, blank, state, move, now)
    return Step(None, moved, event, facts, by, now, f"{BEGIN}/{event.name}/{state}", move, refusals)


def decide_migration(flow: AnyFlow, record: AnyRecord, *, now: datetime) -> Step | Stays:
    """A case of an older version under this one, or why it stays where it is.

    Raises:
        ChartError: the migration leads where this version does not go.
    """
    found = flow.migrations[record.chart_version](record, now)
    if isinstance(found, Stays):
        return found
    if found.state not in flow.answers.places or type(found.data) is not flow.data:
        raise ChartError(flow=flow.name, problem=f"a migration gives {found.state} with {type(found.data).__name__}")
    if never := found.timers.keys() - set(flow.answers.events(found.state)):
        raise ChartError(flow=flow.name, problem=f"a migration sets {sorted(never)}, which {found.state} never hears")
    changes = {name: getattr(found.data, name) for name in flow.data.model_fields}
    of_this = record.but(chart_version=flow.version, data=found.data)
    move = Move(changes=changes, timers=found.timers)
    moved = _moved(flow, of_this, found.state, move, now)
    event = Migrate(from_version=record.chart_version)
    return Step(record, moved, event, Facts(), BY_MIGRATION, now, f"{record.state}/{event.name}/{found.state}", move)


def must_be_possible(flow: AnyFlow, record: AnyRecord, event: Event) -> None:
    """Raises NotAllowedNow, with what is allowed, unless the chart has the event in the record's state."""
    if event.name not in flow.answers.events(record.state):
        raise NotAllowedNow(flow.name, record.state, event.name, flow.allowed(record.state))


def refusals_of(flow: AnyFlow, case: AnyCase) -> tuple[Refusal, ...]:
    """Every reason against the event."""
    return tuple(refusal for rule in flow.rules.get(type(case.event), ()) for refusal in rule(case))


def _answer(flow: AnyFlow, case: AnyCase, refused: bool) -> Answer:
    state, event = case.record.state, case.event.name
    names = flow.answers.guards(state, event)
    # The transition of a refusal stands first in the chart, so that the other guards need not be asked about it.
    outcomes = tuple(name == REFUSED if refused else name != REFUSED and flow.guards[name](case) for name in names)
    answer = flow.answers.answer(state, event, outcomes)
    if answer is None:
        raise ChartError(flow=flow.name, problem=f"{event} in {state} has no transition for {names}={outcomes}")
    return answer


def _moved(flow: AnyFlow, record: AnyRecord, state: str, move: Move, now: datetime) -> AnyRecord:
    if unknown := move.changes.keys() - type(record.data).__pydantic_fields__.keys():
        raise ChartError(flow=flow.name, problem=f"its data has no {', '.join(sorted(unknown))}")
    ended = flow.ended(state)
    version = record.version + 1
    return record.but(
        state=state,
        version=version,
        changed_at=now,
        data=record.data.model_copy(update=dict(move.changes)) if move.changes else record.data,
        timers={} if ended else _timers(record.timers, move.timers, version, flow.answers.events(state)),
        account=move.account or record.account,
        subject=move.subject or record.subject,
    )


def _timers(
    kept: Mapping[str, Timer], wanted: Mapping[str, datetime | None], epoch: int, possible: tuple[str, ...]
) -> Mapping[str, Timer]:
    """The timers from here on: one whose event the new state does not know would never be carried out."""
    timers: dict[str, Any] = {k: t for k, t in kept.items() if k not in wanted and k in possible}
    return timers | {kind: Timer(due, epoch) for kind, due in wanted.items() if due is not None}

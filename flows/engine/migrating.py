"""Flows of older versions, taken over by newer ones: each in a transaction and with a log entry of its own (U57)."""

from __future__ import annotations

from dataclasses import dataclass

from registratura.flows.decide import BY_MIGRATION, decide_migration
from registratura.flows.engine.ask import Asking
from registratura.flows.engine.engine import TRIES, Engine
from registratura.flows.engine.plan import effective, plan_due
from registratura.flows.engine.write import changes_of
from registratura.flows.errors import ConcurrentUpdate
from registratura.flows.flow import AnyFlow, AnyRecord
from registratura.flows.ports import Lost, Unit
from registratura.flows.step import Stays, Step
from registratura.flows.versions import Case, Catalogue


@dataclass(frozen=True, slots=True)
class Migration:
    """What becomes of a flow: the record before, and the one after, or why it stays."""

    before: AnyRecord
    after: AnyRecord | Stays


def migrate(engine: Engine, flow_id: str, *, dry_run: bool) -> Migration | None:
    """Take a flow over by the newest version that has a migration from its own. None: it has ended, or none has.

    Timers that are due are carried out first, by the old version. A dry run writes nothing.

    Raises:
        UnknownVersion, UnknownStoredState, DataDamaged, Erased: the flow cannot be read.
        ConcurrentUpdate: others moved it again and again.
    """
    for _ in range(TRIES):
        with engine.storage.unit() as unit:
            try:
                return _migrated(engine, unit, flow_id, dry_run)
            except Lost:
                continue
    raise ConcurrentUpdate(flow_id=flow_id, expected="the one read")


def target_of(flows: Catalogue, case: Case) -> AnyFlow | None:
    """The newest version that has a migration from the one by which a case goes."""
    return next((flow for flow in flows.newer(case) if case.chart_version in flow.migrations), None)


def _migrated(engine: Engine, unit: Unit, flow_id: str, dry_run: bool) -> Migration | None:
    flows = engine.tools.flows
    ask = Asking(engine.tools, unit, engine.tools.clock(), BY_MIGRATION, effective)
    record = ask.stored(flow_id)
    if record is None or (flow := target_of(flows, record)) is None:
        return None
    steps = plan_due(ask, record)
    before = ask.seen[flow_id]
    if flows.of(before).ended(before.state):
        return None
    step = decide_migration(flow, before, now=ask.now)
    if isinstance(step, Step) and not dry_run:
        ask.write(changes_of(ask, [*steps, step]))
    return Migration(before, step if isinstance(step, Stays) else step.record)

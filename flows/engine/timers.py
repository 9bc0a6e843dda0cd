"""Timers that are due, carried out for many flows in one transaction; a flow that stands in the way is left to itself.

A due timer goes through the same decision as an event. What it changes is written with what others change, unless it
reaches beyond its flow (sends, claims, records that it read): then the flow has a transaction of its own, so that many
flows are never held while another one is waited for. A flow of nobody has its data key to itself and takes it along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from registratura.flows.engine.ask import Asking
from registratura.flows.engine.codec import micros
from registratura.flows.engine.engine import TRIES, Engine
from registratura.flows.engine.plan import BY_TIME, effective, plan_due
from registratura.flows.engine.write import changes_of
from registratura.flows.errors import ConcurrentUpdate, RegistraturaError
from registratura.flows.ports import Lost, Unit
from registratura.flows.rows import DESTROYED, Changes, Erased, FlowRow

TOGETHER = 250
"""So many flows at most are written in one transaction, and looked for in one round."""
SET_ASIDE = timedelta(minutes=1)
"""So long a flow that cannot be carried out is not tried again."""


@dataclass(slots=True)
class Timers:
    """Carries timers out. It remembers between rounds which flows stood in the way, and until when to pass them by."""

    engine: Engine
    aside: dict[str, datetime] = field(default_factory=dict)

    def carry_out(self, limit: int, stopping: Callable[[], bool]) -> tuple[int, int]:
        """How many timers this carried out, about `limit` at most, and how many flows stood in the way."""
        now = self.engine.tools.clock()
        self.aside = {flow_id: until for flow_id, until in self.aside.items() if until > now}
        carried, broken, passed = 0, 0, len(self.aside)
        while carried < limit and not stopping():
            # Those that were set aside are due all the same, and are found first, each once for each of its timers.
            asked = min(limit - carried, TOGETHER) + passed
            found, planned, done, alone = self._together(asked)
            carried += done
            for flow_id in alone:
                if stopping():
                    break
                done, failed = self._alone(flow_id)
                carried, broken = carried + done, broken + failed
            if found < asked:
                break
            passed = max(passed, len(self.aside)) if planned else 2 * asked
        return carried, broken

    def _together(self, limit: int) -> tuple[int, int, int, Sequence[str]]:
        """How many rows were found, flows planned and timers carried out, and which flows are left to themselves."""
        plans: dict[str, tuple[int, Changes | None]] = {}

        def plan(rows: Sequence[FlowRow]) -> Iterator[Changes]:
            new = {row.id: row for row in rows if row.id not in self.aside and not self._left(row)}
            with self.engine.storage.unit() as unit:
                plans.update((flow_id, self._planned(unit, row)) for flow_id, row in new.items())
            return (changes for _, changes in plans.values() if changes is not None)

        try:
            found, moved = self.engine.storage.carry_out(micros(self.engine.tools.clock()), limit, plan)
        except (Lost, RegistraturaError):
            # Of all that was to be written one would not be, and nothing says which.
            if not plans:
                raise
            return limit, len(plans), 0, list(plans)
        alone = [flow_id for flow_id, (_, changes) in plans.items() if changes is None]
        self._tell([changes for flow_id in moved if (changes := plans[flow_id][1]) is not None])
        return found, len(plans), sum(plans[flow_id][0] for flow_id in moved), alone

    def _left(self, row: FlowRow) -> bool:
        """Whether the flow goes by a version that this program does not have: others carry its timers out."""
        left = (row.flow, row.chart_version) not in self.engine.tools.flows.versions
        if left:
            self.aside[row.id] = self.engine.tools.clock() + SET_ASIDE
        return left

    def _tell(self, written: Sequence[Changes]) -> None:
        with self.engine.storage.unit() as unit:
            for changes in written:
                self.engine.tools.tell(unit, changes)

    def _planned(self, unit: Unit, row: FlowRow) -> tuple[int, Changes | None]:
        """How many timers of this flow are due; and what they change, if that can be written with others."""
        try:
            timers, changes = self._due(unit, row)
        except Exception:  # noqa: BLE001  # whatever is wrong with one flow, the others are carried out
            return 0, None
        return timers, changes if changes and _within_its_flow(changes) else None

    def _due(self, unit: Unit, row: FlowRow) -> tuple[int, Changes | None]:
        ask = Asking(self.engine.tools, unit, self.engine.tools.clock(), BY_TIME, effective)
        ask.keep(row)
        record = ask.seen[row.id]
        steps = plan_due(ask, record)
        return len(record.due(ask.now)), changes_of(ask, steps) if steps else None

    def _alone(self, flow_id: str) -> tuple[int, int]:
        """How many timers were carried out, and 1 if the flow stands in the way."""
        done, failed = 0, 0
        try:
            done = self._written(flow_id)
        except Exception:  # noqa: BLE001  # the same
            # A database that is away fails here too, and that is no fault of the flow.
            self.engine.storage.next_due(0)
            failed = 1
        if not done:
            # What another one carried out, or what is no more, is passed by in this round only.
            self.aside[flow_id] = self.engine.tools.clock() + SET_ASIDE * failed
        return done, failed

    def _written(self, flow_id: str) -> int:
        with self.engine.storage.unit() as unit:
            for _ in range(TRIES):
                row = unit.flow(flow_id)
                if row and row.sealed and row.wrapped == DESTROYED:
                    # Nobody can read it any more: time has nothing left to do with it.
                    unit.write(Changes(flows=(), log=(), timers=((flow_id, ()),)))
                    return 0
                timers, changes = self._due(unit, row) if row else (0, None)
                if changes is None:
                    return 0
                try:
                    unit.write(changes)
                except Lost:
                    continue
                self.engine.tools.tell(unit, changes)
                return timers
        raise ConcurrentUpdate(flow_id=flow_id, expected="the one read")


def _within_its_flow(changes: Changes) -> bool:
    beyond = changes.watched or changes.claims or changes.keys or changes.linked_keys
    return len(changes.flows) == 1 and not beyond and (changes.erased is None or _its_own(changes))


def _its_own(changes: Changes) -> bool:
    """Whether what is destroyed is the one flow's, whose key is nobody's."""
    ((row, _),), erased = changes.flows, changes.erased
    return erased == Erased(flows=(row.id,), keys=(row.key_id,))

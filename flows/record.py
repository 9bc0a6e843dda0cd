"""A flow record: one running case as immutable, versioned data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from registratura.domain.values import Value


class FlowData(Value):
    """The base of what a flow remembers besides its state."""


D = TypeVar("D", bound=FlowData, covariant=True)

NO_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class Timer:
    """A stored appointment: at `due` (UTC) the time event of that kind happens. A stale epoch does nothing."""

    due: datetime
    epoch: int


@dataclass(frozen=True)
class FlowRecord(Generic[D]):
    """One running case.

    `state` is the dotted path of the innermost active state; `version` is the number of its last log entry.
    `account` owns the flow, `subject` is the person whose data it holds (a child's card: the parent's account, the
    child as subject), `session` the session that started it before anybody was known.
    """

    id: str
    flow: str
    chart_version: int
    state: str
    version: int
    data: D
    created_at: datetime
    changed_at: datetime
    account: str | None = None
    subject: str | None = None
    session: str | None = None
    key_id: str = ""
    timers: Mapping[str, Timer] = field(default_factory=dict)
    head: str = NO_HASH
    evidence: int = 0
    evidence_head: str = NO_HASH

    def but(self, **changes: Any) -> FlowRecord[D]:
        """The record with these fields changed: `dataclasses.replace` at a fraction of its cost."""
        changed = object.__new__(type(self))
        vars(changed).update(vars(self), **changes)
        if len(vars(changed)) > len(vars(self)):
            raise TypeError(f"no fields of a record: {changes.keys() - vars(self).keys()}")
        return changed

    def due(self, now: datetime) -> tuple[str, ...]:
        """The kinds of timers that are due, the earliest first."""
        late = [(timer.due, kind) for kind, timer in self.timers.items() if timer.due <= now]
        return tuple(kind for _, kind in sorted(late))

"""The pure step: one event, one move. No I/O, no clock, no randomness.

A `Case` is what a rule, guard or decision may look at. A `Move` is what a decision wants done, as data. A `Step` is
the outcome: the new record, the transition's id, the refusals and the move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

from registratura.domain.consent import Purpose
from registratura.domain.refusal import Refusal
from registratura.domain.values import Value
from registratura.flows.event import By, Event, Facts
from registratura.flows.record import FlowData, FlowRecord

if TYPE_CHECKING:
    from registratura.flows.flow import Flow

D = TypeVar("D", bound=FlowData, covariant=True)
E = TypeVar("E", bound=Event, covariant=True)
F = TypeVar("F", bound=Facts, covariant=True)


@dataclass(frozen=True, slots=True)
class Case(Generic[D, E, F]):
    """What a decision looks at: the record, the event, the facts gathered, the time (UTC) and by whom it came."""

    record: FlowRecord[D]
    event: E
    facts: F
    now: datetime
    by: By
    target: str = ""

    @property
    def data(self) -> D:
        return self.record.data


T = TypeVar("T")


def known(value: T | None) -> T:
    """What the chart lets nobody come here without."""
    assert value is not None
    return value


class Effect(Value):
    """An output as data: something the shell shall do outside. Its class name is its kind.

    Those of a flow that are `in_order` leave in the order in which they were written; the rest wait for nothing.
    """

    in_order: ClassVar[bool] = False

    @classmethod
    def kind(cls) -> str:
        return cls.__name__


@dataclass(frozen=True, slots=True)
class Send:
    """An event to another flow (or to this one: SCXML's raise) in the same transaction."""

    to: str
    event: Event


@dataclass(frozen=True, slots=True)
class Start:
    """A new flow in the same transaction, with an id that the facts brought.

    With a `session` it is the person's own to see from there, signed in or no longer (U67).
    """

    flow: type[Flow[Any]]
    id: str
    event: Event
    account: str | None = None
    subject: str | None = None
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that must be unique: `digest` within `kind`; it points to `target` for those who look it up."""

    kind: str
    digest: str
    target: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """An entry for the chain of consent evidence; the engine adds flow, number, time and the previous hash."""

    kind: str
    purpose: Purpose
    text_version: str
    text_sha256: str
    shown_at: datetime | None = None
    button: str | None = None
    account: str | None = None
    subject: str | None = None
    on_behalf: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """What a decision wants done.

    `changes` are new values of the data's fields; `timers` set (a due time) or cancel (None) by the name of the time
    event; `attempt` says how a judged event ended; `account` and `subject` are set once a person is known; `erases` is
    the account of which all personal data becomes unreadable.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    sends: tuple[Send | Start, ...] = ()
    claims: tuple[Claim, ...] = ()
    effects: tuple[Effect, ...] = ()
    timers: Mapping[str, datetime | None] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    account: str | None = None
    subject: str | None = None
    attempt: Literal["passed", "failed"] | None = None
    erases: str | None = None


STAY = Move()


@dataclass(frozen=True, slots=True)
class Migrated:
    """What becomes of a case under a newer version of its chart: its state and its data there.

    `timers` set (a due time) or cancel (None); of the others those stay whose event the new state knows.
    """

    state: str
    data: FlowData
    timers: Mapping[str, datetime | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stays:
    """Why a case is not migrated: it ends under the version that it started with. The words are for operators."""

    why: str


@dataclass(frozen=True, slots=True)
class Step:
    """One pure move, decided."""

    before: FlowRecord[Any] | None
    record: FlowRecord[Any]
    event: Event
    facts: Facts
    by: By
    now: datetime
    transition: str
    move: Move = STAY
    refusals: tuple[Refusal, ...] = ()

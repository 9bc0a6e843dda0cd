"""The engine's ports: what it needs from outside, in its own words. Storage and hosts implement them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from socket import socket
from typing import Any, Protocol, runtime_checkable

from registratura.domain.attempts import Attempts
from registratura.domain.consent import ConsentText, Purpose
from registratura.domain.values import Value
from registratura.flows.event import By
from registratura.flows.flow import AnyFlow, AnyRecord
from registratura.flows.rows import (
    Changes,
    ClaimRow,
    EffectRow,
    EvidenceRow,
    FlowRow,
    IdempotencyRow,
    KeyRow,
    LogRow,
    SecurityRow,
    TicketRow,
    TimerRow,
)
from registratura.flows.settings import Settings
from registratura.flows.step import Effect


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as the host knows them: `account` only if signed in, `session` an opaque id of the browser's session.

    A caller with neither cannot be known again: what they start, only the host may go on with. `caller=None` means the
    host itself, which may see every flow. `formerly` is the session's id before they signed in, where they repeat the
    request that signed them in: its answer is known by that.
    """

    channel: str = "web"
    address: str | None = field(default=None, repr=False)
    session: str | None = field(default=None, repr=False)
    account: str | None = None
    formerly: str | None = field(default=None, repr=False)


class Lost(Exception):
    """Somebody was first.

    `what` is "idempotency", "flow", "watched", "claim", "attempt", "ticket", "effect", or "transaction" where the
    database itself chose between two.
    """

    def __init__(self, what: str, which: str = "") -> None:
        self.what, self.which = what, which


class Unit(Protocol):
    """A unit of work: reads, and one write of all rows of an event.

    Its own: reads see what is committed, `write` is a transaction of its own. In a host's transaction: both happen in
    it, and the host commits.
    """

    def flow(self, flow_id: str) -> FlowRow | None: ...
    def flows_of(self, account: str, flow: str | None = None) -> Sequence[FlowRow]: ...
    def claim(self, kind: str, digest: str) -> ClaimRow | None: ...
    def log(self, flow_id: str, after: int = 0, limit: int | None = None) -> Sequence[LogRow]: ...
    def log_entry(self, flow_id: str, seq: int) -> LogRow | None: ...
    def timers(self, flow_id: str) -> Sequence[TimerRow]: ...
    def effects(self, flow_id: str) -> Sequence[EffectRow]: ...
    def evidence(self, flow_id: str) -> Sequence[EvidenceRow]: ...
    def idempotent(self, scope: str, key: str) -> IdempotencyRow | None: ...
    def attempts(self, scope: str) -> Attempts | None: ...
    def ticket(self, ticket_id: str) -> TicketRow | None: ...
    def key(self, key_id: str) -> KeyRow | None: ...
    def key_of(self, subject: str) -> KeyRow | None: ...

    def write(self, changes: Changes) -> None:
        """Write all of it or nothing.

        Raises:
            Lost: a version, claim, key or counter was not as expected.
        """


Observer = Callable[[Unit, Changes], None]
"""Is told what was written, with the unit it was written by. It raises nothing: what is done is done."""


class Bell(Protocol):
    """Rings, where the storage can, when something was written that is due soon."""

    patience: float
    """Seconds after which to look without its having rung."""

    def wait(self, seconds: float, stop: socket) -> None:
        """Sleep until it rings, the time is over, or something can be read from `stop`."""


class Dispatcher(Protocol):
    """Carries effects out, or hands them on to what the host already runs (a queue of tasks, a broker)."""

    def takes(self, effect: type[Effect]) -> bool:
        """Whether it takes effects of that kind."""

    def dispatch(self, effect: Effect, effect_id: str) -> None:
        """Return once the effect is carried out or surely in other hands. Whatever this raises, it is tried again.

        The id is the same in every repetition: who carries the effect out deduplicates by it.

        Raises:
            HandlerMissing: nobody takes it; it waits, and no try is used up.
        """


Renew = Callable[[str], str]
"""Brings the digests in a text under the newest key."""


@runtime_checkable
class Storage(Protocol):
    """Where rows are kept."""

    def unit(self, within: Any = None) -> AbstractContextManager[Unit]:
        """A unit of work; `within` is the host's session or connection, whose transaction is then used."""

    def count_attempts(
        self,
        ticket: TicketRow,
        scopes: Sequence[str],
        judge: Callable[[dict[str, Attempts]], tuple[str, dict[str, Attempts]]],
    ) -> TicketRow:
        """Count an attempt, in a transaction of its own: read the counters, judge, write them and the ticket.

        A ticket that is already there is returned as it is and nothing is counted. `judge` is given a counter for each
        scope, an empty one if there was none, and gives the verdict and the counters' new values. All who hold several
        counters take them in the order of their scopes.
        """

    def add_security_event(self, row: SecurityRow) -> None: ...
    def security_events(self, limit: int = 100) -> Sequence[SecurityRow]: ...
    def flow_ids(self, after: str = "", limit: int = 100) -> Sequence[str]: ...
    def carry_out(
        self, now: int, limit: int, plan: Callable[[Sequence[FlowRow]], Iterable[Changes]]
    ) -> tuple[int, Sequence[str]]:
        """Find flows with timers that are due, the earliest first, and write what `plan` makes of them together.

        Where the database can, nobody else is given the same flows at the same time. A flow that was moved meanwhile
        all the same is left out. A flow may be found once for each of its timers; each change is of one flow.

        Returns:
            How many were found, and the ids of the flows that were moved.
        """

    def lease_effects(
        self, now: int, until: int, limit: int, in_order: Collection[str] = (), left: Collection[str] = ()
    ) -> Sequence[EffectRow]:
        """Effects that are due, for one worker until that time; those of the kinds `left` are left to other workers.

        Those `in_order` leave as their flow wrote them, each holding up the later ones until it is done or dead.
        """

    def renew_lease(self, effect_id: str, leased: int, until: int) -> bool:
        """Keep an effect that was leased as the try of that number; False if somebody else has it by now."""

    def settle_effect(self, effect_id: str, leased: int, *, status: str, attempts: int, due: int, error: str) -> None:
        """How the try of that number ended. Once another one has begun, nothing is kept of this but that it is done."""

    def retry_dead(self, effect_id: str, due: int, in_order: Collection[str] = ()) -> bool:
        """A dead effect is tried anew, from the first try on; False if there is none by that id that could be.

        What was erased cannot, nor one of the kinds `in_order` after which its flow wrote another one that is neither
        dead nor dropped: it would arrive last.
        """

    def drop_dead(self, effect_id: str, now: int) -> bool:
        """A dead effect is given up for good; what was sealed in it is wiped. False if there is none by that id."""

    def next_due(self, after: int) -> int | None:
        """The next time after this one at which a timer or an effect is due."""

    def bell(self) -> AbstractContextManager[Bell]:
        """What wakes a worker that has nothing to do."""

    def effects(self, status: str | None = None, limit: int = 100) -> Sequence[EffectRow]: ...
    def meta(self, name: str) -> str | None: ...
    def add_meta(self, name: str, value: str) -> str:
        """Keep this value unless there is one by that name already; gives the one that is kept."""

    def data_keys(self, after: str = "", limit: int = 100) -> Sequence[KeyRow]:
        """Data keys by their ids, those after that one."""

    def rewrap(self, keys: Sequence[tuple[KeyRow, str]]) -> int:
        """Wrap data keys anew, those that are still as they were read; how many they were."""

    def rekey_claims(self, after: tuple[str, str], limit: int, renew: Renew, *, drop: bool) -> tuple[str, str] | None:
        """Have claims, in their order after (kind, digest), under renewed digests too.

        An older one goes with `drop`. Returns where the next ones begin, None at the end.
        """

    def rekey_counters(self, after: str, limit: int, renew: Renew, *, drop: bool) -> str | None:
        """The same for counters; newer ones become what the older ones are, as long as these are looked at."""

    def rekey_answers(self, after: tuple[str, str], limit: int, renew: Renew) -> tuple[str, str] | None:
        """Renew the digest of the request that each answer and key (scope, key) is for."""

    def rekey_tickets(self, after: str, limit: int, renew: Renew) -> str | None:
        """Renew the digests in tickets, that of the request and those in the verdict."""

    def change_meta(self, name: str, before: str, value: str) -> bool:
        """Keep this value in place of that one; False if another one is kept by now."""

    def purge(self, before: int) -> int: ...
    def close(self) -> None: ...


class Hasher(Protocol):
    """Password hashing (argon2id). Slow on purpose: called outside transactions."""

    def hash(self, password: str) -> str: ...
    def verify(self, hashed: str | None, password: str) -> bool:
        """Whether it fits; takes as long for `None` (no such account) as for a wrong password."""


class Ids(Protocol):
    """The sources of what is new: ids and random numbers."""

    def new(self, now: datetime) -> str: ...
    def number(self, below: int) -> int: ...


class Ask(Protocol):
    """What a gatherer may ask: it reads, and changes nothing."""

    @property
    def now(self) -> datetime: ...
    @property
    def by(self) -> By: ...
    @property
    def address(self) -> str | None:
        """Where the call came from, as far as the host says."""

    @property
    def settings(self) -> Settings: ...
    @property
    def hasher(self) -> Hasher: ...
    @property
    def attempt(self) -> Attempt | None:
        """How this judged event was counted."""

    @property
    def session(self) -> str | None:
        """The session of the caller, as the host names it. Who has it is in: it is sealed wherever it is kept."""

    def new_id(self) -> str: ...
    def number(self, below: int) -> int:
        """A random number from 0, below the bound."""

    def digest(self, kind: str, text: str) -> str: ...
    def matches(self, digest: str, kind: str, text: str) -> bool:
        """Whether the digest is this text's, whichever key it was made with; in constant time."""

    def claimed(self, kind: str, text: str) -> str | None:
        """What the claim on this text points to."""

    def load(self, flow_id: str | None) -> AnyRecord | None:
        """A record as it is now, its due timers carried out. What was read must not move before the step is written."""

    def of_account(self, account: str | None, flow: AnyFlow) -> tuple[AnyRecord, ...]:
        """The flows of that kind which the account owns, the oldest first; nobody owns none."""

    def ended(self, record: AnyRecord) -> bool:
        """Whether it is at an end, by its own version of its flow."""

    def log(self, flow_id: str, event: str) -> tuple[dict[str, Any], ...]:
        """The payloads of a flow's accepted events of that name, the oldest first, each with its time under "at"."""

    def consent(self, purpose: Purpose) -> ConsentText: ...


class Attempt(Value):
    """How a judged event was counted.

    `judgeable`: it may be judged at all; else `retry_at` says when the next one may. `last`: if it fails, no guess is
    left, and `locked_until` is when the lock ends that then begins. `alarm`: a counter that only alarms is full.
    """

    judgeable: bool = True
    retry_at: datetime | None = None
    last: bool = False
    locked_until: datetime | None = None
    alarm: bool = False

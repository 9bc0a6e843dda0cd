"""What is due: timers to be carried out and effects to be handed to their handlers, once round.

A worker calls this again and again; a host without one calls it when it likes. Nothing depends on how often.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from registratura.flows.effects import EFFECTS, IN_ORDER
from registratura.flows.engine.codec import micros
from registratura.flows.engine.engine import Engine
from registratura.flows.engine.timers import TOGETHER, Timers
from registratura.flows.errors import DataDamaged, HandlerMissing
from registratura.flows.ports import Dispatcher
from registratura.flows.rows import EffectRow
from registratura.flows.step import Effect

LEASE = timedelta(minutes=1)
TRIES = 8
BATCH = 20
"""So many effects are leased at once: what one worker has, the others leave alone."""
RENEWED = 0.9
"""A handler has at least this part of the lease to itself: where less is left, it is renewed before."""
WITHOUT_HANDLER = timedelta(minutes=1)
"""So long an effect waits whose handler was missing after all."""
KEPT = timedelta(days=7)
"""So long the answer to a request is known by its idempotency key."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one round did. `failed` will be tried again, `dead` will not until an operator says so.

    `timers` and effects are those that this round carried out, and no other worker. `broken` are flows whose due timers
    could not be carried out; they keep nobody else waiting.
    """

    timers: int = 0
    delivered: int = 0
    failed: int = 0
    dead: int = 0
    broken: int = 0

    @property
    def idle(self) -> bool:
        """Whether nothing was done, so that nothing is left that could be done now."""
        return not (self.timers or self.delivered or self.failed or self.dead)


def never() -> bool:
    """Nobody asks for the round to stop."""
    return False


class Rounds:
    """What is due, round by round.

    Args:
        dispatcher: who carries effects out; without one they are left to others.
        lease: how long an effect is this one's alone; whoever finds it unfinished after that takes it over.
        stopping: asked before each effect; what is leased then goes back at once, for others.
    """

    def __init__(
        self,
        engine: Engine,
        dispatcher: Dispatcher | None,
        *,
        lease: timedelta = LEASE,
        stopping: Callable[[], bool] = never,
    ) -> None:
        self._timers, self._stopping = Timers(engine), stopping
        self._effects = _Effects(engine, dispatcher, lease, stopping) if dispatcher else None

    def next(self, limit: int = TOGETHER) -> Done:
        """Carry out what is due, about `limit` of each kind at most."""
        timers, broken = self._timers.carry_out(limit, self._stopping)
        ends = list(self._effects.hand_over(limit)) if self._effects else []
        return Done(timers, ends.count("done"), ends.count("pending"), ends.count("dead"), broken)


def forget(engine: Engine) -> int:
    """Forget the answers that nobody can ask for any more; gives how many."""
    return engine.storage.purge(micros(engine.tools.clock() - KEPT))


@dataclass(frozen=True, slots=True)
class _Effects:
    """Effects on their way out, batch by batch, as one that is done lets the next one of its flow go."""

    engine: Engine
    dispatcher: Dispatcher
    lease: timedelta
    stopping: Callable[[], bool]

    def hand_over(self, limit: int) -> Iterator[str]:
        """How each of them ended."""
        while limit > 0 and not self.stopping() and (rows := self._leased(min(limit, BATCH))):
            limit -= len(rows)
            for place, row in enumerate(rows):
                if self.stopping():
                    self._give_back(rows[place:])
                    return
                if self._is_mine(row):
                    yield self._handed_over(row)

    def _leased(self, limit: int) -> Sequence[EffectRow]:
        # Another worker may have a handler for what this one has none. Of a kind that nobody knows it is told.
        left = [kind for kind, effect in EFFECTS.items() if not self.dispatcher.takes(effect)]
        now = self.engine.tools.clock()
        return self.engine.storage.lease_effects(micros(now), micros(now + self.lease), limit, IN_ORDER, left)

    def _give_back(self, rows: Sequence[EffectRow]) -> None:
        now = micros(self.engine.tools.clock())
        for row in rows:
            self.engine.storage.settle_effect(
                row.id, row.attempts, status="pending", attempts=row.attempts - 1, due=now, error=row.error
            )

    def _is_mine(self, row: EffectRow) -> bool:
        """Whether the lease still holds; the handlers before this one may have taken their time."""
        now = self.engine.tools.clock()
        if micros(now + self.lease * RENEWED) <= row.due:
            return True
        return self.engine.storage.renew_lease(row.id, row.attempts, micros(now + self.lease))

    def _handed_over(self, row: EffectRow) -> str:
        status, pause, error, attempts = "done", timedelta(0), "", row.attempts
        try:
            if attempts > TRIES:
                # Its handler never came back: it took the worker down each time.
                raise TimeoutError
            self.dispatcher.dispatch(_effect(self.engine, row), row.id)
        except HandlerMissing as missing:
            # It was never tried: the tries are kept for the handler that comes.
            status, pause, error, attempts = "pending", WITHOUT_HANDLER, missing.code, attempts - 1
        except Exception as failure:  # noqa: BLE001  # whatever a host's handler raises, the effect must not be lost
            status = "dead" if row.attempts >= TRIES else "pending"
            pause, error = _pause(self.engine, row.attempts), type(failure).__name__
        due = micros(self.engine.tools.clock() + pause)
        self.engine.storage.settle_effect(row.id, row.attempts, status=status, attempts=attempts, due=due, error=error)
        return status


def _effect(engine: Engine, row: EffectRow) -> Effect:
    values = json.loads(row.payload)
    if row.sealed:
        values |= json.loads(engine.opened(row.flow_id, row.sealed, f"effects/{row.id}/sealed"))
    try:
        return EFFECTS[row.kind].model_validate(values)
    except (KeyError, ValueError):
        raise DataDamaged(what=f"the effect {row.kind}", flow_id=row.flow_id) from None


def _pause(engine: Engine, attempts: int) -> timedelta:
    """Twice as long each time, and a random part, so that many do not come back in the same moment."""
    longest = 2**attempts
    return timedelta(seconds=longest / 2 + engine.tools.ids.number(1_000_000) / 1_000_000 * longest / 2)

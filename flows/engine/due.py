"""What is due: timers to be carried out and effects to be handed to their handlers, once round.

A worker calls this again and again; a host without one calls it when it likes. Nothing depends on how often.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from registratura.flows.effects import EFFECTS
from registratura.flows.engine.codec import micros
from registratura.flows.engine.engine import Engine
from registratura.flows.errors import ConcurrentUpdate, DataDamaged, HandlerMissing, RegistraturaError
from registratura.flows.rows import EffectRow
from registratura.flows.step import Effect

Handler = Callable[[Any, str], None]
"""Carries an effect out. The second argument is the effect's id, the same in every repetition: deduplicate by it."""

LEASE = timedelta(minutes=1)
TRIES = 8
WITHOUT_HANDLER = timedelta(hours=1)
KEPT = timedelta(days=7)
"""So long the answer to a request is known by its idempotency key."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one round did. `failed` will be tried again, `dead` will not until an operator says so.

    `broken` are flows whose due timers could not be carried out; they keep nobody else waiting.
    """

    timers: int = 0
    delivered: int = 0
    failed: int = 0
    dead: int = 0
    broken: int = 0


def run_due(engine: Engine, handlers: Mapping[type[Effect], Handler], limit: int = 100) -> Done:
    """Carry out what is due, at most `limit` of each kind, and forget the answers nobody can ask for any more."""
    now = engine.tools.clock()
    timers, broken = carry_out_timers(engine, limit)
    engine.storage.purge(micros(now - KEPT))
    ends: list[str] = []
    # Round by round, as one effect that is done lets the next one of its flow go.
    while rows := _leased(engine, handlers, now, limit - len(ends)):
        ends += [_hand_over(engine, handlers, row, now) for row in rows]
    return Done(timers, ends.count("done"), ends.count("pending"), ends.count("dead"), broken)


def carry_out_timers(engine: Engine, limit: int) -> tuple[int, int]:
    """How many due timers were carried out, at most `limit`, and how many flows stood in the way and were passed by."""
    now, carried, tried = micros(engine.tools.clock()), 0, dict[str, bool]()
    for looked_at in count(limit, limit):
        late = engine.storage.due_timers(now, looked_at)
        for flow_id, timers in Counter(row.flow_id for row in late if row.flow_id not in tried).items():
            if carried < limit:
                tried[flow_id] = _caught_up(engine, flow_id)
                carried += timers * tried[flow_id]
        if carried >= limit or len(late) < looked_at:
            break
    return carried, list(tried.values()).count(False)


def _caught_up(engine: Engine, flow_id: str) -> bool:
    try:
        engine.record(flow_id)
    except ConcurrentUpdate:
        # Others are at it, and carry its timers out.
        return True
    except RegistraturaError:
        return False
    return True


def _leased(engine: Engine, handlers: Mapping[type[Effect], Handler], now: datetime, limit: int) -> Sequence[EffectRow]:
    in_order = [effect.kind() for effect in handlers if effect.in_order]
    return engine.storage.lease_effects(micros(now), micros(now + LEASE), limit, in_order) if limit > 0 else []


def _hand_over(engine: Engine, handlers: Mapping[type[Effect], Handler], row: EffectRow, now: datetime) -> str:
    status, due, error, attempts = "done", now, "", row.attempts
    try:
        if attempts > TRIES:
            # Its handler never came back: it took the worker down each time.
            raise TimeoutError
        effect = _effect(engine, row)
        handler = handlers.get(type(effect))
        if handler is None:
            raise HandlerMissing(kind=row.kind)
        handler(effect, row.id)
    except HandlerMissing as missing:
        # It was never tried: the tries are kept for the handler that comes.
        status, due, error, attempts = "pending", now + WITHOUT_HANDLER, missing.code, attempts - 1
    except Exception as failure:  # noqa: BLE001  # whatever a host's handler raises, the effect must not be lost
        status = "dead" if row.attempts >= TRIES else "pending"
        due, error = now + _pause(engine, row.attempts), type(failure).__name__
    engine.storage.settle_effect(row.id, status=status, attempts=attempts, due=micros(due), error=error)
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
    """Twice as long each time, up to an hour, and a random part, so that many do not come back in the same moment."""
    longest = min(2 ** max(attempts, 1), 3600)
    return timedelta(seconds=longest / 2 + engine.tools.ids.number(1_000_000) / 1_000_000 * longest / 2)

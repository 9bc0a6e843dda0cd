"""The service that Restate calls: one virtual object for each flow, and one for each lane of the worker.

Whatever Restate repeats, however late, changes nothing that the database does not call for: an event is known by its
key, a timer by its epoch, an effect by its lease.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from time import monotonic, time
from typing import Any

import restate

from registratura.flows.engine.codec import micros
from registratura.flows.engine.due import LEASE, RENEWED, Rounds, forget
from registratura.flows.errors import ConcurrentUpdate, DatabaseUnavailable, RegistraturaError
from registratura.host.dispatching import Patient
from registratura.host.portal import Registratura
from registratura.host.restate.wire import FLOW, WORKER, opened, told
from registratura.host.worker import TIDY

EVERY = 1.0
"""Seconds: so often a lane looks for what became due without Restate: in starts, in facts of gateways."""
BUSY = 20.0
"""Seconds of work at most in one round of a lane; what is left then, the next one does."""
NOTHING_KEPT = timedelta(0)
# A service or a database may be away for long; what waits for it is not given up.
INSISTING = restate.InvocationRetryPolicy(
    initial_interval=timedelta(milliseconds=100), max_interval=timedelta(seconds=5), max_attempts=2**31 - 1
)
ONCE = restate.RunOptions[Any]()
Timer = dict[str, Any]
log = logging.getLogger("registratura.restate")


def restate_app(portal: Registratura, *, identity_keys: list[str] | None = None) -> Any:
    """The ASGI application that a host serves to Restate: `hypercorn host:app`.

    Args:
        portal: whose flows these are, and who has the handlers of the effects.
        identity_keys: Restate's public keys, of which one must have signed each request.
    """
    return restate.app([flows_of(portal), lanes_of(portal)], identity_keys=identity_keys)


def _object(name: str) -> restate.VirtualObject:
    return restate.VirtualObject(
        name,
        journal_retention=NOTHING_KEPT,
        idempotency_retention=NOTHING_KEPT,
        invocation_retry_policy=INSISTING,
    )


def flows_of(portal: Registratura) -> restate.VirtualObject:
    """The flows, one event or timer of each at a time."""
    flow = _object(FLOW)

    @flow.handler()
    async def send(ctx: restate.ObjectContext, envelope: str) -> Any:
        """An event; gives the error if it is one, and else nothing."""
        error, timers = await ctx.run_typed("send", portal.arun, ONCE, _sent, portal, ctx.key(), envelope)
        set_off(ctx, timers)
        return error

    @flow.handler(ingress_private=True)
    async def fire(ctx: restate.ObjectContext, timer: Timer) -> None:
        """A timer, if it is still set."""
        set_off(ctx, await ctx.run_typed("fire", portal.arun, ONCE, _fired, portal, ctx.key(), timer))

    def set_off(ctx: restate.ObjectContext, timers: list[Timer]) -> None:
        """A delayed send for each timer, which Restate knows by the epoch while it waits."""
        for timer in timers:
            name = "{kind}:{epoch}:{early}".format(**timer)
            delay = timedelta(microseconds=timer["wait"])
            ctx.object_send(fire, ctx.key(), timer, send_delay=delay, idempotency_key=name)

    return flow


def _sent(portal: Registratura, flow_id: str, envelope: str) -> tuple[dict[str, Any] | None, list[Timer]]:
    """The error as a value: what a handler raises is tried again, and keeps the flow waiting."""
    sent = None
    try:
        sent = opened(portal.engine, flow_id, envelope)
        portal.send(flow_id, sent.event, **sent.more)
    except RegistraturaError as error:
        if _passes(error) and not (sent and sent.expected_version is not None and isinstance(error, ConcurrentUpdate)):
            raise
        return told(error), []
    except Exception as error:
        log.exception("An event could not be sent to flow %s", flow_id)
        raise restate.TerminalError(type(error).__name__) from None
    return None, _timers(portal, flow_id)


def _fired(portal: Registratura, flow_id: str, timer: Timer) -> list[Timer]:
    """What is to be set off next. Whoever looks at a flow carries out what is due, so this only looks."""
    mine = [one for one in _timers(portal, flow_id) if (one["kind"], one["epoch"]) == (timer["kind"], timer["epoch"])]
    if not mine:
        return []
    if mine[0]["wait"]:
        # Restate's clock is ahead of ours.
        return [{**mine[0], "early": timer["early"] + 1}]
    try:
        portal.engine.record(flow_id)
    except RegistraturaError as error:
        if _passes(error):
            raise
        log.error("A timer of flow %s could not be carried out: %s", flow_id, error)
        return []
    return _timers(portal, flow_id)


def _timers(portal: Registratura, flow_id: str) -> list[Timer]:
    """Each with the microseconds that are left."""
    now = micros(portal.engine.tools.clock())
    with portal.engine.storage.unit() as unit:
        rows = unit.timers(flow_id)
    return [{"kind": row.kind, "epoch": row.epoch, "wait": max(row.due - now, 0), "early": 0} for row in rows]


def _passes(error: RegistraturaError) -> bool:
    """Whether it may be gone by itself when it is tried again."""
    return isinstance(error, DatabaseUnavailable | ConcurrentUpdate)


def lanes_of(portal: Registratura) -> restate.VirtualObject:
    """The lanes: each does the worker's rounds, one after another, wherever Restate and the service are alive."""
    lane, known = _object(WORKER), dict[str, _Lane]()

    @lane.handler()
    async def round(ctx: restate.ObjectContext) -> None:
        """A round, and the next one by name: however often a lane is started, it goes on as one."""
        mine = known.setdefault(ctx.key(), _Lane(portal))
        tick, delay = await ctx.run_typed("round", portal.arun, ONCE, mine.work)
        ctx.object_send(round, ctx.key(), None, send_delay=timedelta(seconds=delay), idempotency_key=str(tick))

    return lane


class _Lane:
    """The rounds of one lane in this process. What they remember is theirs only: another process may do the next."""

    def __init__(self, portal: Registratura) -> None:
        dispatcher = Patient(portal.dispatcher, LEASE.total_seconds() * RENEWED)
        self._engine, self._end, self._tidied = portal.engine, 0.0, 0.0
        self._rounds = Rounds(portal.engine, dispatcher, stopping=lambda: monotonic() > self._end)

    def work(self) -> tuple[int, float]:
        """Do what is due; the number of the next round, and the seconds until then."""
        self._end = monotonic() + BUSY
        try:
            while not self._engine.round(self._rounds.next).idle and monotonic() < self._end:
                pass
            if monotonic() - self._tidied > TIDY.total_seconds():
                self._tidied = monotonic()
                forget(self._engine)
        except Exception as error:  # noqa: BLE001  # the lane goes on, and the next round tries again
            log.error("A round of the worker failed and is done again: %s", type(error).__name__)
        now = time() / EVERY
        tick = int(now) + 1
        return tick, (tick - now) * EVERY

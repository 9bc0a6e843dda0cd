"""The worker: carries out what is due and sleeps until more is; in a process of its own, or a thread of the host."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

from registratura.flows.engine.codec import micros, moment
from registratura.flows.engine.due import LEASE, RENEWED, Done, Rounds, forget
from registratura.flows.errors import RegistraturaError
from registratura.flows.ports import Bell
from registratura.host.dispatching import Patient

if TYPE_CHECKING:
    from registratura.host.portal import Registratura

LONGEST = 30
"""Seconds between two tries at most, while the database is away."""
TIDY = timedelta(minutes=10)
"""So often what nobody can ask for any more is forgotten."""
log = logging.getLogger("registratura.worker")


@dataclass(frozen=True, slots=True)
class Away:
    """The database did not answer; it is tried again after so many seconds."""

    error: Exception
    seconds: float


@dataclass(frozen=True, slots=True)
class Back:
    """The database answers again."""


@dataclass(frozen=True, slots=True)
class ChoreFailed:
    """A chore failed; it is tried again when it is its time."""

    error: Exception


News = Away | Back | ChoreFailed | Done


def to_log(news: News) -> None:
    """What a worker has to say, in one line of a log, without personal data."""
    match news:
        case Away(error=error, seconds=seconds):
            log.error("The worker stumbled and tries again in %.0f s: %s", seconds, _said(error))
        case Back():
            log.warning("The worker goes on.")
        case ChoreFailed(error=error):
            log.error("A chore of the worker failed and is tried again later: %s", _said(error))
        case Done(dead=dead, broken=broken) if dead or broken:
            log.error("Effects given up: %d; flows that could not be read or written: %d.", dead, broken)
        case _:
            log.debug("%s", news)


class Worker:
    """Carries out due timers and effects until it is told to stop. Any number of them may run, anywhere.

    `run()` works in the calling thread; `start()`, or a `with` statement, in a thread of its own. `stop()` may come
    from any thread or signal handler: the handler in hand is waited for, what else was leased goes back to the others.

    Args:
        portal: whose timers and effects these are, and who has the handlers.
        lease: how long a handler has. Then it counts as hanging, and its effect goes out again under the same id.
        effects: whether effects are taken at all. A process without the host's handlers leaves them to others.
        chores: what else of the host's is done now and then.
        tell: gets the news; by default they go to the log `registratura.worker`.
    """

    def __init__(
        self,
        portal: Registratura,
        *,
        lease: timedelta = LEASE,
        effects: bool = True,
        chores: Sequence[Callable[[], Any]] = (),
        tell: Callable[[News], None] = to_log,
    ) -> None:
        self._engine, self._tell = portal.engine, tell
        dispatcher = Patient(portal.dispatcher, lease.total_seconds() * RENEWED) if effects else None
        self._rounds = Rounds(portal.engine, dispatcher, lease=lease, stopping=lambda: self._stopping)
        self._chores = (lambda: forget(portal.engine), *chores)
        self._tidied = portal.engine.tools.clock()
        self._stopping, self._stumbled = False, 0
        self._heard, self._told = socket.socketpair()
        self._thread: Thread | None = None
        self.done = Done()
        """All that it has done so far."""

    def run(self) -> None:
        """Work until `stop()`. Whatever goes wrong is told and tried again, so that nothing ends a worker but that."""
        while not self._stopping:
            try:
                with self._engine.storage.bell() as bell:
                    while not self._stopping:
                        self._round(bell)
            except Exception as error:  # noqa: BLE001  # a worker that dies of one mistake carries nothing out any more
                self._stumble(error)
        self._heard.close()
        self._told.close()

    def stop(self) -> None:
        """End after the handler in hand; does not wait for it."""
        self._stopping = True
        with suppress(OSError):
            self._told.send(b"!")

    def start(self) -> Self:
        """Work in a thread of its own."""
        self._thread = Thread(target=self.run, name="registratura worker", daemon=True)
        self._thread.start()
        return self

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the thread to end; False if it has not."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self._thread is None or not self._thread.is_alive()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.join()

    def _round(self, bell: Bell) -> None:
        now = self._engine.tools.clock()
        if now - self._tidied >= TIDY or now < self._tidied:
            self._tidied = now
            for chore in self._chores:
                self._do(chore)
        done = self._engine.round(self._rounds.next)
        self._note(done)
        if done.idle and not self._stopping:
            bell.wait(self._pause(bell, now), self._heard)

    def _do(self, chore: Callable[[], Any]) -> None:
        try:
            chore()
        except Exception as error:  # noqa: BLE001  # it keeps neither the other chores nor the round from being done
            self._tell(ChoreFailed(error))

    def _note(self, done: Done) -> None:
        if self._stumbled:
            self._stumbled = 0
            self._tell(Back())
        self._tell(done)
        names = ("timers", "delivered", "failed", "dead")
        summed = {name: getattr(self.done, name) + getattr(done, name) for name in names}
        self.done = replace(done, **summed)

    def _pause(self, bell: Bell, begun: datetime) -> float:
        """Until the next thing that is known of is due, or at most as long as the bell allows.

        What became due since the round was begun may have been too late for it, and is due at once.
        """
        due = self._engine.storage.next_due(micros(begun))
        if due is None:
            return bell.patience
        return min(max((moment(due) - self._engine.tools.clock()).total_seconds(), 0), bell.patience)

    def _stumble(self, error: Exception) -> None:
        """Twice as long each time, with a random part: not all workers come back to a database in one moment."""
        longest = min(2**self._stumbled, LONGEST)
        seconds = longest / 2 * (1 + self._engine.tools.ids.number(1_000) / 1_000)
        self._stumbled += 1
        self._tell(Away(error, seconds))
        self._heard.settimeout(seconds)
        if not self._stopping:
            with suppress(TimeoutError):
                self._heard.recv(1, socket.MSG_PEEK)


def _said(error: Exception) -> str:
    """Only our own errors are known to have nothing personal in them."""
    return str(error) if isinstance(error, RegistraturaError) else type(error).__name__

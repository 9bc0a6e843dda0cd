"""Where a fault is tried: a database, its portal, clients as processes, and notes outside that no fault reaches."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import mkstemp
from typing import Any, NamedTuple

from faults.journey import LAST, Traveller, travel
from support.portal import Clock, portal_of

from registratura.features.databases import database
from registratura.flows.effects import DeliverCode
from registratura.flows.errors import Conflict, DatabaseUnavailable
from registratura.host import FlowView

PATIENCE = 60
"""Seconds after which a client that still gets no answer gives up, and the trial fails."""


class Acknowledged(NamedTuple):
    """What a client was told: the event under that key was written to that flow, as that transition."""

    key: str
    flow: str
    transition: str


class Site:
    """A portal whose clients may die at any moment. What they were told they have written down before they go on."""

    def __init__(self, address: Any, folder: Path, **settings: Any) -> None:
        self.address, self.folder, self.clock = address, folder, Clock()
        self.notes = folder / "notes"
        (self.notes / "applied").mkdir(parents=True)
        self.portal = portal_of(address, self.clock, **settings)
        self.portal.handlers[DeliverCode] = self.deliver

    @property
    def storage(self) -> Any:
        return self.portal.engine.storage

    def flows(self) -> Iterator[str]:
        """The ids of all flows."""
        after = ""
        while ids := self.storage.flow_ids(after, 1000):
            yield from ids
            after = ids[-1]

    def note(self, lane: int, key: str, view: FlowView) -> None:
        """On the disk before this returns. A line that a kill has torn has no dot at its end."""
        with (self.notes / f"lane-{lane}").open("ab", buffering=0) as out:
            out.write(f"\n{key} {view.id} {view.transition} .".encode())
            os.fsync(out.fileno())

    def noted(self, lane: int | str = "*") -> list[Acknowledged]:
        """Everything that clients were told."""
        lines = [
            line.split() for file in self.notes.glob(f"lane-{lane}") for line in file.read_text("utf-8").split("\n")
        ]
        return [Acknowledged(*line[:3]) for line in lines if len(line) == 4 and line[3] == "."]

    def deliver(self, effect: DeliverCode, effect_id: str) -> None:
        """A handler that may be told anything any number of times, and does it once for each id."""
        with (self.notes / "given").open("ab", buffering=0) as out:
            out.write(f"{effect_id}\n".encode())
        # Whole or not at all: whoever is killed between making a file and filling it leaves one that names nobody.
        number, file = mkstemp(dir=self.notes)
        os.write(number, effect.phone.encode())
        os.close(number)
        with suppress(FileExistsError):
            os.link(file, self.notes / "applied" / effect_id)

    def begun(self, lane: int) -> int:
        """The number of the journey that the lane is on."""
        return sum(note.key.endswith(f":{LAST}") for note in {one.key: one for one in self.noted(lane)}.values())

    def journey(self, lane: int, number: int) -> None:
        """One person's journey, as far as it has not been made already, and a round of what is due."""
        for key, act in travel(Traveller(self.portal, f"{lane}-{number}")):
            self.note(lane, key, insisting(act))
        insisting(lambda: self.portal.run_due(limit=5))

    def keep_travelling(self, lane: int) -> None:
        """One journey after another, from where the lane was left."""
        number = self.begun(lane)
        while True:
            self.journey(lane, number)
            number += 1

    def finish(self, lanes: int) -> None:
        """Every journey that was begun is made to its end, and what is due is carried out, until nothing is."""
        for lane in range(lanes):
            self.journey(lane, self.begun(lane))
        for _ in range(12):
            self.clock.turn(timedelta(minutes=10))
            while any((done := self.portal.run_due(limit=1000), done.timers, done.delivered)[1:]):
                pass


def insisting(act: Callable[[], Any], *away: type[Exception]) -> Any:
    """What a client does: whoever got no answer asks again under the same key."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return act()
        except (DatabaseUnavailable, Conflict, *away):
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


@contextmanager
def site(kind: str, folder: Path, **settings: Any) -> Iterator[Site]:
    """A site on a database of that kind, its code warm: what is forked from it has nothing to import or compile."""
    with database(kind, folder) as address, at(address, folder, **settings) as made:
        yield made


@contextmanager
def at(address: Any, folder: Path, **settings: Any) -> Iterator[Site]:
    """A site on the database at that address."""
    made = Site(address, folder, **settings)
    try:
        made.journey(0, 0)
        yield made
    finally:
        made.portal.close()


def forked(work: Callable[[], Any]) -> int:
    """The id of a process that does it. It ends with 1 if the work failed, and says why."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:  # noqa: BLE001  # told, as nobody above would
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(code)
    return pid


def left(pid: int) -> int:
    """The exit code of a process; negative if it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed(pid: int) -> None:
    """Kill -9, and make sure that it had been at work until then."""
    os.kill(pid, signal.SIGKILL)
    code = left(pid)
    assert code == -signal.SIGKILL, f"the client had ended by itself: {code}"


@contextmanager
def clients(made: Site, lanes: int) -> Iterator[dict[int, int]]:
    """Clients under load, by lane; all are killed at the end, and then every journey is made to its end."""
    running = {lane: forked(lambda lane=lane: made.keep_travelling(lane)) for lane in range(lanes)}
    try:
        yield running
    finally:
        for pid in running.values():
            killed(pid)
    made.finish(lanes)

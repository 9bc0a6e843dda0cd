"""Workers as processes, and the portal that they are given: its handler notes what it does, and misbehaves as told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer
from typing import Any

from support.portal import Clock, Scene, portal_of

from registratura.flows.effects import DeliverCode
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode
from registratura.host import Registratura

TESTS = Path(__file__).parents[1]
WAIT = 30
"""Seconds within which everything here happens, on a busy machine too."""


def portal() -> Registratura:
    """What a worker is given as `--portal support.working:portal`."""
    ahead = timedelta(seconds=float(os.environ["WORKER_AHEAD"]))
    made = portal_of(os.environ["WORKER_DATABASE"], lambda: datetime.now(UTC) + ahead)
    made.handlers[DeliverCode] = globals()[os.environ["WORKER_HANDLER"]]
    return made


def steady(effect: DeliverCode, effect_id: str) -> None:
    """Does it once for each id, however often it is told."""
    note("given", effect_id)
    Path(os.environ["WORKER_NOTES"], effect_id.replace(":", "_")).touch()


def clumsy(effect: DeliverCode, effect_id: str) -> None:
    """Fails the first time."""
    note("given", effect_id)
    if Path(os.environ["WORKER_NOTES"], "notes").read_text("utf-8").count(effect_id) == 1:
        raise ConnectionError


def slow(effect: DeliverCode, effect_id: str) -> None:
    note("given", effect_id)
    time.sleep(0.5)


def hanging(effect: DeliverCode, effect_id: str) -> None:
    note("given", effect_id)
    time.sleep(600)


def dying(effect: DeliverCode, effect_id: str) -> None:
    """Does it, and is killed before it can say so."""
    steady(effect, effect_id)
    os.kill(os.getpid(), signal.SIGKILL)


def note(*words: str) -> None:
    with Path(os.environ["WORKER_NOTES"], "notes").open("a", encoding="utf-8") as out:
        out.write(" ".join(words) + "\n")


class Place:
    """A database, the portal in which a test makes work, and what the workers note."""

    def __init__(self, database: Any, folder: Path) -> None:
        self.database = database if isinstance(database, str) else database.render_as_string(hide_password=False)
        self.folder, self.clock = folder, Clock(datetime.now(UTC))
        self.portal = portal_of(database, self.clock)
        folder.mkdir()

    @property
    def storage(self) -> Any:
        return self.portal.engine.storage

    @property
    def given(self) -> list[str]:
        """The ids that handlers were given, in their order."""
        notes = self.folder / "notes"
        return [line.split()[1] for line in notes.read_text("utf-8").splitlines()] if notes.exists() else []

    @property
    def done(self) -> list[str]:
        """The ids that were done, each once however often it was given."""
        return sorted(path.name.replace("_", ":") for path in self.folder.iterdir() if path.name != "notes")

    def codes(self, number: int, ago: timedelta = timedelta(0)) -> list[str]:
        """So many codes to be sent, asked for some time ago: each an effect, and a timer five minutes later."""
        self.clock.now = datetime.now(UTC) - ago
        events = (SendOneTimeCode(phone="+79001234567", person=f"person {one}") for one in range(number))
        return [self.portal.start(OneTimeCode, event).id for event in events]

    @contextmanager
    def worker(
        self, handler: Callable[..., None], *options: str, ahead: float = 0
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A worker as a process, killed at the end if it still runs."""
        given = {
            "WORKER_DATABASE": self.database,
            "WORKER_NOTES": str(self.folder),
            "WORKER_HANDLER": handler.__name__,
            "WORKER_AHEAD": str(ahead),
        }
        command = [sys.executable, "-m", "registratura.features.terminal", "worker"]
        process = subprocess.Popen(
            [*command, "--portal", "support.working:portal", *options],
            cwd=TESTS,
            env={**os.environ, **given},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()


class Sent(list[str]):
    """The ids that a handler was given."""

    def __call__(self, effect: DeliverCode, effect_id: str) -> None:
        self.append(effect_id)


def code(scene: Scene, person: str = "somebody") -> str:
    """A flow that sends a code."""
    return scene.portal.start(OneTimeCode, SendOneTimeCode(phone="+79001234567", person=person)).id


def statuses(scene: Scene) -> list[tuple[str, int]]:
    """How the effects stand, and after how many tries."""
    return sorted((row.status, row.attempts) for row in scene.storage.effects())


def until(holds: Callable[[], Any]) -> None:
    """Wait until it does."""
    end = time.monotonic() + WAIT
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def ended(process: subprocess.Popen[bytes]) -> str:
    """Ask the worker to stop, once it has said that it works and so can be asked; all that it has said."""
    assert process.stdout is not None
    with silence_ended(process):
        greeting = process.stdout.readline().decode()
    process.terminate()
    said = greeting + process.communicate(timeout=WAIT)[0].decode()
    assert greeting.startswith("Рабочий процесс выполняет"), said
    assert process.returncode == 0, said
    assert "Traceback" not in said
    return said


@contextmanager
def silence_ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """A process that says nothing for too long is killed, so that nobody reads from it for ever."""
    patience = Timer(WAIT, process.kill)
    patience.start()
    try:
        yield
    finally:
        patience.cancel()

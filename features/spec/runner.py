"""behave's runner, which says why it was stopped: by a person, by a driver, or by a scenario that takes too long."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from behave.runner import Runner  # type: ignore[import-untyped]  # behave has no type hints

TIMED = hasattr(signal, "setitimer")
"""Whether time can be called at all: Windows has no such signal, and waits as long as it takes."""


class TooLong(KeyboardInterrupt):
    """Time is over. behave stops as it does at Ctrl-C, and a driver's `except Exception` does not keep it."""


class Stopped(NamedTuple):
    """What stopped the run, and the scenario that was being played, as behave has it."""

    by: BaseException
    scenario: Any


class Stoppable(Runner):  # type: ignore[misc]  # behave has no type hints
    """A runner that keeps in its configuration how it was `stopped`. Each scenario has `seconds`, if they are set."""

    def run_hook(self, hook_name: str, *args: Any) -> Any:
        if hook_name == "before_scenario":
            self.config.playing = args[0]
            call_in(self.config.seconds)
        elif hook_name == "after_all" and self.config.seconds:
            call_in(0)
        return super().run_hook(hook_name, *args)

    def abort(self, reason: str | None = None) -> None:
        by = sys.exc_info()[1]
        if isinstance(by, KeyboardInterrupt | SystemExit) and self.config.stopped is None:
            self.config.stopped = Stopped(by, self.config.playing)
        super().abort(reason)


@contextmanager
def timed(seconds: float | None) -> Iterator[None]:
    """Until it ends, TooLong is raised in the main thread when the time that `call_in` gave is over."""
    if seconds is None or not TIMED:
        yield
        return
    before = signal.signal(signal.SIGALRM, _over)
    try:
        yield
    finally:
        try:
            call_in(0)
        finally:
            signal.signal(signal.SIGALRM, before)


def call_in(seconds: float | None) -> None:
    """Begin to count anew; 0 ends it, and without a number nothing is counted."""
    if seconds is not None and TIMED:
        # Again and again: the first may come to code that lets nothing out.
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds)


def _over(*_: Any) -> None:
    raise TooLong

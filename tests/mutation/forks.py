"""Work in forks of this process, so that a mutant is gone with its process."""

from __future__ import annotations

import json
import os
import signal
import traceback
from collections.abc import Callable
from typing import Any

LOST = 70
"""The exit status of a fork that ended by an exception."""


class ForkFailed(Exception):
    """What was done in a fork raised something."""


def status_of(run: Callable[[], int]) -> int:
    """Run it in a fork: its number; below zero the signal that ended it."""
    return waited(_forked(run))


def begun(run: Callable[[], Any]) -> Callable[[], Any]:
    """Begin it in a fork; what is returned waits for what it gives, as JSON gives it.

    Raises:
        ForkFailed: it raised an exception, which is told.
    """
    read, write = os.pipe()

    def told() -> int:
        try:
            answer = [run(), None]
        except BaseException:  # noqa: BLE001  # it is told where it was begun
            answer = [None, traceback.format_exc()]
        with os.fdopen(write, "w", encoding="utf-8") as file:
            json.dump(answer, file)
        return 0

    pid = _forked(told)
    os.close(write)

    def waiting() -> Any:
        with os.fdopen(read, encoding="utf-8") as file:
            text = file.read()
        status = waited(pid)
        answer, failure = json.loads(text) if text else (None, f"it ended with {status}")
        if failure:
            raise ForkFailed(failure)
        return answer

    return waiting


def _forked(run: Callable[[], int]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        os._exit(run())
    finally:
        os._exit(LOST)


def waited(pid: int) -> int:
    """The exit status; below zero the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def alarm(seconds: float) -> None:
    """A signal ends this process when it has worked for so long, or waited in vain for far longer; 0: none does.

    Work is counted, not time, so that a busy machine does not look like an endless loop.
    """
    for timer, ends, patience in ((signal.ITIMER_PROF, signal.SIGPROF, 1), (signal.ITIMER_REAL, signal.SIGALRM, 6)):
        signal.signal(ends, signal.SIG_DFL)
        signal.setitimer(timer, seconds * patience)

"""A process kills itself (kill -9) at a boundary of an event's statements: at each of them, and after the last.

How many there are is found by going on until the event ends alive; the short form stops at every ninth. On PostgreSQL
the moments before and after the statements are sent together count too. Then the request is repeated under its key.
"""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from faults.journey import STEPS, Traveller, travel, who
from faults.judge import Found, judged
from faults.site import Site, forked, left, site
from sqlalchemy import event
from support.portal import CLINIC, patient, submitting

from registratura.flows.attachment import Attachment, BeginAttachment, Entry
from registratura.host import Caller


class Fuse:
    """Kills its process when it has been lit so many times; counts how often it was."""

    def __init__(self) -> None:
        self.at, self.lit = 0, 0

    def __call__(self, *_: object) -> None:
        self.lit += 1
        if self.lit == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def fused(made: Site) -> Iterator[Fuse]:
    """A fuse on every statement that reaches the driver."""
    fuse, sync = Fuse(), psycopg.Pipeline.sync

    class Cursor(psycopg.Cursor[Any]):
        def execute(self, *args: Any, **more: Any) -> Any:
            fuse()
            return super().execute(*args, **more)

    def synced(pipeline: Any) -> None:
        fuse()
        sync(pipeline)
        fuse()

    def on(connection: Any, record: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(fuse)
        else:
            connection.cursor_factory = Cursor

    event.listen(made.storage.engine, "connect", on)
    psycopg.Pipeline.sync = synced  # type: ignore[method-assign]
    try:
        yield fuse
    finally:
        psycopg.Pipeline.sync = sync  # type: ignore[method-assign]
        event.remove(made.storage.engine, "connect", on)


DUE, REDEEM = "due", "redeem"
Act = Callable[[], Any]


def ready(made: Site, person: Traveller, step: str) -> Act:
    """The person, led to the step; what is then to be done in the process that is killed."""
    for key, act in travel(person):
        if key == person.key(step):
            return act
        made.note(0, key, act())
    if step == REDEEM:
        return redeeming(made, person)
    made.clock.turn(timedelta(minutes=6))
    return lambda: made.portal.run_due(limit=5)


def redeeming(made: Site, person: Traveller) -> Act:
    """A code that a clinic gave to this person, about to be entered."""
    caller = Caller(session="another", account=made.portal.get(person.registration).account)
    code = made.portal.clinics.issue_code(CLINIC.id, patient(who(person.number))).code
    flow = made.portal.start(Attachment, BeginAttachment(entry=Entry.HEALTH_HINT), caller=caller)
    return lambda: made.portal.send(flow.id, submitting(code), caller=caller, idempotency_key=person.key(REDEEM))


def at_every_boundary(made: Site, fuse: Fuse, step: str, numbers: Iterator[int], stride: int) -> int:
    """How often the process was killed: at every boundary or every n-th, for another person each time."""
    for times, boundary in enumerate(count(1, stride)):
        number = next(numbers)
        person = Traveller(made.portal, f"0-{number}")
        act = ready(made, person, step)
        fuse.at, fuse.lit = boundary, 0
        code = left(forked(lambda act=act: (act(), fuse())))  # type: ignore[misc]  # bound at once
        fuse.at = 0
        if step == REDEEM:
            made.note(0, person.key(step), act())
        # A lease of the dead runs out.
        made.clock.turn(timedelta(minutes=2))
        made.journey(0, number)
        if code == 0:
            return times
        assert code == -signal.SIGKILL, code
    raise AssertionError


def boundaries(
    kind: str, folder: Path, steps: tuple[str, ...] = (*STEPS, DUE, REDEEM), stride: int = 1
) -> tuple[int, Found]:
    """How many kills there were in these steps, and what they have left."""
    with site(kind, folder) as made, fused(made) as fuse:
        numbers = count(1)
        times = sum(at_every_boundary(made, fuse, step, numbers, stride) for step in steps)
        made.finish(1)
        return times, judged(made)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_process_killed_at_a_boundary_of_its_statements_leaves_the_event_whole_or_none(
    kind: str, tmp_path: Path
) -> None:
    times, found = boundaries(kind, tmp_path, ("answer", DUE, REDEEM), 9)
    assert times > 10, "between the first statement and the last"
    assert found.good, found

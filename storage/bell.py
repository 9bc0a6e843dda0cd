"""What wakes a worker: on PostgreSQL a notification that goes with the event, elsewhere a look now and then."""

from __future__ import annotations

from selectors import EVENT_READ, DefaultSelector
from socket import socket
from typing import Any

from registratura.flows.ports import Bell

CHANNEL = "registratura_due"
LOOK_AGAIN = 30
"""Seconds, after which a worker looks though nothing rang. What is due later than that need not ring."""
POLL = 1
"""Seconds between two looks where nothing can ring."""


class Silent(Bell):
    """It never rings."""

    patience = POLL

    def wait(self, seconds: float, stop: socket) -> None:
        _readable(seconds, stop)


class Listening(Bell):
    """Rings when a transaction that wrote something due soon has committed; over a connection of its own."""

    patience = LOOK_AGAIN

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        connection.autocommit = True
        connection.execute(f"LISTEN {CHANNEL}")

    def wait(self, seconds: float, stop: socket) -> None:
        if _readable(seconds, stop, self._connection):
            for _ in self._connection.notifies(timeout=0):
                pass  # However often it rang: who wakes looks at everything.


def _readable(seconds: float, *sources: Any) -> bool:
    with DefaultSelector() as heard:
        for source in sources:
            heard.register(source, EVENT_READ)
        return bool(heard.select(max(seconds, 0)))

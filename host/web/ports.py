"""The ports of this machine that servers listen at."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"


class PortTaken(Exception):
    """Somebody else listens there; the message is Russian and for people."""


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """The port, ours from now on.

    Raises:
        PortTaken: it is somebody else's.
    """
    # Without the protocol's name asyncio does not switch Nagle's algorithm off: each answer would wait 40 ms.
    ours = socket.socket(proto=socket.IPPROTO_TCP)
    try:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ours.bind((HOST, port))
        ours.listen()
    except (OSError, OverflowError):
        ours.close()
        raise PortTaken(
            f"Порт {port} занят другой программой или недоступен. Остановите её или выберите другие порты: "
            "--port, --gosuslugi-port, --clinic-port."
        ) from None
    try:
        yield ours
    finally:
        ours.close()

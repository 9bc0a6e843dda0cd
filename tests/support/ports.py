"""Ports on loopback for servers that a test stops and starts again."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack, suppress

HOST = "127.0.0.1"
OURS = range(20_000, 32_768)
"""Below those that Linux gives to whoever asks for any: a server that is down for a while must find its port again."""


def free_ports(count: int) -> list[int]:
    """Different ones that nobody listens at."""
    # Not from the seed that pytest may set: two suites at once would choose the same.
    chance, found = random.SystemRandom(), list[int]()
    with ExitStack() as stack:
        while len(found) < count:
            port = chance.choice(OURS)
            with suppress(OSError):
                stack.enter_context(socket.create_server((HOST, port)))
                found.append(port)
    return found

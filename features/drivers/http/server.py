"""Two ports of this machine behind one server, for the whole run; what answers there is changed as scenarios go."""

from __future__ import annotations

import atexit
import socket
from functools import cache
from threading import Thread
from typing import Any

import uvicorn

HOST = "127.0.0.1"


class Server:
    """uvicorn in a thread. `apps` are what answers, by port; the log is off: each answer is read by the driver."""

    def __init__(self) -> None:
        self.apps: dict[int, Any] = {}
        self._sockets = [_listening() for _ in range(2)]
        self.ports = tuple(taken.getsockname()[1] for taken in self._sockets)
        quiet: Any = {"lifespan": "off", "log_config": None, "log_level": "critical", "access_log": False}
        config = uvicorn.Config(self._answer, interface="asgi3", http="h11", proxy_headers=False, **quiet)
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, kwargs={"sockets": self._sockets}, name="portal", daemon=True)

    def start(self) -> None:
        """Begin to answer; the process's end is the server's."""
        self._thread.start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """Let go of the ports."""
        self._server.should_exit = True
        self._thread.join()

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        await self.apps[scope["server"][1]](scope, receive, send)


def _listening() -> socket.socket:
    """A free port. Whoever comes before the server has begun waits."""
    # Of a socket that does not say TCP, asyncio does not know that answers must not wait for the last one's receipt.
    ours = socket.socket(proto=socket.IPPROTO_TCP)
    ours.bind((HOST, 0))
    ours.listen()
    return ours


@cache
def server() -> Server:
    """The process's own."""
    made = Server()
    made.start()
    return made

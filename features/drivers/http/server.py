"""Two ports of this machine behind one server, for the whole run; what answers there is changed as scenarios go."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from functools import cache
from threading import Thread
from typing import Any

import uvicorn

from registratura.host.web.ports import listening

ANY = 0
"""Whichever port is free. Whoever comes to it before the server has begun waits."""


class Server:
    """uvicorn in a thread. `apps` are what answers, by port; the log is off: each answer is read by the driver."""

    def __init__(self) -> None:
        self.apps: dict[int, Any] = {}
        self._taken = ExitStack()
        self._sockets = [self._taken.enter_context(listening(ANY)) for _ in range(2)]
        self.ports = tuple(ours.getsockname()[1] for ours in self._sockets)
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
        self._taken.close()

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        await self.apps[scope["server"][1]](scope, receive, send)


@cache
def server() -> Server:
    """The process's own."""
    made = Server()
    made.start()
    return made

"""The connection to PostgreSQL is cut in the middle of a commit; the same request is then repeated under its key.

Between the portal and its server stands a proxy that waits for the COMMIT. It sends on a part of what came with it and
hangs up, or sends on all of it and keeps the answer to itself: the event is written, and nobody was told.
"""

from __future__ import annotations

import random
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

from faults.journey import Traveller, travel
from faults.judge import Found, judged
from faults.site import Site, insisting, site
from sqlalchemy import URL, create_engine
from support.portal import portal_of

ALL = 1.0
"""All of it is sent on, and what the server says to it is not."""


class Proxy:
    """Hangs up at the next COMMIT when it is armed; `part` is how much of what came with it is sent on."""

    def __init__(self, server: URL) -> None:
        self._server, self.part, self.cuts = server, -1.0, 0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._door.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                Thread(target=self._carry, args=(client, self._beyond()), daemon=True).start()

    def _beyond(self) -> socket.socket:
        host = str(self._server.query.get("host") or self._server.host)
        port = self._server.port or 5432
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        line = socket.socket(socket.AF_UNIX)
        line.connect(f"{host}/.s.PGSQL.{port}")
        return line

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        with client, server, suppress(OSError):
            while True:
                for line in select.select([client, server], [], [])[0]:
                    if not (data := line.recv(1 << 20)):
                        return
                    if self._armed(line is client) and b"COMMIT" in data:
                        return self._cut(server, data if line is client else b"")
                    (server if line is client else client).sendall(data)

    def _armed(self, asked: bool) -> bool:
        """Whether what the portal asks is looked at, or what the server answers."""
        return self.part >= 0 and asked == (self.part < ALL)

    def _cut(self, server: socket.socket, data: bytes) -> None:
        server.sendall(data[: round(len(data) * self.part)])
        self.part = -1.0
        self.cuts += 1


@contextmanager
def through_a_proxy(made: Site) -> Iterator[tuple[Any, Proxy]]:
    """A portal over the same database, and the proxy between."""
    address: URL = made.storage.engine.url
    proxy = Proxy(address)
    plain = {"sslmode": "disable", "gssencmode": "disable"}
    near = address.difference_update_query(["host"]).set(host="127.0.0.1", port=proxy.port).update_query_dict(plain)
    # A prepared COMMIT is sent by its number, which the proxy would not know.
    engine = create_engine(near, connect_args={"prepare_threshold": None})
    portal = portal_of(engine, made.clock)
    try:
        yield portal, proxy
    finally:
        portal.close()
        engine.dispose()
        proxy.close()


def cuts(folder: Path, times: int) -> Found:
    """Every other cut keeps the answer back; the others end somewhere in what came with the COMMIT."""
    chance = random.Random(times)
    with site("postgresql", folder) as made:
        with through_a_proxy(made) as (portal, proxy):
            for number in range(1, times):
                for key, act in travel(Traveller(portal, f"0-{number}")):
                    proxy.part = chance.choice([ALL, chance.random()])
                    made.note(0, key, insisting(act))
                if proxy.cuts >= times:
                    break
            assert proxy.cuts >= times, "the proxy sees no commit"
        made.finish(1)
        return judged(made)


def test_a_connection_cut_in_the_middle_of_a_commit_loses_and_doubles_nothing(tmp_path: Path) -> None:
    found = cuts(tmp_path, 10)
    assert found.good, found

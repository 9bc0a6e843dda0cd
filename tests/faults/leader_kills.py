"""The leader of a cluster is killed under load (kill -9 of its PostgreSQL and its Patroni), and another one leads.

The clients have one address with all servers in it. They ask again until there is a leader, under the same keys.
It takes half a minute for each kill, so only the full form is run: `make faults`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from faults.cluster import cluster, until
from faults.judge import Found, judged
from faults.site import Site, at, clients, forked, killed

from registratura.storage.open import storage_for
from registratura.storage.postgresql import ServerReadOnly

LANES, WORKERS = 4, 2
AT_WORK = 3
"""Seconds of work at most between a cluster that is whole and the next kill."""


def leader_kills(folder: Path, times: int) -> Found:
    """Each time another one leads, all clients are answered again, and the killed one comes back and follows."""
    chance = random.Random(times)
    with cluster() as servers, at(servers.address, folder) as made:
        with pytest.raises(ServerReadOnly):
            storage_for(servers.replica())
        with clients(made, LANES), workers(made, WORKERS):
            for _ in range(times):
                time.sleep(chance.uniform(0, AT_WORK))
                old = servers.kill_leader()
                servers.await_another(old)
                all_are_answered(made)
                servers.bring_back(old)
                servers.await_whole()
        return judged(made)


@contextmanager
def workers(made: Site, number: int) -> Iterator[None]:
    """Workers in processes of their own; however often their database was away, they still run at the end."""
    running = [forked(lambda: made.portal.worker().run()) for _ in range(number)]
    try:
        yield
    finally:
        for pid in running:
            killed(pid)


def all_are_answered(made: Site) -> None:
    """Wait until each client was told of something new."""
    before = [len(made.noted(lane)) for lane in range(LANES)]
    until(
        lambda: all(len(made.noted(lane)) > told for lane, told in enumerate(before)),
        lambda: f"the clients are not answered: {before}",
    )

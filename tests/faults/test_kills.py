"""Clients under load are killed (kill -9) at random moments; others go on from what those had written down."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from faults.judge import Found, judged
from faults.site import clients, forked, killed, site

LANES = 4
PACE = 0.04
"""Seconds between two kills at most; a journey takes a client about twice as long."""


def kills(kind: str, folder: Path, times: int) -> Found:
    """Every tenth time it is all clients at once."""
    chance = random.Random(times)
    with site(kind, folder) as made:
        with clients(made, LANES) as running:
            count = 0
            while count < times:
                time.sleep(chance.uniform(0, PACE))
                hit = list(running) if count % 10 == 9 else [chance.choice(list(running))]
                for lane in hit:
                    killed(running[lane])
                    running[lane] = forked(lambda lane=lane: made.keep_travelling(lane))
                    count += 1
        return judged(made)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_client_that_is_killed_at_a_random_moment_loses_and_doubles_nothing(kind: str, tmp_path: Path) -> None:
    found = kills(kind, tmp_path, 10)
    assert found.good, found

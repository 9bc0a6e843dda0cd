"""Events and timers by way of Restate, and by the portal and a worker alone; on one PostgreSQL, in turns.

    python benchmarks/bench_restate.py [--flows 300] [--rounds 3]

One node of Restate, one process of the service. An event is «region chosen», sent by one client and by four; a timer is
the end of that registration, all of them due at one moment. Their time runs from the first that is carried out to the
last, as the log has it. The server is that of the tests (`.ci/run` installs it).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from registratura.features.databases import database
from registratura.flows.registration import ChooseRegion

FIRED = text("SELECT count(*), min(at), max(at) FROM registratura_log WHERE event = 'expire' AND at >= :since")


class Bench:
    """Times in seconds, by what was measured and by whom."""

    def __init__(self, site: Any, flows: int) -> None:
        self.site, self.flows = site, flows
        self.times: dict[tuple[str, str], list[float]] = {}

    def add(self, what: str, who: str, seconds: float) -> None:
        self.times.setdefault((what, who), []).append(self.flows / seconds)

    def events(self, who: str, send: Callable[..., Any], clients: int) -> None:
        flows = [self.site.begun() for _ in range(self.flows)]
        with ThreadPoolExecutor(clients) as many:
            began = time.perf_counter()
            for _ in many.map(lambda flow: send(flow, ChooseRegion(region="74"), idempotency_key="click"), flows):
                pass
            self.add(f"events, {clients} clients", who, time.perf_counter() - began)

    def timers(self, who: str, send: Callable[..., Any]) -> None:
        """Fails if one was not fired, or twice."""
        since = datetime.now(UTC) + timedelta(seconds=10 + self.flows / 20)
        flows = [self.site.begun(since - datetime.now(UTC)) for _ in range(self.flows)]
        with ThreadPoolExecutor(4) as many:
            list(many.map(lambda flow: send(flow, ChooseRegion(region="74")), flows))
        assert datetime.now(UTC) < since, "they were due before they were all there"
        fired = 0
        while fired < self.flows:
            time.sleep(0.5)
            fired, first, last = self.fired(since)
        assert fired == self.flows
        self.add("timers", who, (last - first) / 1e6)

    def fired(self, since: datetime) -> tuple[int, int, int]:
        with self.site.place.storage.engine.connect() as connection:
            count, first, last = connection.execute(FIRED, {"since": since.timestamp() * 1e6 - 1e6}).one()
        return count, first, last

    def report(self) -> None:
        for what in dict.fromkeys(what for what, _ in self.times):
            plain, restate = (statistics.median(self.times[what, who]) for who in ("plain", "restate"))
            spread = ", ".join(f"{one:.0f}" for one in self.times[what, "restate"])
            print(f"{what}: {plain:.0f} a second, by Restate {restate:.0f} ({spread}): {plain / restate:.1f} times")


def measured(flows: int, rounds: int) -> None:
    from support.restate import Process, Site, running
    from support.working import TESTS, steady

    with tempfile.TemporaryDirectory() as folder, database("postgresql", Path(folder)) as address:
        site = Site(address, Path(folder), handler=steady)
        bench, command = Bench(site, flows), "-m registratura.features.terminal worker --portal support.working:portal"
        worker = Process([sys.executable, *command.split()], TESTS, Path(folder, "worker.log"), site.env)
        with running(site.node, site.service):
            site.register()
            for _ in range(rounds):
                for clients in (1, 4):
                    bench.events("plain", site.place.portal.send, clients)
                    bench.events("restate", site.client.send, clients)
                bench.timers("restate", site.client.send)
                worker.start()
                try:
                    bench.timers("plain", site.place.portal.send)
                finally:
                    worker.kill()
        bench.report()
        site.close()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--flows", type=int, default=300)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    # Instead of this folder, whose `support` is another one: the processes are those of the tests.
    sys.path[0] = str(Path(__file__).parents[1] / "tests")
    from support.restate import MISSING, binary

    if binary() is None:
        print(f"bench_restate: {MISSING}")
        return
    measured(chosen.flows, chosen.rounds)


if __name__ == "__main__":
    main()

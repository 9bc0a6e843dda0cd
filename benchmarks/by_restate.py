"""Events and timers by way of Restate, and by the portal and a worker alone; on one PostgreSQL, in turns.

    python benchmarks/by_restate.py [--flows 300] [--rounds 3]

One node of Restate, one process of the service. An event is «region chosen», sent by one client and by four; a timer is
the end of that registration, all of them due at one moment. Their time runs from the first that is carried out to the
last, as the log has it. The server is that of the tests (`.ci/run` installs it).
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from registratura.features.databases import database
from registratura.flows.registration import ChooseRegion

if TYPE_CHECKING:
    from figures import Part

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

    def rates(self) -> dict[str, dict[str, float]]:
        """What went through in a second, by what was measured and by whom."""
        rates: dict[str, dict[str, float]] = {}
        for (what, who), times in self.times.items():
            rates.setdefault(what, {})[who] = statistics.median(times)
        return rates


def measured(flows: int, rounds: int) -> dict[str, dict[str, float]]:
    """Rates of both."""
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
        site.close()
        return bench.rates()


def parts(full: bool) -> Iterator[Part]:
    """In a process of its own, for its `support` is that of the tests."""
    from figures import Part

    size = ["--flows", "1000", "--rounds", "5"] if full else ["--flows", "200", "--rounds", "2"]
    done = subprocess.run([sys.executable, __file__, *size], stdout=subprocess.PIPE, text=True, check=True)
    said = json.loads(done.stdout.splitlines()[-1])
    title, head = (
        "By way of Restate, one node, PostgreSQL",
        ("a second", "portal and worker alone", "by Restate", "times"),
    )
    if isinstance(said, str):
        yield Part(title, [head], {}, {"Restate": said})
        return
    rows = [
        (what, f"{by['plain']:.0f}", f"{by['restate']:.0f}", f"{by['plain'] / by['restate']:.1f}")
        for what, by in said.items()
    ]
    # What Restate itself takes of an event, over what the event takes without it.
    figures = {
        f"restate.{clients}": by["plain"] / by["restate"] - 1
        for clients in (1, 4)
        if (by := said.get(f"events, {clients} clients"))
    }
    yield Part(title, [head, *rows], figures)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--flows", type=int, default=300)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    # Instead of this folder, whose `support` is another one: the processes are those of the tests.
    sys.path[0] = str(Path(__file__).parents[1] / "tests")
    from support.restate import MISSING, binary

    print(json.dumps(measured(chosen.flows, chosen.rounds) if binary() else MISSING))


if __name__ == "__main__":
    main()

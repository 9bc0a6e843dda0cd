"""(b) One durable event through the public API, with all promises on, against what a user would write or take instead.

Each client is a process with a flow of its own. A round is played by all clients of one contender at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from statistics import quantiles
from typing import NamedTuple

from clients import OURS, RAW, Clients, clients
from contest import Standing, contest
from figures import Part, micros, ratio
from hands import Base, Core, Dbos, Orm, OrmAndMachine
from servers import NoServer, server, two
from sqlalchemy import create_engine

from registratura.storage import storage_for


class Durable(NamedTuple):
    """The standings with so many clients, and each contender's 99th percentile in seconds."""

    standings: dict[str, Standing]
    p99: dict[str, float]


MISSING: dict[str, str] = {
    "Temporal": "its server comes in no package of PyPI, Debian or npm",
}
FULL, NORMAL, POSTGRESQL = "sqlite", "sqlite-normal", "postgresql"
TITLES = {FULL: "SQLite, synchronous=FULL", NORMAL: "SQLite, synchronous=NORMAL", POSTGRESQL: "PostgreSQL"}
MOST = 4
"""Programs of DBOS at once: each takes a dozen of the hundred connections that a server has by default."""
EVENTS = {FULL: 100, NORMAL: 100, POSTGRESQL: 60}


def durable(kind: str, number: int, rounds: int = 15) -> Durable:
    """One event on a database of that kind, with so many clients at once."""
    with two(kind) as (address, beside):
        for place in (address, beside):
            storage_for(place).close()
        engine = create_engine(address)
        Base.metadata.create_all(engine)
        engine.dispose()
        with clients(address, beside, number, "NORMAL" if kind == NORMAL else "FULL") as running:
            names = [OURS, RAW, Core.name, Orm.name, OrmAndMachine.name]
            if kind == POSTGRESQL and number <= MOST and _there(Dbos.name, "dbos"):
                names.append(Dbos.name)
            return _played(running, names, EVENTS[kind], rounds)


def _played(running: Clients, names: list[str], events: int, rounds: int) -> Durable:
    running.round(OURS, events)  # The raw driver plays what ours has played, and may be first in a round.
    contenders: dict[str, Callable[[], float]] = {name: partial(running.round, name, events) for name in names}
    standings = contest(contenders, OURS, rounds)
    p99 = {name: quantiles(running.latencies[name], n=100)[-1] for name in names}
    return Durable(standings, p99)


def _there(name: str, module: str) -> bool:
    if find_spec(module) is None:
        MISSING[name] = f"{module} is not installed: requirements/bench.txt"
        return False
    return True


def parts(full: bool) -> Iterator[Part]:
    """A table for each database and number of clients."""
    kinds = [FULL, NORMAL]
    try:
        server()
        kinds.append(POSTGRESQL)
    except NoServer as none:
        MISSING["PostgreSQL"] = str(none)
    for kind in kinds:
        for number in (1, 2, 4, 16) if full else (1, 4):
            found = durable(kind, number, 25 if full else 15)
            rows = [
                (name, micros(one.seconds), ratio(one), f"{found.p99[name] * 1e3:.1f}")
                for name, one in found.standings.items()
            ]
            title = f"One durable event on {TITLES[kind]}, {number} client{'s' * (number > 1)} in as many processes"
            head = ("contender", "µs an event", "times registratura", "p99, ms")
            yield Part(title, [head, *rows], _figures(f"durable.{kind}.{number}", found), MISSING)


def _figures(name: str, found: Durable) -> dict[str, float]:
    short = {RAW: "raw", OrmAndMachine.name: "machine", Dbos.name: "dbos", Orm.name: "orm", Core.name: "core"}
    ratios = {f"{name}.{short[who]}": one.ratio for who, one in found.standings.items() if who != OURS}
    # The raw driver is the limit: how many times it takes us.
    ratios[f"{name}.raw"] = 1 / ratios[f"{name}.raw"]
    return {**ratios, f"{name}.p99": found.p99[OURS] * 1e3, f"{name}.a_second": 1 / found.standings[OURS].seconds}

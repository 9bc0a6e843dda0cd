"""How many due timers do workers carry out in a second, on PostgreSQL? Each is fired once, or this fails.

    python benchmarks/timers.py [--timers 20000] [--workers 2] [--profile]

A registration at the main page is multiplied in SQL; all of them have been due for a while, one microsecond apart. The
time runs from the first timer that is carried out to the last, as the log has it, without the start of the processes.
`--profile` says where one worker's time goes.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from figures import Part
from servers import NoServer, server, two
from sqlalchemy import Engine, create_engine, text
from support import SECRET, at_main_page

from registratura.flows.engine.due import Rounds
from registratura.host import Parts, Registratura

IDS = re.compile(r"\b(id|flow_id|key_id)\b")
ADDRESS = "BENCH_TIMERS_DATABASE"
HERE = Path(__file__).parent
AGO = timedelta(days=3)
# The ids of the copies; the rows are those of a real flow. Each has a data key of its own, as in life.
MULTIPLIED = {
    "keys": "id, subject, wrapped",
    "flows": "id, flow, chart_version, state, version, account, subject, session, key_id, data, sealed, timers,"
    " created_at, changed_at, head, evidence, evidence_head",
    "log": "flow_id, seq, chart_version, event, event_version, transition, by, payload, sealed, outcome, at, previous,"
    " hash",
    "timers": "flow_id, kind, epoch, due",
}


def portal() -> Registratura:
    """What the workers are given."""
    return Registratura(os.environ[ADDRESS], lambda: SECRET)


def multiplied(engine: Engine, flow_id: str, number: int) -> None:
    """So many copies of the flow; it is gone itself."""
    with engine.begin() as connection:
        of = {"flow": flow_id}
        of["key"] = connection.execute(text("SELECT key_id FROM registratura_flows WHERE id = :flow"), of).scalar_one()
        for table, columns in MULTIPLIED.items():
            chosen = IDS.sub("lpad(n::text, 36, '0')", columns).replace("due", "due + n")
            its = f"{columns.partition(',')[0]} IN (:flow, :key)"
            connection.execute(
                text(
                    f"INSERT INTO registratura_{table} ({_quoted(columns)}) SELECT {_quoted(chosen)}"
                    f" FROM registratura_{table}, generate_series(1, :number) AS n WHERE {its}"
                ),
                {"number": number} | of,
            )
            connection.execute(text(f"DELETE FROM registratura_{table} WHERE {its}"), of)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _quoted(columns: str) -> str:
    return columns.replace(" by,", ' "by",')


def drained(engine: Engine, workers: int) -> None:
    """Run so many workers until no timer is left."""
    command = [sys.executable, "-m", "registratura.features.terminal", "worker", "--portal", "timers:portal"]
    with tempfile.TemporaryFile() as said:
        running = [subprocess.Popen(command, cwd=HERE, stdout=said, stderr=said) for _ in range(workers)]
        try:
            while _one(engine, "SELECT EXISTS (SELECT FROM registratura_timers)"):
                time.sleep(0.2)
        finally:
            for process in running:
                process.terminate()
            ends = [process.wait() for process in running]
        said.seek(0)
        assert ends == [0] * workers, said.read()[-2000:].decode()


def profiled(number: int) -> None:
    """Where the time of one worker goes, in this process."""
    made = portal()
    with cProfile.Profile() as profile:
        while not Rounds(made.engine, None).next(number).idle:
            pass
    made.close()
    pstats.Stats(profile).sort_stats("tottime").print_stats(25)


def rate(engine: Engine, number: int) -> float:
    """Timers a second; fails if one was not fired, or twice."""
    fired, flows = _row(engine, "SELECT count(*), count(DISTINCT flow_id) FROM registratura_log WHERE event = 'expire'")
    assert fired == flows == number, f"{number} timers, fired {fired} times in {flows} flows"
    first, last = _row(engine, "SELECT min(at), max(at) FROM registratura_log WHERE event = 'expire'")
    return float(number / ((last - first) / 1e6))


def measured(number: int, workers: int) -> float:
    """So many timers drained by so many workers; by one that is profiled, if there are none."""
    with two("postgresql") as (address, _):
        os.environ[ADDRESS] = address
        past = Registratura(address, lambda: SECRET, parts=Parts(clock=lambda: datetime.now(UTC) - AGO))
        flow_id = at_main_page(past)
        past.close()
        engine = create_engine(address)
        try:
            multiplied(engine, flow_id, number)
            drained(engine, workers) if workers else profiled(number)
            return rate(engine, number)
        finally:
            engine.dispose()


def parts(full: bool) -> Iterator[Part]:
    """Drained three times."""
    number = 1_000_000 if full else 20_000
    try:
        server()
    except NoServer as none:
        yield Part("Due timers", [("workers", "a second")], {}, {"PostgreSQL": str(none)})
        return
    rates = [measured(number, 2) for _ in range(3)]
    spread = f"{min(rates):.0f} to {max(rates):.0f}"
    rows = [("timers", "workers", "a second", "runs"), (str(number), "2", f"{median(rates):.0f}", spread)]
    yield Part("Due timers on PostgreSQL, each fired once", rows, {"worker.timers": median(rates)})


def _row(engine: Engine, sql: str) -> Any:
    with engine.connect() as connection:
        return connection.execute(text(sql)).one()


def _one(engine: Engine, sql: str) -> Any:
    return _row(engine, sql)[0]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--timers", type=int, default=20_000)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--profile", action="store_true")
    chosen = options.parse_args()
    workers = 0 if chosen.profile else chosen.workers
    print(f"{measured(chosen.timers, workers):.0f} timers a second, each fired once, by {workers or 1}")


if __name__ == "__main__":
    main()

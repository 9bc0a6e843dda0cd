"""What a person costs a PostgreSQL server: bytes kept, bytes of WAL, and CPU on both sides, for docs/scaling.md."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from figures import Part
from journeys import person
from servers import NoServer, server, two
from sqlalchemy import make_url
from support import SECRET, at_main_page

from registratura.flows.gosuslugi.events import GoToGosuslugi
from registratura.flows.registration import AcceptConsent, ConfirmCard, Register
from registratura.flows.registration.events import SkipPassword
from registratura.flows.sign_in import ChooseGosuslugi, SignIn
from registratura.host import Registratura

EVENTS_REGISTERING, EVENTS_SIGNING_IN = 8, 4
KEPT = "SELECT pg_database_size(current_database())"
WAL = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8"
TICK = os.sysconf("SC_CLK_TCK")


def parts(full: bool) -> Iterator[Part]:
    """Registrations, then sign-ins of the same people."""
    people = 2000 if full else 200
    try:
        server()
    except NoServer as none:
        yield Part("What a person costs a server", [("what", "figure")], {}, {"PostgreSQL": str(none)})
        return
    with two("postgresql") as (address, _):
        portal = Registratura(address, lambda: SECRET)
        _register(portal, 0)
        _sign_in(portal, 0)
        rows = [("for each", "events", "kept, KB", "WAL, KB", "CPU of the server, ms", "CPU of the program, ms")]
        figures: dict[str, float] = {}
        with _asked(address) as ask:
            for name, events, work in (
                ("registration", EVENTS_REGISTERING, _register),
                ("sign-in", EVENTS_SIGNING_IN, _sign_in),
            ):
                kept, wal, theirs, ours = (
                    cost / (people - 1) for cost in _costs(ask, partial(_all, work, portal, people))
                )
                sizes, times = (f"{kept / 1e3:.1f}", f"{wal / 1e3:.1f}"), (f"{theirs * 1e3:.1f}", f"{ours * 1e3:.1f}")
                rows.append((name, str(events), *sizes, *times))
                figures |= {f"scale.{name}.kept": kept, f"scale.{name}.wal": wal}
                figures |= {f"scale.{name}.server": theirs, f"scale.{name}.program": ours}
        portal.close()
    yield Part("What a person costs a PostgreSQL server", rows, figures)


def _all(work: Callable[[Registratura, int], None], portal: Registratura, people: int) -> None:
    for number in range(1, people):
        work(portal, number)


def _register(portal: Registratura, number: int) -> None:
    flow = portal.send(at_main_page(portal), Register())
    text = {name: flow.screen.items[name] for name in ("text_version", "text_sha256")}
    portal.send(flow.id, AcceptConsent(**text))
    portal.send(flow.id, GoToGosuslugi(via="button"))
    portal.gosuslugi.returned(flow.id, person(number), f"answer to {flow.id}")
    portal.send(flow.id, ConfirmCard())
    assert portal.send(flow.id, SkipPassword()).state == "registered"


def _sign_in(portal: Registratura, number: int) -> None:
    flow = portal.send(portal.start(SignIn).id, ChooseGosuslugi())
    portal.send(flow.id, GoToGosuslugi(via="button"))
    assert portal.gosuslugi.returned(flow.id, person(number), f"answer to {flow.id}").state == "signed_in"


def _asked(address: str) -> psycopg.Connection[Any]:
    plain = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def _costs(ask: psycopg.Connection[Any], work: Callable[[], None]) -> tuple[float, float, float, float]:
    """Bytes it leaves, bytes of WAL it makes, seconds of CPU of the server and of this process."""
    _tidied(ask)
    backend = _one(ask, "SELECT pg_backend_pid()")
    kept, wal, theirs, ours = _one(ask, KEPT), _one(ask, WAL), _cpu(backend), time.process_time()
    work()
    wal, theirs, ours = _one(ask, WAL) - wal, _cpu(backend) - theirs, time.process_time() - ours
    _tidied(ask)
    return _one(ask, KEPT) - kept, wal, theirs, ours


def _tidied(ask: psycopg.Connection[Any]) -> None:
    ask.execute("VACUUM FULL")


def _one(ask: psycopg.Connection[Any], sql: str) -> Any:
    return next(iter(ask.execute(sql.encode())))[0]


def _cpu(backend: int) -> float:
    """Seconds of all processes of the server, those that ended included."""
    main = int(Path(f"/proc/{backend}/stat").read_text().rsplit(")", 1)[1].split()[1])
    found = 0
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = place.read_text().rsplit(")", 1)
        except OSError:
            continue
        fields = rest.split()
        if main in (int(fields[1]), int(name.split()[0])):
            found += sum(int(field) for field in fields[11 : 15 if int(name.split()[0]) == main else 13])
    return found / TICK

"""The one judgement after every fault: is everything there that somebody was told of, once, and nothing in clear?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults.journey import CANARIES, REGISTRATION, SMS
from faults.site import Site
from sqlalchemy import select, text
from support.rows import contents

from registratura.storage.tables import IDEMPOTENCY, named

SCRIPTS = {"registration": REGISTRATION, "one_time_code": SMS}


@dataclass(frozen=True, slots=True)
class Found:
    """What a fault has left. All but `events` must be empty."""

    events: int = 0
    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    in_clear: tuple[str, ...] = ()
    unsound: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """What is not as promised, in words; that nothing was done is a fault too."""
        named = {"lost": self.lost, "doubled": self.doubled, "in clear": self.in_clear, "not as the log": self.unsound}
        found = tuple(f"{how}: {what}" for how, all_of_it in named.items() for what in all_of_it)
        return found if self.events else ("no event was acknowledged", *found)

    @property
    def good(self) -> bool:
        return not self.faults

    def __add__(self, other: Found) -> Found:
        return Found(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def judged(site: Site) -> Found:
    """What is there when every journey that was begun has been made to its end."""
    return kept(site) + _journeys(site) + _effects(site)


def kept(site: Site) -> Found:
    """What holds at any time: each flow is what its log says, what was told is there, and nothing is in clear."""
    logs = _logs(site)
    unsound = tuple(
        f"{flow_id}: {verdict.problems}" for flow_id in logs if not (verdict := site.portal.verify(flow_id)).sound
    )
    found = Found(len({note.key for note in site.noted()}), in_clear=in_clear(site), unsound=unsound)
    return found + _told(site, logs)


def _logs(site: Site) -> dict[str, Any]:
    return {flow_id: site.portal.history(flow_id) for flow_id in site.flows()}


def _told(site: Site, logs: dict[str, Any]) -> Found:
    """Whatever a client was told, the first time or later, stands in the log where its key says."""
    table = named(IDEMPOTENCY, site.storage.names)
    with site.storage.engine.connect() as connection:
        rows = connection.execute(select(table.c.key, table.c.flow_id, table.c.seq)).all()
    written = Counter(key.removeprefix("gosuslugi:") for key, _, _ in rows)
    places = {key.removeprefix("gosuslugi:"): (flow_id, seq) for key, flow_id, seq in rows}
    lost = []
    for note in site.noted():
        flow_id, seq = places.get(note.key, ("", 0))
        log = logs.get(flow_id, ())
        if flow_id != note.flow or seq > len(log) or log[seq - 1].transition != note.transition:
            lost.append(f"event {note.key}")
    return Found(lost=tuple(lost), doubled=tuple(f"key {key}" for key, times in written.items() if times > 1))


def _journeys(site: Site) -> Found:
    """Each person has one flow of each kind, and its log has each event of the journey once."""
    logs = _logs(site)
    people = {note.key.partition(":")[0] for note in site.noted()}
    lost, doubled = [], []
    for flow, script in SCRIPTS.items():
        mine = {flow_id: [entry.event for entry in log] for flow_id, log in logs.items() if log[0].event == script[0]}
        lost += [f"a {flow}"] * (len(people) - len(mine))
        doubled += [f"a {flow}"] * (len(mine) - len(people))
        for flow_id, events in mine.items():
            lost += [f"{flow_id}: {event}" for event in (Counter(script) - Counter(events)).elements()]
            doubled += [f"{flow_id}: {event}" for event in (Counter(events) - Counter(script)).elements()]
    begun = Counter(log[0].event for log in logs.values())
    used = sum(entry.transition == "code_entry/submit_code/attached" for log in logs.values() for entry in log)
    lost += ["a right"] * (used - begun["grant"])
    doubled += ["a right"] * (begun["grant"] - used)
    return Found(lost=tuple(lost), doubled=tuple(doubled))


def _effects(site: Site) -> Found:
    """Every effect left at least once, under one id, and what its handler made of it is there once for each person."""
    rows = [row for row in site.storage.effects(limit=1_000_000) if row.kind == "DeliverCode"]
    given = set((site.notes / "given").read_text("utf-8").split())
    applied = {file.name: file.read_text("utf-8") for file in (site.notes / "applied").iterdir()}
    lost = [row.id for row in rows if row.status != "done" or row.id not in given or row.id not in applied]
    doubled = [name for name in applied if name not in {row.id for row in rows}]
    doubled += [f"{times} codes to one person" for times in Counter(applied.values()).values() if times > 1]
    return Found(lost=tuple(lost), doubled=tuple(doubled))


def in_clear(site: Site) -> tuple[str, ...]:
    """The canaries that stand in a row, or in the bytes of a file of the database, its log written ahead included."""
    rows = repr(contents(site.storage))
    found = [word for word in CANARIES if word in rows]
    for file in _files(site):
        data = file.read_bytes()
        found += [word for word in CANARIES if word.encode() in data]
    return tuple(dict.fromkeys(found))


def _files(site: Site) -> list[Path]:
    """The files of SQLite; of a server those that can be read from here, which is all where it is our own."""
    engine = site.storage.engine
    if engine.dialect.name == "sqlite":
        file = Path(engine.url.database or "")
        return sorted(file.parent.glob(f"{file.name}*"))
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
        folder = Path(connection.scalar(text("SHOW data_directory")))
        tables = connection.scalars(
            text("SELECT pg_relation_filepath(oid) FROM pg_class WHERE relnamespace = current_schema()::regnamespace")
        )
        files = [folder / name for name in tables if name]
    return [file for file in (*files, *folder.glob("pg_wal/0*")) if file.is_file()]

"""Which database and which key a command means, and the portal over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from registratura.flows.settings import Settings
from registratura.host.portal import Parts, Registratura, utc_now
from registratura.host.standins import StandInClinicDesk, StandInGosuslugi, clinic_handlers
from registratura.host.standins.people import CLINICS, DOCUMENTS, SERVED_REGIONS, citizens
from registratura.host.terminal.options import chosen
from registratura.storage import TableNames
from registratura.storage.names import OUR_NAMES

SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class World:
    """The portal and what stands around it: a stand-in of Gosuslugi, and the desks of the clinics by their ids."""

    portal: Registratura
    gosuslugi: StandInGosuslugi
    desks: dict[str, StandInClinicDesk]


def keys_of(database: str, keys: str | None) -> str:
    """The key file: the one named, else the one beside an SQLite file (`portal.db` → `portal.key`)."""
    if keys is not None:
        return keys
    name = database.removeprefix(SQLITE)
    return "registratura.key" if "://" in name or not name else str(Path(name).with_suffix(".key"))


def table_names() -> TableNames:
    """What the tables are called: `registratura --schema … --prefix …`."""
    return TableNames(chosen.schema, OUR_NAMES.prefix if chosen.prefix is None else chosen.prefix)


@contextmanager
def opened(database: str, keys: str | None) -> Iterator[Registratura]:
    """The portal over a database that is there. Nothing is made.

    Raises:
        DatabaseMissing, DatabaseDamaged, KeyMissing, KeyWrong, …: see `Registratura`.
    """
    portal = Registratura(database, keys_of(database, keys), parts=_parts(utc_now), create=False, names=table_names())
    try:
        yield portal
    finally:
        portal.close()


@contextmanager
def world(database: str, keys: str | None, clock: Callable[[], datetime] = utc_now) -> Iterator[World]:
    """The portal with its stand-ins; the database and the key are made where they are not there yet."""
    portal = Registratura(database, keys_of(database, keys), parts=_parts(clock), names=table_names())
    desks = {clinic.id: StandInClinicDesk(portal, clinic) for clinic in CLINICS.values()}
    for clinic, desk in desks.items():
        desk.hold(*DOCUMENTS[clinic])
    portal.handlers.update(clinic_handlers(desks))
    try:
        yield World(portal, StandInGosuslugi(portal, citizens()), desks)
    finally:
        portal.close()


def _parts(clock: Callable[[], datetime]) -> Parts:
    return Parts(settings=Settings(served_regions=SERVED_REGIONS, clinics=CLINICS), clock=clock)

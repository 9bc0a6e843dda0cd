"""A world in memory as it was, and the way back to it: preparing everything once is enough for all scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from registratura.features.drivers.engine.parts import Clock, UnluckyIds
from registratura.features.drivers.engine.people import Visitor
from registratura.features.drivers.engine.stops import Stop, StoppableMemory
from registratura.host import Registratura
from registratura.storage import MemoryStorage
from registratura.storage.memory_rows import Rows

if TYPE_CHECKING:
    from registratura.features.drivers.engine.world import World

# What a world consists of besides its portal: values that never change, and tables of them.
PLAIN = ("clinic_cards", "password_policy", "code_alarm", "last_answer", "alarms", "delivery", "one_time_code")
TABLES = ("consents", "clinics", "codes", "clinic_answers")


@dataclass(frozen=True, slots=True)
class Kept:
    """A world as it was."""

    plain: Mapping[str, Any]
    tables: Mapping[str, Mapping[str, Any]]
    clock: Clock
    ids: UnluckyIds
    visitors: Mapping[str, Visitor]
    gosuslugi: Mapping[str, Any]
    desks: Mapping[str, Mapping[str, Any]]
    rows: tuple[Rows, Rows]
    stop: Stop
    count: tuple[int, int, datetime]


def remember(world: World) -> Kept:
    """Everything as it is now. Only what is stored in memory can be kept."""
    assert isinstance(world.storage, StoppableMemory)
    return Kept(
        plain={name: getattr(world, name) for name in PLAIN},
        tables={name: dict(getattr(world, name)) for name in TABLES},
        clock=replace(world.clock),
        ids=replace(world.ids),
        visitors=_same_visitors(world.visitors),
        gosuslugi=_same_gosuslugi(vars(world.gosuslugi)),
        desks={key: _same_lists(vars(desk)) for key, desk in world.desks.items()},
        rows=(world.storage.rows.copy(), _rows_of(world.gosuslugi.codes).copy()),
        stop=world.storage.stop,
        count=world.count(),
    )


def return_to(world: World, kept: Kept) -> None:
    """Everything as it was then."""
    assert isinstance(world.storage, StoppableMemory)
    decided = world.password_policy, world.code_alarm
    for name, value in kept.plain.items():
        setattr(world, name, value)
    for name, table in kept.tables.items():
        mine = getattr(world, name)
        mine.clear()
        mine.update(table)
    world.clock.now, world.ids.made, world.ids.drawn = kept.clock.now, kept.ids.made, kept.ids.drawn
    world.visitors = _same_visitors(kept.visitors)
    vars(world.gosuslugi).update(_same_gosuslugi(kept.gosuslugi))
    for key, desk in world.desks.items():
        vars(desk).update(_same_lists(kept.desks[key]))
    world.storage.rows, codes = (rows.copy() for rows in kept.rows)
    _storage_of(world.gosuslugi.codes).rows = codes
    if decided != (world.password_policy, world.code_alarm):
        world.restart()
    world.storage.stop = kept.stop


def _same_visitors(visitors: Mapping[str, Visitor]) -> dict[str, Visitor]:
    return {key: replace(who, pages=dict(who.pages)) for key, who in visitors.items()}


def _same_lists(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a stand-in for a clinic knows, but for the portal it talks to."""
    return {name: list(v) if isinstance(v, list) else v for name, v in values.items() if name != "portal"}


def _same_gosuslugi(values: Mapping[str, Any]) -> dict[str, Any]:
    citizens = {key: replace(c, phone_inbox=list(c.phone_inbox)) for key, c in values["citizens"].items()}
    visits = {flow: replace(v, citizen=citizens[v.citizen.login]) for flow, v in values["visits"].items()}
    kept = {"outage": values["outage"], "tickets": list(values["tickets"]), "answered": values["answered"]}
    return {**kept, "citizens": citizens, "visits": visits}


def _storage_of(portal: Registratura) -> MemoryStorage:
    assert isinstance(portal.engine.storage, MemoryStorage)
    return portal.engine.storage


def _rows_of(portal: Registratura) -> Rows:
    return _storage_of(portal).rows

"""`registratura flows stuck`: what goes on by itself no more and waits for an operator, without personal data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.engine.codec import micros, record_of
from registratura.flows.errors import DataDamaged, Erased, UnknownStoredState
from registratura.flows.flow import AnyRecord
from registratura.flows.rows import ERASED, EffectRow, FlowRow
from registratura.flows.versions import Catalogue, UnknownVersion
from registratura.host.portal import Registratura
from registratura.host.terminal.console import complain, say
from registratura.host.terminal.flows import rows, table, time_of, title_of_flow
from registratura.host.terminal.working import portal_named

MOST = 10_000
CURES = {
    "timer": "Таймеры никто не выполняет: запустите registratura worker или посмотрите, что он пишет.",
    "effect": "Поручения никто не выполняет: запустите registratura worker --portal с вашим порталом.",
    "dead": "Не удавшиеся поручения: registratura effects dead, затем registratura effects retry или drop.",
    "term": "Сроки уничтожения данных: registratura erase.",
    "unreadable": "Что не читается: registratura flows verify. Не меняйте базу, пока не поймёте причину.",
}


class Trouble(NamedTuple):
    """One thing that is stuck; `since` is when it should have gone on."""

    kind: str
    about: str
    title: str
    what: str
    since: int


def show_stuck(portal_name: str | None, database: str, keys: str | None, minutes: float) -> int:
    """All that is stuck for longer than so many minutes, one per line, and what to do; 1 if there is any."""
    with portal_named(database, keys, portal_name) as portal:
        late = portal.engine.tools.clock() - timedelta(minutes=minutes)
        found = [*_flows(portal, late), *_effects(portal, late)]
    if not found:
        say("Ничего не застряло.", "green")
        return 0
    lines = [(one.about, one.title, one.what, time_of(one.since)) for one in sorted(found, key=lambda one: one.since)]
    table(("ID", "Процесс или поручение", "Что случилось", "С какого времени (UTC)"), lines)
    complain(f"Застряло: {len(found)}.")
    for kind in (kind for kind in CURES if any(one.kind == kind for one in found)):
        complain(CURES[kind])
    return 1


def _flows(portal: Registratura, late: datetime) -> Iterator[Trouble]:
    flows = portal.parts.flows
    for row in rows(portal):
        try:
            record = record_of(row, flows, portal.engine.tools.keys)
            yield from _of_record(title_of_flow(flows, row.flow), record, late)
        except Erased:
            continue
        except UnknownVersion:
            yield _unreadable(flows, row, f"версии {row.chart_version} схемы у этой программы нет")
        except UnknownStoredState:
            yield _unreadable(flows, row, f"состояние {row.state} этой программе неизвестно")
        except DataDamaged:
            yield _unreadable(flows, row, "данные не читаются")


def _of_record(title: str, record: AnyRecord, late: datetime) -> Iterator[Trouble]:
    for kind in record.due(late):
        yield Trouble("timer", record.id, title, f"не выполнен таймер {kind}", micros(record.timers[kind].due))
    deadline = getattr(record.data, "deadline", None)
    if record.flow == ConsentWithdrawal.name and record.state == "requested" and deadline and deadline <= late:
        yield Trouble("term", record.id, title, "прошёл срок уничтожения данных", micros(deadline))


def _unreadable(flows: Catalogue, row: FlowRow, what: str) -> Trouble:
    return Trouble("unreadable", row.id, title_of_flow(flows, row.flow), what, row.changed_at)


def _effects(portal: Registratura, late: datetime) -> Iterator[Trouble]:
    storage = portal.engine.storage
    for row in storage.effects("dead", MOST):
        # What died because its person's data was erased is at its end, and nobody has to do anything.
        if row.error != ERASED:
            yield _effect("dead", row, f"не удалось, попыток {row.attempts}, ошибка {row.error}")
    for status in ("pending", "leased"):
        for row in storage.effects(status, MOST):
            if row.due <= micros(late):
                yield _effect("effect", row, f"не выполнено, попыток {row.attempts}")


def _effect(kind: str, row: EffectRow, what: str) -> Trouble:
    return Trouble(kind, row.id, row.kind, what, row.due)

"""`registratura flows replay`: which recorded histories the charts of this program would decide otherwise, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from registratura.flows.engine.replay import Difference
from registratura.flows.errors import DataDamaged, Erased, UnknownStoredState
from registratura.flows.rows import FlowRow
from registratura.flows.versions import Catalogue
from registratura.host.portal import Registratura
from registratura.host.terminal.console import complain, say
from registratura.host.terminal.failures import told
from registratura.host.terminal.flows import found, rows, time_of, title_of_flow
from registratura.host.terminal.working import portal_named

WHAT = {
    "refusals": "отказы",
    "state": "шаг",
    "transition": "переход",
    "timers": "сроки",
    "effects": "поручения",
    "sends": "события другим процессам",
    "starts": "начатые процессы",
    "claims": "занятое за процессом",
    "evidence": "записей о согласии",
}
WHY_NOT = {
    "unknown_event": "такого события больше нет",
    "not_allowed_now": "в этом шаге оно больше невозможно",
    "facts": "для решения нужны сведения, которых в журнале нет",
}


def replay_flows(part: str | None, database: str, keys: str | None, portal: str | None) -> int:
    """Decide the history of one flow, or of all, by the newest charts; 1 if one would go otherwise."""
    ends: Counter[str] = Counter()
    with portal_named(database, keys, portal) as made:
        for row in [found(made, part)] if part else rows(made):
            ends[_replayed(made, row)] += 1
    gone = f" Нельзя судить, личные данные уничтожены: {ends['erased']}." if ends["erased"] else ""
    if ends["otherwise"] or ends["unreadable"]:
        complain(f"Пошли бы иначе: {ends['otherwise']} из {ends.total()}. Не прочитано: {ends['unreadable']}.{gone}")
        return 1
    say(f"По схемам этой программы всё пошло бы так же: процессов {ends['same']}.{gone}", "green")
    return 0


def _replayed(portal: Registratura, row: FlowRow) -> str:
    try:
        differences = portal.replay(row.id)
    except Erased:
        return "erased"
    except (DataDamaged, UnknownStoredState) as error:
        complain(f"✗ {row.id}: {told(error)}")
        return "unreadable"
    if not differences:
        return "same"
    complain(said(portal.parts.flows, row, differences))
    return "otherwise"


def said(flows: Catalogue, row: FlowRow, differences: tuple[Difference, ...]) -> str:
    """A flow that would go otherwise: the entry from which on, its event, then and now."""
    entry, newest = differences[0].entry, flows.last(row.flow)
    event = flows.events[entry.event].title() if entry.event in flows.events else entry.event
    versions = " → ".join(str(number) for number in dict.fromkeys((entry.chart_version, newest.version)))
    # Another step is another transition, of course.
    apart = {one.what for one in differences} & {"refusals", "state"}
    told_of = [one for one in differences if not (one.what == "transition" and apart)]
    lines = "".join(f"\n    {_line(flows, row.flow, one)}" for one in told_of)
    return f"≠ {row.id} ({title_of_flow(flows, row.flow)}, версия {versions}), запись {entry.seq}, «{event}»:{lines}"


def _line(flows: Catalogue, name: str, one: Difference) -> str:
    if one.what == "impossible":
        return f"{WHY_NOT.get(one.now, f'решить нельзя: {one.now}')}."
    if one.what == "data":
        return f"в данных другое: {', '.join(one.now)}."
    if one.what == "owner":
        return "другой владелец."
    then, now = (", ".join(_words(flows, name, one.what, value)) or "нет" for value in (one.then, one.now))
    return f"{WHAT[one.what]}: было {then}; стало бы {now}."


def _words(flows: Catalogue, name: str, what: str, value: Any) -> Iterator[str]:
    match what:
        case "state":
            places = (flow.answers.places.get(value) for flow in flows.versions.values() if flow.name == name)
            yield next((f"«{place.title}»" for place in places if place), value)
        case "timers":
            yield from (f"«{flows.events[kind].title()}» {time_of(due)}" for kind, due in value.items())
        case "sends":
            yield from (f"«{flows.events[event].title()}»" for _, event in value)
        case "starts":
            yield from (f"«{title_of_flow(flows, flow)}»" for flow in value)
        case "claims":
            yield from (kind for kind, *_ in value)
        case "refusals" | "effects":
            yield from value
        case _:
            yield str(value)

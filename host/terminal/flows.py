"""`registratura flows`: what a database holds, without personal data, and whether it is what was done."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from registratura.flows.engine.codec import moment, timers_of
from registratura.flows.engine.due import Rounds
from registratura.flows.errors import DataDamaged, UnknownStoredState
from registratura.flows.rows import FlowRow, LogRow
from registratura.flows.versions import Catalogue
from registratura.host.checkpoints import compare_checkpoints, make_checkpoint
from registratura.host.portal import Registratura
from registratura.host.terminal.charts import title_of
from registratura.host.terminal.console import complain, console, put, say
from registratura.host.terminal.failures import Complaint, told
from registratura.host.terminal.opening import opened
from registratura.host.terminal.working import portal_named

PAGE = 500
SHORT = 8
ONE_ROUND = 1_000
STATUSES = {
    "pending": "ждёт",
    "leased": "выполняется",
    "done": "выполнено",
    "dead": "не получилось, нужен человек",
    "dropped": "снято оператором",
}


def show_list(portal_name: str | None, database: str, keys: str | None) -> int:
    """All flows, one per line."""
    with portal_named(database, keys, portal_name) as portal:
        flows = portal.parts.flows
        lines = [
            (row.id, title_of_flow(flows, row.flow), _state(flows, row), str(row.version), time_of(row.changed_at))
            for row in rows(portal)
        ]
    table(("ID", "Процесс", "Состояние", "Версия", "Изменён (UTC)"), lines)
    say(f"Всего: {len(lines)}", "dim")
    return 0


def show_flow(part: str, portal_name: str | None, database: str, keys: str | None) -> int:
    """One flow: where it stands, its log, timers and effects. Sealed data stays sealed."""
    with portal_named(database, keys, portal_name) as portal:
        flows, row = portal.parts.flows, found(portal, part)
        with portal.engine.storage.unit() as unit:
            log, effects = list(unit.log(row.id)), sorted(unit.effects(row.id), key=lambda effect: effect.seq)
    say(f"{title_of_flow(flows, row.flow)} ({row.flow}), {row.id}", "bold")
    say(f"Состояние: {_state(flows, row)}. Версия {row.version}, схема {row.chart_version}, согласий {row.evidence}.")
    table(("№", "Время (UTC)", "Событие", "Переход", "Откуда"), [_entry(flows, entry) for entry in log])
    for kind, timer in timers_of(json.loads(row.timers)).items():
        say(f"Таймер {kind}: {timer.due:%d.%m.%Y %H:%M:%S} UTC")
    for effect in effects:
        error = f", ошибка {effect.error}" if effect.error else ""
        say(f"Поручение {effect.kind}: {STATUSES.get(effect.status, effect.status)}, попыток {effect.attempts}{error}")
    return 0


def verify(part: str | None, checkpoints: str | None, portal_name: str | None, database: str, keys: str | None) -> int:
    """Replay the log and follow the chains of one flow, or of all; 1 if something is not what was done.

    With `checkpoints`, a folder, also compare the database with what it had when they were signed.
    """
    with portal_named(database, keys, portal_name) as portal:
        ids = [found(portal, part).id] if part else list(_ids(portal))
        counts = [_verified(portal, flow_id) for flow_id in ids]
        if bad := counts.count(None):
            complain(f"Не сходится процессов: {bad} из {len(ids)}.")
        if missing := _compared(portal, checkpoints) if checkpoints else 0:
            complain(f"Разошлось с контрольными точками процессов: {missing}.")
    if bad or missing:
        return 1
    entries, evidence = (sum(count[place] for count in counts if count) for place in (0, 1))
    say(f"Всё сходится: процессов {len(ids)}, записей в журнале {entries}, записей о согласиях {evidence}.", "green")
    return 0


def checkpoint(folder: str, database: str, keys: str | None) -> int:
    """Sign how far each log has got, into the next file of the folder."""
    with opened(database, keys) as portal:
        made = make_checkpoint(portal.engine, folder)
    say(f"Контрольная точка {made.number}: процессов с прошлой изменилось {len(made.flows)}.", "green")
    say(f"Подпись: {made.signature}")
    say("Храните эти файлы там, где их не изменит тот, у кого есть доступ к базе.", "dim")
    return 0


def _compared(portal: Registratura, folder: str) -> int:
    texts, broken = portal.engine.texts, 0
    for flow_id, problem in compare_checkpoints(portal.engine, folder):
        complain(f"✗ {flow_id}: {texts(f'problem.{problem.code}', entry=problem.entry or 0)}.")
        broken += 1
    return broken


def _verified(portal: Registratura, flow_id: str) -> tuple[int, int] | None:
    """The numbers of entries and of evidence; none, if the flow is not sound, which is said."""
    try:
        verdict = portal.verify(flow_id)
    except (DataDamaged, UnknownStoredState) as error:
        complain(f"✗ {flow_id}: {told(error)}")
        return None
    if verdict.sound:
        return verdict.entries, verdict.evidence
    texts = portal.engine.texts
    found = (texts(f"problem.{problem.code}", entry=problem.entry or 0) for problem in verdict.problems)
    complain(f"✗ {flow_id}: {'; '.join(found)}.")
    return None


def run_timers(database: str, keys: str | None) -> int:
    """Carry out timers that are due. Effects are left to the portal's worker, which has their handlers."""
    with opened(database, keys) as portal:
        storage = portal.engine.storage
        done = Rounds(portal.engine, None).next(ONE_ROUND)
        waiting = len(storage.effects("pending", ONE_ROUND))
    say(f"Таймеров выполнено: {done.timers}. Поручений ждёт: {waiting}; их выполняет рабочий процесс портала.")
    if done.broken:
        complain(f"Не удалось прочитать или записать процессов: {done.broken}. Их покажет registratura flows verify.")
    return 1 if done.broken else 0


def _ids(portal: Registratura) -> Iterator[str]:
    after = ""
    while page := portal.engine.storage.flow_ids(after, PAGE):
        yield from page
        after = page[-1]


def rows(portal: Registratura) -> Iterator[FlowRow]:
    """The rows as they are stored: looking carries out no timer and opens nothing."""
    with portal.engine.storage.unit() as unit:
        for flow_id in _ids(portal):
            row = unit.flow(flow_id)
            if row is not None:
                yield row


def found(portal: Registratura, part: str) -> FlowRow:
    """The flow with this id, or with the only id that ends so.

    Raises:
        Complaint: there is none, or there are several.
    """
    ending = [row for row in rows(portal) if row.id == part] or [
        row for row in rows(portal) if part and row.id.endswith(part)
    ]
    if not ending:
        raise Complaint("Такого процесса в базе нет. Все номера покажет registratura flows list.")
    if len(ending) > 1:
        raise Complaint("Так кончаются номера нескольких процессов. Укажите больше знаков.")
    return ending[0]


def title_of_flow(flows: Catalogue, flow: str) -> str:
    """The flow's Russian title, or its name where this program does not know it."""
    return title_of(flows[flow]) if flow in flows else flow


def _state(flows: Catalogue, row: FlowRow) -> str:
    flow = flows.versions.get((row.flow, row.chart_version)) or flows.get(row.flow)
    place = flow.answers.places.get(row.state) if flow else None
    return place.title if place else row.state


def time_of(at: int) -> str:
    """A stored time, for people."""
    return f"{moment(at):%d.%m.%y %H:%M:%S}"


def _entry(flows: Catalogue, entry: LogRow) -> tuple[str, ...]:
    kind = flows.events.get(entry.event)
    outcome: dict[str, Any] = json.loads(entry.outcome)
    codes = ", ".join(refusal["code"] for refusal in outcome.get("refusals", ()))
    channel = json.loads(entry.by).get("channel", "")
    transition = entry.transition + (f" ({codes})" if codes else "")
    return str(entry.seq), time_of(entry.at), kind.title() if kind else entry.event, transition, channel


def table(headings: tuple[str, ...], lines: Sequence[tuple[str, ...]]) -> None:
    """A table on a terminal, where an id is cut to its end; elsewhere lines with tabs, for programs."""
    out = console()
    if not out.is_terminal:
        for line in lines:
            print("\t".join(line))
        return
    drawn = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        drawn.add_column(heading, overflow="fold", no_wrap=heading in ("ID", "№", "Версия"))
    for line in lines:
        first = line[0][-SHORT:] if headings[0] == "ID" else line[0]
        drawn.add_row(*(Text(cell) for cell in (first, *line[1:])))
    put(out, drawn)

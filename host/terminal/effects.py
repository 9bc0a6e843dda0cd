"""`registratura effects`: what was tried to the end and waits for a person, without personal data."""

from __future__ import annotations

import sys

from registratura.flows.rows import EffectRow
from registratura.host.portal import Registratura
from registratura.host.terminal.console import complain, say
from registratura.host.terminal.failures import Complaint
from registratura.host.terminal.flows import table, time_of
from registratura.host.terminal.opening import opened

ALL = 10_000
SURE = "да"
TOO_LATE = (
    "Выполнять их поздно: более позднее поручение того же процесса уже выполнено или вот-вот уйдёт, "
    "либо данные человека уничтожены. Их можно снять: registratura effects drop ID."
)


def show_dead(database: str, keys: str | None) -> int:
    """All dead effects, one per line."""
    with opened(database, keys) as portal:
        dead = portal.operator.dead_effects(ALL)
    lines = [(row.id, row.kind, time_of(row.due), str(row.attempts), row.error) for row in dead]
    table(("ID", "Поручение", "Последний срок (UTC)", "Попыток", "Ошибка"), lines)
    say(f"Не удались и ждут решения: {len(dead)}.", "dim")
    return 0


def retry(part: str | None, everything: bool, database: str, keys: str | None) -> int:
    """Try one of them anew, or all."""
    if (part is None) != everything:
        raise Complaint("Укажите либо номер поручения, либо --all.")
    with opened(database, keys) as portal:
        chosen = portal.operator.dead_effects(ALL) if part is None else (_found(portal, part),)
        tried = sum(portal.operator.retry_effect(row.id) for row in chosen)
    say(f"Будут выполнены заново, с первой попытки: {tried}.", "green")
    if left := len(chosen) - tried:
        complain(f"Оставлены как есть: {left}. {TOO_LATE}")
    return 1 if left and not tried else 0


def drop(part: str, sure: bool, database: str, keys: str | None) -> int:
    """Give one of them up for good, if the person says so."""
    with opened(database, keys) as portal:
        row = _found(portal, part)
        if not sure and not _confirmed(row):
            say("Ничего не изменилось.")
            return 1
        portal.operator.drop_effect(row.id)
    say(f"Поручение {row.kind} снято. След о нём остаётся в базе: {row.id}.", "green")
    return 0


def _found(portal: Registratura, part: str) -> EffectRow:
    found = [row for row in portal.operator.dead_effects(ALL) if part and row.id.endswith(part)]
    if not found:
        raise Complaint("Такого среди неудавшихся поручений нет. Их покажет registratura effects dead.")
    if len(found) > 1:
        raise Complaint("Так кончаются номера нескольких поручений. Укажите больше знаков.")
    return found[0]


def _confirmed(row: EffectRow) -> bool:
    say(f"Поручение {row.kind} ({row.id}) больше никто не выполнит, и его содержание будет стёрто.")
    say(f"Чтобы снять его, напишите «{SURE}»:")
    return sys.stdin.readline().strip().lower() == SURE

"""`registratura erase`: the withdrawals whose data waits to be destroyed, and destroying it under an act."""

from __future__ import annotations

import sys

from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.engine.codec import record_of
from registratura.flows.flow import AnyRecord
from registratura.flows.versions import UnknownVersion
from registratura.host.portal import Registratura
from registratura.host.terminal.console import say
from registratura.host.terminal.failures import Complaint, told
from registratura.host.terminal.flows import found, rows
from registratura.host.terminal.working import HOW, portal_named

SURE = "уничтожить"
LONGEST = 100


def show_waiting(portal_name: str | None, database: str, keys: str | None) -> int:
    """The withdrawals that wait, the most urgent first; 1 if a term is over."""
    with portal_named(database, keys, portal_name) as portal:
        now = portal.engine.tools.clock()
        waiting = sorted(_waiting(portal), key=lambda record: record.data.deadline or now)
    if not waiting:
        say("Отзывов, по которым данные ещё не уничтожены, нет.")
        return 0
    late = [record for record in waiting if (record.data.deadline or now) <= now]
    for record in waiting:
        over = "  Срок прошёл!" if record in late else ""
        say(f"{record.id}  отозвано {record.created_at:%d.%m.%Y}, уничтожить до {record.data.deadline:%d.%m.%Y}{over}")
    say("Чтобы уничтожить: registratura erase ID --act НОМЕР", "dim")
    return 1 if late else 0


def erase(part: str, act: str | None, portal_name: str | None, database: str, keys: str | None, *, sure: bool) -> int:
    """Destroy the data of whoever withdrew, if the operator says so."""
    if act is None or not act.strip() or len(act) > LONGEST:
        raise Complaint(f"Нужен номер акта: registratura erase ID --act НОМЕР (не длиннее {LONGEST} знаков).")
    with portal_named(database, keys, portal_name) as portal:
        row = found(portal, part)
        if row.flow != ConsentWithdrawal.name or row.state != "requested":
            raise Complaint("Это не отзыв, по которому данные ещё не уничтожены. Такие покажет registratura erase.")
        if not sure and not _confirmed(row.id):
            say("Ничего не изменилось.")
            return 1
        try:
            portal.operator.data_destroyed(row.id, act.strip())
        except UnknownVersion as error:
            raise Complaint(
                f"Ничего не уничтожено. {told(error)} Если схема ваша, её знает ваш портал. {HOW}"
            ) from None
    say(f"Данные уничтожены по акту {act.strip()}. Остались записи о согласии, отзыв и акт.", "green")
    say("В старых копиях базы они ещё есть: следите, чтобы и те отслужили свой срок.")
    return 0


def _waiting(portal: Registratura) -> list[AnyRecord]:
    tools = portal.engine.tools
    mine = [row for row in rows(portal) if row.flow == ConsentWithdrawal.name and row.state == "requested"]
    return [record_of(row, tools.flows, tools.keys) for row in mine]


def _confirmed(flow_id: str) -> bool:
    say(f"По отзыву {flow_id} будут уничтожены карты человека и его близких, пароль, права клиник, документы.")
    say("Вернуть их нельзя. То, что клиники и другие системы хранят у себя, уничтожьте прежде.")
    say(f"Чтобы уничтожить, напишите «{SURE}»:")
    return sys.stdin.readline().strip().lower() == SURE

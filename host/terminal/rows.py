"""What stands in the tables, in counts. Nothing personal: no row is read, they are only counted."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from registratura.flows.ports import Storage
from registratura.storage import SqlStorage
from registratura.storage.names import OURS
from registratura.storage.tables import METADATA, named

NAMES: Mapping[str, str] = {
    "flows": "процессы",
    "log": "журнал",
    "evidence": "согласия",
    "claims": "уникальные записи",
    "timers": "таймеры",
    "effects": "поручения",
    "keys": "ключи данных",
    "idempotency": "ответы на повтор",
    "attempts": "счётчики попыток",
    "tickets": "попытки",
    "security_events": "события безопасности",
}


def counted(storage: Storage) -> dict[str, int]:
    """The number of rows of each table, by its name in `NAMES`; nothing for a storage without tables."""
    if not isinstance(storage, SqlStorage):
        return {}
    tables = {name: named(METADATA.tables[OURS + name], storage.names) for name in NAMES}
    with storage.engine.connect() as connection:
        return {name: connection.scalar(select(func.count()).select_from(table)) or 0 for name, table in tables.items()}


def difference(before: Mapping[str, int], after: Mapping[str, int]) -> str:
    """What was added and taken away: `журнал +1, согласия +1`."""
    changes = {name: after[name] - before.get(name, 0) for name in after}
    return ", ".join(f"{NAMES[name]} {change:+d}" for name, change in changes.items() if change)

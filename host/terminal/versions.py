"""What `registratura db` does and says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from registratura.host.terminal.console import complain, say
from registratura.host.terminal.failures import Complaint
from registratura.host.terminal.opening import table_names
from registratura.storage import SqlStorage
from registratura.storage import upgrade as to
from registratura.storage.open import reached
from registratura.storage.schema import EMPTY, other_release, version_of
from registratura.storage.tables import SCHEMA_VERSION

NEWEST = f"версия {SCHEMA_VERSION}, как и нужно этой программе"


def upgrade_tables(database: str) -> int:
    """Bring the tables to this program's version."""
    with _storage(database) as storage:
        before, after = to.upgrade(storage)
    if before == after:
        say(f"Обновлять нечего: таблицы целы, {NEWEST}.")
    elif before == EMPTY:
        say(f"Таблицы созданы, версия {after}.", "green")
    else:
        say(f"Таблицы обновлены: была версия {before}, стала {after}.", "green")
    return 0


def check_tables(database: str) -> int:
    """Say whether the tables fit this program; 1 if there are none."""
    with _storage(database) as storage:
        version = to.check(storage)
    if version == EMPTY:
        complain("Таблиц портала в этой базе нет. Создайте их: registratura db upgrade.")
        return 1
    say(f"Таблицы целы: {NEWEST}.", "green")
    return 0


def print_sql(database: str, since: int | None) -> int:
    """The SQL for a DBA, on stdout; what it is about stands in its first line."""
    with _storage(database) as storage:
        found = version_of(storage) if since is None else since
        if found > SCHEMA_VERSION:
            raise other_release(storage, found)
        if found == SCHEMA_VERSION:
            raise Complaint(f"Обновлять нечего: {NEWEST}.")
        words = to.script(storage, found)
    print(f"-- Таблицы портала: с версии {found} до версии {SCHEMA_VERSION}.\n\n{words}", end="")
    return 0


@contextmanager
def _storage(database: str) -> Iterator[SqlStorage]:
    """A database that is there, whatever its tables are."""
    storage = reached(database, create=False, names=table_names())
    try:
        yield storage
    finally:
        storage.close()

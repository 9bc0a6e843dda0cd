"""`registratura spec --compare`: an older ledger, perhaps a database, and the report in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rich.text import Text

from registratura.features.spec.changes import Changes, changes
from registratura.features.spec.ledger import Ledger, read
from registratura.features.spec.standing import Standing, standing
from registratura.host.terminal.console import console, put, say
from registratura.host.terminal.failures import Complaint

# The run of today must not be written over what was kept.
KEPT = (
    "Возьмите журнал, который сохранили вместе с прежним выпуском. Если его не сохранили, запишите его в том выпуске: "
    "make features, журнал окажется в build/ledger-engine.json. Сохраняйте его вместе с каждым выпуском."
)


class Older(NamedTuple):
    """What a new run is held beside."""

    ledger: Ledger
    standing: Sequence[Standing] | None

    def changes(self, new: Ledger) -> Changes:
        """All that is different now."""
        return changes(self.ledger, new, self.standing)


def older(file: str | None, database: str | None, keys: str | None) -> Older | None:
    """What the command line names, if it does.

    Raises:
        Complaint: a database is named, and no ledger.
        LedgerUnreadable, RegistraturaError: the ledger, or the database, is not there or cannot be read.
    """
    if file is None:
        if database or keys:
            raise Complaint("База нужна, чтобы сравнить выпуски: --compare ЖУРНАЛ --database БАЗА.")
        return None
    if keys and not database:
        raise Complaint("К ключу нужна база: --database БАЗА --keys ФАЙЛ.")
    return Older(read(Path(file), KEPT), standing(database, keys) if database else None)


def report(found: Changes) -> None:
    """Say what has changed."""
    say(f"Что изменилось с прошлого выпуска ({found.since})", "bold")
    out = console()
    for section in found.sections:
        say(f"{section.title}: {len(section.lines)}" if section.lines else section.title, "cyan")
        for line in section.lines:
            put(out, Text(f"{line.said} — {line.how}" if line.how else line.said), 2)

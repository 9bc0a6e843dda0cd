"""Whether the scenarios show all there is: `python -m registratura.features.spec LEDGER…`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from registratura.features.spec.branches import ListUnreadable
from registratura.features.spec.judge import findings, walks
from registratura.features.spec.ledger import Ledger, LedgerUnreadable, read
from registratura.features.spec.results import LedgerOfOthers, results
from registratura.features.spec.sources import FOLDER, Feature, SourceUnreadable, features

APART = (
    "Что идёт по-разному, приведите к одному: исправьте драйвер или портал. Если драйвер иначе не может, поставьте "
    "метку @use.with_driver=… и назовите причину в features/drivers.toml."
)
SHOW = (
    "Что не показано, покажите сценарием: черновик запишет registratura spec --drafts ФАЙЛ. Лишнюю метку или строку "
    "списка уберите."
)


class Stale(Exception):
    """A ledger is of other features than those that lie here. Says which, and what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Judge; 1 if something is not shown, 2 if that cannot be said."""
    options = argparse.ArgumentParser(prog="python -m registratura.features.spec", description=__doc__)
    options.add_argument("ledgers", nargs="+", type=Path, metavar="LEDGER", help="what behave -D ledger=FILE wrote")
    options.add_argument("--walks", action="store_true", help="only whether the scenarios go the same way everywhere")
    chosen = options.parse_args(arguments)
    try:
        files = features(FOLDER)
        ledgers = [_read(file, files) for file in chosen.ledgers]
        found = list(walks(ledgers)) if chosen.walks else findings(ledgers)
    except (LedgerUnreadable, ListUnreadable, SourceUnreadable, Stale) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.writelines(f"{finding}\n" for finding in found)
    good = "У всех драйверов сценарии идут одинаково." if chosen.walks else "Сценарии показывают всё, что объявлено."
    cure = APART if chosen.walks else f"{SHOW} {APART}"
    sys.stdout.write(f"Найдено: {len(found)}. {cure}\n" if found else f"{good}\n")
    return 1 if found else 0


def _read(file: Path, files: Sequence[Feature]) -> Ledger:
    """A ledger of these features."""
    ledger = read(file)
    try:
        results(files, ledger)
    except LedgerOfOthers as error:
        raise Stale(f"{file}: {error}") from None
    return ledger


if __name__ == "__main__":
    sys.exit(main())

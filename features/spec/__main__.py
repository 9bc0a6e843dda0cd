"""Whether the scenarios show all there is: `python -m registratura.features.spec LEDGER…`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from registratura.features.spec.branches import ListUnreadable
from registratura.features.spec.judge import findings, walks
from registratura.features.spec.ledger import LedgerUnreadable, read


def main(arguments: list[str] | None = None) -> int:
    """Judge; 1 if something is not shown, 2 if that cannot be said."""
    options = argparse.ArgumentParser(prog="python -m registratura.features.spec", description=__doc__)
    options.add_argument("ledgers", nargs="+", type=Path, metavar="LEDGER", help="what behave -D ledger=FILE wrote")
    options.add_argument("--walks", action="store_true", help="only whether the scenarios go the same way everywhere")
    chosen = options.parse_args(arguments)
    try:
        ledgers = [read(file) for file in chosen.ledgers]
        found = list(walks(ledgers)) if chosen.walks else findings(ledgers)
    except (LedgerUnreadable, ListUnreadable) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.writelines(f"{finding}\n" for finding in found)
    good = "У всех драйверов сценарии идут одинаково." if chosen.walks else "Сценарии показывают всё, что объявлено."
    sys.stdout.write(f"Найдено: {len(found)}.\n" if found else f"{good}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

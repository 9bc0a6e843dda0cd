"""Whether the scenarios show all there is: `python -m registratura.features.spec LEDGER…`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from registratura.features.spec.judge import findings
from registratura.features.spec.ledger import LedgerUnreadable, read


def main(arguments: list[str] | None = None) -> int:
    """Judge; 1 if something is not shown, 2 if that cannot be said."""
    options = argparse.ArgumentParser(prog="python -m registratura.features.spec", description=__doc__)
    options.add_argument("ledgers", nargs="+", type=Path, metavar="LEDGER", help="what behave -D ledger=FILE wrote")
    try:
        found = findings([read(file) for file in options.parse_args(arguments).ledgers])
    except LedgerUnreadable as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.writelines(f"{finding}\n" for finding in found)
    sys.stdout.write(f"Не показано: {len(found)}.\n" if found else "Сценарии показывают всё, что объявлено.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

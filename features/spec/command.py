"""`registratura spec`: the page, and in Russian what keeps it from being written."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from registratura.features.spec.branches import ListUnreadable
from registratura.features.spec.ledger import LedgerUnreadable, merged, read
from registratura.host.terminal.console import say
from registratura.host.terminal.failures import Complaint

FOLDER = Path(__file__).parents[1]
NEEDED = ("behave", "gherkin", "jinja2")
NO_EXTRA = "Для этой команды нужна спецификация целиком. Установите её: pip install 'registratura[features]'"


def write_spec(out: str, ledgers: Sequence[str], messages: str | None, since: str | None) -> int:
    """Write the page from ledgers, or play the scenarios first.

    Raises:
        Complaint: something keeps it from being written; nothing is.
    """
    if not all(map(_installed, NEEDED)):
        raise Complaint(NO_EXTRA)
    if messages and not ledgers:
        raise Complaint("К сообщениям нужен журнал того же прогона: --ledger ФАЙЛ --messages ФАЙЛ.")
    from registratura.features.spec import messages as cucumber
    from registratura.features.spec.page import Given, write
    from registratura.features.spec.play import NotPlayed, play
    from registratura.features.spec.results import LedgerOfOthers
    from registratura.features.spec.sources import SourceUnreadable, features

    try:
        older = read(Path(since)) if since else None
        if ledgers:
            given = Given(
                merged([read(Path(ledger)) for ledger in ledgers]),
                cucumber.read(Path(messages)) if messages else (),
                older,
            )
        else:
            features(FOLDER)  # What does not parse is known before anything is played.
            say("Выполняем сценарии, это несколько секунд…")
            given = Given(*play(FOLDER), older)
        write(given, Path(out), FOLDER)
    except (
        LedgerUnreadable,
        ListUnreadable,
        SourceUnreadable,
        LedgerOfOthers,
        NotPlayed,
        cucumber.MessagesUnreadable,
    ) as error:
        raise Complaint(str(error)) from None
    _report(given.ledger.failed, out)
    return 0


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ValueError:
        return False


def _report(failed: int, out: str) -> None:
    if failed:
        say(f"Не прошло сценариев: {failed}. Они стоят на странице первыми.", "red")
    say(f"Страница записана в {out}. Откройте её в браузере.", "green")

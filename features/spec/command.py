"""`registratura spec`: the page, and in Russian what keeps it from being written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from registratura.features.spec.branches import ListUnreadable
from registratura.features.spec.ledger import LedgerUnreadable, merged, read
from registratura.host.terminal.console import say
from registratura.host.terminal.failures import Complaint

if TYPE_CHECKING:
    from registratura.features.spec.play import Run

FOLDER = Path(__file__).parents[1]
PAGE = "<title>Живая спецификация".encode()
NEEDED = ("behave", "gherkin", "jinja2")
NO_EXTRA = "Для этой команды нужна спецификация целиком. Установите её: pip install 'registratura[features]'"


class Compared(NamedTuple):
    """What the new run is held beside: the ledger of an older release, and a database in which flows are open."""

    ledger: str | None = None
    database: str | None = None
    keys: str | None = None


def write_spec(out: str, ledgers: Sequence[str], messages: str | None, compared: Compared) -> int:
    """Write the page from ledgers, or play the scenarios first; 1 if one of them failed.

    Raises:
        Complaint: something keeps it from being written; nothing is.
        RegistraturaError: the database to compare with cannot be read; nothing is written either.
    """
    must_be_installed()
    if messages and not ledgers:
        raise Complaint("К сообщениям нужен журнал того же прогона: --ledger ФАЙЛ --messages ФАЙЛ.")
    must_be_a_page(out)
    from registratura.features.spec.compare import older, report
    from registratura.features.spec.messages import MessagesUnreadable
    from registratura.features.spec.page import Given, write
    from registratura.features.spec.play import NotPlayed
    from registratura.features.spec.results import LedgerOfOthers
    from registratura.features.spec.sources import SourceUnreadable

    try:
        before = older(*compared)
        run = _told_by(ledgers, messages) if ledgers else _played()
        found = before.changes(run.ledger) if before else None
        write(Given(*run, found), Path(out), FOLDER)
    except (
        LedgerUnreadable,
        ListUnreadable,
        SourceUnreadable,
        LedgerOfOthers,
        NotPlayed,
        MessagesUnreadable,
    ) as error:
        raise Complaint(str(error)) from None
    if found:
        report(found)
    _report(run.ledger.failed, out)
    return int(run.ledger.failed > 0)


def _told_by(ledgers: Sequence[str], messages: str | None) -> Run:
    from registratura.features.spec import messages as cucumber
    from registratura.features.spec.play import Run

    said = cucumber.read(Path(messages)) if messages else ()
    return Run(merged([read(Path(ledger)) for ledger in ledgers]), said)


def _played() -> Run:
    from registratura.features.spec.play import play
    from registratura.features.spec.sources import features

    features(FOLDER)  # What does not parse is known before anything is played.
    say("Выполняем сценарии, это несколько секунд…")
    return play(FOLDER)


def write_drafts(file: str, ledgers: Sequence[str]) -> int:
    """Write drafts of scenarios for the transitions that none shows, from ledgers, or play the scenarios first.

    Raises:
        Complaint: something keeps them from being written; nothing is.
    """
    must_be_installed()
    from registratura.features.spec.drafts import command
    from registratura.features.spec.play import NotPlayed, play
    from registratura.features.spec.sources import SourceUnreadable, features

    command.must_be_new(file)
    try:
        features(FOLDER)
        known = [read(Path(ledger)) for ledger in ledgers] or [play(FOLDER).ledger]
    except (LedgerUnreadable, ListUnreadable, SourceUnreadable, NotPlayed) as error:
        raise Complaint(str(error)) from None
    return command.write_drafts(merged(known), file)


def write_from_flow(part: str, entry: int | None, database: str, keys: str | None, file: str) -> int:
    """Write a draft of a scenario for what a recorded flow went through.

    Raises:
        Complaint: something keeps it from being written; nothing is.
    """
    must_be_installed()
    from registratura.features.spec.drafts import command

    command.must_be_new(file)
    return command.write_from_flow(part, entry, database, keys, file)


def must_be_installed() -> None:
    """Raises Complaint, unless everything that plays and writes is there."""
    if not all(map(_installed, NEEDED)):
        raise Complaint(NO_EXTRA)


def must_not_be_there(given: Mapping[str, object], why: str) -> None:
    """Raises Complaint, if one of the options that do nothing here was given all the same."""
    if named := [name for name, value in given.items() if value is not None]:
        raise Complaint(f"{why}: уберите {', '.join(named)}.")


def must_be_a_page(out: str) -> None:
    """Raises Complaint, if a page there would take the place of something else."""
    place = Path(out)
    if place.is_dir():
        raise Complaint(f"{out} — это папка. Назовите файл: --out {place / 'spec.html'}.")
    if place.is_file() and place.stat().st_size and PAGE not in place.read_bytes()[:1000]:
        raise Complaint(f"{out} — не страница спецификации; страница стёрла бы этот файл. Назовите другой: --out ФАЙЛ.")


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ValueError:
        return False


def _report(failed: int, out: str) -> None:
    if failed:
        say(f"Не прошло сценариев: {failed}. Они стоят на странице первыми.", "red")
    say(f"Страница записана в {out}. Откройте её в браузере.", "green")

"""`registratura spec --drafts` and `--from-flow`: scenarios for what none shows, and for what happened to somebody."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from registratura.features.spec.declared import Kind, declared, transitions
from registratura.features.spec.drafts.make import Drafts
from registratura.features.spec.drafts.retold import Case
from registratura.features.spec.drafts.search import Goal
from registratura.features.spec.drafts.trial import entry_of
from registratura.features.spec.drafts.writing import Draft, feature
from registratura.features.spec.judge import excuses, shown_in
from registratura.features.spec.ledger import Ledger
from registratura.features.spec.words import count, title_of
from registratura.flows.catalogue import FLOWS
from registratura.flows.rows import FlowRow, LogRow
from registratura.host.terminal.console import say
from registratura.host.terminal.failures import Complaint
from registratura.host.terminal.flows import found
from registratura.host.terminal.opening import opened

SCREEN = "-"
BY_HAND = "Напишите сценарий сами: журнал покажет registratura flows show {id}."
OTHER_CHART = "Процесс {id} записан по другой версии схемы ({what}): её переходов сейчас нет. " + BY_HAND
NO_ENTRY = "Записи {entry} в журнале этого процесса нет: они от 1 до {last}. Посмотрите registratura flows show {id}."


def uncovered(ledger: Ledger) -> list[Goal]:
    """The transitions that no scenario of a run shows, but for those that none can show."""
    shown = {thing for played in ledger.scenarios if played.status == "passed" for thing in shown_in(played)}
    missing = sorted(declared() - shown - set(excuses()))
    return [Goal(thing.chart, thing.id) for thing in missing if thing.kind is Kind.TRANSITION]


def write_drafts(ledger: Ledger, file: str) -> int:
    """Drafts of what the run does not show, into a file or on the screen."""
    goals = uncovered(ledger)
    if not goals:
        say("Черновики не нужны: сценарии показывают каждый переход.", "green")
        return 0
    drafts = Drafts()
    made = [drafts.of(goal) for goal in goals]
    _write(file, feature("Черновики сценариев", made))
    if file != SCREEN:
        _report(made, file)
    return 0


def write_from_flow(part: str, entry: int | None, database: str, keys: str | None, file: str) -> int:
    """A draft of what a recorded flow went through, up to an entry of its log.

    Raises:
        Complaint: there is no such flow or entry, or it went another way than the charts go now.
        RegistraturaError: the database or its key cannot be opened.
    """
    with opened(database, keys) as portal:
        row = found(portal, part)
        with portal.engine.storage.unit() as unit:
            log = list(unit.log(row.id))
    draft = Drafts().of_case(case_of(row, log, entry))
    _write(file, feature(f"Из журнала: {title_of(FLOWS[row.flow])}", [draft]))
    if file != SCREEN:
        _report([draft], file)
    return 0


def case_of(row: FlowRow, log: Sequence[LogRow], entry: int | None = None) -> Case:
    """A flow up to an entry of its log, up to the last if None: its transitions and refusals, and nothing else.

    Raises:
        Complaint: there is no such entry, or it went another way than the charts go now.
    """
    if row.flow not in FLOWS:
        raise Complaint(OTHER_CHART.format(id=row.id, what=row.flow))
    chosen = len(log) if entry is None else entry
    if not 1 <= chosen <= len(log):
        raise Complaint(NO_ENTRY.format(entry=chosen, last=len(log), id=row.id))
    known, now = transitions(FLOWS[row.flow]), FLOWS[row.flow].version
    for line in log[:chosen]:
        if line.chart_version != now or line.transition not in known:
            raise Complaint(OTHER_CHART.format(id=row.id, what=f"{row.flow} {line.chart_version}, сейчас {now}"))
    return Case(row.flow, tuple(map(entry_of, log[:chosen])))


def must_be_new(file: str) -> None:
    """What somebody may have worked on is not written over.

    Raises:
        Complaint: the file is there.
    """
    if file != SCREEN and Path(file).exists():
        raise Complaint(f"Файл {file} уже есть, и в нём могла остаться чья-то работа. Назовите другой.")


def _write(file: str, text: str) -> None:
    if file == SCREEN:
        sys.stdout.write(text)
        return
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _report(drafts: Iterable[Draft], file: str) -> None:
    made = list(drafts)
    written = sum(draft.plan is not None for draft in made)
    say(f"{count(written, 'черновик', 'черновика', 'черновиков')} в файле {file}: прочтите и поправьте слова.", "green")
    if lacking := len(made) - written:
        say(f"Не сложилось: {lacking}. Чего не хватает, сказано в начале файла.")

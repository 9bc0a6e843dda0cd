"""The scenarios of the files with what the ledger says of them, and found again by what they show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from registratura.features.spec.declared import Kind, Thing
from registratura.features.spec.document import ACTIVE
from registratura.features.spec.judge import shown_in
from registratura.features.spec.ledger import Ledger, Played
from registratura.features.spec.sources import Feature, Scenario
from registratura.features.spec.words import cited

K = TypeVar("K")
DIFFERS = re.compile(r"\s*\((?:<[^<>]+>(?:, )?)+\)$")
WORDS = {"passed": "прошёл", "failed": "не прошёл", "skipped": "здесь не выполняется", "unplayed": "не выполнялся"}
MARKS = {"passed": "✓", "failed": "✗", "skipped": "–", "unplayed": "–"}


class LedgerOfOthers(Exception):
    """The ledger is of other files than those that lie here: what it says could be told of the wrong scenario."""

    def __init__(self, played: Played) -> None:
        super().__init__(
            f"{played.feature}:{played.line}: в журнале прогона здесь сценарий {cited(played.scenario)}, "
            "а в файле его нет. Журнал записан для других файлов, запишите его заново: behave -D ledger=ФАЙЛ"
        )


class Result(NamedTuple):
    """A scenario, or an outline with all its examples, and how it went."""

    scenario: Scenario
    played: Mapping[int, Played]

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return f"s/{self.scenario.file.removesuffix('.feature')}/{self.scenario.line}"

    @property
    def title(self) -> str:
        """Its name; an outline's ends with the names of what differs, which says nothing without the values."""
        return DIFFERS.sub("", self.scenario.name)

    @property
    def many(self) -> int:
        """How many examples it has."""
        return sum(len(table.rows) for table in self.scenario.examples)

    @property
    def status(self) -> str:
        """One for all examples: what failed counts first, what passed next."""
        found = {self.of(line) for line in self.scenario.lines}
        return next(status for status in ("failed", "passed", "skipped", "unplayed") if status in found)

    def of(self, line: int) -> str:
        """How one example went."""
        return self.played[line].status if line in self.played else "unplayed"

    @property
    def mark(self) -> str:
        """The status, as a sign."""
        return MARKS[self.status]

    @property
    def word(self) -> str:
        """The status, in Russian."""
        return WORDS[self.status]

    @property
    def whys(self) -> tuple[str, ...]:
        """Why it failed, or was not played; each reason once."""
        return tuple(dict.fromkeys(played.why for played in self.played.values() if played.why))

    @property
    def settings(self) -> str:
        """The settings of behave with which it is played: one of those that its active tags allow."""
        active = [found for tag in self.scenario.tags if (found := ACTIVE.fullmatch(tag)) and found["how"] == "use"]
        allowed = {found["setting"]: found["value"] for found in reversed(active)}
        return "".join(f" -D {name}={value}" for name, value in allowed.items())


class Results(NamedTuple):
    """All of them, in the order of the files; and those that show a thing, carry a tag, or read a text."""

    all: tuple[Result, ...]
    showing: Mapping[Thing, tuple[Result, ...]]
    tagged: Mapping[str, tuple[Result, ...]]
    reading: Mapping[str, tuple[Result, ...]]


def results(files: Iterable[Feature], ledger: Ledger) -> Results:
    """The ledger beside the files.

    Raises:
        LedgerOfOthers: it knows a scenario that they do not have where it says.
    """
    scenarios = [scenario for file in files for rule in file.rules for scenario in rule.scenarios]
    by_line = {(scenario.file, line): scenario for scenario in scenarios for line in scenario.lines}
    played: dict[tuple[str, int], dict[int, Played]] = {}
    for one in ledger.scenarios:
        scenario = by_line.get((one.feature, one.line))
        if scenario is None or not _same(scenario, one):
            raise LedgerOfOthers(one)
        played.setdefault((scenario.file, scenario.line), {})[one.line] = one
    every = tuple(Result(scenario, played.get((scenario.file, scenario.line), {})) for scenario in scenarios)
    shown = [(thing, result) for result in every for one in _passed(result) for thing in _shows(one)]
    read = [(key, result) for result in every for one in _passed(result) for key in one.seen]
    tags = [(tag, result) for result in every for tag in result.scenario.tags]
    return Results(every, _grouped(shown), _grouped(tags), _grouped(read))


def _same(scenario: Scenario, played: Played) -> bool:
    """An example's name has values where the outline's has names."""
    before, _, after = scenario.name.partition("<")
    return played.scenario.startswith(before) and (bool(after) or played.scenario.startswith(scenario.name))


def _passed(result: Result) -> list[Played]:
    return [played for played in result.played.values() if played.status == "passed"]


def _shows(played: Played) -> frozenset[Thing]:
    """A refusal's code is looked for by the code alone: its text is one for all charts."""
    codes = {Thing(Kind.REFUSAL, "", code) for happened in played.fired for code in happened.refusals}
    return shown_in(played) | codes


def _grouped(pairs: Sequence[tuple[K, Result]]) -> dict[K, tuple[Result, ...]]:
    found: dict[K, dict[str, Result]] = {}
    for key, result in pairs:
        found.setdefault(key, {})[result.anchor] = result
    return {key: tuple(several.values()) for key, several in found.items()}

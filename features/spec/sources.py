"""The feature files as a reader has them: rules, scenarios, steps and examples, each with its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from registratura.features.spec.document import FeatureUnreadable, feature_in

FOLDER = Path(__file__).parents[1]


class SourceUnreadable(Exception):
    """A feature file does not parse. Says which file and line, and what to do."""

    def __init__(self, file: str, line: int, what: str) -> None:
        super().__init__(
            f"{file}:{line}: этого здесь быть не может ({what}). Исправьте строку и проверьте: "
            "python -m registratura.features.spec.lint"
        )


class Step(NamedTuple):
    """«Дано», and what was given; `table` are the cells below it."""

    keyword: str
    text: str
    table: tuple[tuple[str, ...], ...] = ()


class Examples(NamedTuple):
    """One table of an outline; each row has its line."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


class Scenario(NamedTuple):
    """A scenario, or an outline with all its examples. The steps of a background are its first ones."""

    file: str
    line: int
    rule: str
    name: str
    description: str
    tags: tuple[str, ...]
    steps: tuple[Step, ...]
    examples: tuple[Examples, ...] = ()

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines by which a ledger knows it: that of each example, if it has some."""
        return tuple(line for table in self.examples for line, _ in table.rows) or (self.line,)


class Rule(NamedTuple):
    """A rule of the portal and what shows it."""

    name: str
    description: str
    scenarios: tuple[Scenario, ...]


class Feature(NamedTuple):
    """One file."""

    file: str
    name: str
    description: str
    rules: tuple[Rule, ...]


def features(folder: Path = FOLDER) -> tuple[Feature, ...]:
    """All of them, in the order of their numbers.

    Raises:
        SourceUnreadable: one does not parse.
    """
    return tuple(_feature(file) for file in sorted(folder.glob("*.feature")))


def _feature(file: Path) -> Feature:
    try:
        feature = feature_in(file.read_text("utf-8"))
    except UnicodeDecodeError:
        raise SourceUnreadable(file.name, 1, "файл записан не в UTF-8") from None
    except FeatureUnreadable as error:
        raise SourceUnreadable(file.name, error.line, error.what) from None
    rules = [
        Rule(child["rule"]["name"], _plain(child["rule"]), tuple(_scenarios(file.name, child["rule"])))
        for child in feature["children"]
        if "rule" in child
    ]
    loose = tuple(_scenarios(file.name, feature))
    return Feature(
        file.name, feature["name"], _plain(feature), tuple([Rule("", "", loose), *rules] if loose else rules)
    )


def _scenarios(file: str, around: Any) -> Iterator[Scenario]:
    before: list[Any] = []
    rule = around["name"] if around["keyword"].startswith("Правило") else ""
    for child in around["children"]:
        if "background" in child:
            before += child["background"]["steps"]
        elif "scenario" in child:
            found = child["scenario"]
            tags = [tag["name"].lstrip("@") for part in (found, *found["examples"]) for tag in part["tags"]]
            yield Scenario(
                file,
                found["location"]["line"],
                rule,
                found["name"],
                _plain(found),
                tuple(tags),
                tuple(_step(step) for step in (*before, *found["steps"])),
                tuple(_examples(table) for table in found["examples"] if "tableHeader" in table),
            )


def _step(step: Any) -> Step:
    rows = step.get("dataTable", {"rows": ()})["rows"]
    return Step(step["keyword"].strip(), step["text"], tuple(_cells(row) for row in rows))


def _examples(table: Any) -> Examples:
    rows = tuple((row["location"]["line"], _cells(row)) for row in table["tableBody"])
    return Examples(_cells(table["tableHeader"]), rows)


def _cells(row: Any) -> tuple[str, ...]:
    return tuple(cell["value"] for cell in row["cells"])


def _plain(described: Any) -> str:
    return " ".join(str(described["description"]).split())

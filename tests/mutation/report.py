"""What became of the mutants, as a table, and whether that will do."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mutation.judges import ROOT
from mutation.judging import KILLED, Key, Verdict

ALL = ROOT / "build" / "mutation.json"
"""Where every mutant of the last run stands, with what became of it."""
LISTED = Path(__file__).with_name("survivors.toml")
LEAST = 90.0
"""The score in per cent that is asked of each run."""

Place = tuple[str, Key]
"""A mutant in its module."""


class Row(NamedTuple):
    """A module in the table; `seconds` are those of its mutants, in all processes."""

    module: str
    mutants: int
    killed: int
    seconds: float

    @property
    def score(self) -> float:
        return 100 * self.killed / self.mutants if self.mutants else 100.0

    def told(self) -> str:
        survived = self.mutants - self.killed
        return f"{self.module:<34}{self.mutants:>8}{self.killed:>8}{survived:>10}{self.score:>8.1f}{self.seconds:>9.0f}"


HEAD = f"{'module':<34}{'mutants':>8}{'killed':>8}{'survived':>10}{'score':>8}{'seconds':>9}"


def rows(found: Sequence[Verdict]) -> Iterator[Row]:
    """The modules that have mutants, and all together."""
    for module in sorted({verdict[0] for verdict in found}):
        yield _row(module, [verdict for verdict in found if verdict[0] == module])
    yield _row("together", found)


def _row(name: str, found: Sequence[Verdict]) -> Row:
    return Row(name, len(found), sum(what == KILLED for *_, what, _ in found), sum(verdict[3] for verdict in found))


def listed(file: Path) -> dict[Place, str]:
    """The mutants that may survive, with the reason; several of one function may share it."""
    survivors = tomllib.loads(file.read_text(encoding="utf-8")).get("survivor", [])
    return {
        (each["module"], (each["place"], was, now)): each["reason"] for each in survivors for was, now in each["faults"]
    }


def complaints(found: Sequence[Verdict], listed: Mapping[Place, str]) -> Iterator[str]:
    """Everything that does not hold; nothing is left to complain of when the run may pass."""
    verdicts = {(module, key): what for module, key, what, _ in found}
    for place, what in sorted(verdicts.items()):
        if what != KILLED and place not in listed:
            yield f"# {what}: write the test that says no, or list it with its reason\n{entry(place, '')}"
    for place in sorted(listed):
        if place not in verdicts:
            yield f"# is listed and no longer there: take it off the list\n{entry(place, listed[place])}"
        elif verdicts[place] == KILLED:
            yield f"# is listed and is killed now: take it off the list\n{entry(place, listed[place])}"
    if (score := _row("", found).score) < LEAST:
        yield f"The score is {score:.1f} %, and {LEAST:.0f} % are asked"


def entry(place: Place, reason: str) -> str:
    """As it stands in the list."""
    module, (function, *fault) = place
    values = {"module": module, "place": function, "faults": [fault], "reason": reason}
    lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())
    return "[[survivor]]\n" + "".join(lines)


def report(found: Sequence[Verdict], listed: Mapping[Place, str]) -> int:
    """Print the table and the complaints; 1 if there are any."""
    ALL.parent.mkdir(exist_ok=True)
    ALL.write_text(json.dumps(found, ensure_ascii=False, indent=0), encoding="utf-8")
    print("\n".join([HEAD, *(row.told() for row in rows(found))]))
    if wrong := list(complaints(found, listed)):
        print(f"\n{len(wrong)} to be looked at:\n")
        print("\n".join(wrong))
    return int(bool(wrong))

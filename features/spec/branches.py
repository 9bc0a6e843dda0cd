"""The numbered branches: R and A are sentences of the portal's descriptions, U is expected and described nowhere."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from registratura.flows.catalogue import FLOWS

FILE = Path(__file__).parents[1] / "branches.toml"
# U57 needs two releases and comes with them.
EXPECTED = tuple(f"U{number}" for number in range(1, 69) if number != 57)


class ListUnreadable(Exception):
    """A list beside the features is broken. Says which, what is wrong, and where it is said how it has to be."""

    def __init__(self, file: Path, what: object) -> None:
        super().__init__(f"{file}: {what}. Что должно в нём стоять, сказано в его первых строках")


class Branch(BaseModel):
    """A sentence and what happens by it. Without an `event` it is a view: what is shown in the state.

    `variant` is the way, where the document names one of several; `line` is where it stands in branches.toml.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str
    line: int
    quote: str
    chart: str
    source: str = Field(alias="from")
    event: str = ""
    to: str
    variant: str = ""


@cache
def documented() -> dict[str, Branch]:
    """Every documented branch by its number.

    Raises:
        ListUnreadable: branches.toml is broken.
    """
    return branches_in(FILE)


def branches_in(file: Path) -> dict[str, Branch]:
    """The branches that a file lists; each speaks of what there is."""
    found = _listed(file)
    for branch in found.values():
        if wrong := _wrong(branch):
            raise ListUnreadable(file, f"{branch.number} (строка {branch.line}): {wrong}")
    return found


def first_wrong(error: ValidationError) -> str:
    """The first place in a list that will not do, and why."""
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def _listed(file: Path) -> dict[str, Branch]:
    text = file.read_text("utf-8")
    lines = text.splitlines()
    try:
        listed = tomllib.loads(text)
        return {
            number: Branch(number=number, line=lines.index(f"[{number}]") + 1, **said)
            for number, said in listed.items()
        }
    except ValidationError as error:
        raise ListUnreadable(file, f"{error.title} {first_wrong(error)}") from None
    except (ValueError, TypeError) as error:
        raise ListUnreadable(file, error) from None


def _wrong(branch: Branch) -> str:
    flow = FLOWS.get(branch.chart)
    if not re.fullmatch(r"[RA]\d+", branch.number):
        return "номер — это R или A и число"
    if flow is None:
        return f"схемы {branch.chart} нет. Есть: {', '.join(FLOWS)}"
    if branch.event and branch.event not in flow.by_name:
        return f"в схеме {branch.chart} нет события {branch.event}"
    for state in filter(None, (branch.source, branch.to)):
        # A branch may name a compound state.
        if not any(f"{place}.".startswith(f"{state}.") for place in flow.answers.places):
            return f"в схеме {branch.chart} нет шага {state}"
    return ""

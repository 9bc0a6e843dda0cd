"""Why a scenario is not played by every driver: what drivers.toml says about it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from registratura.features.spec.branches import ListUnreadable, first_wrong


class Reason(BaseModel):
    """The tags of a scenario, and why it has them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tags: tuple[str, ...]
    why: str


def reasons_in(file: Path) -> dict[str, Reason]:
    """What a file says about each scenario, by its title.

    Raises:
        ListUnreadable: it is broken.
    """
    try:
        return TypeAdapter(dict[str, Reason]).validate_python(tomllib.loads(file.read_text("utf-8")))
    except ValidationError as error:
        raise ListUnreadable(file, first_wrong(error)) from None
    except ValueError as error:
        raise ListUnreadable(file, error) from None


REASONS = reasons_in(Path(__file__).parents[1] / "drivers.toml")


def why_not(scenario: str) -> str:
    """The reason, by the scenario's title; that of an example has values where the outline's has names."""
    title = scenario.partition(" -- @")[0].strip()
    for known, said in REASONS.items():
        if re.fullmatch(re.sub("<[^<>]+>", ".+", re.escape(known)), title):
            return said.why
    raise KeyError(f"drivers.toml says nothing about «{title}»")

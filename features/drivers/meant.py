"""Why a scenario is not played by every driver: what drivers.toml says about it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

REASONS = tomllib.loads((Path(__file__).parents[1] / "drivers.toml").read_text("utf-8"))


def why_not(scenario: str) -> str:
    """The reason, by the scenario's title; that of an example has values where the outline's has names."""
    title = scenario.partition(" -- @")[0].strip()
    for known, said in REASONS.items():
        if re.fullmatch(re.sub("<[^<>]+>", ".+", re.escape(known)), title):
            return str(said["why"])
    raise KeyError(f"drivers.toml says nothing about «{title}»")

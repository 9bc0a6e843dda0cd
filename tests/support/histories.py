"""Histories as a version of a chart decided them: tests/histories/<flow>.v<version>.jsonl, made once and kept.

Each line is the log of one flow, of people who are made up, with what was sealed in clear. Together they take every
transition, refusal and effect that the walks of support/walks do. Those of a version that was released are never made
again: they say what it does. A new version gets its own beside them:

python tests/support/histories.py
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))

from support.portal import KEYS, Clock
from support.walks.paths import Plan, Walk, walks
from support.walks.plans import PLANS
from support.walks.world import World

from registratura.domain.values import personal_fields
from registratura.flows.catalogue import FLOWS
from registratura.flows.effects import EFFECTS
from registratura.flows.engine.codec import dump
from registratura.flows.engine.replay import Entry, entry_of, opened
from registratura.flows.flow import AnyFlow
from registratura.flows.rows import DESTROYED, LogRow

FOLDER = Path(__file__).parents[1] / "histories"
JSON = ("by", "payload", "outcome")
Told = list[Any]
Kept = dict[Walk | None, tuple[datetime, tuple[Any, ...], str]]


@dataclass(frozen=True, slots=True)
class History:
    """The log of one flow, and the effects of each entry, without what is personal in them."""

    flow: str
    told: str
    log: tuple[Entry, ...]
    effects: tuple[Told, ...]


def file_of(flow: AnyFlow) -> Path:
    return FOLDER / f"{flow.name}.v{flow.version}.jsonl"


def histories(flow: AnyFlow) -> list[History]:
    """What was recorded of this version; nothing, if nobody has."""
    file = file_of(flow)
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [_read(flow.name, json.loads(line)) for line in lines]


def clear(kind: str, payload: dict[str, Any]) -> Told:
    """An effect by its kind and what is not personal in it: that may be made of a secret that no log has."""
    hidden = personal_fields(EFFECTS[kind])
    return [kind, {name: value for name, value in payload.items() if name not in hidden}]


def _read(flow: str, line: dict[str, Any]) -> History:
    entries, effects = [], []
    for said in line["log"]:
        effects.append(said.pop("effects"))
        hidden = said.pop("hidden")
        columns = said | {name: dump(said[name]) for name in JSON}
        row = LogRow(flow_id=line["id"], sealed=None, previous="", hash="", **columns)
        entries.append(entry_of(row, hidden))
    return History(flow, line["walk"], tuple(entries), tuple(effects))


# ─── Making them ─────────────────────────────────────────────────────────────────────────────────────────────────────


def recorded(plan: Plan) -> Iterator[dict[str, Any]]:
    """The fewest of all walks, or nearly, that show all they do."""
    logs = dict(_walked(plan))
    marks = {walk: _marks(line) for walk, line in logs.items()}
    missing = set[Any]().union(*marks.values())
    while missing:
        walk = max(marks, key=lambda one: (len(marks[one] & missing), -len(logs[one]["log"])))
        missing -= marks.pop(walk)
        yield logs[walk]


def _marks(line: dict[str, Any]) -> set[Any]:
    """What a history shows."""
    found: set[Any] = set()
    for entry in line["log"]:
        codes = tuple(refusal["code"] for refusal in entry["outcome"].get("refusals", ()))
        sends = tuple(name for _, name in entry["outcome"].get("sends", ()))
        found.add((entry["transition"], codes))
        found.add((entry["transition"], tuple(entry["outcome"].get("effects", ())), sends))
    return found


def _walked(plan: Plan) -> Iterator[tuple[Walk, dict[str, Any]]]:
    clock = Clock()
    with closing(World(clock)) as world:
        kept: Kept = {None: (clock.now, world.copy(), "")}
        for walk in walks(plan):
            for step in _back(walk, kept):
                clock.now, copy, key = kept[step.before]
                world.become(copy)
                step.deed.ready(world)()
                kept[step] = clock.now, world.copy(), _key(world, key)
            clock.now, copy, key = kept[walk]
            world.become(copy)
            yield walk, _line(world, walk, key)


def _key(world: World, before: str) -> str:
    """The data key of the flow; one that the last step has destroyed is still the one it sealed with."""
    rows = world.scene.storage.rows
    key = str(rows.keys[rows.flows[world.flow].key_id].wrapped)
    return before if key == DESTROYED else key


def _back(walk: Walk, kept: Kept) -> Sequence[Walk]:
    """The steps that nobody has done yet, the first one first."""
    steps: list[Walk] = []
    step: Walk | None = walk
    while step is not None and step not in kept:
        steps.insert(0, step)
        step = step.before
    return steps


def _line(world: World, walk: Walk, key: str) -> dict[str, Any]:
    rows = world.scene.storage.rows
    row, effects = rows.flows[world.flow], rows.effects.values()
    log = []
    for entry in world.log(0):
        said = entry._asdict() | {name: json.loads(getattr(entry, name)) for name in JSON}
        said["hidden"] = opened(entry, KEYS, row.key_id, key).hidden
        own = [one for one in effects if (one.flow_id, one.seq) == (world.flow, entry.seq)]
        said["effects"] = [clear(one.kind, json.loads(one.payload)) for one in own]
        log.append({name: said[name] for name in said if name not in ("flow_id", "sealed", "previous", "hash")})
    return {"walk": " → ".join(walk.names), "id": world.flow, "log": log}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, plan in PLANS.items():
        file = file_of(FLOWS[name])
        if not file.exists():
            lines = (json.dumps(line, ensure_ascii=False, sort_keys=True) for line in recorded(plan))
            file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            sys.stdout.write(f"{file.name}\n")


if __name__ == "__main__":
    main()

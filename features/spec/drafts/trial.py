"""A draft tried out before it is written down: its sentences are played in process, by their steps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from registratura.features.drivers.engine.driver import EngineDriver
from registratura.features.spec.drafts.vocabulary import Said
from registratura.features.spec.ledger import Happened
from registratura.flows.engine.codec import timers_of
from registratura.flows.rows import FlowRow, LogRow

Walk = tuple[Said, ...]


Log = tuple["Entry", ...]


class Entry(NamedTuple):
    """What is read of an entry of a log: nothing of whom, nothing that was typed."""

    transition: str
    refusals: frozenset[str]
    state: str


def entry_of(row: LogRow) -> Entry:
    """A row of the log, without what is personal."""
    outcome = json.loads(row.outcome)
    codes = frozenset(refusal["code"] for refusal in outcome.get("refusals", ()))
    return Entry(row.transition, codes, outcome["state"])


@dataclass
class Scene:
    """behave's context, as far as the steps know it."""

    driver: EngineDriver


@dataclass
class Trial:
    """Everything that was tried; what the same *Дано* leaves is known the second time."""

    progress: bool = True
    _known: dict[tuple[str, ...], tuple[FlowRow, ...] | None] = field(default_factory=dict)
    _fired: dict[tuple[str, ...], tuple[Happened, ...]] = field(default_factory=dict)
    _logs: dict[tuple[str, ...], tuple[tuple[str, Log], ...]] = field(default_factory=dict)

    @property
    def tried(self) -> int:
        """How much was played."""
        return len(self._known) + len(self._fired) + len(self._logs)

    def flows(self, given: Walk) -> tuple[FlowRow, ...] | None:
        """Every flow as *Дано* leaves it; None if it cannot be prepared."""
        key = texts(given)
        if key not in self._known:
            scene = self._prepared(given)
            self._known[key] = tuple(scene.driver.world.storage.flows()) if scene else None
        return self._known[key]

    def logs(self, given: Walk, when: Said | None = None) -> tuple[tuple[str, Log], ...]:
        """What every flow's log says then, with its chart."""
        key = (*texts(given), when.text if when else "")
        if key not in self._logs:
            scene = self._acted(given, when) if when else self._prepared(given)
            self._logs[key] = tuple(_logs(scene)) if scene else ()
        return self._logs[key]

    def fired(self, given: Walk, when: Said) -> tuple[Happened, ...]:
        """What happens then; nothing, if it cannot be prepared or done."""
        key = (*texts(given), when.text)
        if key not in self._fired:
            scene = self._acted(given, when)
            self._fired[key] = scene.driver.fired if scene else ()
        return self._fired[key]

    def holds(self, given: Walk, when: Said | None, then: Sequence[Said]) -> list[Said]:
        """Those of the sentences that are true then; without *Когда* before it."""
        scene = self._acted(given, when) if when else self._prepared(given)
        return [said for said in then if scene and _plays(scene, said)]

    def waits(self, given: Walk) -> Iterator[tuple[FlowRow, str, timedelta]]:
        """Every timer that is set: its flow, its event, and how long it is still to run."""
        scene = self._prepared(given)
        if scene is not None:
            for row in scene.driver.world.storage.flows():
                for event, timer in timers_of(json.loads(row.timers)).items():
                    yield row, event, timer.due - scene.driver.world.clock.now

    def _acted(self, given: Walk, when: Said) -> Scene | None:
        scene = self._prepared(given)
        if scene is None:
            return None
        scene.driver.about_to_act()
        if not _plays(scene, when):
            return None
        scene.driver.acted()
        return scene

    def _prepared(self, given: Walk) -> Scene | None:
        scene = Scene(EngineDriver(progress=self.progress))
        return scene if all(_plays(scene, said) for said in given) else None


def _logs(scene: Scene) -> Iterator[tuple[str, Log]]:
    storage = scene.driver.world.storage
    for row in storage.flows():
        with storage.unit() as unit:
            yield row.flow, tuple(map(entry_of, unit.log(row.id)))


def texts(walk: Walk) -> tuple[str, ...]:
    """What is said."""
    return tuple(said.text for said in walk)


def _plays(scene: Scene, said: Said) -> bool:
    """Whether the step goes well. One that makes no sense here fails in a way of its own."""
    values = [argument.value for argument in said.step.match(said.text).arguments]
    try:
        said.step.func(scene, *values)
    except Exception:  # noqa: BLE001  # a sentence out of place is no draft, whatever it stumbles over
        return False
    return True

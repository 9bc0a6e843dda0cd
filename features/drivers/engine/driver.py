"""The engine's driver: one world per scenario, and the transitions that *Когда* fired.

What *Дано* leaves in memory is kept by the order of its steps: the next scenario that begins so goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from registratura.features.databases import database
from registratura.features.drivers.engine.given import EngineGiven
from registratura.features.drivers.engine.kept import Kept, remember, return_to
from registratura.features.drivers.engine.recorded import acts_in, happened, pressed
from registratura.features.drivers.engine.stops import StoppableMemory, StoppableSql
from registratura.features.drivers.engine.then import EngineThen
from registratura.features.drivers.engine.when import EngineWhen
from registratura.features.drivers.engine.world import World
from registratura.features.drivers.given import Given
from registratura.features.spec.ledger import Happened, Pressed
from registratura.storage import storage_for

Steps = tuple[Any, ...]


class Memory:
    """One world in memory for all scenarios, and what it was like after each order of steps of *Дано*."""

    def __init__(self, progress: bool) -> None:
        self.world = World(StoppableMemory(), progress)
        self.after: dict[Steps, Kept] = {(): remember(self.world)}


@cache
def memory(progress: bool) -> Memory:
    """The process's own."""
    return Memory(progress)


class EngineDriver:
    """Plays one scenario."""

    def __init__(self, storage: str = "memory", verify: bool = False, progress: bool = True) -> None:
        self._steps: Steps = ()
        self._here = False
        self._kept = ExitStack()
        self._memory = memory(progress) if storage == "memory" else None
        self._world = self._memory.world if self._memory else World(self._stored(storage), progress)
        self._verify = verify
        self.fired: tuple[Happened, ...] = ()
        self.pressed: tuple[Pressed, ...] = ()
        self.requests: tuple[str, ...] = ()

    @property
    def world(self) -> World:
        """The world, as the steps so far have left it."""
        if self._memory and not self._here:
            return_to(self._world, self._memory.after[self._steps])
            self._here = True
        return self._world

    @property
    def given(self) -> Given:
        return cast("Given", _Prepares(self))

    @property
    def when(self) -> EngineWhen:
        return EngineWhen(self.world)

    @property
    def then(self) -> EngineThen:
        return EngineThen(self.world)

    @property
    def seen(self) -> tuple[str, ...]:
        return tuple(self._world.seen)

    def prepare(self, name: str, *details: Any, **named: Any) -> None:
        """One step of *Дано*, done, or taken from where it was done before."""
        if self._memory is None or self._amid_a_step(self._memory):
            getattr(EngineGiven(self), name)(*details, **named)
            return
        steps = (*self._steps, (name, details, tuple(named.items())))
        if steps not in self._memory.after:
            getattr(EngineGiven(self), name)(*details, **named)
            self._memory.after[steps] = remember(self.world)
            self._here = True
        else:
            self._here = False
        # Steps that this one began with have added theirs.
        self._steps = steps

    def _amid_a_step(self, memory: Memory) -> bool:
        """Whether a step that has begun already changed something: what comes now is no beginning."""
        return self._here and self._world.count() != memory.after[self._steps].count

    def about_to_act(self) -> None:
        self.world.mark()

    def acted(self) -> None:
        acts = acts_in(self.world)
        self.fired, self.pressed = happened(self.world, acts), pressed(acts)
        if self._verify:
            verdicts = [self.world.portal.verify(row.id) for row in self.world.storage.flows()]
            assert all(verdict.sound for verdict in verdicts), [v for v in verdicts if not v.sound]

    def failed(self, scenario: str) -> None:
        """What is in process is told by the failure itself."""

    def close(self) -> None:
        if self._memory is None:
            self.world.portal.close()
        self._kept.close()

    def _stored(self, kind: str) -> StoppableSql:
        folder = Path(self._kept.enter_context(TemporaryDirectory()))
        address = self._kept.enter_context(database(kind, folder))
        return StoppableSql(storage_for(address).engine, disposes=True)


class _Prepares:
    """*Дано* as the steps see it."""

    def __init__(self, driver: EngineDriver) -> None:
        self._driver = driver

    def __getattr__(self, name: str) -> Callable[..., None]:
        def step(*details: Any, **named: Any) -> None:
            self._driver.prepare(name, *details, **named)

        return step


def driver(settings: Mapping[str, str]) -> EngineDriver:
    """A driver for one scenario.

    Settings: `storage` is "memory", "sqlite" or "postgresql"; with `verify` every flow's log is replayed after *Когда*;
    with `progress=no` Gosuslugi reports nothing, as in production.
    """
    return EngineDriver(**chosen(settings))


def chosen(settings: Mapping[str, str]) -> dict[str, Any]:
    """What the settings say, for a driver."""
    return {
        "storage": settings.get("storage", "memory"),
        "verify": "verify" in settings,
        "progress": settings.get("progress") != "no",
    }

"""The engine's driver: one world per scenario, and the transitions that *Когда* fired.

What *Дано* leaves in memory is kept by the order of its steps: the next scenario that begins so goes on in a copy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from registratura.features.drivers.engine.given import EngineGiven
from registratura.features.drivers.engine.stops import StoppableMemory, StoppableSql
from registratura.features.drivers.engine.then import EngineThen
from registratura.features.drivers.engine.when import EngineWhen
from registratura.features.drivers.engine.world import World
from registratura.features.drivers.given import Given
from registratura.features.drivers.port import Fired
from registratura.storage import storage_for

Steps = tuple[Any, ...]
PREPARED: dict[Steps, World] = {}


class EngineDriver:
    """Plays one scenario."""

    def __init__(self, storage: str = "memory") -> None:
        self._steps: Steps = ()
        self._prepared: World | None = None
        self._folder = TemporaryDirectory() if storage == "sqlite" else None
        self._world = World(self._stored()) if self._folder else None
        self.fired: tuple[Fired, ...] = ()

    @property
    def world(self) -> World:
        """The scenario's world; made when it is first needed."""
        if self._world is None:
            self._world = self._prepared.copy() if self._prepared else World(StoppableMemory())
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

    def prepare(self, name: str, *details: Any, **named: Any) -> None:
        """One step of *Дано*, done or taken from where it was done before."""
        self._steps += ((name, details, tuple(named.items())),)
        if self._folder is None and self._steps in PREPARED:
            self._prepared, self._world = PREPARED[self._steps], None
            return
        getattr(EngineGiven(self.world), name)(*details, **named)
        if self._folder is None:
            PREPARED[self._steps] = self.world.copy()

    def about_to_act(self) -> None:
        self.world.mark()

    def acted(self) -> None:
        self.fired = tuple(_fired(self.world))

    def close(self) -> None:
        if self._folder is not None:
            self.world.portal.close()
            self._folder.cleanup()

    def _stored(self) -> StoppableSql:
        assert self._folder is not None
        file = Path(self._folder.name) / "portal.db"
        return StoppableSql(storage_for(f"sqlite:///{file}").engine, disposes=True)


class _Prepares:
    """*Дано* as the steps see it."""

    def __init__(self, driver: EngineDriver) -> None:
        self._driver = driver

    def __getattr__(self, name: str) -> Callable[..., None]:
        def step(*details: Any, **named: Any) -> None:
            self._driver.prepare(name, *details, **named)

        return step


def _fired(world: World) -> list[Fired]:
    """The transitions in the logs since the world was marked."""
    found = []
    for row in world.rows():
        before = world.before.get(row.id)
        state = before.state if before else ""
        with world.storage.unit() as unit:
            log = unit.log(row.id, before.version if before else 0)
        for entry in log:
            target = str(json.loads(entry.outcome)["state"])
            found.append(Fired(row.flow, state, entry.event, target, entry.transition))
            state = target
    return found


def driver(settings: Mapping[str, str]) -> EngineDriver:
    """A driver for one scenario; the setting `storage` is "memory" or "sqlite"."""
    return EngineDriver(settings.get("storage", "memory"))

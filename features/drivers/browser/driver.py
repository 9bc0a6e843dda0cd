"""The driver: what is prepared is prepared in process; then people look, click and type."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from registratura.features.drivers.browser.line import BrowserLine
from registratura.features.drivers.browser.then import BrowserThen
from registratura.features.drivers.browser.town import BrowserTown
from registratura.features.drivers.browser.visits import BrowserVisits
from registratura.features.drivers.browser.windows import Windows
from registratura.features.drivers.engine.driver import EngineDriver, chosen, memory
from registratura.features.drivers.http.server import server


class BrowserDriver(EngineDriver):
    """Plays one scenario. `requests` are the pages and forms that people's windows asked for in *Когда*."""

    def __init__(self, storage: str = "memory", verify: bool = False, progress: bool = True) -> None:
        super().__init__(storage, verify, progress)
        own = self._memory is None
        self._town = BrowserTown(self._world, server(), progress) if own else town(progress)
        self._windows = Windows(self._town)

    @property
    def then(self) -> BrowserThen:
        return BrowserThen(self.world, self._line)

    def about_to_act(self) -> None:
        super().about_to_act()
        self._town.open()
        self._line = BrowserLine(self._town, self._windows)
        self.world.line, self.world.visits = self._line, BrowserVisits(self._town, self._line, self._windows)

    def acted(self) -> None:
        self.requests = self._windows.asked
        super().acted()

    def failed(self, scenario: str) -> None:
        folder = self._windows.leave(scenario)
        sys.stderr.write(f"\nЧто было на экране: {Path.cwd() / folder}\n")

    def close(self) -> None:
        self._world.in_process()
        self._windows.close()
        if self._memory is None:
            self._town.close()
        super().close()


@cache
def town(progress: bool) -> BrowserTown:
    """The town over the world in memory."""
    return BrowserTown(memory(progress).world, server(), progress)


def driver(settings: Mapping[str, str]) -> BrowserDriver:
    """A driver for one scenario. It has the settings of the engine's driver."""
    return BrowserDriver(**chosen(settings))

"""The driver: what is prepared is prepared in process; then people's requests go over the wire."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from registratura.features.drivers.engine.driver import EngineDriver, chosen, memory
from registratura.features.drivers.http.line import HttpLine
from registratura.features.drivers.http.server import server
from registratura.features.drivers.http.town import Town
from registratura.features.drivers.http.visits import HttpVisits


class HttpDriver(EngineDriver):
    """Plays one scenario. `requests` are those that people made in *Когда*."""

    def __init__(self, storage: str = "memory", verify: bool = False, progress: bool = True) -> None:
        super().__init__(storage, verify, progress)
        # What is in memory is one world for all scenarios, so one town will do; a file is another one each time.
        self._town = town(progress) if storage == "memory" else Town(self._world, server(), progress)

    def about_to_act(self) -> None:
        super().about_to_act()
        self._town.open()
        line = HttpLine(self._town)
        self.world.line, self.world.visits = line, HttpVisits(self._town, line)

    def acted(self) -> None:
        self.requests = tuple(self._town.wire.sent)
        super().acted()

    def close(self) -> None:
        self._world.in_process()
        if self._memory is None:
            self._town.close()
        super().close()


@cache
def town(progress: bool) -> Town:
    """The town over the world in memory."""
    return Town(memory(progress).world, server(), progress)


def driver(settings: Mapping[str, str]) -> HttpDriver:
    """A driver for one scenario. It has the settings of the engine's driver."""
    return HttpDriver(**chosen(settings))

"""The driver: what is prepared is prepared in process; then people's requests go over the wire."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Generic, TypeVar

from registratura.features.drivers.engine.driver import EngineDriver, chosen, memory
from registratura.features.drivers.engine.line import Line, Visits
from registratura.features.drivers.engine.world import World
from registratura.features.drivers.http.line import HttpLine
from registratura.features.drivers.http.server import Server, server
from registratura.features.drivers.http.town import Town
from registratura.features.drivers.http.visits import HttpVisits

SomeTown = TypeVar("SomeTown", bound=Town)
Made = Callable[[World, Server, bool], Town]


class SiteDriver(EngineDriver, Generic[SomeTown]):
    """Plays one scenario at the sites of a town. `requests` are those that people made in *Когда*."""

    kind: type[SomeTown]

    def __init__(self, storage: str = "memory", verify: bool = False, progress: bool = True) -> None:
        super().__init__(storage, verify, progress)
        # What is in memory is one world for all scenarios, so one town will do; a file is another one each time.
        made: Made = self.kind
        town = _kept(made, progress) if self._memory else made(self._world, server(), progress)
        assert isinstance(town, self.kind)
        self._town = town

    @abstractmethod
    def lines(self) -> tuple[Line, Visits]:
        """How people's requests go, to the portal and at Gosuslugi."""

    @abstractmethod
    def asked(self) -> Sequence[str]:
        """What people have asked for since they began to act."""

    def about_to_act(self) -> None:
        super().about_to_act()
        self._town.open()
        self.world.line, self.world.visits = self.lines()

    def acted(self) -> None:
        self.requests = tuple(self.asked())
        super().acted()

    def close(self) -> None:
        self._world.in_process()
        if self._memory is None:
            self._town.close()
        super().close()


@cache
def _kept(made: Made, progress: bool) -> Town:
    """The town over the world in memory."""
    return made(memory(progress).world, server(), progress)


class HttpDriver(SiteDriver[Town]):
    """Over the JSON API, and by forms at Gosuslugi's site."""

    kind = Town

    def lines(self) -> tuple[Line, Visits]:
        line = HttpLine(self._town)
        return line, HttpVisits(self._town, line)

    def asked(self) -> Sequence[str]:
        return self._town.wire.sent


def driver(settings: Mapping[str, str]) -> HttpDriver:
    """A driver for one scenario. It has the settings of the engine's driver."""
    return HttpDriver(**chosen(settings))

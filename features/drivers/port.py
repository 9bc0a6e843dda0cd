"""What a driver is: three small ports, so that *Дано* may take short cuts and *Когда* and *Тогда* may not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from registratura.features.drivers.given import Given
from registratura.features.drivers.then import Then
from registratura.features.drivers.when import When


class Fired(NamedTuple):
    """A transition that happened. The states are dotted paths; a flow that was started comes from ""."""

    chart: str
    source: str
    event: str
    target: str
    transition: str


class Driver(Protocol):
    """One way to play the portal: the engine in process, its API over HTTP, a browser. Fresh for every scenario."""

    @property
    def given(self) -> Given:
        """Prepares."""

    @property
    def when(self) -> When:
        """Acts."""

    @property
    def then(self) -> Then:
        """Reads."""

    @property
    def fired(self) -> Sequence[Fired]:
        """What happened between `about_to_act` and `acted`; empty where a driver cannot know."""

    @property
    def requests(self) -> Sequence[str]:
        """What people's browsers asked for in *Когда*, `POST /api/flows`; empty where there is no wire."""

    def about_to_act(self) -> None:
        """Called before *Когда*: what is stored now is what "nothing has changed" means; coverage counts from here."""

    def acted(self) -> None:
        """Called after *Когда*: coverage stops."""

    def failed(self, scenario: str) -> None:
        """A step has failed: leave behind what helps to see why."""

    def close(self) -> None:
        """The scenario is over."""

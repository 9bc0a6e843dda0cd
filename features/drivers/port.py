"""What a driver is: three small ports, so that *Дано* may take short cuts and *Когда* and *Тогда* may not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from registratura.features.drivers.given import Given
from registratura.features.drivers.then import Then
from registratura.features.drivers.when import When
from registratura.features.spec.ledger import Happened, Pressed


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
    def fired(self) -> Sequence[Happened]:
        """What happened between `about_to_act` and `acted`; empty where a driver cannot know."""

    @property
    def pressed(self) -> Sequence[Pressed]:
        """What people pressed then."""

    @property
    def seen(self) -> Sequence[str]:
        """The keys, in the catalogue of texts, of what *Тогда* has read so far."""

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

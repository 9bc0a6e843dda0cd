"""The driver: what is prepared is prepared in process; then people look, click and type."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from registratura.features.drivers.browser.line import BrowserLine
from registratura.features.drivers.browser.then import BrowserThen
from registratura.features.drivers.browser.town import BrowserTown
from registratura.features.drivers.browser.visits import BrowserVisits
from registratura.features.drivers.browser.windows import Windows
from registratura.features.drivers.engine.driver import chosen
from registratura.features.drivers.engine.line import Line, Visits
from registratura.features.drivers.http.driver import SiteDriver


class BrowserDriver(SiteDriver[BrowserTown]):
    """On pages, in windows."""

    kind = BrowserTown

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._windows = Windows(self._town)

    @property
    def then(self) -> BrowserThen:
        return BrowserThen(self.world, self._line)

    def lines(self) -> tuple[Line, Visits]:
        self._line = BrowserLine(self._town, self._windows)
        return self._line, BrowserVisits(self._town, self._line, self._windows)

    def asked(self) -> Sequence[str]:
        return self._windows.asked

    def failed(self, scenario: str) -> None:
        folder = self._windows.leave(scenario)
        sys.stderr.write(f"\nЧто было на экране: {Path.cwd() / folder}\n")

    def close(self) -> None:
        self._windows.close()
        super().close()


def driver(settings: Mapping[str, str]) -> BrowserDriver:
    """A driver for one scenario. It has the settings of the engine's driver."""
    return BrowserDriver(**chosen(settings))

"""Both sites, and what the portal behind them answered: a page says it in words, and it must be the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from registratura.features.drivers.engine.world import World
from registratura.features.drivers.http.town import Newest, Town
from registratura.host import FlowView

LISTENED = ("start", "send", "get")


class Heard(NamedTuple):
    """A call that the site made, and its end: a view, or the error."""

    call: str
    view: FlowView | None = None
    error: Exception | None = None

    def of(self, flow: str) -> bool:
        """Whether it may have been about this kind of flow."""
        return self.view is None or self.view.flow == flow


class BrowserTown(Town):
    """`heard` are the site's calls since it was last cleared."""

    heard: list[Heard]

    def newest(self, world: World) -> Newest:
        self.heard = []
        return _Listened(world, self.heard)


class _Listened(Newest):
    """The world's portal, with somebody listening."""

    def __init__(self, world: World, heard: list[Heard]) -> None:
        super().__init__(world)
        self._heard = heard

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)
        return self._listened(name, found) if name in LISTENED else found

    def _listened(self, name: str, call: Callable[..., FlowView]) -> Callable[..., FlowView]:
        def asked(*details: Any, **named: Any) -> FlowView:
            try:
                view = call(*details, **named)
            except Exception as error:
                self._heard.append(Heard(name, error=error))
                raise
            self._heard.append(Heard(name, view))
            return view

        return asked

"""For a host's own driver: what it may leave out, and how it says so. See docs/verify-host.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NoReturn, cast

from registratura.features.drivers.given import Given
from registratura.features.drivers.then import Then
from registratura.features.drivers.when import When
from registratura.features.spec.ledger import Happened, Pressed


class CannotPlay(Exception):
    """The driver cannot do, or cannot know, what a sentence asks for: its scenario is excused, with this reason."""


class HostDriver:
    """The beginning of a driver: a subclass is made with the settings, and gives objects that prepare, act and read.

    They have the methods of the ports that the driver can play; a scenario that needs another one is excused.
    `cannot` excuses all scenarios with a tag, by its reason in Russian. `plays_as` says which of our drivers' scenarios
    are meant for it, where they are not for all: those over HTTP, unless it drives a browser.
    """

    plays_as: ClassVar[str] = "http"
    cannot: ClassVar[Mapping[str, str]] = {}

    fired: Sequence[Happened] = ()
    pressed: Sequence[Pressed] = ()
    seen: Sequence[str] = ()
    requests: Sequence[str] = ()

    def __init__(self, given: object, when: object, then: object) -> None:
        self.given = cast("Given", _Partly(Given, given))
        self.when = cast("When", _Partly(When, when))
        self.then = cast("Then", _Partly(Then, then))

    def about_to_act(self) -> None:
        """Called before *Когда*."""

    def acted(self) -> None:
        """Called after *Когда*."""

    def failed(self, scenario: str) -> None:
        """A step has failed: leave behind what helps to see why."""

    def close(self) -> None:
        """The scenario is over."""


class _Partly:
    """What an object has of a port; the rest raises `CannotPlay`. What it inherits from the port does nothing."""

    def __init__(self, port: type[Any], own: object) -> None:
        self._port, self._own = port, own

    def __getattr__(self, name: str) -> Any:
        inherited = getattr(self._port, name, None)
        if getattr(type(self._own), name, None) is not inherited and hasattr(self._own, name):
            return getattr(self._own, name)
        if inherited is None:
            raise AttributeError(name)

        def lacking(*details: object, **named: object) -> NoReturn:
            raise CannotPlay(f"драйвер этого не умеет: {self._port.__name__.lower()}.{name}")

        return lacking

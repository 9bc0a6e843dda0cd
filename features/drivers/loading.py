"""Which driver plays: one of ours by its name, or a host's own by `module:Class`, looked over before it plays."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from registratura.features.drivers.given import Given
from registratura.features.drivers.port import Driver
from registratura.features.drivers.then import Then
from registratura.features.drivers.when import When
from registratura.features.spec.branches import EXPECTED, documented

OURS = ("engine", "http", "browser")
HOW = "Как написать драйвер, сказано в docs/verify-host.md."
PORTS: Mapping[str, type[Any]] = {"given": Given, "when": When, "then": Then}


class DriverUnusable(Exception):
    """There is no such driver, or it cannot play; the message is Russian and says what to do."""


class Chosen(NamedTuple):
    """A driver: how one is made, which of ours it plays as, and the tags of what it cannot play, with reasons."""

    make: Callable[[], Driver]
    plays_as: str
    cannot: Mapping[str, str]

    def excuse(self, tags: Sequence[str]) -> str:
        """Why a scenario with these tags is not played, if so."""
        return next((self.cannot[tag] for tag in tags if tag in self.cannot), "")


def chosen(settings: Mapping[str, str]) -> Chosen:
    """The driver that the settings name.

    Raises:
        DriverUnusable: it is not there, is not one, or lacks something.
    """
    name = settings.get("driver", "engine")
    if ":" in name:
        return _hosts(name, settings)
    if name not in OURS:
        raise DriverUnusable(f"Драйвера {name} нет. Есть: {', '.join(OURS)} — или ваш: модуль:Класс. {HOW}")
    module = import_module(f"registratura.features.drivers.{name}")
    return Chosen(partial(module.driver, settings), name, {})


def _hosts(name: str, settings: Mapping[str, str]) -> Chosen:
    kind = _named(name)
    cannot = {tag.removeprefix("@"): why for tag, why in dict(getattr(kind, "cannot", {})).items()}
    if unknown := sorted(cannot.keys() - documented().keys() - set(EXPECTED)):
        raise DriverUnusable(f"{name}: в cannot названы метки, которых нет ни у одного сценария: {', '.join(unknown)}.")
    try:
        driver = kind(settings)
        lacks = [*_lacking(driver)]
        if not lacks:
            driver.close()
    except Exception as error:  # noqa: BLE001  # whatever a host's own code does is told, not thrown
        raise DriverUnusable(
            f"{name}: драйвер не начал работу: {type(error).__name__}: {error}. Его создают с одним аргументом, "
            f"настройками, перед каждым сценарием. {HOW}"
        ) from None
    if lacks:
        raise DriverUnusable(
            f"{name}: это ещё не драйвер, не хватает: {', '.join(lacks)}. Допишите это или возьмите за основу "
            f"HostDriver (registratura.features.drivers.host): с ним можно уметь не всё. {HOW}"
        )
    return Chosen(partial(kind, settings), getattr(kind, "plays_as", "http"), cannot)


def _named(name: str) -> Any:
    place, _, kind = name.partition(":")
    if not place or not kind:
        raise DriverUnusable(f"{name}: назовите и модуль, и класс: my.module:Driver. {HOW}")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        module = import_module(place)
    except Exception as error:  # noqa: BLE001  # whatever a host's own module does is told, not thrown
        raise DriverUnusable(_unloaded(place, error)) from None
    found = getattr(module, kind, None)
    if found is None:
        there = [
            known
            for known, value in vars(module).items()
            if getattr(value, "__module__", "") == place and isinstance(value, type)
        ]
        raise DriverUnusable(f"{name}: в модуле {place} нет {kind}. Классы в нём: {', '.join(there) or 'никаких'}.")
    if not callable(found):
        raise DriverUnusable(f"{name}: {kind} — не класс драйвера. {HOW}")
    return found


def _unloaded(place: str, error: Exception) -> str:
    gone = error.name if isinstance(error, ModuleNotFoundError) else None
    if gone and (place == gone or place.startswith(f"{gone}.")):
        return f"Модуля {place} нет. Проверьте имя и запустите команду из папки, в которой он лежит. {HOW}"
    return f"Модуль {place} не загрузился: {type(error).__name__}: {error}. Исправьте его и повторите."


def _lacking(driver: object) -> Iterator[str]:
    """What the port has and the driver has not. What it knows is looked for, and not asked."""
    own = {*vars(type(driver)), *dir(type(driver)), *getattr(driver, "__dict__", {})}
    for member in _members(Driver):
        if member not in own:
            yield member
        elif member in PORTS:
            port = getattr(driver, member)
            yield from (f"{member}.{method}" for method in _members(PORTS[member]) if not _has(port, member, method))


def _has(port: object, member: str, method: str) -> bool:
    """Whether the method is its own: what is inherited from the port does nothing."""
    inherited = getattr(type(port), method, None) is getattr(PORTS[member], method)
    return not inherited and callable(getattr(port, method, None))


def _members(port: type[Any]) -> list[str]:
    return [name for name in vars(port) if not name.startswith("_")]

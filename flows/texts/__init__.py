"""The catalogue of Russian texts, and the sample texts of consent.

Product owners edit `ru.toml` (and a host lays a file of its own over it); code names only keys. A key that is missing
is a `TextMissing` that names it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from registratura.domain.consent import ConsentText, Purpose
from registratura.domain.refusal import Refusal
from registratura.flows.errors import CatalogueUnreadable, TextMissing

FOLDER = resources.files(__package__ or __name__)


class Texts:
    """Texts by their keys, `screen.registration.consent.title`, with `{name}` places for parameters."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    @classmethod
    def russian(cls, overlay: Path | str | None = None) -> Texts:
        """The shipped catalogue; the texts of a host's own file go over it.

        Raises:
            CatalogueUnreadable: the file is not there or not valid TOML.
        """
        own = _flat(_parsed(str(overlay), Path(overlay))) if overlay else {}
        return cls(_shipped() | own)

    def __call__(self, key: str, **params: Any) -> str:
        try:
            text = self._texts[key]
        except KeyError:
            raise TextMissing(key=key) from None
        return text.format_map(_Places(params)) if "{" in text else text

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def keys(self) -> frozenset[str]:
        """All keys, for checks."""
        return frozenset(self._texts)

    def screen_key(self, flow: str, state: str) -> str:
        """The key of a state's screen. The Gosuslugi leg has the same screens in every flow."""
        return f"screen.{state}" if state.startswith("gosuslugi.") else f"screen.{flow}.{state}"

    def button(self, screen: str, event: str) -> str:
        """A button's caption: the screen's own, else the one the event has everywhere."""
        own = f"{screen}.button.{event}"
        return self(own if own in self else f"button.{event}")

    def refusal(self, refusal: Refusal) -> str:
        """Why not, in Russian."""
        when = {"retry_at": f"{refusal.retry_at:%H:%M:%S %d.%m.%Y} UTC"} if refusal.retry_at else {}
        return self(f"refusal.{refusal.code}", **refusal.params, **when)


class _Places(dict[str, Any]):
    """A place whose parameter is missing stays visible instead of breaking the page."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def sample_consents() -> Mapping[Purpose, ConsentText]:
    """The sample consent texts, which say that they are samples. A host supplies its own."""
    return {
        purpose: ConsentText(
            purpose=purpose,
            version="sample-1",
            text=FOLDER.joinpath(f"consent_{purpose}.txt").read_text("utf-8"),
        )
        for purpose in Purpose
    }


@cache
def _shipped() -> dict[str, str]:
    return _flat(_parsed("ru.toml", FOLDER.joinpath("ru.toml")))


def _parsed(name: str, path: Any) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogueUnreadable(name=name, reason=str(error)) from None


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = str(value).strip()
    return flat

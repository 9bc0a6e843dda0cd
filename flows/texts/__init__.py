"""The catalogue of Russian texts, and the sample texts of consent.

Product owners edit `ru.toml` (and a host lays a file of its own over it); code names only keys. A key that is missing
is a `TextMissing` that names it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from registratura.domain.consent import ConsentText, Purpose
from registratura.domain.refusal import Refusal
from registratura.flows.errors import CatalogueUnreadable, InvalidPayload, RegistraturaError, StartRefused, TextMissing

FOLDER = resources.files(__name__)
_PLACE = re.compile(r"\{([a-z_]+)\}")
# Written out: Moscow has kept to it since 2014, and a machine may have no database of time zones.
MOSCOW = timezone(timedelta(hours=3))
_ALMOST_A_MINUTE = timedelta(seconds=60) - timedelta.resolution
# A field that was left out, and one that was left blank.
_EMPTY = ("missing", "field.missing")
# Parameters of refusals that are ids: their words stand in the catalogue.
_WORDS = {"field": "field.card", "reason": "invalid"}


class Texts:
    """Texts by their keys, `screen.registration.consent.title`, with `{name}` places for parameters.

    Moments are told in a time zone, and by a clock, if there is one, how soon they are.
    """

    def __init__(
        self, texts: Mapping[str, str], clock: Callable[[], datetime] | None = None, zone: tzinfo = MOSCOW
    ) -> None:
        self._texts = dict(texts)
        self._clock, self._zone = clock, zone

    def timed(self, clock: Callable[[], datetime], zone: tzinfo) -> Texts:
        """The same texts, by this clock and in this time zone."""
        return Texts(self._texts, clock, zone)

    @classmethod
    def russian(cls, overlay: Path | str | None = None) -> Texts:
        """The shipped catalogue; the texts of a host's own file go over it.

        Raises:
            CatalogueUnreadable: the file is not there, not valid TOML, or a value in it is no text.
        """
        own = _read(Path(overlay)) if overlay else {}
        return cls(_shipped() | own)

    def __call__(self, key: str, /, **params: Any) -> str:
        """The text of that key. A place whose parameter is missing stays visible instead of breaking the page.

        Raises:
            TextMissing: there is no such key.
        """
        try:
            text = self._texts[key]
        except KeyError:
            raise TextMissing(key=key) from None
        return _PLACE.sub(lambda place: str(params.get(place[1], place[0])), text)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def own(self, key: str, items: Mapping[str, Any]) -> str:
        """A text that not every event has, with a screen's items in its places; empty where there is none."""
        words = {name: value for name, value in items.items() if isinstance(value, str)}
        return self(key, **words) if key in self else ""

    def keys(self) -> frozenset[str]:
        """All keys, for checks."""
        return frozenset(self._texts)

    def screen_key(self, flow: str, state: str) -> str:
        """The key of a state's screen. The Gosuslugi leg has shared ones, unless a flow has its own."""
        own = f"screen.{flow}.{state}"
        shared = state.startswith("gosuslugi.") and f"{own}.title" not in self
        return f"screen.{state}" if shared else own

    def button(self, screen: str, event: str) -> str:
        """A button's caption: the screen's own, else the one the event has everywhere."""
        own = f"{screen}.button.{event}"
        return self(own if own in self else f"button.{event}")

    def refusal(self, refusal: Refusal) -> str:
        """Why not, in Russian, and when to try again if time cures it."""
        text = self(f"refusal.{refusal.code}", **{name: self._word(name, v) for name, v in refusal.params.items()})
        if refusal.retry_at is None:
            return text
        return f"{text} {self('hint.retry_at', retry_at=self.moment(refusal.retry_at))}"

    def moment(self, at: datetime) -> str:
        """When, as people say it: «через 5 минут, в 14:35», «в 14:35», «02.03.2026 в 14:35».

        Rounded up: what is possible from 14:34:20 on is possible at 14:35.
        """
        there = (at + _ALMOST_A_MINUTE).astimezone(self._zone)
        said = {"time": f"{there:%H:%M}", "date": f"{there:%d.%m.%Y}"}
        now = self._clock() if self._clock else None
        if now is not None and now < at <= now + timedelta(hours=1):
            minutes = (at - now + _ALMOST_A_MINUTE) // timedelta(minutes=1)
            return self(f"moment.{_form(minutes)}", minutes=minutes, **said)
        today = now is not None and now.astimezone(self._zone).date() == there.date()
        return self("moment.today" if today else "moment.another_day", **said)

    def problem(self, event: str, field: str, code: str) -> str:
        """What is wrong with one field of a payload, as `InvalidPayload.problems` names it.

        A field that the event does not have is not named: its name is the sender's text.
        """
        if code in _EMPTY and (own := f"empty.{event}.{field}") in self:
            return self(own)
        text = self(f"invalid.{code}" if f"invalid.{code}" in self else "invalid.other")
        outer, _, inner = field.partition(".")
        labels = (f"field.{event}.{field}", f"field.card.{inner}", f"field.{event}.{outer}")
        label = next((self(key) for key in labels if key in self), None)
        return self("hint.field", field=label, problem=text) if label else text

    def error(self, error: RegistraturaError) -> str:
        """What a person reads of an error; what it lists stands below, a line each.

        A host's own error without a text of its own reads as the kind of error it is.
        """
        codes = [vars(kind)["code"] for kind in type(error).__mro__ if "code" in vars(kind)]
        code = next((code for code in codes if f"error.{code}" in self), error.code)
        lines = [self(f"error.{code}", **error.params)]
        if isinstance(error, InvalidPayload):
            lines += [self.problem(str(error.params["event"]), *problem) for problem in error.problems]
        if isinstance(error, StartRefused):
            lines += [self.refusal(refusal) for refusal in error.refusals]
        return "\n".join(lines)

    def _word(self, name: str, value: str | int) -> str | int:
        known = name in _WORDS and f"{_WORDS[name]}.{value}" in self
        return self(f"{_WORDS[name]}.{value}") if known else value


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


def _form(minutes: int) -> str:
    """Which form the Russian noun takes after a number up to 60: минута, минуты, минут."""
    if 11 <= minutes <= 14:
        return "many"
    return {1: "one", 2: "few", 3: "few", 4: "few"}.get(minutes % 10, "many")


@cache
def _shipped() -> dict[str, str]:
    return _read(FOLDER.joinpath("ru.toml"))


def _read(path: Traversable) -> dict[str, str]:
    try:
        # Editors on Windows put a byte order mark before the first line.
        return dict(_flat(tomllib.loads(path.read_text("utf-8-sig"))))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, _NoText) as error:
        raise CatalogueUnreadable(name=str(path), reason=str(error)) from None


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{key}.")
        elif isinstance(value, str):
            yield key, value.strip()
        else:
            raise _NoText(f"{key} is no text in quotes")


class _NoText(Exception):
    """A value of the catalogue is a number, a date, a list."""

"""The terminal in a test: what running it gives, and somebody who types."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

import pytest


class Ran(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


class Typist:
    """Somebody at the keyboard who reads the screen: `@caption` is typed as the number that stands before the caption.

    `{sms}` and `{paper}` are the codes that were last shown on a telephone and on a clinic's paper. When all is typed,
    the input ends.
    """

    def __init__(self, capsys: pytest.CaptureFixture[str], script: Iterable[str]) -> None:
        self._capsys, self._script = capsys, list(script)
        self.printed = ""

    def __call__(self, prompt: str = "") -> str:
        fresh = "".join(self._capsys.readouterr()) + prompt
        self.printed += fresh
        if not self._script:
            raise EOFError
        item = self._script.pop(0)
        if item.startswith("@"):
            return self._number(item[1:], fresh)
        return item.replace("{sms}", self._last(r"Ваш код (\d+)")).replace("{paper}", self._last(r"бумаге: ([\d ]+)"))

    def _number(self, caption: str, page: str) -> str:
        found = re.findall(rf"(?<!\d)(\d+)\. {re.escape(caption)}", page)
        if not found:
            # Not an assertion: the terminal would take it for a mistake of its own.
            pytest.fail(f"there is no {caption!r} on the page:\n{page}")
        return str(found[-1])

    def _last(self, pattern: str) -> str:
        found: list[str] = re.findall(pattern, self.printed)
        return found[-1] if found else ""

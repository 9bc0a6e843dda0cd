"""Plays scenarios in Chromium, one after the other, each on pages that were spoilt for it: one start serves them all.

Standard input has [[scenario, {template: [old, new]}, style], …] as JSON, standard output what behave said of each.
"""

import json
import shutil
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

from behave.__main__ import main  # type: ignore[import-untyped]  # behave has no type hints
from jinja2 import PackageLoader

from registratura.features.parameters import define_once
from registratura.features.spec.lint import FOLDER, features
from registratura.host.web import app

STYLE = '<link rel="stylesheet" href="/static/portal.css">'
QUIET = ("-f", "null", "--no-capture", "--no-capture-stderr", "--no-capture-hooks", "-D", "driver=browser")

spoilt: dict[str, list[str]] = {}
numbers = count()


def read_anew(found: Callable[..., Any]) -> Callable[..., Any]:
    """The templates as they are spoilt now; none is remembered."""

    def source(loader: PackageLoader, environment: Any, name: str) -> tuple[str, str | None, Callable[[], bool]]:
        text, file, _ = found(loader, environment, name)
        old, new = spoilt.get(name, ("", ""))
        assert old in text, f"{name} has no {old}"
        return text.replace(old, new) if old else text, file, lambda: False

    return source


def styled(style: str) -> str:
    """A further sheet, under a name that no browser has seen before."""
    file = app.STATIC / f"{next(numbers)}.css"
    file.write_text(style, encoding="utf-8")
    return STYLE + STYLE.replace("portal.css", file.name)


def played(scenario: str, changes: dict[str, list[str]], style: str) -> str:
    """What behave says of the scenario."""
    spoilt.clear()
    spoilt.update(changes)
    if style:
        spoilt["base.html"] = [STYLE, styled(style)]
    feature = FOLDER / next(name for name, text in features().items() if scenario in text)
    # behave begins each run with a registry of its own.
    define_once.cache_clear()
    with redirect_stdout(StringIO()) as said:
        main([*QUIET, "-n", f"^{scenario}$", str(feature)])
    return said.getvalue()


if __name__ == "__main__":
    app.STATIC = Path(shutil.copytree(app.STATIC, "static"))
    PackageLoader.get_source = read_anew(PackageLoader.get_source)  # type: ignore[method-assign]
    json.dump([played(*one) for one in json.load(sys.stdin)], sys.stdout)

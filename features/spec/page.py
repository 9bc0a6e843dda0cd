"""The living specification: one file for product owners, that opens from a disk and asks no network for anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from registratura.features.spec import words
from registratura.features.spec.changes import Changes
from registratura.features.spec.charts import chart_parts
from registratura.features.spec.cucumber import ASSETS, packed
from registratura.features.spec.drawing import drawings, is_wide
from registratura.features.spec.lacks import lacks
from registratura.features.spec.ledger import Ledger
from registratura.features.spec.results import WORDS, Results, results
from registratura.features.spec.sentences import expected, sentences
from registratura.features.spec.sources import FOLDER, features
from registratura.features.spec.wording import said, screens


class Given(NamedTuple):
    """What a page is made of: a run, perhaps its messages, perhaps what is different from an older one."""

    ledger: Ledger
    messages: Sequence[str] = ()
    changes: Changes | None = None


def write(given: Given, out: Path, folder: Path = FOLDER) -> None:
    """Write the page, whole or not at all.

    Raises:
        SourceUnreadable, LedgerOfOthers: the features, or the ledger, do not allow it.
    """
    text = page(given, folder)
    out.parent.mkdir(parents=True, exist_ok=True)
    half = out.with_name(f"{out.name}.half")
    half.write_text(text, encoding="utf-8")
    half.replace(out)


def page(given: Given, folder: Path = FOLDER) -> str:
    """The page itself."""
    files = features(folder)
    found = results(files, given.ledger)
    charts = chart_parts(found)
    parts = {
        "files": files,
        "results": {(result.scenario.file, result.scenario.line): result for result in found.all},
        "charts": charts,
        "drawings": drawings({part.name: part.rows for part in charts}),
        "sentences": sentences(found),
        "expected": expected(found),
        "screens": screens(found),
        "said": said(found),
        "lacks": lacks(found),
        "idle": [result for result in found.all if result.status != "passed"],
        "counts": _counts(found),
        "changes": given.changes,
        "cucumber": packed(given.messages) if given.messages else None,
        "ledger": given.ledger,
        "made": datetime.now().astimezone(),
        "version": version("registratura"),
        "style": (ASSETS / "page.css").read_text("utf-8"),
        "script": (ASSETS / "page.js").read_text("utf-8"),
    }
    return _environment().get_template("page.html").render(parts)


def _counts(found: Results) -> dict[str, int]:
    played = [one for result in found.all for one in result.played.values()]
    return {status: sum(one.status == status for one in played) for status in ("passed", "failed", "skipped")}


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.globals.update(_words())
    return made


def _words() -> dict[str, Any]:
    return {"cited": words.cited, "count": words.count, "word": words.word, "words": WORDS, "is_wide": is_wide}

"""What this run does not show: sentences, and everything the charts and screens declare."""

from __future__ import annotations

from typing import NamedTuple

from registratura.features.spec.charts import excuses
from registratura.features.spec.declared import Kind, Thing, declared
from registratura.features.spec.results import Results
from registratura.features.spec.told import name_of, quotes_of
from registratura.features.spec.words import place


class Lack(NamedTuple):
    """A thing that no scenario shows; `why` excuses it. `anchor` is its row, if it is a transition."""

    said: str
    why: str
    anchor: str


def lacks(results: Results) -> dict[str, list[Lack]]:
    """What is missing, and what cannot be shown."""
    known = excuses()
    found: dict[str, list[Lack]] = {"missing": [], "excused": []}
    for thing in sorted(declared() - set(results.showing)):
        why = known.get(thing, "")
        found["excused" if why else "missing"].append(Lack(_said(thing), why, _anchor(thing)))
    return found


def _said(thing: Thing) -> str:
    return f"{name_of(thing)}{quotes_of(thing)}"


def _anchor(thing: Thing) -> str:
    return place(thing.chart, thing.id) if thing.kind is Kind.TRANSITION else ""

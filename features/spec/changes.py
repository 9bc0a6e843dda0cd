"""What is different from an older run: scenarios new, gone or changed, and transitions shown now or no more."""

from __future__ import annotations

from typing import NamedTuple

from registratura.features.spec.ledger import Ledger, Played
from registratura.features.spec.results import WORDS
from registratura.features.spec.words import place, state_title, title_of
from registratura.flows.catalogue import FLOWS


class Change(NamedTuple):
    """One line: what, where it was played, and how it differs."""

    name: str
    rule: str
    how: str = ""


class Way(NamedTuple):
    """A transition that is shown now, or is shown no more."""

    anchor: str
    said: str


class Changes(NamedTuple):
    """All that is different."""

    new: tuple[Change, ...]
    gone: tuple[Change, ...]
    changed: tuple[Change, ...]
    ways: tuple[Way, ...]
    lost: tuple[Way, ...]

    def __bool__(self) -> bool:
        return any(tuple(self))


def changes(old: Ledger, new: Ledger) -> Changes:
    """The new run beside the old one. A scenario is known by its name: lines move."""
    before, after = _named(old), _named(new)
    both = [(before[key], after[key]) for key in after if key in before]
    different = ((now, _how(then, now)) for then, now in both)
    shown_then, shown_now = _ways(old), _ways(new)
    return Changes(
        tuple(_line(after[key]) for key in after if key not in before),
        tuple(_line(before[key]) for key in before if key not in after),
        tuple(_line(now, how) for now, how in different if how),
        tuple(_way(*way) for way in sorted(shown_now - shown_then)),
        tuple(_way(*way) for way in sorted(shown_then - shown_now)),
    )


def _named(ledger: Ledger) -> dict[tuple[str, str], Played]:
    return {(played.feature, played.scenario): played for played in ledger.scenarios}


def _line(played: Played, how: str = "") -> Change:
    return Change(played.scenario, played.rule, how)


def _how(then: Played, now: Played) -> str:
    found = []
    if then.status != now.status:
        found.append(f"был: {WORDS[then.status]}, теперь: {WORDS[now.status]}")
    if then.when != now.when:
        found.append(f"Когда было: «{then.when}», теперь: «{now.when}»")
    elif _walk(then) != _walk(now):
        found.append("идёт другим путём")
    if set(then.tags) != set(now.tags):
        found.append(f"метки были: {_tags(then)}, теперь: {_tags(now)}")
    return "; ".join(found)


def _tags(played: Played) -> str:
    return ", ".join(played.tags) or "нет"


def _walk(played: Played) -> list[tuple[str, str, tuple[str, ...]]]:
    return sorted((happened.chart, happened.transition, happened.refusals) for happened in played.fired)


def _ways(ledger: Ledger) -> set[tuple[str, str]]:
    passed = (played for played in ledger.scenarios if played.status == "passed")
    return {(happened.chart, happened.transition) for played in passed for happened in played.fired}


def _way(chart: str, transition: str) -> Way:
    """In words, as far as the chart still knows them."""
    flow, (source, event, target) = FLOWS.get(chart), transition.split("/")
    if flow is None or event not in flow.by_name:
        return Way("", f"{chart}: {transition}")
    ends = "отказ" if target == "refused" else _state(chart, target)
    return Way(
        place(chart, transition),
        f"{title_of(flow)}: {_state(chart, source)} — {flow.by_name[event].title()} → {ends}",
    )


def _state(chart: str, path: str) -> str:
    flow = FLOWS[chart]
    known = path.rpartition(".")[2] in flow.chart.states_map
    return state_title(flow, path) if known else "начало" if path == "begin" else path

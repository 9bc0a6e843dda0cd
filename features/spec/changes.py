"""What is different from an older ledger: for people, in the scenarios, and for the flows that a database holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from registratura.features.spec.between import Line, Section, differences, sections, way_said
from registratura.features.spec.declared import Kind, Thing
from registratura.features.spec.judge import excuses
from registratura.features.spec.ledger import Ledger, Played
from registratura.features.spec.release import Release, Way
from registratura.features.spec.results import WORDS
from registratura.features.spec.standing import Standing, become
from registratura.features.spec.words import cited, place

NOTHING = "Ничего: экраны, тексты, отказы, сроки и переходы те же, и те же сценарии идут теми же путями."
Named = dict[tuple[str, str], Played]


class Changes(NamedTuple):
    """All that is different; `stored` is what becomes of the flows of a database, if one was looked at."""

    since: str
    different: tuple[Section, ...]
    stored: tuple[Section, ...]

    @property
    def sections(self) -> tuple[Section, ...]:
        """Everything there is to say; that nothing has changed, too."""
        return (self.different or (Section(NOTHING, ()),)) + self.stored


def changes(old: Ledger, new: Ledger, standing: Sequence[Standing] | None = None) -> Changes:
    """The new run beside the old one. A scenario is known by its name: lines move."""
    before, after = _named(old), _named(new)
    shown_then, shown_now = _ways(old), _ways(new)
    scenarios = sections(
        ("Сценарии, чей прежний путь больше невозможен", _broken(old, new, after)),
        ("Новые сценарии", (_line(after[key]) for key in after if key not in before)),
        ("Сценарии, которых больше нет", (_line(before[key]) for key in before if key not in after)),
        ("Изменившиеся сценарии", _different(before, after)),
        ("Переходы, показанные впервые", (_way(new.release, *way) for way in sorted(shown_now - shown_then))),
        ("Переходы, которых больше никто не показывает", _unshown(old, new, shown_then - shown_now)),
    )
    stored = () if standing is None else become(standing, old.release, new.release)
    return Changes(old.release.version, differences(old.release, new.release) + scenarios, stored)


def _named(ledger: Ledger) -> Named:
    return {(played.feature, played.scenario): played for played in ledger.scenarios}


def _line(played: Played, how: str = "") -> Line:
    return Line(cited(played.scenario), how or (f"правило {cited(played.rule)}" if played.rule else ""))


def _broken(old: Ledger, new: Ledger, after: Named) -> Iterator[Line]:
    """Those that passed, and took a transition, or met a refusal, that is not there any more."""
    for (file, name), played in _named(old).items():
        lacks = tuple(dict.fromkeys(_lacks(played, old.release, new.release)))
        if played.status == "passed" and lacks:
            now = after.get((file, name))
            fate = f"теперь: {WORDS[now.status]}" if now else "теперь такого сценария нет"
            yield _line(played, f"{'; '.join(lacks)}; {fate}")


def _lacks(played: Played, old: Release, new: Release) -> Iterator[str]:
    for happened in played.fired:
        chart = new.charts.get(happened.chart)
        if chart is None or happened.transition not in chart.ids():
            yield f"больше нет перехода {_way(old, happened.chart, happened.transition).said}"
        for code in happened.refusals:
            if f"refusal.{code}" not in new.texts:
                yield f"больше нет отказа {cited(old.texts.get(f'refusal.{code}', code))}"


def _different(before: Named, after: Named) -> Iterator[Line]:
    both = [(before[key], after[key]) for key in after if key in before]
    by_chance = {thing for thing, sometimes in excuses().items() if sometimes}
    yield from (_line(now, how) for then, now in both if (how := _how(then, now, by_chance)))


def _how(then: Played, now: Played, by_chance: set[Thing]) -> str:
    found = []
    if then.status != now.status:
        found.append(f"был: {WORDS[then.status]}, теперь: {WORDS[now.status]}")
    if then.when != now.when:
        found.append(f"Когда было: {cited(then.when)}, теперь: {cited(now.when)}")
    elif (_walk(then) ^ _walk(now)) - by_chance:
        found.append("идёт другим путём")
    if set(then.tags) != set(now.tags):
        found.append(f"метки были: {_tags(then)}, теперь: {_tags(now)}")
    return "; ".join(found)


def _tags(played: Played) -> str:
    return ", ".join(played.tags) or "нет"


def _walk(played: Played) -> set[Thing]:
    """The transitions and refusals, each once: of what happens at once the number and the order vary."""
    taken = {Thing(Kind.TRANSITION, happened.chart, happened.transition) for happened in played.fired}
    return taken | {
        Thing(Kind.REFUSAL, happened.chart, code) for happened in played.fired for code in happened.refusals
    }


def _ways(ledger: Ledger) -> set[tuple[str, str]]:
    passed = (played for played in ledger.scenarios if played.status == "passed")
    return {(happened.chart, happened.transition) for played in passed for happened in played.fired}


def _unshown(old: Ledger, new: Ledger, lost: set[tuple[str, str]]) -> Iterator[Line]:
    """Those that are still there; that the others are gone is said already."""
    there = {(name, id) for name, chart in new.release.charts.items() for id in chart.ids()}
    yield from (_way(new.release, *way) for way in sorted(lost & there))


def _way(release: Release, chart: str, transition: str) -> Line:
    """In the words of a release, as far as it has some."""
    known = release.charts.get(chart)
    found = next((way for way in known.ways if way.id == transition), None) if known else None
    if known is None or found is None:
        return Line(f"{chart}: {transition}")
    return Line(f"{known.title}: {way_said(known, Way(id=transition))}", anchor=place(chart, transition))

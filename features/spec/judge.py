"""The ledgers beside what is declared and documented: everything that no scenario shows, a sentence each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from registratura.features.spec.branches import EXPECTED, Branch, ListUnreadable, documented
from registratura.features.spec.declared import Kind, Thing, button, declared, refusals
from registratura.features.spec.ledger import Happened, Ledger, Played
from registratura.features.spec.told import branch_place, name_of, place_of, quotes_of
from registratura.features.spec.words import cited
from registratura.flows.attachment import Attachment, Entry
from registratura.flows.cabinet import OpenCodeEntry
from registratura.flows.cabinet.flow import ENTRIES
from registratura.flows.catalogue import FLOWS
from registratura.flows.texts import Texts

UNSHOWN = Path(__file__).with_name("unshown.toml")
REFUSED = "/refused"
# Who has to sign in, or chose to, is led on to it by a page; a program is only told so.
LED_ON = frozenset({("sign_in", "begin/begin_sign_in/method")})
SHOWN = Texts.russian()

Way = frozenset[tuple[str, str]]
"""Charts and their transitions."""


class Finding(NamedTuple):
    """Something that is wrong, and the file and line where one looks first."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def findings(ledgers: Sequence[Ledger], unshown: Mapping[Thing, bool] | None = None) -> list[Finding]:
    """Everything that is wrong; empty if the scenarios show all there is.

    `unshown` is excused; those of a True happen sometimes.
    """
    excused = excuses() if unshown is None else unshown
    played = [scenario for ledger in ledgers for scenario in ledger.scenarios if scenario.status == "passed"]
    return [*_branches(played), *_tags(played), *_things(played, excused), *walks(ledgers)]


def excuses(file: Path = UNSHOWN) -> dict[Thing, bool]:
    """What unshown.toml says, and whether it happens all the same, only not always.

    Raises:
        ListUnreadable: it is broken.
    """
    try:
        return {
            Thing(Kind(kind), chart, id): {"never": False, "sometimes": True}[often]
            for often, kinds in tomllib.loads(file.read_text("utf-8")).items()
            for kind, charts in kinds.items()
            for chart, things in charts.items()
            for id in things
        }
    except KeyError as error:
        raise ListUnreadable(file, f"{error} is neither never nor sometimes") from None
    except (ValueError, AttributeError) as error:
        raise ListUnreadable(file, error) from None


def shown_in(played: Played) -> frozenset[Thing]:
    """What a scenario shows of all that is declared."""
    happened = (thing for happened in played.fired for thing in _shown(happened))
    pressed = (Thing(Kind.BUTTON, p.chart, f"{p.state}/{button(p.event, p.variant)}") for p in played.pressed)
    return frozenset((*happened, *pressed, *_entries(played)))


def takes(branch: Branch, played: Played) -> bool:
    """Whether the scenario does exactly what the sentence says."""
    if not branch.event:
        return _sees(branch, played)
    way = not branch.variant or any((p.event, p.variant) == (branch.event, branch.variant) for p in played.pressed)
    return way and any(_is(branch, happened) for happened in played.fired)


def _branches(played: list[Played]) -> Iterator[Finding]:
    for number, branch in documented().items():
        tagged = [scenario for scenario in played if number in scenario.tags]
        if not any(takes(branch, scenario) for scenario in tagged):
            lack = "ни один сценарий с этой меткой этого не показывает" if tagged else "сценария с этой меткой нет"
            yield Finding(branch_place(branch), f"{number}, {cited(branch.quote)}: {lack}")
    tags = {tag for scenario in played for tag in scenario.tags}
    for number in EXPECTED:
        if number not in tags:
            yield Finding("features", f"{number}: сценария с этой меткой нет")


def _tags(played: list[Played]) -> Iterator[Finding]:
    for scenario in played:
        for branch in (documented()[tag] for tag in scenario.tags if tag in documented()):
            if not touches(branch, scenario):
                place = f"features/{scenario.feature}:{scenario.line}"
                yield Finding(place, f"{cited(scenario.scenario)} не показывает {branch.number}, {cited(branch.quote)}")


def _things(played: list[Played], excused: Mapping[Thing, bool]) -> Iterator[Finding]:
    shown = frozenset(thing for scenario in played for thing in shown_in(scenario))
    for thing in sorted(declared() - shown - set(excused)):
        yield Finding(place_of(thing), f"{name_of(thing)}: сценария нет{quotes_of(thing)}")
    for thing, sometimes in sorted(excused.items()):
        if thing not in declared() or (thing in shown and not sometimes):
            lack = "сценарий есть" if thing in shown else "такого больше нет"
            yield Finding(f"features/spec/{UNSHOWN.name}", f"{' '.join(thing)}: строка лишняя, {lack}")


def walks(ledgers: Sequence[Ledger]) -> Iterator[Finding]:
    """The scenarios that do not go the same way, whoever plays them; each ledger is held against the first."""
    first, *others = ledgers
    ways = _ways(first)
    for other in others:
        for place, (scenario, there) in _ways(other).items():
            here = ways.get(place, (scenario, there))[1]
            if here != there:
                apart = ((first.driver, here - there), (other.driver, there - here))
                only = "; ".join(f"только {driver}: {_listed(way)}" for driver, way in apart if way)
                yield Finding(place, f"{cited(scenario)} идёт по-разному; {only}")


def _ways(ledger: Ledger) -> dict[str, tuple[str, Way]]:
    """Which transitions each scenario took, by where it stands."""
    passed = (scenario for scenario in ledger.scenarios if scenario.status == "passed")
    return {f"features/{s.feature}:{s.line}": (s.scenario, _way(s)) for s in passed}


def _way(played: Played) -> Way:
    taken = frozenset((happened.chart, happened.transition) for happened in played.fired)
    led_on = any("sign_in_required" in h.refusals or h.target == "sign_in_chosen" for h in played.fired)
    return taken - LED_ON if led_on else taken


def _listed(way: Way) -> str:
    return ", ".join(sorted(map(" ".join, way)))


def _shown(happened: Happened) -> Iterator[Thing]:
    chart = happened.chart
    yield Thing(Kind.TRANSITION, chart, happened.transition)
    yield Thing(Kind.TIMER, chart, happened.event)
    yield from (Thing(Kind.EFFECT, chart, kind) for kind in happened.effects)
    for code in happened.refusals:
        # What the chart's own rules cannot say came from a flow that the event was sent on to.
        own = code in refusals(FLOWS[chart])
        yield from (Thing(Kind.REFUSAL, name, code) for name in ((chart,) if own else FLOWS))


def _entries(played: Played) -> Iterator[Thing]:
    """Each way by which the code entry was opened."""
    for opened in played.fired:
        if opened.event == OpenCodeEntry.name and not opened.refusals:
            plus = any((p.state, p.event, p.variant) == (opened.source, opened.event, "plus") for p in played.pressed)
            entry = Entry.CLINIC_RIGHTS_PLUS if plus else ENTRIES[opened.source]
            yield Thing(Kind.ENTRY, Attachment.name, f"{entry}/{opened.channel}")


def _is(branch: Branch, happened: Happened) -> bool:
    return (
        (branch.chart, branch.event) == (happened.chart, happened.event)
        and _within(happened.source, branch.source)
        and _within(happened.target, branch.to)
        and not happened.transition.endswith(REFUSED)
    )


def touches(branch: Branch, played: Played) -> bool:
    """Whether the scenario is about the sentence at all: it may show when it is refused, or what is offered before."""
    tried = any((branch.chart, branch.event) == (h.chart, h.event) for h in played.fired)
    return tried or _sees(branch, played)


def _sees(branch: Branch, played: Played) -> bool:
    return SHOWN.screen_key(branch.chart, branch.source) in played.seen


def _within(state: str, named: str) -> bool:
    """A branch may name a compound state."""
    return state == named or state.startswith(f"{named}.")

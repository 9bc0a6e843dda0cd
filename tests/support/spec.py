"""For tests of the specification's page: small ledgers of real scenarios, and the page as a reader has it."""

from collections import Counter
from html.parser import HTMLParser

from registratura.features.spec.between import Section
from registratura.features.spec.branches import documented
from registratura.features.spec.ledger import Happened, Ledger, Played
from registratura.features.spec.release import Release, Way
from registratura.features.spec.releasing import release
from registratura.features.spec.sources import Scenario, features

RELEASE = release()
VOID = {"meta", "link", "br", "input", "img", "hr"}


def played(number: str, fired: tuple[Happened, ...] | None = None) -> Played:
    """The first scenario with that tag, passed; it did what the sentence says, if nothing else is said."""
    return _played(tagged(number)[0], number, fired)


def skipped(number: str, why: str) -> Ledger:
    """A run that was not meant for any scenario with that tag."""
    every = [_played(scenario, number, ()) for scenario in tagged(number)]
    told = [one.model_copy(update={"status": "skipped", "why": why}) for one in every]
    return Ledger(release=RELEASE, driver="engine", settings={}, scenarios=tuple(told))


def _played(scenario: Scenario, number: str, fired: tuple[Happened, ...] | None) -> Played:
    branch = documented()[number]
    transition = f"{branch.source}/{branch.event}/{branch.to}"
    did = Happened(
        chart=branch.chart, source=branch.source, event=branch.event, target=branch.to, transition=transition
    )
    return Played(
        feature=scenario.file,
        rule=scenario.rule,
        scenario=scenario.name,
        line=scenario.line,
        tags=scenario.tags,
        status="passed",
        when="Маргарита делает это",
        fired=(did,) if fired is None else fired,
    )


def passed(*numbers: str) -> Ledger:
    """A run of these."""
    return Ledger(release=RELEASE, driver="engine", settings={}, scenarios=tuple(map(played, numbers)))


def tagged(number: str) -> list[Scenario]:
    """Every scenario with that tag, but for outlines."""
    every = (s for file in features() for rule in file.rules for s in rule.scenarios)
    return [s for s in every if number in s.tags and not s.examples]


LEDGER = passed("R1", "R4")


def without(known: Release, chart: str, id: str, *more: Way) -> Release:
    """A release whose chart lacks a transition, or has others."""
    there = known.charts[chart]
    ways = (*(way for way in there.ways if way.id != id), *more)
    return known.model_copy(update={"charts": known.charts | {chart: there.model_copy(update={"ways": ways})}})


def as_of(known: Release, ledger: Ledger = LEDGER) -> Ledger:
    """A run of that release."""
    return ledger.model_copy(update={"release": known})


def lines(sections: tuple[Section, ...]) -> dict[str, list[str]]:
    """What a report says, by its titles."""
    return {
        section.title: [f"{line.said} — {line.how}" if line.how else line.said for line in section.lines]
        for section in sections
    }


class Page(HTMLParser):
    """A page read: its places with their texts and links. What a script brings is not there."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source, self.text = source, ""
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._texts: dict[str, str] = {}
        self._links: dict[str, list[str]] = {}
        self.feed(source)

    def text_of(self, id: str) -> str:
        """The text of a place, in one line."""
        return " ".join(self._texts[id].split())

    def links_of(self, id: str) -> list[str]:
        """The links in a place."""
        return self._links.get(id, [])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        id = known.get("id") or ""
        if id:
            self.ids[id] += 1
            self._texts.setdefault(id, "")
        if tag not in VOID:
            self._open.append((tag, id))
        if tag == "a":
            self.links.append(known.get("href") or "")
            for _, around in self._open:
                self._links.setdefault(around, []).append(known.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] in ("script", "style"):
            return
        self.text += data
        for _, id in self._open:
            if id:
                self._texts[id] += data

"""The numbered sentences: what the documents say, what is expected besides, and the scenarios that show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from registratura.features.spec.branches import EXPECTED, Branch, documented
from registratura.features.spec.declared import transitions
from registratura.features.spec.judge import takes, touches
from registratura.features.spec.ledger import Played
from registratura.features.spec.results import Result, Results
from registratura.features.spec.words import begins_with, cited, place, state_title, title_of
from registratura.flows.catalogue import FLOWS

DOCUMENTS = {"R": "Описание регистрации и входа", "A": "Описание прикрепления к клинике"}


class Sentence(NamedTuple):
    """A sentence of the documents; `links` are the transitions that it speaks of, by their places on the page.

    `strays` have its tag, and did something that has nothing to do with it.
    """

    number: str
    quote: str
    chart: str
    flow: str
    said: str
    links: tuple[str, ...]
    shown: bool
    results: tuple[Result, ...]
    strays: tuple[Result, ...]

    @property
    def elsewhere(self) -> bool:
        """Whether other runs show it: this one was not meant to."""
        return _elsewhere(self.results)


class Expected(NamedTuple):
    """What is expected and described nowhere: the rules under which it is shown say it."""

    number: str
    rules: tuple[str, ...]
    shown: bool
    results: tuple[Result, ...]

    @property
    def elsewhere(self) -> bool:
        """Whether other runs show it: this one was not meant to."""
        return _elsewhere(self.results)


def sentences(results: Results) -> dict[str, list[Sentence]]:
    """Those of each document, by the document's title."""
    found: dict[str, list[Sentence]] = {title: [] for title in DOCUMENTS.values()}
    for number, branch in documented().items():
        found[DOCUMENTS[number[0]]].append(_sentence(branch, results.tagged.get(number, ())))
    return found


def expected(results: Results) -> list[Expected]:
    """All expected branches that have a number."""
    tagged = ((number, results.tagged.get(number, ())) for number in EXPECTED)
    return [Expected(number, _rules(found), _passed(found), found) for number, found in tagged]


def _sentence(branch: Branch, found: tuple[Result, ...]) -> Sentence:
    did = {result.anchor: _tagged(branch.number, result) for result in found}
    shown = any(takes(branch, played) for every in did.values() for played in every)
    strays = tuple(result for result in found if _strays(branch, did[result.anchor]))
    own = tuple(result for result in found if result not in strays)
    links = tuple(place(branch.chart, id) for id in sorted(_ids(branch)))
    title = title_of(FLOWS[branch.chart])
    return Sentence(branch.number, branch.quote, branch.chart, title, _said(branch), links, shown, own, strays)


def _strays(branch: Branch, did: Sequence[Played]) -> bool:
    """Whether all that is known of it is something else; a host's driver may know nothing of what it did."""
    told = [played for played in did if played.fired or played.seen]
    return bool(told) and not any(touches(branch, played) for played in told)


def _tagged(number: str, result: Result) -> list[Played]:
    """What has passed of it with that tag, which may stand over some of its examples only."""
    return [played for played in result.played.values() if played.status == "passed" and number in played.tags]


def _said(branch: Branch) -> str:
    """The sentence in the words of the chart."""
    flow = FLOWS[branch.chart]
    target = cited(state_title(flow, branch.to))
    if not branch.event:
        return f"Человек видит это на шаге {target}"
    source = cited(state_title(flow, branch.source)) if branch.source else "Начало"
    stays = branch.source == branch.to
    return f"{source}: {flow.by_name[branch.event].title()} → {'остаётся здесь' if stays else target}"


def _ids(branch: Branch) -> Iterable[str]:
    """The transitions that begin and end where the sentence says; a state may be named by the one around it."""
    for id in transitions(FLOWS[branch.chart]):
        source, event, target = id.split("/")
        if branch.event == event and begins_with(target, branch.to) and _from(branch.source, source):
            yield id


def _from(named: str, source: str) -> bool:
    return source == "begin" if not named else begins_with(named, source) or begins_with(source, named)


def _rules(found: tuple[Result, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(result.scenario.rule for result in found))


def _elsewhere(found: tuple[Result, ...]) -> bool:
    return bool(found) and all(result.status == "skipped" for result in found)


def _passed(found: tuple[Result, ...]) -> bool:
    return any(result.status == "passed" for result in found)

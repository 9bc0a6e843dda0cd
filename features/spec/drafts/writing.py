"""Drafts as a feature file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from registratura.features.spec.branches import documented
from registratura.features.spec.declared import Kind, Thing
from registratura.features.spec.drafts.search import Goal, Plan
from registratura.features.spec.drafts.trial import Walk
from registratura.features.spec.told import asks
from registratura.features.spec.words import state_title, title_of
from registratura.flows.catalogue import FLOWS
from registratura.flows.decide import BEGIN

HEAD = """# language: ru
# Черновики: сценарии выполняются, но написаны программой. Прочтите каждый, скажите правило своими словами, перенесите
# в файл, которому он принадлежит, и проверьте: python -m registratura.features.spec.lint, затем behave.
"""


class Draft(NamedTuple):
    """A scenario: what it shows, and what is said. Without a plan the notes say what is missing.

    Of a recorded flow the first `left_out` entries are not told.
    """

    goal: Goal
    plan: Plan | None
    then: Walk = ()
    title: str = ""
    notes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    left_out: int = 0


def feature(title: str, drafts: Sequence[Draft]) -> str:
    """The whole file; the rules are the flows."""
    lines = [HEAD.rstrip("\n"), *(line for draft in drafts if not draft.plan for line in _comment(draft, ""))]
    lines.append(f"Функция: {title}")
    for chart in dict.fromkeys(draft.goal.chart for draft in drafts):
        if written := [draft for draft in drafts if draft.goal.chart == chart and draft.plan]:
            lines += ["", f"  Правило: {title_of(FLOWS[chart])}"]
            lines += [line for n, draft in enumerate(written) for line in ([""] if n else []) + list(_scenario(draft))]
    return "\n".join(lines) + "\n"


def titled(goal: Goal) -> str:
    """What happens, in the charts' own titles."""
    flow = FLOWS[goal.chart]
    title = _quoted(flow.by_name[goal.event].title())
    begins = "" if goal.source == BEGIN else f" на шаге {_quoted(state_title(flow, goal.source))}"
    ends = "отказано" if goal.refused else f"затем {_quoted(state_title(flow, goal.target))}"
    return f"{title_of(flow)}: {title}{begins}, {ends}"


def tags(goal: Goal) -> tuple[str, ...]:
    """The sentences of the documents that ask for it."""
    thing = Thing(Kind.TRANSITION, goal.chart, goal.transition)
    return tuple(branch.number for branch in documented().values() if asks(branch, thing))


def _scenario(draft: Draft) -> Iterator[str]:
    assert draft.plan is not None
    yield from _comment(draft, "    ")
    if draft.tags:
        yield "    " + " ".join(f"@{tag}" for tag in draft.tags)
    yield f"    Сценарий: {draft.title}"
    for word, walk in (("Дано", draft.plan.given), ("Когда", (draft.plan.when,)), ("Тогда", draft.then)):
        yield from (f"      {'И' if n else word} {said.text}" for n, said in enumerate(walk))


def _comment(draft: Draft, indent: str) -> Iterator[str]:
    yield f"{indent}# {draft.goal.chart} {draft.goal.transition}"
    yield from (f"{indent}# {note}" for note in draft.notes)


def _quoted(title: str) -> str:
    return f"«{title.replace('«', '„').replace('»', '“')}»"

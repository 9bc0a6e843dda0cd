"""Generated walks: every transition of each chart, and every one directly after each other, in the bare chart, in the
engine and over HTTP at once. After each step their states, actions, refusals and effects are the same.

The walks are made by support/walks/paths.py; what makes each transition happen is in support/walks/charts."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.walks.lockstep import Lockstep, Parted
from support.walks.paths import Pair, Plan, declared, edges_of, excused, guards, walks
from support.walks.plans import PLANS

from registratura.features import spec
from registratura.features.spec.declared import transitions
from registratura.flows.catalogue import FLOWS
from registratura.flows.chart import REFUSED, Answer, Answers
from registratura.flows.clinic_right import ClinicRight, DocumentDelivered, Suspend
from registratura.flows.record import FlowRecord
from registratura.host.web.api import Api

ALL = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
UNSHOWN = Path(spec.__file__).parent / "unshown.toml"


def walked(plan: Plan) -> frozenset[Pair]:
    return frozenset(pair for walk in walks(plan) for pair in walk.pairs)


def named(pairs: Iterable[Pair]) -> list[str]:
    return sorted({f"{one.id} > {other.id}" for one, other in pairs})


def test_all_charts_are_walked() -> None:
    assert set(PLANS) == set(FLOWS)


@ALL
def test_all_transitions_are_walked_but_those_that_no_scenario_can_show(plan: Plan) -> None:
    begun = {f"begin/{begin.event}/{plan.flow.answers.initial}" for begin in plan.begins}
    found = begun | {edge.id for edge in edges_of(plan.flow.chart)}
    assert found == {id for id in transitions(plan.flow) if not (id.startswith("begin/") and id.endswith(REFUSED))}
    never = tomllib.loads(UNSHOWN.read_text(encoding="utf-8"))["never"]["transition"].get(plan.flow.name, {})
    assert found - {edge.id for pair in walked(plan) for edge in pair} == set(never)


@ALL
def test_all_pairs_of_transitions_are_walked_but_those_that_cannot_be(plan: Plan) -> None:
    """Each that cannot be has its reason, and the lockstep tries for it in vain."""
    left, cannot_be = declared(plan) - walked(plan), frozenset[Pair]().union(*excused(plan).values())
    cure = "Give the chart a deed that does it, in support/walks/charts, or a reason in `never` why it cannot be."
    assert named(left - cannot_be) == [], cure
    assert named(cannot_be - left) == [], "It can be: take the line out of `never`."
    assert [line for line, pairs in excused(plan).items() if not pairs] == [], "Nothing is meant by this line."
    assert all(reason.endswith(".") for reason in plan.never.values())


@ALL
def test_chart_engine_and_http_go_in_lockstep(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """And each guard has said yes and no in each state that it is asked in."""
    asked = overhear(plan, monkeypatch)
    with closing(Lockstep(plan)) as lockstep:
        lockstep.run()
    assert asked == set(questions(plan))


def questions(plan: Plan) -> Iterator[tuple[str, str, str, bool]]:
    """Every guard, in every state and event that asks it, with each of its answers."""
    answers = plan.flow.answers
    for state in answers.places:
        for event in answers.events(state):
            for guard in guards(plan.flow.chart, state, event):
                yield from ((state, event, guard, said) for said in (True, False) if guard != REFUSED)


def overhear(plan: Plan, patch: pytest.MonkeyPatch) -> set[tuple[str, str, str, bool]]:
    heard = set()

    def overheard(name: str, guard: Callable[[Any], bool]) -> Callable[[Any], bool]:
        def asked(case: Any) -> bool:
            said = guard(case)
            heard.add((case.record.state, case.event.name, name, said))
            return said

        return asked

    for name, guard in plan.flow.guards.items():
        patch.setitem(plan.flow.guards, name, overheard(name, guard))
    return heard


# What must be found: a plan that forgets something, and portals that do not what they should.


def test_a_deed_that_is_forgotten_leaves_pairs_unwalked() -> None:
    plan = PLANS["one_time_code"]
    for number in range(len(plan.deeds)):
        forgetful = replace(plan, deeds=plan.deeds[:number] + plan.deeds[number + 1 :])
        assert walked(forgetful) < walked(plan), plan.deeds[number].name


class Astray(Answers):
    """A suspended right is withdrawn."""

    def answer(self, path: str, event: str, outcomes: tuple[bool, ...]) -> Answer | None:
        answer = super().answer(path, event, outcomes)
        return replace(answer, target="withdrawn") if answer and event == "suspend" else answer


def without_effects(patch: pytest.MonkeyPatch) -> None:
    stop = ClinicRight.decisions[Suspend]
    patch.setitem(ClinicRight.decisions, Suspend, lambda case: replace(stop(case), effects=()))


def answering(patch: pytest.MonkeyPatch, **otherwise: Callable[[Any], Any]) -> None:
    """The API says something else than the engine has said."""
    answer = Api.answer

    async def astray(api: Api, request: Any, view: Any, *more: Any, **headers: str) -> Any:
        changed = {name: change(getattr(view, name)) for name, change in otherwise.items()}
        return await answer(api, request, replace(view, **changed), *more, **headers)

    patch.setattr(Api, "answer", astray)


FAULTS: dict[str, tuple[str, str, Callable[[pytest.MonkeyPatch], None]]] = {
    "a transition leads somewhere else": (
        *("clinic_right", "the states of chart and engine"),
        lambda patch: patch.setattr(ClinicRight, "answers", Astray(ClinicRight.chart)),
    ),
    "a guard says the contrary": (
        *("cabinet", "the transitions of chart and engine"),
        lambda patch: patch.setitem(
            FLOWS["cabinet"].guards, "card_is_unchecked", lambda case: not case.facts.unchecked
        ),
    ),
    "an effect is forgotten": ("clinic_right", "the effects", without_effects),
    "a rule is forgotten": (
        *("clinic_right", "the transitions of chart and engine"),
        lambda patch: patch.setitem(ClinicRight.rules, DocumentDelivered, []),
    ),
    "a timer is forgotten": (
        *("consent_withdrawal", "the transitions of chart and engine"),
        lambda patch: patch.setattr(FlowRecord, "due", lambda record, now: ()),
    ),
    "the API keeps a refusal to itself": (
        *("portal_password", "the answers of engine and HTTP"),
        lambda patch: answering(patch, refusals=lambda _: ()),
    ),
    "the API tells another refusal": (
        *("portal_password", "the answers of engine and HTTP"),
        lambda patch: answering(patch, refusals=lambda all: tuple(replace(one, code="password.common") for one in all)),
    ),
    "the API keeps an action to itself": (
        *("one_time_code", "the views of engine and HTTP"),
        lambda patch: answering(patch, actions=lambda actions: actions[1:]),
    ),
}


@pytest.mark.parametrize(("chart", "what", "spoil"), FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_found(
    chart: str, what: str, spoil: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch)
    with closing(Lockstep(PLANS[chart])) as lockstep, pytest.raises(Parted, match=what):
        lockstep.run()

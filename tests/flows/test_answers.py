"""The library is the judge: what is remembered is what it says, and a flow declares what its chart asks for."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support.library import all_guards, ask, leaves, path, transitions, vectors

from registratura.flows.catalogue import FLOWS
from registratura.flows.chart import REFUSED, Answers, Chart
from registratura.flows.flow import AnyFlow

ALL = pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
RUSSIAN = re.compile(r"[А-ЯЁ«][А-Яа-яЁё «»:,.()]+")
# Whose decision sends events on to another flow, which may say no.
SENT_ON = {
    ("registration", "correct_card"),
    ("registration", "confirm_card"),
    ("registration", "set_password"),
    ("registration", "identity_confirmed"),
    ("sign_in", "identity_confirmed"),
    ("attachment", "submit_code"),
    ("attachment_code", "reissue"),
    ("cabinet", "open_code_entry"),
}


def events_of(chart: type[Chart]) -> set[str]:
    return {str(t.event) for leaf in leaves(chart) for t in transitions(chart, leaf)}


@ALL
def test_every_remembered_answer_is_the_librarys(flow: AnyFlow) -> None:
    asked = 0
    for leaf in leaves(flow.chart):
        state = path(leaf)
        for event in events_of(flow.chart):
            guards = flow.answers.guards(state, event) if event in flow.answers.events(state) else ()
            for outcomes in vectors(guards):
                said = ask(flow.chart, leaf, event, dict(zip(guards, outcomes, strict=True)))
                # Twice: asked for the first time, and remembered.
                answers = [flow.answers.answer(state, event, outcomes) for _ in range(2)]
                assert answers[0] == answers[1]
                told = answers[0] and (answers[0].target, answers[0].refused, answers[0].id.split("/")[1])
                assert told == (said and (said[0], _refusal(said[1]), event)), (state, event, guards, outcomes)
                asked += 1
    assert asked >= len(leaves(flow.chart)) * len(events_of(flow.chart))


def _refusal(transition: Any) -> bool:
    return any(spec.func == REFUSED for spec in transition.cond)


@ALL
def test_an_answer_says_which_events_a_state_has_and_on_what_they_hang(flow: AnyFlow) -> None:
    for leaf in leaves(flow.chart):
        found: dict[str, set[str]] = {}
        for transition in transitions(flow.chart, leaf):
            found.setdefault(str(transition.event), set()).update(str(spec.func) for spec in transition.cond)
        state = path(leaf)
        assert {event: set(flow.answers.guards(state, event)) for event in flow.answers.events(state)} == found


@ALL
def test_the_ids_of_two_transitions_of_a_state_differ(flow: AnyFlow) -> None:
    for leaf in leaves(flow.chart):
        ids: dict[str, list[Any]] = {}
        for transition in transitions(flow.chart, leaf):
            end = REFUSED if _refusal(transition) else path(transition.target)
            ids.setdefault(f"{path(transition.source)}/{transition.event}/{end}", []).append(transition)
        assert all(len(found) == 1 for found in ids.values()), ids


@ALL
def test_a_flow_declares_every_guard_and_event_of_its_chart_and_no_other(flow: AnyFlow) -> None:
    assert set(flow.guards) == set(all_guards(flow.chart)) - {REFUSED}
    assert {event.name for event in flow.events} == events_of(flow.chart)


@ALL
def test_what_a_flow_declares_for_an_event_is_for_one_that_it_has(flow: AnyFlow) -> None:
    own = {*flow.begins, *flow.events}
    for declared in (flow.rules, flow.decisions, flow.refused_decisions, flow.gatherers, flow.availability):
        assert set(declared) <= own
    assert set(flow.counters) == {event for event in flow.events if event.judged}
    assert set(flow.showers) <= set(flow.answers.places)


@ALL
def test_an_event_that_can_be_refused_has_a_transition_for_it_in_each_of_its_states(flow: AnyFlow) -> None:
    for event in flow.events:
        refusable = bool(flow.rules.get(event)) or (flow.name, event.name) in SENT_ON
        for state in flow.answers.places:
            if event.name in flow.answers.events(state):
                guards = flow.answers.guards(state, event.name)
                assert (REFUSED in guards) == refusable, (state, event.name)


@ALL
def test_a_refusal_stands_before_all_else_so_that_no_guard_is_asked_about_it(flow: AnyFlow) -> None:
    for leaf in leaves(flow.chart):
        for event in flow.answers.events(path(leaf)):
            ways = [t for t in transitions(flow.chart, leaf) if t.event == event]
            refusals = [number for number, way in enumerate(ways) if _refusal(way)]
            assert refusals in ([], [0])


@ALL
def test_no_vector_of_guards_leaves_an_event_without_a_transition(flow: AnyFlow) -> None:
    """A guard that says no falls through to a transition without one; of the sections exactly one is meant."""
    for state in flow.answers.places:
        for event in flow.answers.events(state):
            guards = flow.answers.guards(state, event)
            for outcomes in vectors(guards):
                if event != "open_section" or any(outcomes):
                    assert flow.answers.answer(state, event, outcomes), (state, event, outcomes)


@ALL
def test_every_state_and_event_has_a_russian_title_and_every_event_an_origin(flow: AnyFlow) -> None:
    titles = [place.title for place in flow.answers.places.values()]
    titles += [event.title() for event in (*flow.begins, *flow.events)]
    assert [title for title in titles if not RUSSIAN.match(title)] == []
    assert all(event.origin for event in (*flow.begins, *flow.events))


def test_titles_of_one_chart_tell_its_states_apart() -> None:
    for flow in FLOWS.values():
        titles = [place.title for path, place in flow.answers.places.items() if path != "gosuslugi.entry"]
        assert len(set(titles)) == len(titles)


def test_threads_that_ask_at_once_get_the_same_answer() -> None:
    answers = Answers(FLOWS["registration"].chart)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: answers.answer("region", "choose_region", (False,)), range(64)))
    assert {answer and answer.target for answer in found} == {"main_page"}
    assert all(answer is found[0] for answer in found)

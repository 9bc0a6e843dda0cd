"""What python-statemachine itself says about a chart: asked anew each time, and by none of the engine's code."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

from statemachine.exceptions import TransitionNotAllowed
from statemachine.orderedset import OrderedSet

from registratura.flows.chart import Chart

EXHAUSTIVE = 6


class Model:
    """Answers every guard as it is told, and notes the transition."""

    def __init__(self, outcomes: dict[str, bool], configuration: list[str]) -> None:
        self.state: Any = configuration[0] if len(configuration) == 1 else OrderedSet(configuration)
        self.taken: list[Any] = []
        for guard, outcome in outcomes.items():
            setattr(self, guard, outcome)

    def on_transition(self, transition: Any) -> None:
        self.taken.append(transition)


def configuration(state: Any) -> list[str]:
    """The state and those around it, outermost first."""
    return [*(configuration(state.parent) if state.parent else []), state.id]


def path(state: Any) -> str:
    return ".".join(configuration(state))


def leaves(chart: type[Chart]) -> list[Any]:
    """The states a flow can be in."""
    return [state for state in chart.states_map.values() if not state.is_compound]


def transitions(chart: type[Chart], leaf: Any) -> list[Any]:
    """All that lead from a state or from one around it, the innermost first."""
    around = [chart.states_map[name] for name in reversed(configuration(leaf))]
    return [transition for state in around for transition in state.transitions if transition.event]


def guards_of(transition: Any) -> list[str]:
    return [str(spec.func) for spec in transition.cond]


@cache
def all_guards(chart: type[Chart]) -> list[str]:
    return sorted({guard for leaf in leaves(chart) for t in transitions(chart, leaf) for guard in guards_of(t)})


def ask(chart: type[Chart], leaf: Any, event: str, outcomes: dict[str, bool]) -> tuple[str, Any] | None:
    """The state it leads to and the transition taken; None if there is none."""
    model = Model(dict.fromkeys(all_guards(chart), False) | outcomes, configuration(leaf))
    machine = chart(model=model)
    try:
        machine.send(event)
    except TransitionNotAllowed:
        return None
    active = [model.state] if isinstance(model.state, str) else list(model.state)
    return path(chart.states_map[active[-1]]), model.taken[-1]


def vectors(guards: tuple[str, ...]) -> list[tuple[bool, ...]]:
    """Every outcome; of the cabinet's ten questions «to which section?» those with at most one yes."""
    if len(guards) <= EXHAUSTIVE:
        return list(product((False, True), repeat=len(guards)))
    return [tuple(i == yes for i in range(len(guards))) for yes in range(-1, len(guards))]

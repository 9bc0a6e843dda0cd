"""A chart's answers: python-statemachine is asked once, and what it says is remembered.

A chart is a plain python-statemachine `StateChart`: states, then events. It is the definition, the diagram and the
judge. Its answer to (state, event, guard outcomes) never changes, so `Answers` puts a machine into the state for the
first question of its kind, hands the guard outcomes in as attributes of the machine's model, lets the model note the
transition taken, and keeps the answer. Building a machine costs far more than a question, so each chart keeps one; it
answers one question at a time, and one that has come to an end is replaced.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from statemachine import State, StateChart
from statemachine.exceptions import TransitionNotAllowed
from statemachine.orderedset import OrderedSet

REFUSED = "refused"


class Chart(StateChart[Any]):
    """The base of all charts: an event without a transition is refused, an exception is not an event."""

    allow_event_without_transition = False
    catch_errors_as_events = False


def refusable(*states: State) -> Any:
    """The transition of a refusal: internal, back to the same state, taken when a rule said no.

    In a compound state each inner state gets its own: an internal transition of the compound itself would put the
    person back at its first inner state.
    """
    leaves = [leaf for state in states for leaf in (state.states if state.is_compound else [state])]
    transitions = leaves[0].to.itself(internal=True, cond=REFUSED)
    for leaf in leaves[1:]:
        transitions |= leaf.to.itself(internal=True, cond=REFUSED)
    return transitions


def inside(*states: State) -> Any:
    """An internal transition: something happens, and the state stays."""
    transitions = states[0].to.itself(internal=True)
    for state in states[1:]:
        transitions |= state.to.itself(internal=True)
    return transitions


@dataclass(frozen=True, slots=True)
class Answer:
    """A transition the library chose. `id` is `source/event/target`, or `source/event/refused`; it is for ever."""

    id: str
    target: str

    @property
    def refused(self) -> bool:
        return self.id.endswith(f"/{REFUSED}")


@dataclass(frozen=True, slots=True)
class Place:
    """A state a person or thing can be in: the innermost one, by its dotted path."""

    path: str
    title: str
    final: bool
    configuration: tuple[str, ...]


class Answers:
    """All answers of one chart."""

    def __init__(self, chart: type[Chart]) -> None:
        self.chart = chart
        self.places: dict[str, Place] = {}
        self._paths: dict[str, str] = {}
        for state in chart.states_map.values():
            chain = _ancestry(state)
            path = ".".join(str(step.id) for step in chain)
            self._paths[state.id] = path
            if not state.is_compound:
                ids = tuple(str(step.id) for step in chain)
                self.places[path] = Place(path, str(state.name), bool(state.final), ids)
        # A machine resolves every guard of its class when it is built: those an event does not ask are false.
        self._no = {str(spec.func): False for t in _transitions(chart) for spec in t.cond}
        self._machine = self._built()
        self.initial = self.path_of(self._machine.model.state)
        self._guards = {path: self._events_from(place) for path, place in self.places.items()}
        self._events = {path: tuple(guards) for path, guards in self._guards.items()}
        self._known: dict[tuple[str, str, tuple[bool, ...]], Answer | None] = {}
        self._lock = threading.Lock()

    def events(self, path: str) -> tuple[str, ...]:
        """The events that have a transition from this state, in the order of the chart."""
        return self._events[path]

    def guards(self, path: str, event: str) -> tuple[str, ...]:
        """The names of the guards that decide this event in this state."""
        return self._guards[path][event]

    def answer(self, path: str, event: str, outcomes: tuple[bool, ...]) -> Answer | None:
        """The transition taken, or None where the chart has none; `outcomes` in the order of `guards`."""
        key = (path, event, outcomes)
        try:
            return self._known[key]
        except KeyError:
            with self._lock:
                return self._known.setdefault(key, self._ask(*key))

    def _ask(self, path: str, event: str, outcomes: tuple[bool, ...]) -> Answer | None:
        """The library's own answer, not remembered."""
        guards = dict(zip(self._guards[path].get(event, ()), outcomes, strict=True))
        if self._machine.is_terminated:
            self._machine = self._built()
        model = self._machine.model
        model.become(self._no | guards, self.places[path].configuration)
        try:
            self._machine.send(event)
        except TransitionNotAllowed:
            return None
        taken, target = model.taken, self.path_of(model.state)
        refused = any(spec.func == REFUSED for spec in taken.cond)
        end = REFUSED if refused else target
        return Answer(f"{self._paths[taken.source.id]}/{event}/{end}", target)

    def _built(self) -> Any:
        return self.chart(model=_Model(self._no))

    def path_of(self, configuration: Any) -> str:
        leaf = configuration if isinstance(configuration, str) else list(configuration)[-1]
        return self._paths[leaf]

    def _events_from(self, place: Place) -> dict[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for state_id in reversed(place.configuration):
            for transition in self.chart.states_map[state_id].transitions:
                if transition.event:
                    names = found.setdefault(str(transition.event), {})
                    names.update((str(spec.func), None) for spec in transition.cond)
        return {event: tuple(names) for event, names in found.items()}


class _Model:
    """What the machine is bound to: guard outcomes as attributes, and a note of the transition taken."""

    def __init__(self, guards: dict[str, bool]) -> None:
        self.state: Any = None
        self.taken: Any = None
        self.__dict__.update(guards)

    def become(self, guards: dict[str, bool], configuration: tuple[str, ...]) -> None:
        self.__dict__.update(guards)
        self.state = configuration[0] if len(configuration) == 1 else OrderedSet(configuration)

    def on_transition(self, transition: Any) -> None:
        self.taken = transition


def _transitions(chart: type[Chart]) -> list[Any]:
    return [transition for state in chart.states_map.values() for transition in state.transitions]


def _ancestry(state: State) -> list[State]:
    chain = [state]
    while chain[0].parent is not None:
        chain.insert(0, chain[0].parent)
    return chain

"""The peers of the pure step, each used as its documentation says, and as cheaply as that allows."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, ClassVar

from statemachine.orderedset import OrderedSet

from registratura.flows.chart import Answers

MISSING: dict[str, str] = {}
"""What is not measured here, and why."""
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Taken:
    """One step: the state by its path, the event, the guards' outcomes, and the state after it."""

    source: str
    event: str
    guards: Mapping[str, bool]
    target: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A transition between innermost states, taken if all its guards say yes and none before it was."""

    source: str
    event: str
    guards: tuple[str, ...]
    target: str


class Table:
    """A chart with nothing nested: from each innermost state the transitions of its own, then those around it."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.states = list(answers.places)
        leaves = {place.configuration[-1]: path for path, place in answers.places.items()}
        self.edges = [
            Edge(path, str(transition.event), _guards(transition), _inner(transition, path, leaves))
            for path, place in answers.places.items()
            for state in reversed(place.configuration)
            for transition in answers.chart.states_map[state].transitions
            if transition.event
        ]
        self.guards = sorted({guard for edge in self.edges for guard in edge.guards})


def _guards(transition: Any) -> tuple[str, ...]:
    return tuple(str(spec.func) for spec in transition.cond)


def _inner(transition: Any, path: str, leaves: Mapping[str, str]) -> str:
    if transition.internal:
        return path
    state = transition.target
    while state.is_compound:
        state = next(inner for inner in state.states if inner.initial)
    return leaves[state.id]


class Player:
    """A peer with a chart and steps to take. A flow is read from its row for each step, so its machine is put there."""

    name: ClassVar[str]
    package: ClassVar[str]

    def __init__(self, table: Table, taken: Sequence[Taken]) -> None:
        self.table = table
        self.taken = taken
        self.make(table)

    def make(self, table: Table) -> None:
        """What is done once, at the start of the program."""

    def step(self, taken: Taken) -> str:
        """One step: the state after it."""
        raise NotImplementedError

    def ends(self) -> list[str]:
        return [self.step(taken) for taken in self.taken]

    def round(self, times: int) -> float:
        """Seconds of CPU for one step."""
        step, every = self.step, self.taken
        begun = time.process_time()
        for _ in range(times):
            for taken in every:
                step(taken)
        return (time.process_time() - begun) / times / len(every)


class _Model:
    state: Any = None


class StateMachine(Player):
    """python-statemachine with the same chart class, constructed for the event."""

    name, package = "python-statemachine, constructed per event", "python-statemachine"

    def step(self, taken: Taken) -> str:
        model = _Model()
        vars(model).update(dict.fromkeys(self.table.guards, False) | dict(taken.guards))
        configuration = self.table.answers.places[taken.source].configuration
        model.state = configuration[0] if len(configuration) == 1 else OrderedSet(configuration)
        self.table.answers.chart(model=model).send(taken.event)
        state = model.state
        return self.table.answers.path_of(state)


class Transitions(Player):
    """transitions: one machine for the program, to which the flow's model is added for the event."""

    name, package = "transitions", "transitions"

    def make(self, table: Table) -> None:
        from transitions import Machine

        self.machine = Machine(model=None, states=table.states, initial=table.states[0], auto_transitions=False)
        for edge in table.edges:
            self.machine.add_transition(edge.event, edge.source, edge.target, conditions=list(edge.guards))

    def step(self, taken: Taken) -> str:
        model = _Model()
        vars(model).update(dict.fromkeys(self.table.guards, False) | dict(taken.guards))
        self.machine.add_model(model, initial=taken.source)
        model.trigger(taken.event)  # type: ignore[attr-defined]
        self.machine.remove_model(model)
        return str(model.state)


class Sismic(Player):
    """sismic: an interpreter for the event. None begins in a stored state, so there is a chart for each of them."""

    name, package = "sismic", "sismic"

    def make(self, table: Table) -> None:
        from sismic.interpreter import Interpreter
        from sismic.model import BasicState, CompoundState, Statechart, Transition

        self.interpreter = Interpreter
        self.charts = {}
        # Not by sismic's own words in texts, which it would compile anew for each interpreter: by names of the context.
        for path in {taken.source for taken in self.taken}:
            chart = self.charts[path] = Statechart(table.answers.chart.__name__)
            chart.add_state(CompoundState("all", initial=path), None)
            for state in table.states:
                chart.add_state(BasicState(state), "all")
            for number, edge in enumerate(table.edges):
                guard = " and ".join(edge.guards) or None
                chart.add_transition(Transition(edge.source, edge.target, edge.event, guard, priority=-number))

    def step(self, taken: Taken) -> str:
        context = dict.fromkeys(self.table.guards, False) | dict(taken.guards)
        interpreter = self.interpreter(self.charts[taken.source], initial_context=context)
        interpreter.execute_once()
        interpreter.queue(taken.event).execute_once()
        return str(interpreter.configuration[-1])


class Automat(Player):
    """Automat knows no guards: it is told their outcomes as part of the input's name, which spares it the asking."""

    name, package = "Automat (guards decided for it)", "Automat"

    def make(self, table: Table) -> None:
        from automat import TypeMachineBuilder

        wanted = {(taken.event, _outcomes(taken)) for taken in self.taken}
        self.inputs = {key: f"input_{number}" for number, key in enumerate(sorted(wanted))}
        protocol = type("Inputs", (), {name: _input(name) for name in self.inputs.values()})
        builder = TypeMachineBuilder(protocol, object)
        self.states = {state: builder.state(state) for state in table.states}
        seen: dict[tuple[str, str], str] = {}
        for taken in self.taken:
            seen[taken.source, self.inputs[taken.event, _outcomes(taken)]] = taken.target
        for (source, name), target in seen.items():
            if source == target:
                self.states[source].upon(getattr(protocol, name)).loop().returns(target)
            else:
                self.states[source].upon(getattr(protocol, name)).to(self.states[target]).returns(target)
        self.machine = builder.build()

    def step(self, taken: Taken) -> str:
        machine = self.machine(object(), self.states[taken.source])
        return str(getattr(machine, self.inputs[taken.event, _outcomes(taken)])())


def _outcomes(taken: Taken) -> tuple[tuple[str, bool], ...]:
    return tuple(taken.guards.items())


def _input(name: str) -> Any:
    def method(self: Any) -> str:
        raise NotImplementedError

    method.__name__ = name
    return method


class XState(Player):
    """XState's pure `transition` under Node, from a resolved state, timed there."""

    name, package = "XState under Node", "xstate"

    def make(self, table: Table) -> None:
        self.node = subprocess.Popen(
            ["node", str(HERE / "machines.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        edges = [asdict(edge) for edge in table.edges]
        steps = [asdict(taken) for taken in self.taken]
        self.answer = self._asked({"states": table.states, "edges": edges, "guards": table.guards, "steps": steps})

    def ends(self) -> list[str]:
        return list(self.answer)

    def round(self, times: int) -> float:
        return float(self._asked({"times": times}))

    def _asked(self, question: Any) -> Any:
        assert self.node.stdin
        assert self.node.stdout
        self.node.stdin.write(json.dumps(question) + "\n")
        self.node.stdin.flush()
        return json.loads(self.node.stdout.readline())


def _here(peer: type[Player]) -> bool:
    if peer is XState:
        there = shutil.which("node") and (HERE / "node_modules" / "xstate").is_dir()
        if not there:
            MISSING[peer.name] = "no Node, or no benchmarks/node_modules: npm install --prefix benchmarks"
        return bool(there)
    try:
        return bool(version(peer.package))
    except PackageNotFoundError:
        MISSING[peer.name] = f"{peer.package} is not installed: requirements/bench.txt"
        return False


PEERS = [peer for peer in (StateMachine, Transitions, Sismic, Automat, XState) if _here(peer)]

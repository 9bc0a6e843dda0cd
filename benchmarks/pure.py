"""(a) The pure step of each chart: the payload validated, rules, guards, the decision and its effects, no storage.

The steps are those of the specification: what its scenarios decided is noted, and decided again and again. A peer gets
less to do: the same events in the same states with the guards' outcomes handed in, and it must end in the same states.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

from behave.__main__ import run_behave
from behave.configuration import Configuration
from contest import Standing, contest
from figures import Part, ratio
from machines import MISSING, PEERS, StateMachine, Table, Taken

import registratura.features
from registratura.flows.chart import REFUSED
from registratura.flows.decide import decide
from registratura.flows.engine import plan
from registratura.flows.flow import AnyCase, AnyFlow
from registratura.flows.step import Case, Step

OURS = "registratura"
EACH = 40
"""Steps of each chart, spread over all that were noted; so many times a round."""
TIMES = 20


@dataclass(frozen=True, slots=True)
class Noted:
    """A step of the specification: what it was decided from, and where it led."""

    payload: Mapping[str, Any]
    arguments: tuple[Any, ...]
    by_name: Mapping[str, Any]
    taken: Taken

    def again(self) -> Step:
        """The pure step, from the payload as it comes from outside."""
        flow, record, event, facts = self.arguments
        return decide(flow, record, type(event)(**self.payload), facts, **self.by_name)


def pure(rounds: int = 15) -> dict[str, dict[str, Standing]]:
    """By chart, how long one step takes each contender."""
    found = {}
    for name, (table, steps) in _noted().items():
        contenders: dict[str, Callable[[], float]] = {OURS: partial(_ours, steps)}
        for peer in PEERS:
            player = peer(table, [step.taken for step in steps])
            wrong = [taken for taken, to in zip(player.taken, player.ends(), strict=True) if to != taken.target]
            assert not wrong, f"{peer.name} goes elsewhere in {name}: {wrong[:3]}"
            contenders[peer.name] = partial(player.round, TIMES)
        found[name] = contest(contenders, OURS, rounds)
    return found


def _ours(steps: Sequence[Noted]) -> float:
    begun = time.process_time()
    for _ in range(TIMES):
        for step in steps:
            step.again()
    return (time.process_time() - begun) / TIMES / len(steps)


def _noted() -> dict[str, tuple[Table, list[Noted]]]:
    """What the scenarios decide, by the name of the flow."""
    noted: dict[AnyFlow, list[Noted]] = {}

    def noting(*arguments: Any, **by_name: Any) -> Step:
        step = decide(*arguments, **by_name)
        flow, record, event, facts = arguments
        case: AnyCase = Case(record, event, facts, by_name["now"], by_name["by"])
        guards = {
            guard: bool(step.refusals) if guard == REFUSED else not step.refusals and bool(flow.guards[guard](case))
            for guard in flow.answers.guards(record.state, event.name)
        }
        taken = Taken(record.state, event.name, guards, step.record.state)
        noted.setdefault(flow, []).append(Noted(dict(event), arguments, by_name, taken))
        return step

    kept, plan.decide = plan.decide, noting
    try:
        where = str(next(iter(registratura.features.__path__)))
        failed = run_behave(Configuration([where, "-f", "null", "--no-summary"], load_config=False))
    finally:
        plan.decide = kept
    assert not failed, "the specification fails: nothing is measured"
    return {flow.name: (Table(flow.answers), _spread(steps)) for flow, steps in sorted(noted.items(), key=_by_name)}


def _by_name(item: tuple[AnyFlow, Any]) -> str:
    return item[0].name


def _spread(steps: list[Noted]) -> list[Noted]:
    return steps[:: max(1, len(steps) // EACH)][:EACH]


def parts(full: bool) -> Iterator[Part]:
    """The table: the charts downwards, the contenders across."""
    found = pure(40 if full else 15)
    peers = [peer.name for peer in PEERS]
    rows = [
        (name, f"{standings[OURS].seconds * 1e6:.0f}", *(ratio(standings[peer]) for peer in peers))
        for name, standings in found.items()
    ]
    ours = [standings[OURS].seconds * 1e6 for standings in found.values()]
    figures = {"pure.slowest": max(ours), "pure.median": median(ours)}
    if StateMachine in PEERS:
        figures["pure.statemachine"] = min(standings[StateMachine.name].ratio for standings in found.values())
    head = ("chart", f"{OURS}, µs", *(f"{peer}, times" for peer in peers))
    yield Part("The pure step, CPU time", [head, *rows], figures, MISSING)

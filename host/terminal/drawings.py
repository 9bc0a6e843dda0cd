"""Charts as drawings that product owners read, in the DOT language and for Mermaid: every label is Russian."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from registratura.flows.chart import REFUSED
from registratura.flows.event import Origin
from registratura.flows.flow import AnyFlow

COLOURS = {Origin.PERSON: "black", Origin.FACT: "#1f6f8b", Origin.TIME: "#a05a00"}
CONDITIONS = {
    "was_at_sms": "код из СМС уже просили",
    "account_unconfirmed": "учётная запись Госуслуг не подтверждена",
    "account_unknown": "такой учётной записи у портала нет",
    "account_exists": "учётная запись уже создана",
    "registered_before": "человек уже зарегистрирован",
    "several_cards_match": "подходит несколько карт",
    "card_is_unchecked": "карту нужно проверить",
}
MERMAID_LABEL = re.compile(r"(?<= : )([^\[\n]+?)(?: \[(\w+)\])?$", re.MULTILINE)
HEAD = (
    '  graph [rankdir=LR, compound=true, fontname="Helvetica", nodesep=0.3, ranksep=0.6];',
    '  node [shape=box, style="rounded,filled", fillcolor="#f7fafc", fontname="Helvetica", fontsize=12];',
    '  edge [fontname="Helvetica", fontsize=10];',
    '  "." [shape=circle, width=0.15, label="", style=filled, fillcolor=black];',
)


def path_of(state: Any) -> str:
    """The dotted path of a state, compound or not."""
    return f"{path_of(state.parent)}.{state.id}" if state.parent is not None else str(state.id)


def transitions(flow: AnyFlow) -> Iterator[Any]:
    """The transitions of a chart that have an event, state by state."""
    for state in flow.chart.states_map.values():
        yield from (transition for transition in state.transitions if transition.event)


def target_of(transition: Any) -> str:
    """The path of the state that a transition ends in: the first inner one of a compound state."""
    return leaf_of(transition.source if transition.internal else transition.target)


def leaf_of(state: Any) -> str:
    """The path of the state one is in when entering this one: its first inner one."""
    return leaf_of(next(inner for inner in state.states if inner.initial)) if state.is_compound else path_of(state)


def condition(guard: str) -> str:
    """A guard in Russian; nothing where the arrow says it all: to the section that was chosen."""
    return "" if guard.startswith("goes_to_") else CONDITIONS[guard]


def mermaid_of(flow: AnyFlow) -> str:
    """The library's diagram, which calls events by their names, with their titles."""
    titles = {name.replace("_", " ").capitalize(): event.title() for name, event in flow.by_name.items()}

    def russian(label: re.Match[str]) -> str:
        return _label(titles[label[1]], [label[2]] if label[2] else [])

    return MERMAID_LABEL.sub(russian, f"{flow.chart:mermaid}".strip())


def dot_of(flow: AnyFlow) -> str:
    """The chart as a digraph; refusals, which every judged event has, are left out.

    The library's own renderer wants pydot and changes on every run.
    """
    states = [state for state in flow.chart.states_map.values() if state.parent is None]
    first = next(path_of(state) for state in states if state.initial)
    lines = [f"digraph {flow.name} {{", *HEAD]
    for state in states:
        lines += _state(state, "  ")
    lines.append(f'  "." -> "{first}";')
    return "\n".join([*lines, *_edges(flow), "}"])


def _state(state: Any, indent: str) -> Iterator[str]:
    path = path_of(state)
    if not state.is_compound:
        final = ", peripheries=2" if state.final else ""
        yield f'{indent}"{path}" [label={_quoted(state.name)}{final}];'
        return
    yield f'{indent}subgraph "cluster_{path}" {{'
    yield f'{indent}  label={_quoted(state.name)}; style="rounded,dashed"; fontname="Helvetica";'
    for inner in state.states:
        yield from _state(inner, indent + "  ")
    yield f"{indent}}}"


def _edges(flow: AnyFlow) -> Iterator[str]:
    """One edge for all events that lead from a state to a state for the same kind of reason."""
    labels: dict[tuple[str, str, str, str], list[str]] = {}
    for transition in transitions(flow):
        guards = [str(spec.func) for spec in transition.cond]
        if REFUSED in guards:
            continue
        source, target = transition.source, transition.source if transition.internal else transition.target
        kind = flow.by_name[str(transition.event)]
        clusters = ", ".join(
            f'{side}="cluster_{path_of(state)}"'
            for side, state, other in (("ltail", source, target), ("lhead", target, source))
            if state.is_compound and path_of(state).split(".")[0] != path_of(other).split(".")[0]
        )
        style = f'color="{COLOURS[kind.origin]}", fontcolor="{COLOURS[kind.origin]}"'
        style += ", style=dashed" if transition.internal else ""
        # An edge ends at a node: at a frame it is drawn as if it ended there.
        key = (leaf_of(source), leaf_of(target), style, clusters)
        labels.setdefault(key, []).append(_label(kind.title(), guards))
    for (source, target, style, clusters), titles in labels.items():
        more = f", {clusters}" if clusters else ""
        yield f'  "{source}" -> "{target}" [label={_quoted(*titles)}, {style}{more}];'


def _label(title: str, guards: list[str]) -> str:
    said = ", ".join(filter(None, map(condition, guards)))
    return f"{title} [{said}]" if said else title


def _quoted(*lines: str) -> str:
    text = "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return f'"{text}"'

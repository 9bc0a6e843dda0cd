"""The approved transition table of each chart, `docs/charts/<flow>.md`. To approve what has changed:

python tests/support/tables.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))

from support.library import guards_of, path, transitions

from registratura.flows.catalogue import FLOWS
from registratura.flows.chart import REFUSED
from registratura.flows.flow import AnyFlow
from registratura.host.terminal.drawings import mermaid_of

FOLDER = Path(__file__).parents[2] / "docs" / "charts"
HEAD = "| from | event | if | to | who | title |\n|---|---|---|---|---|---|\n"


def table(flow: AnyFlow) -> str:
    """The page of one chart, as it is now."""
    title = (flow.__doc__ or "").strip().rstrip(".")
    parts = [
        f"# `{flow.name}`: {title}\n",
        "Approved: a test compares this page with the chart. Made by `python tests/support/tables.py`.\n",
        "## States\n",
        "| state | title | |\n|---|---|---|\n" + "".join(_states(flow)),
        "## Begins with\n",
        "".join(f"* `{event.name}` ({event.origin}) {event.title()}\n" for event in flow.begins),
        "## Transitions\n",
        HEAD + "".join(_rows(flow)),
        "## Diagram\n",
        f"```mermaid\n{mermaid_of(flow)}\n```\n",
    ]
    return "\n".join(parts)


def _states(flow: AnyFlow) -> Iterator[str]:
    for state, place in flow.answers.places.items():
        kind = "initial" if state == flow.answers.initial else "final" if place.final else ""
        yield f"| `{state}` | {place.title} | {kind} |\n"


def _rows(flow: AnyFlow) -> Iterator[str]:
    for state in flow.answers.places:
        leaf = flow.chart.states_map[state.split(".")[-1]]
        for transition in transitions(flow.chart, leaf):
            event = flow.by_name[str(transition.event)]
            cells = (f"`{state}`", f"`{event.name}`", ", ".join(guards_of(transition)), _end(transition))
            yield f"| {' | '.join(cells)} | {event.origin} | {event.title()} |\n"


def _end(transition: Any) -> str:
    if REFUSED in guards_of(transition):
        return "*refused*"
    if transition.internal:
        return "*stays*"
    return f"`{path(_first(transition.target))}`"


def _first(state: Any) -> Any:
    """Where one is on entering a state: its first inner one, if it has any."""
    return _first(next(inner for inner in state.states if inner.initial)) if state.is_compound else state


def main() -> None:
    """Write all pages anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for flow in FLOWS.values():
        (FOLDER / f"{flow.name}.md").write_text(table(flow), encoding="utf-8")


if __name__ == "__main__":
    main()

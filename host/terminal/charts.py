"""`registratura chart`: a chart as a table, or drawn."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from registratura.flows.catalogue import FLOWS
from registratura.flows.chart import REFUSED
from registratura.flows.event import Origin
from registratura.flows.flow import AnyFlow
from registratura.host.terminal.console import console, say
from registratura.host.terminal.drawings import condition, dot_of, mermaid_of, path_of, transitions
from registratura.host.terminal.failures import Complaint

ORIGINS = {Origin.PERSON: "человек", Origin.FACT: "факт", Origin.TIME: "время"}
HEADINGS = ("Состояние", "Событие", "Условие", "Куда", "Кто")
NO_GRAPHVIZ = (
    "Чтобы нарисовать SVG, нужна программа dot из Graphviz, а её здесь нет. Установите её "
    "(в Debian и Ubuntu: apt-get install graphviz) или возьмите --format mermaid либо --format dot."
)


class Row(NamedTuple):
    """One transition, in words."""

    state: str
    event: str
    guard: str
    target: str
    origin: str


def show_chart(name: str | None, form: str, output: str | None) -> int:
    """Print a chart or write it to a file; without a name, list the charts."""
    if name is None:
        return _list()
    flow = FLOWS.get(name)
    if flow is None:
        raise Complaint(f"Такой схемы нет. Есть: {', '.join(FLOWS)}.")
    if form == "table" and output is None and console().is_terminal:
        console().print(*_table(flow), sep="\n")
        return 0
    text = drawn(flow, form)
    if output is None:
        print(text)
    else:
        Path(output).write_text(text + "\n", encoding="utf-8")
        say(f"Записано в {output}.", "green")
    return 0


def drawn(flow: AnyFlow, form: str) -> str:
    """The chart as text in a format: `table` (Markdown), `mermaid`, `dot` or `svg`."""
    if form == "mermaid":
        return mermaid_of(flow)
    if form == "dot":
        return dot_of(flow)
    return _svg(dot_of(flow)) if form == "svg" else _markdown(flow)


def title_of(flow: AnyFlow) -> str:
    """What the flow is called in Russian: the first line of its docstring."""
    return (flow.__doc__ or flow.name).strip().splitlines()[0].rstrip(".")


def rows(flow: AnyFlow) -> Iterator[Row]:
    """Every transition of a chart, refusals and what happens inside a state included, in the order of the chart."""
    for transition in transitions(flow):
        source, event = transition.source, str(transition.event)
        guards = [str(spec.func) for spec in transition.cond]
        refused = REFUSED in guards
        target = _name(transition.target)
        if refused:
            target = "отказ, остаётся здесь"
        elif transition.internal:
            target = "остаётся здесь"
        kind = flow.by_name[event]
        yield Row(
            f"{source.name} ({path_of(source)})",
            f"{kind.title()} ({event})",
            "есть причина отказа" if refused else ", ".join(map(condition, guards)),
            target,
            ORIGINS[kind.origin],
        )


def _name(state: object) -> str:
    return f"{getattr(state, 'name', '')} ({path_of(state)})"


def _list() -> int:
    for flow in FLOWS.values():
        say(f"{flow.name:<20}{title_of(flow)}")
    return 0


def _table(flow: AnyFlow) -> Iterator[RenderableType]:
    """State by state, for a screen: refusals are dimmed, ids stand in the Markdown table only."""
    yield Text(title_of(flow), style="bold")
    for state, found in groupby(rows(flow), key=lambda row: row.state):
        title, _, path = state.rpartition(" ")
        yield Text.assemble("\n", (title, "bold cyan"), (f"  {path}", "dim"))
        grid = Table.grid(padding=(0, 1), expand=True)
        for ratio in (6, 6, 4, 2):
            grid.add_column(ratio=ratio)
        for row in found:
            style = "dim" if row.target.startswith("отказ") else ""
            event, target = row.event.rpartition(" ")[0], row.target
            target = target.rpartition(" ")[0] if target.endswith(")") else target
            grid.add_row(*(Text(cell, style=style) for cell in (f"  {event}", f"→ {target}", row.guard, row.origin)))
        yield grid


def _markdown(flow: AnyFlow) -> str:
    lines = [f"# {title_of(flow)}", "", _line(HEADINGS), _line(("---",) * len(HEADINGS))]
    return "\n".join([*lines, *(_line(row) for row in rows(flow))])


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _svg(dot: str) -> str:
    program = shutil.which("dot")
    if program is None:
        raise Complaint(NO_GRAPHVIZ)
    done = subprocess.run([program, "-Tsvg"], input=dot.encode(), capture_output=True, check=False)
    if done.returncode != 0:
        raise Complaint("Программа dot не справилась с рисунком. Возьмите --format mermaid или --format dot.")
    return done.stdout.decode()

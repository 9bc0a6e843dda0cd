"""A chart as a drawing: an arrow for each way, clicked to find its scenarios; what leads nowhere stands in the box.

A way that starts in many states (to stop, to run out of time, from a section to any other), or leads back into its own
box, stands in the boxes too: as arrows they would hide all others. Without Graphviz there is no drawing, and the table
says the same.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from textwrap import wrap

from registratura.features.spec.charts import Row
from registratura.flows.catalogue import FLOWS
from registratura.flows.chart import REFUSED
from registratura.flows.flow import AnyFlow
from registratura.host.terminal.drawings import leaf_of, path_of

WIDTH = 22
"""Of a label, in letters."""
PAPER = 1100
"""Wider than this, a drawing on a sheet is too small to be read."""
MANY = 4
"""From so many states on, a way stands in the boxes."""
SHOWN, UNSHOWN, EXCUSED, INK = "#1b6b3a", "#a3211f", "#7a4b00", "#17323a"
HEAD = (
    '  graph [compound=true, fontname="Helvetica", nodesep=0.25, ranksep=0.45, bgcolor="transparent"];',
    '  node [shape=plain, fontname="Helvetica", fontsize=13];',
    '  edge [fontname="Helvetica", fontsize=12];',
    '  "." [shape=circle, width=0.16, label="", style=filled, fillcolor="#17323a"];',
)
NOISE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<title>.*?</title>|\s+xmlns(?::xlink)?=\"[^\"]*\"", re.S)
SIZE = re.compile(r'width="(\d+)pt" height="(\d+)pt"')
IDS = re.compile(r' id="[^"]*"')


def drawings(charts: Mapping[str, Sequence[Row]]) -> dict[str, str]:
    """An SVG for each chart, all drawn at once; none where there is no Graphviz, or it does not manage."""
    program = shutil.which("dot")
    if program is None:
        return {}
    running = {name: _started(program, dot_of(FLOWS[name], rows)) for name, rows in charts.items()}
    done = {name: (process.communicate()[0], process.returncode) for name, process in running.items()}
    return {name: _inline(svg.decode()) for name, (svg, code) in done.items() if code == 0}


def dot_of(flow: AnyFlow, rows: Sequence[Row]) -> str:
    """The chart in the DOT language."""
    starts = Counter((row.event, row.target) for row in rows if not _stays(row))
    inside = [row for row in rows if _stays(row) or _inward(row) or starts[row.event, row.target] >= MANY]
    arrows = [row for row in rows if row not in inside]
    lines = [f"digraph {flow.name} {{", *HEAD]
    if any(row.refused for row in arrows):
        lines.append(f'  "{REFUSED}" [label="⊘ отказ: процесс не начат"];')
    reached = {row.target for row in arrows} | {row.source for row in rows}
    for state in flow.chart.states_map.values():
        if state.parent is None and (state.is_compound or path_of(state) in reached):
            lines += _state(state, inside, "  ")
    return "\n".join([*lines, *_edges(flow, arrows), "}"])


def _stays(row: Row) -> bool:
    return bool(row.source) and (row.internal or row.refused or row.source == row.target)


def _inward(row: Row) -> bool:
    """Back to a step of the box that it starts from: Graphviz would draw a loop there, and lay its words on others."""
    return bool(row.source) and row.target.startswith(f"{row.source}.")


def _state(state: object, inside: Sequence[Row], indent: str) -> Iterator[str]:
    path = path_of(state)
    title = _text(str(getattr(state, "name", path)), "<BR/>").removesuffix("<BR/>")
    own = [row for row in inside if row.source == path]
    if getattr(state, "is_compound", False):
        yield f'{indent}subgraph "cluster_{path}" {{'
        yield f'{indent}  label=<{_table([f"<B>{title}</B>"], own, 0)}>; style="rounded,dashed"; fontname="Helvetica";'
        for inner in getattr(state, "states", ()):
            yield from _state(inner, inside, indent + "  ")
        yield f"{indent}}}"
        return
    final = ("<I>конец</I>",) if getattr(state, "final", False) else ()
    yield f'{indent}"{path}" [label=<{_table([f"<B>{title}</B>", *final], own, 1)}>];'


def _table(heads: Sequence[str], rows: Sequence[Row], border: int) -> str:
    cells = [f"<TR><TD>{head}</TD></TR>" for head in heads] + [_cell(row, _aside(row)) for row in rows]
    look = f'BORDER="{border}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" STYLE="ROUNDED" COLOR="{INK}"'
    ground = ' BGCOLOR="#f7fafc"' if border else ""
    return f"<TABLE {look}{ground}>{''.join(cells)}</TABLE>"


def _aside(row: Row) -> str:
    """A way that has no arrow, in the box."""
    if row.refused:
        return f"{row.mark} ⊘ отказ: {row.event}"
    if _stays(row):
        return f"{row.mark} ↻ {_said(row)}"
    return f"{row.mark} {_said(row)} → {row.target_title}"


def _said(row: Row) -> str:
    return f"{row.event} [{row.condition}]" if row.condition else row.event


def _cell(row: Row, text: str) -> str:
    colour = SHOWN if row.shown else EXCUSED if row.why else UNSHOWN
    where = f'HREF="#{row.anchor}" TOOLTIP="{_tip(row)}"'
    return f'<TR><TD ALIGN="LEFT" {where}><FONT COLOR="{colour}">{_text(text)}</FONT></TD></TR>'


def _tip(row: Row) -> str:
    return escape(f"{row.event}: {'показан' if row.shown else 'не показан'}, сценариев: {len(row.results)}")


def _edges(flow: AnyFlow, arrows: Sequence[Row]) -> Iterator[str]:
    """One arrow for all ways from a state to a state, with a line for each."""
    between: dict[tuple[str, str], list[Row]] = {}
    for row in arrows:
        between.setdefault((row.source, row.target), []).append(row)
    for (source, target), rows in between.items():
        look = _line(rows)
        lines = "".join(_cell(row, f"{row.mark} {_said(row)}") for row in rows)
        label = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{lines}</TABLE>'
        ends = f'"{_leaf(flow, source)}" -> "{target}"' if source else f'"." -> "{target}"'
        tail = f', ltail="cluster_{source}"' if source and _leaf(flow, source) != source else ""
        where = f'href="#{rows[0].anchor}", tooltip="{_tip(rows[0])}", labeltooltip="{_tip(rows[0])}"'
        yield f"  {ends} [label=<{label}>, {look}, {where}{tail}];"


def _line(rows: Sequence[Row]) -> str:
    if all(row.shown for row in rows):
        return f'color="{SHOWN}"'
    if all(row.shown or row.why for row in rows):
        return f'color="{EXCUSED}", style=dotted, penwidth=2'
    return f'color="{UNSHOWN}", style=dashed, penwidth=2'


def _leaf(flow: AnyFlow, path: str) -> str:
    return leaf_of(flow.chart.states_map[path.rpartition(".")[2]])


def _text(text: str, end: str = '<BR ALIGN="LEFT"/>') -> str:
    """In lines that keep the drawing narrow."""
    return "".join(f"{escape(line)}{end}" for line in wrap(text, WIDTH))


def _started(program: str, dot: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [program, "-Tsvg"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdin is not None
    process.stdin.write(dot.encode())
    process.stdin.flush()
    return process


def is_wide(svg: str) -> bool:
    """Whether it would have to be made too small to be read on paper."""
    return int(svg.partition('width="')[2].partition("px")[0]) > PAPER


def _inline(svg: str) -> str:
    """Fit to stand in a page beside others: no ids, which they share, and no names of namespaces."""
    bare = IDS.sub("", NOISE.sub("", svg)).replace("xlink:href", "href").replace("xlink:title", "aria-label")
    # Points would be a third larger than the text around.
    return SIZE.sub(r'width="\1px" height="\2px"', bare).strip()

"""How the demonstration looks: scenes, pages, steps, the summary; with a progress bar on a terminal."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import NamedTuple, Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from registratura.flows.catalogue import FLOWS
from registratura.flows.engine import FlowView, ShownRefusal
from registratura.flows.rows import LogRow
from registratura.flows.texts import Texts
from registratura.host.terminal.console import put
from registratura.host.terminal.demo.branches import folded
from registratura.host.terminal.pages import refusals, show_page

PACE = 0.03
"""Seconds after a step on a terminal: the eye follows, and all of it takes a few seconds."""
CONSENT = 5
"""So many lines of a consent are shown, the first time."""
NOT_SEEN = {"right", "card", "revision", "password"}
"""Items that are there for programs: they tell no page from another."""


class Step(NamedTuple):
    """One step: who did what, what the log says of it, what was stored, and which branches it walked."""

    number: int
    who: str
    what: str
    flow: str
    entries: Sequence[LogRow]
    refusals: tuple[ShownRefusal, ...]
    stored: str
    numbers: set[str]


class Report:
    """Prints as the story goes. Without a terminal: plain lines, no bar, no pauses unless asked for."""

    def __init__(self, out: Console, texts: Texts, pace: float | None) -> None:
        self.out, self.texts = out, texts
        self._pace = pace if pace is not None else PACE if out.is_terminal else 0.0
        self._there: dict[str, str] = {}
        self._shown: set[str] = set()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=out,
            transient=True,
            disable=not out.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._bar.stop()

    def scene(self, number: int, total: int, title: str) -> None:
        """A new scene begins."""
        self._bar.update(self._task, completed=number - 1, total=total, description=title)
        self.heading(f"{number}. {title}")

    def page(self, view: FlowView, numbers: set[str], *, quiet: bool) -> None:
        """A page, unless it is the one that is there already; one that was shown before only by its title."""
        items = {name: value for name, value in view.screen.items.items() if name not in NOT_SEEN}
        face = f"{view.flow} {view.state} {view.screen.notice} {sorted(items.items(), key=str)}"
        if self._there.get(view.id) == face:
            return
        self._there[view.id] = face
        if quiet:
            return
        if face in self._shown:
            self._below(Text(f"→ страница «{view.screen.title}», как выше", style="cyan"))
            return
        self._shown.add(face)
        sha = items.get("text_sha256", "")
        show_page(self.out, view, self.texts, consent=0 if sha in self._shown else CONSENT)
        self._shown.add(sha)
        if numbers:
            self._below(Text(f"показано: {folded(numbers)}", style="magenta"))

    def step(self, step: Step, *, quiet: bool) -> None:
        """What was done and what it left behind; of a way that was shown before, two lines."""
        style = "" if quiet else "bold"
        put(self.out, Text.assemble((f"▸ {step.number}. ", "bold cyan"), (f"{step.who}: {step.what}", style)))
        for entry in step.entries:
            title = "" if quiet else FLOWS[step.flow].by_name[entry.event].title()
            transition = f"{step.flow}: {entry.transition}"
            gap = "  " if len(title) + len(transition) < self.out.width - 6 else "\n"
            self._below(Text.assemble(title, gap if title else "", (transition, "dim")))
        for text in refusals(step.refusals):
            self._below(text)
        numbers = f"ветви: {folded(step.numbers)}" if step.numbers else ""
        stored = "" if quiet and not numbers else f"записано: {step.stored or 'ничего'}   "
        if stored:
            self._below(Text.assemble((stored, "dim"), (numbers, "magenta")))
        self._bar.refresh()
        if self._pace:
            time.sleep(self._pace)

    def time(self, text: str) -> None:
        """The clock was turned."""
        put(self.out, Text(f"◷ {text}", style="yellow"))

    def note(self, text: str, style: str = "") -> None:
        """A line of the story-teller."""
        put(self.out, Text(text, style=style))

    def summary(self, rows: Sequence[tuple[str, str]]) -> None:
        """The table at the end."""
        table = Table(box=SIMPLE_HEAD if self.out.is_terminal else None, show_header=False, pad_edge=False)
        table.add_column(style="bold")
        table.add_column(overflow="fold")
        for name, value in rows:
            table.add_row(Text(name), Text(value))
        self.heading("Итог", "green")
        put(self.out, table)

    def heading(self, title: str, style: str = "cyan") -> None:
        """A line that divides."""
        self.out.print()
        if self.out.is_terminal:
            self.out.print(Rule(Text(f" {title} ", style="bold"), align="left", style=style))
        else:
            self.out.print(f"=== {title} ===")

    def _below(self, text: Text) -> None:
        put(self.out, text, 3)

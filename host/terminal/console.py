"""Where the terminal writes: rich on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.box import ROUNDED
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

WIDEST = 100
"""Lines longer than this tire the eye."""


def console(*, errors: bool = False) -> Console:
    """A console on the present stdout or stderr. Nothing that is printed is read as markup."""
    made = Console(stderr=errors, highlight=False, markup=False, emoji=False)
    made.width = min(made.width, WIDEST)
    return made


def framed(out: Console, title: str, parts: Iterable[RenderableType], *, aside: str = "", style: str = "cyan") -> None:
    """A page in a frame; without a terminal its title and its lines."""
    if not out.is_terminal:
        out.print(f"[{title}]" + (f"  ({aside})" if aside else ""))
        for part in parts:
            put(out, part, 2)
        return
    panel = Panel(
        Group(*parts),
        title=Text(f" {title} ", style=f"bold {style}"),
        subtitle=Text(f" {aside} ", style="dim") if aside else None,
        title_align="left",
        subtitle_align="right",
        box=ROUNDED,
        border_style=style,
        padding=(0, 1),
    )
    out.print(panel)


def put(out: Console, part: RenderableType, indent: int = 0) -> None:
    """Print something indented; without a terminal no line ends in blanks."""
    padded = Padding(part, (0, 0, 0, indent), expand=False)
    if out.is_terminal:
        out.print(padded)
        return
    with out.capture() as printed:
        out.print(padded)
    out.out("\n".join(line.rstrip() for line in printed.get().splitlines()), highlight=False)


def say(text: str, style: str = "") -> None:
    """One line for the person."""
    console().print(Text(text, style=style))


def complain(text: str) -> None:
    """One line on what went wrong."""
    console(errors=True).print(Text(text, style="red"))


def open_streams() -> None:
    """What a stream's encoding cannot show or read becomes a question mark instead of an error."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")

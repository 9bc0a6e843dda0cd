"""Asking at the keyboard: a line, a hidden line, yes or no, one of a numbered list."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from getpass import getpass
from typing import NamedTuple

from rich.columns import Columns
from rich.text import Text

from registratura.flows.engine import ShownRefusal
from registratura.host.terminal.console import console, put, say
from registratura.host.terminal.pages import refusals

CANCEL = "(пустая строка — вернуться)"
YES, NO = ("да", "д", "yes", "y"), ("нет", "н", "no", "n", "")
LEAVE = ("в", "выход", "q", "quit", "exit")
MANY = 6


class Leaves(Exception):
    """The person wants to go: everything is saved already."""


class Option(NamedTuple):
    """Something that may be chosen by its number; `why_not` are the refusals of what is not possible now."""

    caption: str
    do: Callable[[], None]
    why_not: tuple[ShownRefusal, ...] = ()


def line(prompt: str, *, hidden: bool = False) -> str:
    """What the person types, without the blanks around it (a password keeps them).

    Raises:
        EOFError, KeyboardInterrupt: they leave.
    """
    if not hidden:
        return input(f"{prompt}: ").strip()
    return getpass(f"{prompt}: ") if sys.stdin.isatty() else input(f"{prompt}: ")


def confirmed(question: str) -> bool:
    """Yes or no, asked until it is one of them."""
    while (answer := line(f"{question} (да/нет)").lower()) not in (*YES, *NO):
        say("Ответьте «да» или «нет».", "yellow")
    return answer in YES


def chosen(question: str, choices: Mapping[str, str], empty: str = CANCEL) -> str | None:
    """One of the choices (what is sent, and its caption); None for an empty line; `empty` says what it does."""
    keys = list(choices)
    for number, key in enumerate(keys, 1):
        say(f"  {number}. {choices[key]}")
    while answer := line(f"{question} {empty}"):
        if (place := _number(answer, len(keys))) is not None:
            return keys[place]
        say(f"Введите {_numbers(len(keys))}.", "yellow")
    return None


def _numbers(count: int) -> str:
    return f"номер от 1 до {count}" if count > 1 else "номер 1"


def pick(options: Sequence[Option], letters: Mapping[str, Option], menu: Sequence[Option] = ()) -> Option:
    """Show what may be done, and take one of it by its number or letter. `menu` is shown in columns.

    Raises:
        Leaves: the person chose to leave.
    """
    numbered = [*options, *menu]
    _show(options, menu)
    keys = "   ".join(f"{letter} — {option.caption}" for letter, option in letters.items())
    say(f"  {keys}   в — прерваться, всё сохранится", "dim")
    while True:
        answer = line("Ваш выбор").lower()
        if answer in LEAVE:
            raise Leaves
        if answer in letters:
            return letters[answer]
        if (number := _number(answer, len(numbered))) is not None:
            return numbered[number]
        say(f"Введите {_numbers(len(numbered))} или букву из строки выше.", "yellow")


def _show(options: Sequence[Option], menu: Sequence[Option]) -> None:
    out = console()
    for number, option in enumerate(options, 1):
        style = "dim" if option.why_not else "bold"
        put(out, Text(f"{number:>2}. {option.caption}", style=style), 1)
        for text in refusals(option.why_not):
            put(out, text, 6)
    if menu:
        captions = [Text(f"{number:>2}. {option.caption}") for number, option in enumerate(menu, len(options) + 1)]
        put(out, Columns(captions, padding=(0, 3)), 1)


def _number(answer: str, count: int) -> int | None:
    """The place in the list that was typed as a number from one."""
    if answer.isascii() and answer.isdecimal() and len(answer) < 5 and 1 <= int(answer) <= count:
        return int(answer) - 1
    return None

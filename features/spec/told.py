"""What is declared, in words: its titles and ids, the file and line where it stands, the sentences that ask for it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path

from registratura.features.spec.branches import FILE, Branch, documented
from registratura.features.spec.declared import Kind, Thing, button
from registratura.features.spec.words import cited
from registratura.features.words import CHANNELS, ENTRIES
from registratura.flows.attachment import Entry
from registratura.flows.catalogue import FLOWS
from registratura.flows.decide import BEGIN
from registratura.flows.effects import EFFECTS
from registratura.flows.flow import AnyFlow
from registratura.flows.texts import FOLDER, Texts

ROOT = Path(__file__).parents[2]
CATALOGUE = "ru.toml"
SAID = {id: words for known in (CHANNELS, ENTRIES) for words, id in known.items()}


def name_of(thing: Thing) -> str:
    """«Регистрация на портале»: переход «Зарегистрироваться»… and the ids, which one looks for."""
    flow, ids = FLOWS[thing.chart], f"({thing.chart}: {thing.id})"
    words: dict[Kind, Callable[[AnyFlow, str], str]] = {
        Kind.TRANSITION: _transition,
        Kind.REFUSAL: lambda flow, id: f"отказ {cited(_one_line(f'refusal.{id}'))}",
        Kind.TIMER: lambda flow, id: f"срок {cited(flow.by_name[id].title())}",
        Kind.EFFECT: lambda flow, id: f"поручение {cited(_first_line(EFFECTS[id]))}",
        Kind.BUTTON: _button,
        Kind.ENTRY: lambda flow, id: f"ввод кода {' '.join(SAID[part] for part in id.split('/'))}",
    }
    return f"{cited(_first_line(flow))}, {words[thing.kind](flow, thing.id)} {ids}"


def place_of(thing: Thing) -> str:
    """Where it is declared."""
    flow = FLOWS[thing.chart]
    if thing.kind is Kind.REFUSAL:
        return _in_catalogue(thing.id)
    if thing.kind is Kind.EFFECT:
        return _source(EFFECTS[thing.id])
    if thing.kind is Kind.ENTRY:
        return _source(Entry)
    event = thing.id if thing.kind is Kind.TIMER else thing.id.split("/")[1].partition(".")[0]
    return _source(flow.by_name[event])


def quotes_of(thing: Thing) -> str:
    """The documents' own words, if they ask for it."""
    asked = [f"{b.number}, {cited(b.quote)}" for b in documented().values() if b.event and asks(b, thing)]
    return f"; этого требует {', '.join(asked)}" if asked else ""


def branch_place(branch: Branch) -> str:
    """Where the sentence stands in the list."""
    return f"{FILE.relative_to(ROOT)}:{branch.line}"


def _transition(flow: AnyFlow, id: str) -> str:
    source, event, target = id.split("/")
    title = flow.by_name[event].title()
    begins = "начало" if source == BEGIN else f"из {cited(_state(flow, source))}"
    ends = "отказано" if target == "refused" else f"в {cited(_state(flow, target))}"
    return f"переход {cited(title)} {begins}, {ends}"


def _button(flow: AnyFlow, id: str) -> str:
    state, _, name = id.partition("/")
    screen = _texts().screen_key(flow.name, state)
    return f"действие {cited(_texts().button(screen, name))} на шаге {cited(_state(flow, state))}"


def asks(branch: Branch, thing: Thing) -> bool:
    """Whether the sentence is about this very transition or button."""
    if branch.chart != thing.chart or thing.kind not in (Kind.TRANSITION, Kind.BUTTON):
        return False
    parts = thing.id.split("/")
    if thing.kind is Kind.TRANSITION:
        return (branch.source or BEGIN, branch.event, branch.to) == tuple(parts)
    return (branch.source, button(branch.event, branch.variant)) == tuple(parts)


def _state(flow: AnyFlow, path: str) -> str:
    """The title of a state, of one that has others inside too."""
    return str(flow.chart.states_map[path.rpartition(".")[2]].name)


def _in_catalogue(code: str) -> str:
    """The line of a refusal's text."""
    section, _, rest = FOLDER.joinpath(CATALOGUE).read_text("utf-8").partition("\n[refusal]\n")
    before = section.count("\n") + 3
    lines = rest.splitlines()
    number = next((n for n, line in enumerate(lines) if line.startswith(f"{code} =")), 0)
    return f"flows/texts/{CATALOGUE}:{before + number}"


def _source(declared: type) -> str:
    file = inspect.getsourcefile(declared)
    assert file is not None
    return f"{Path(file).resolve().relative_to(ROOT.resolve())}:{inspect.getsourcelines(declared)[1]}"


def _first_line(described: type) -> str:
    return (inspect.getdoc(described) or described.__name__).splitlines()[0].rstrip(".")


def _one_line(key: str) -> str:
    return " ".join(_texts()(key).split())


@cache
def _texts() -> Texts:
    return Texts.russian()

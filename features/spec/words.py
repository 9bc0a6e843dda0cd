"""The words and places of the page: titles of flows and states, and where a thing stands."""

from __future__ import annotations

from registratura.flows.flow import AnyFlow
from registratura.host.terminal.charts import title_of as title_of


def state_title(flow: AnyFlow, path: str) -> str:
    """The title of a state, of one that has others inside too."""
    return str(flow.chart.states_map[path.rpartition(".")[2]].name)


def cited(text: str) -> str:
    """A text in quotation marks, whatever stands in it."""
    return f"«{text.replace('«', '„').replace('»', '“')}»"


def count(number: int, one: str, few: str, many: str) -> str:
    """«1 сценарий», «2 сценария», «5 сценариев»."""
    return f"{number} {word(number, one, few, many)}"


def word(number: int, one: str, few: str, many: str) -> str:
    """The form that goes with the number."""
    last, teens = number % 10, number % 100 in range(11, 15)
    return one if last == 1 and not teens else few if last in (2, 3, 4) and not teens else many


def begins_with(path: str, around: str) -> bool:
    """Whether a state is the other, or inside it."""
    return path == around or path.startswith(f"{around}.")


def place(chart: str, transition: str) -> str:
    """Where a transition stands on the page."""
    return f"t/{chart}/{transition}"

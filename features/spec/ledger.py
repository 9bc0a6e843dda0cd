"""The ledger: what each scenario did in its *Когда*. behave writes it, everything else in this folder reads it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from registratura.features.spec.release import Release, Row

VERSION = 2
AGAIN = "Запишите журнал прогона заново: behave -D ledger=ФАЙЛ"


class LedgerUnreadable(Exception):
    """A file is no ledger of this version. Says which file, what is wrong with it, and how to get another one."""

    def __init__(self, file: Path, what: str, cure: str) -> None:
        super().__init__(f"{file}: {what}. {cure}")


class Happened(Row):
    """A transition that happened in *Когда*. States are dotted paths; a flow that was started comes from "".

    `transition` is the chart's id for it, `refusals` are codes, `effects` kinds; `timers` were set, by their events.
    A flow that was refused its start goes from "" to "", by `begin/<event>/refused`.
    """

    chart: str
    source: str
    event: str
    target: str
    transition: str
    refusals: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    timers: tuple[str, ...] = ()
    channel: str = ""


class Pressed(Row):
    """A button that a person pressed in *Когда*: an event, and which of its ways, where a screen offers several."""

    chart: str
    state: str
    event: str
    variant: str = ""


class Played(Row):
    """One scenario, or one line of its examples.

    `status` is "passed", "failed" or "skipped", then `why` says why; `line` is that of the scenario, or of the example.
    `fired`, `pressed` and `requests` happened in *Когда*; `seen` are the screens and texts that a *Тогда* has read, by
    their keys in the catalogue: `screen.registration.consent`, `refusal.consent.stale`.
    """

    feature: str
    rule: str
    scenario: str
    line: int
    tags: tuple[str, ...]
    status: Literal["passed", "failed", "skipped"]
    why: str = ""
    when: str = ""
    fired: tuple[Happened, ...] = ()
    pressed: tuple[Pressed, ...] = ()
    seen: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()


class Ledger(Row):
    """A whole run, and what the release that was played declares."""

    version: Literal[2] = 2
    release: Release
    driver: str
    settings: dict[str, str]
    scenarios: tuple[Played, ...]

    @property
    def failed(self) -> int:
        """How many scenarios have failed."""
        return sum(scenario.status == "failed" for scenario in self.scenarios)

    def write(self, file: Path) -> None:
        """Write it down, whole or not at all."""
        file.parent.mkdir(parents=True, exist_ok=True)
        half = file.with_name(f"{file.name}.half")
        half.write_text(self.model_dump_json(indent=1, exclude_defaults=False), encoding="utf-8")
        half.replace(file)


def merged(ledgers: Sequence[Ledger]) -> Ledger:
    """Several runs as one: of a scenario that more than one has, what failed counts first, what passed next."""
    order = ("failed", "passed", "skipped")
    found: dict[tuple[str, int], Played] = {}
    for played in (scenario for ledger in ledgers for scenario in ledger.scenarios):
        place = played.feature, played.line
        known = found.get(place)
        if known is None or order.index(played.status) < order.index(known.status):
            found[place] = played
    drivers = ", ".join(dict.fromkeys(ledger.driver for ledger in ledgers))
    return Ledger(release=ledgers[0].release, driver=drivers, settings={}, scenarios=tuple(found.values()))


def read(file: Path, cure: str = AGAIN) -> Ledger:
    """The ledger in a file; the `cure` is what to do if it is not one.

    Raises:
        LedgerUnreadable: there is none, or it is of another version.
    """
    try:
        return Ledger.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        raise LedgerUnreadable(file, "такого файла нет", cure) from None
    except OSError:
        raise LedgerUnreadable(file, "файл не открывается", cure) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "весь файл"
        if where == "version" and isinstance(first["input"], int):
            what = f"это журнал версии {first['input']}, а здесь читают журналы версии {VERSION}"
        else:
            what = f"это не журнал прогона версии {VERSION} ({where}: {first['msg']})"
        raise LedgerUnreadable(file, what, cure) from None

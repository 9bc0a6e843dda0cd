"""The commands of `registratura effects`."""

from __future__ import annotations

from typing import Annotated

import typer

from registratura.host.terminal.help import RussianCommand, RussianGroup
from registratura.host.terminal.options import OPTIONS, OURS, Database, Keys

effects_app = typer.Typer(
    cls=RussianGroup,
    help="Поручения, которые не удалось выполнить.",
    options_metavar=OPTIONS,
    subcommand_metavar="КОМАНДА …",
)


@effects_app.command(
    "dead", cls=RussianCommand, options_metavar=OPTIONS, help="Что не удалось после всех попыток, без личных данных."
)
def dead_effects(database: Database = OURS, keys: Keys = None) -> int:
    from registratura.host.terminal.effects import show_dead

    return show_dead(database, keys)


@effects_app.command("retry", cls=RussianCommand, options_metavar=OPTIONS, help="Выполнить заново, с первой попытки.")
def retry_effect(
    effect: Annotated[
        str | None, typer.Argument(metavar="ID", help="Номер поручения или его конец.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", metavar="", help="Все, какие не удались.")] = False,
    database: Database = OURS,
    keys: Keys = None,
) -> int:
    from registratura.host.terminal.effects import retry

    return retry(effect, everything, database, keys)


@effects_app.command("drop", cls=RussianCommand, options_metavar=OPTIONS, help="Снять навсегда: никто не выполнит.")
def drop_effect(
    effect: Annotated[str, typer.Argument(metavar="ID", help="Номер поручения или его конец.", show_default=False)],
    sure: Annotated[bool, typer.Option("--yes", metavar="", help="Не переспрашивать.")] = False,
    database: Database = OURS,
    keys: Keys = None,
) -> int:
    from registratura.host.terminal.effects import drop

    return drop(effect, sure, database, keys)

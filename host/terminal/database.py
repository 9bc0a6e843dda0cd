"""`registratura db`: the tables, brought to the version of this program, looked at, or told as SQL to a DBA."""

from __future__ import annotations

from typing import Annotated

import typer

from registratura.host.terminal.help import RussianCommand, RussianGroup
from registratura.host.terminal.options import OPTIONS, OURS, Database

database_app = typer.Typer(
    cls=RussianGroup,
    help="Таблицы базы: проверить и обновить.",
    options_metavar=OPTIONS,
    subcommand_metavar="КОМАНДА …",
)


@database_app.command(
    cls=RussianCommand,
    options_metavar=OPTIONS,
    help="Привести таблицы к версии этой программы, а в пустой базе создать. Сначала сделайте копию базы.",
)
def upgrade(database: Database = OURS) -> int:
    from registratura.host.terminal.versions import upgrade_tables

    return upgrade_tables(database)


@database_app.command(
    cls=RussianCommand, options_metavar=OPTIONS, help="Сказать, подходят ли таблицы этой программе. Ничего не меняет."
)
def check(database: Database = OURS) -> int:
    from registratura.host.terminal.versions import check_tables

    return check_tables(database)


@database_app.command(
    cls=RussianCommand,
    options_metavar=OPTIONS,
    help="Напечатать SQL, который выполнит upgrade: для администратора базы. Ничего не меняет.",
)
def sql(
    database: Database = OURS,
    since: Annotated[
        int | None,
        typer.Option("--from", metavar="ВЕРСИЯ", min=0, help="С какой версии: 0 — с пустой базы. Иначе спросим базу."),
    ] = None,
) -> int:
    from registratura.host.terminal.versions import print_sql

    return print_sql(database, since)

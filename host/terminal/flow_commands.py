"""The commands of `registratura flows`."""

from __future__ import annotations

from typing import Annotated

import typer

from registratura.host.terminal.help import RussianCommand, RussianGroup
from registratura.host.terminal.options import OPTIONS, OURS, Database, Keys, Portal

flows_app = typer.Typer(
    cls=RussianGroup,
    help="Что записано в базе: список, один процесс, проверка.",
    options_metavar=OPTIONS,
    subcommand_metavar="КОМАНДА …",
)


@flows_app.command("list", cls=RussianCommand, options_metavar=OPTIONS, help="Все процессы, по одному на строке.")
def list_flows(portal: Portal = None, database: Database = OURS, keys: Keys = None) -> int:
    from registratura.host.terminal.flows import show_list

    return show_list(portal, database, keys)


_ID = typer.Argument(metavar="ID", help="Номер процесса или его конец.", show_default=False)
FlowId = Annotated[str, _ID]
OneFlow = Annotated[str | None, _ID]


@flows_app.command("show", cls=RussianCommand, options_metavar=OPTIONS, help="Журнал процесса, без личных данных.")
def show_one(flow: FlowId, portal: Portal = None, database: Database = OURS, keys: Keys = None) -> int:
    from registratura.host.terminal.flows import show_flow

    return show_flow(flow, portal, database, keys)


@flows_app.command(
    "stuck",
    cls=RussianCommand,
    options_metavar=OPTIONS,
    help="Что само дальше не пойдёт: просроченные таймеры, поручения и сроки, нечитаемые процессы.",
)
def stuck(
    minutes: Annotated[
        float, typer.Option("--minutes", metavar="МИНУТЫ", min=0, help="На сколько минут опоздать можно.")
    ] = 15,
    portal: Portal = None,
    database: Database = OURS,
    keys: Keys = None,
) -> int:
    from registratura.host.terminal.stuck import show_stuck

    return show_stuck(portal, database, keys, minutes)


@flows_app.command(
    "verify",
    cls=RussianCommand,
    options_metavar=OPTIONS,
    help="Проверить журнал и цепочку согласий: одного процесса или всех.",
)
def verify_flows(
    flow: OneFlow = None,
    checkpoints: Annotated[
        str | None, typer.Option("--checkpoints", metavar="ПАПКА", help="Сравнить и с контрольными точками.")
    ] = None,
    portal: Portal = None,
    database: Database = OURS,
    keys: Keys = None,
) -> int:
    from registratura.host.terminal.flows import verify

    return verify(flow, checkpoints, portal, database, keys)


@flows_app.command(
    "replay",
    cls=RussianCommand,
    options_metavar=OPTIONS,
    help="Что пошло бы иначе по схемам этой программы: по журналам, ничего не меняя.",
)
def replay(
    flow: OneFlow = None,
    portal: Portal = None,
    database: Database = OURS,
    keys: Keys = None,
) -> int:
    from registratura.host.terminal.replaying import replay_flows

    return replay_flows(flow, database, keys, portal)


@flows_app.command(
    "migrate",
    cls=RussianCommand,
    options_metavar=OPTIONS,
    help="Перевести открытые процессы на новую версию схемы, каждый отдельно.",
)
def migrate(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", metavar="", help="Только сказать, что стало бы с каждым.")
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="СКОЛЬКО", min=1, help="Не больше стольких за раз.", show_default=False),
    ] = None,
    portal: Portal = None,
    database: Database = OURS,
    keys: Keys = None,
) -> int:
    from registratura.host.terminal.migrating import migrate_flows

    return migrate_flows(database, keys, portal, limit, dry_run=dry_run)


@flows_app.command(
    "checkpoint",
    cls=RussianCommand,
    options_metavar=OPTIONS,
    help="Подписать, докуда дошли журналы: чтобы заметить, если их подменят или укоротят.",
)
def sign_flows(
    folder: Annotated[str, typer.Argument(metavar="ПАПКА", help="Куда записать, вне базы.", show_default=False)],
    database: Database = OURS,
    keys: Keys = None,
) -> int:
    from registratura.host.terminal.flows import checkpoint

    return checkpoint(folder, database, keys)

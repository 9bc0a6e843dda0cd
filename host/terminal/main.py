"""`registratura`: the commands, and the one place where whatever went wrong is told in Russian.

Heavy imports stand inside the commands: `registratura --help` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from registratura.host.terminal.database import database_app
from registratura.host.terminal.effect_commands import effects_app
from registratura.host.terminal.flow_commands import flows_app
from registratura.host.terminal.help import RussianCommand, RussianGroup, mistake
from registratura.host.terminal.logs import Log, LogFormat, logged
from registratura.host.terminal.options import OPTIONS, OURS, Database, Digests, Keys, Portal, chosen

Debug = Annotated[bool, typer.Option("--debug", metavar="", help="Подробности ошибок — в файл registratura-debug.log.")]
_seen = {"debug": False}


def port_option(name: str, whose: str) -> Any:
    """An option for the port that one of the servers listens at."""
    return typer.Option(name, metavar="ПОРТ", min=1, max=65535, help=f"Порт {whose}, от 1 до 65535.")


app = typer.Typer(
    cls=RussianGroup,
    add_completion=False,
    no_args_is_help=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    options_metavar=OPTIONS,
    subcommand_metavar="КОМАНДА …",
    help="Регистратура: регистрация на медицинском портале и прикрепление к клинике.",
    epilog="Начните с registratura demo: оба пути пройдут сами. Затем пройдите их вы: в браузере — registratura serve, "
    "в терминале — registratura play.",
)
keys_app = typer.Typer(
    cls=RussianGroup, help="Ключи, которыми шифруется база.", options_metavar=OPTIONS, subcommand_metavar="КОМАНДА …"
)
app.add_typer(flows_app, name="flows")
app.add_typer(effects_app, name="effects")
app.add_typer(keys_app, name="keys")
app.add_typer(database_app, name="db")


class Format(StrEnum):
    """How a chart is shown."""

    TABLE = "table"
    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"


@app.callback()
def start(
    context: typer.Context,
    debug: Debug = False,
    schema: Annotated[
        str | None,
        typer.Option("--schema", metavar="СХЕМА", envvar="REGISTRATURA_SCHEMA", help="Схема PostgreSQL, где таблицы."),
    ] = None,
    prefix: Annotated[
        str | None,
        typer.Option("--prefix", metavar="НАЧАЛО", envvar="REGISTRATURA_PREFIX", help="Начало имён таблиц."),
    ] = None,
) -> None:
    _seen["debug"] = debug
    chosen.schema, chosen.prefix = schema, prefix
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command(
    cls=RussianCommand,
    options_metavar=OPTIONS,
    help="Показать оба пути от начала до конца, а потом отказы. Ничего вводить не нужно.",
)
def demo(
    database: Annotated[
        str | None,
        typer.Option("--database", metavar="БАЗА", help="Пустая база вместо временной; после показа она останется."),
    ] = None,
    keys: Keys = None,
    pace: Annotated[
        float | None, typer.Option("--pace", metavar="СЕКУНДЫ", min=0, max=60, help="Пауза после каждого шага, до 60.")
    ] = None,
    fast: Annotated[bool, typer.Option("--fast", metavar="", help="Без пауз.")] = False,
) -> int:
    from registratura.host.terminal.demo import play_demo

    return play_demo(database, keys, 0 if fast else pace)


@app.command(
    cls=RussianCommand,
    options_metavar=OPTIONS,
    help="Пройти портал самостоятельно. Можно прерваться в любом месте и продолжить потом.",
)
def play(database: Database = OURS, keys: Keys = None) -> int:
    from registratura.host.terminal.play import play_portal

    return play_portal(database, keys)


@app.command(
    cls=RussianCommand,
    options_metavar=OPTIONS,
    help="Открыть портал в браузере, с учебными Госуслугами и стойкой клиники. Остановить: Ctrl-C.",
)
def serve(
    database: Database = OURS,
    keys: Keys = None,
    port: Annotated[int, port_option("--port", "портала")] = 8000,
    gosuslugi_port: Annotated[int, port_option("--gosuslugi-port", "учебных Госуслуг")] = 8001,
    clinic_port: Annotated[int, port_option("--clinic-port", "стойки клиники")] = 8002,
    log: Log = LogFormat.TEXT,
) -> int:
    from registratura.host.terminal.serving import serve_portal

    with logged(log):
        return serve_portal(database, keys, (port, gosuslugi_port, clinic_port))


@app.command(
    cls=RussianCommand, options_metavar=OPTIONS, help="Показать схему процесса. Без имени — список всех десяти схем."
)
def chart(
    name: Annotated[
        str | None, typer.Argument(metavar="ИМЯ", help="Например, registration.", show_default=False)
    ] = None,
    format: Annotated[
        Format, typer.Option("--format", metavar="ВИД", help="table, mermaid, dot или svg.")
    ] = Format.TABLE,
    output: Annotated[
        str | None, typer.Option("--output", metavar="ФАЙЛ", help="Записать в файл, а не на экран.")
    ] = None,
) -> int:
    from registratura.host.terminal.charts import show_chart

    return show_chart(name, format.value, output)


@app.command(cls=RussianCommand, options_metavar=OPTIONS, help="Выполнить таймеры, время которых наступило.")
def due(database: Database = OURS, keys: Keys = None) -> int:
    from registratura.host.terminal.flows import run_timers

    return run_timers(database, keys)


@app.command(
    cls=RussianCommand,
    options_metavar=OPTIONS,
    help="Выполнять таймеры и поручения, когда наступает их время. Остановить: Ctrl-C.",
)
def worker(
    database: Database = OURS,
    keys: Keys = None,
    portal: Annotated[
        str | None,
        typer.Option("--portal", metavar="МОДУЛЬ:ИМЯ", help="Ваш портал: он знает, кто выполняет поручения."),
    ] = None,
    lease: Annotated[
        float,
        typer.Option("--lease", metavar="СЕКУНДЫ", min=1, max=86_400, help="Сколько ждать одно поручение, до суток."),
    ] = 60,
    log: Log = LogFormat.TEXT,
) -> int:
    from registratura.host.terminal.working import work

    with logged(log):
        return work(database, keys, portal, lease, machines=log is LogFormat.JSON)


@app.command(
    cls=RussianCommand,
    options_metavar=OPTIONS,
    help="Отзывы, по которым данные ждут уничтожения; с номером — уничтожить данные по акту.",
)
def erase(
    withdrawal: Annotated[
        str | None, typer.Argument(metavar="ID", help="Номер отзыва или его конец.", show_default=False)
    ] = None,
    act: Annotated[str | None, typer.Option("--act", metavar="НОМЕР", help="Номер акта об уничтожении.")] = None,
    sure: Annotated[bool, typer.Option("--yes", metavar="", help="Не переспрашивать.")] = False,
    portal: Portal = None,
    database: Database = OURS,
    keys: Keys = None,
) -> int:
    from registratura.host.terminal import erasing

    if withdrawal is None:
        return erasing.show_waiting(portal, database, keys)
    return erasing.erase(withdrawal, act, portal, database, keys, sure=sure)


@keys_app.command("new", cls=RussianCommand, options_metavar=OPTIONS, help="Сделать файл с новыми ключами.")
def new_keys(file: Annotated[str, typer.Argument(metavar="ФАЙЛ", help="Куда записать.", show_default=False)]) -> int:
    from registratura.host.terminal.keys import new

    return new(file)


@keys_app.command(
    "prepare",
    cls=RussianCommand,
    options_metavar=OPTIONS,
    help="Добавить в файл ключ на будущее: главный (для портала на нескольких машинах) или ключ отпечатков.",
)
def prepare_keys(
    file: Annotated[str, typer.Argument(metavar="ФАЙЛ", help="Файл ключей.", show_default=False)],
    digests: Digests = False,
) -> int:
    from registratura.host.terminal.keys import prepare, prepare_digests

    return prepare_digests(file) if digests else prepare(file)


@keys_app.command("rotate", cls=RussianCommand, options_metavar=OPTIONS, help="Сменить ключ; портал при этом работает.")
def rotate_keys(database: Database = OURS, keys: Keys = None, digests: Digests = False) -> int:
    from registratura.host.terminal.keys import rotate, rotate_digests

    return rotate_digests(database, keys) if digests else rotate(database, keys)


@keys_app.command(
    "retire",
    cls=RussianCommand,
    options_metavar=OPTIONS,
    help="Убрать прежние ключи, когда все программы портала начаты заново.",
)
def retire_keys(database: Database = OURS, keys: Keys = None, digests: Digests = False) -> int:
    from registratura.host.terminal.keys import retire, retire_digests

    return retire_digests(database, keys) if digests else retire(database, keys)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; gives the exit code: 0 done, 1 not done, 2 mistyped, 130 interrupted."""
    from registratura.host.terminal.console import complain, open_streams, say
    from registratura.host.terminal.failures import USAGE, report

    open_streams()
    _seen["debug"] = False
    try:
        args = sys.argv[1:] if arguments is None else list(arguments)
        code = app(args, standalone_mode=False, prog_name="registratura")
    except (KeyboardInterrupt, EOFError, typer.Abort):
        code = 130
    except typer.TyperException as error:
        complain(mistake(error))
        return USAGE
    except Exception as error:  # noqa: BLE001  # no traceback reaches a person, whatever it is
        return report(error, debug=_seen["debug"])
    finally:
        chosen.schema = chosen.prefix = None
    if code == 130:
        say("\nДо свидания!")
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    sys.exit(main())

"""`registratura`: the terminal's commands, and those that know the specification. behave is imported only by them."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from registratura.host.terminal.help import RussianCommand
from registratura.host.terminal.main import app
from registratura.host.terminal.main import main as main
from registratura.host.terminal.options import OPTIONS, OURS, Keys

Ledgers = Annotated[
    list[str] | None,
    typer.Option("--ledger", metavar="ФАЙЛ", help="Готовый журнал прогона, или несколько: сценарии не выполнять."),
]
Messages = Annotated[str | None, typer.Option("--messages", metavar="ФАЙЛ", help="Сообщения Cucumber того же прогона.")]

Out = Annotated[
    str | None,
    typer.Option("--out", metavar="ФАЙЛ", help="Куда записать страницу. Если не указать — build/spec.html."),
]
Compare = Annotated[
    str | None, typer.Option("--compare", metavar="ФАЙЛ", help="Журнал прошлого выпуска: сказать, что изменилось.")
]
Opened = Annotated[
    str | None,
    typer.Option("--database", metavar="БАЗА", help="К --compare: что станет с открытыми процессами. К --from-flow."),
]
Drafts = Annotated[
    str | None,
    typer.Option("--drafts", metavar="ФАЙЛ", help="Не страница, а черновики: куда записать, «-» — на экран."),
]
FromFlow = Annotated[
    str | None,
    typer.Option("--from-flow", metavar="ID", help="Черновик того, что случилось с процессом из базы."),
]
Entry = Annotated[
    int | None,
    typer.Option("--entry", metavar="№", help="Какая запись его журнала — «Когда». Если не указать — последняя."),
]


@app.command(
    cls=RussianCommand,
    options_metavar=OPTIONS,
    help="Выполнить сценарии и записать страницу: какое предложение описаний каким сценарием показано. "
    "Или черновики сценариев: --drafts, --from-flow.",
)
def spec(
    out: Out = None,
    ledgers: Ledgers = None,
    messages: Messages = None,
    compare: Compare = None,
    database: Opened = None,
    keys: Keys = None,
    drafts: Drafts = None,
    flow: FromFlow = None,
    entry: Entry = None,
) -> int:
    from registratura.features.spec import command

    page = {"--out": out, "--messages": messages, "--compare": compare}
    base = {"--database": database, "--keys": keys}
    if flow is not None:
        command.must_not_be_there({**page, "--ledger": ledgers or None}, "Черновику процесса это не нужно")
    elif drafts is not None:
        command.must_not_be_there({**page, **base, "--entry": entry}, "Черновикам это не нужно")
    else:
        command.must_not_be_there({"--entry": entry}, "Запись есть у процесса, его называет --from-flow")
    if flow is not None:
        return command.write_from_flow(flow, entry, database or OURS, keys, drafts or "-")
    if drafts is not None:
        return command.write_drafts(drafts, ledgers or ())
    return command.write_spec(
        out or "build/spec.html", ledgers or (), messages, command.Compared(compare, database, keys)
    )


@app.command(
    "verify-host",
    cls=RussianCommand,
    options_metavar=OPTIONS,
    help="Проверить свой портал: выполнить наши сценарии через свой драйвер и записать страницу.",
)
def verify(
    driver: Annotated[str, typer.Option("--driver", metavar="МОДУЛЬ:КЛАСС", help="Ваш драйвер, my.module:Driver.")],
    out: Annotated[
        str, typer.Option("--out", metavar="ФАЙЛ", help="Куда записать страницу; журнал (.json) ляжет рядом.")
    ] = "build/host.html",
    defined: Annotated[
        list[str] | None, typer.Option("-D", metavar="ИМЯ=ЗНАЧЕНИЕ", help="Настройка для драйвера, можно несколько.")
    ] = None,
    seconds: Annotated[
        int,
        typer.Option("--timeout", metavar="СЕКУНДЫ", min=1, max=86_400, help="Сколько ждать каждый сценарий."),
    ] = 120,
) -> int:
    from registratura.features.spec.verify import verify_host

    return verify_host(driver, out, defined or (), seconds)


if __name__ == "__main__":
    sys.exit(main())

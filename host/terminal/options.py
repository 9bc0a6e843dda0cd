"""Options that several commands have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

Database = Annotated[str, typer.Option("--database", metavar="БАЗА", help="Файл SQLite или адрес базы.")]
Keys = Annotated[
    str | None, typer.Option("--keys", metavar="ФАЙЛ", help="Файл ключа. Если не указать — рядом с базой.")
]
Digests = Annotated[
    bool, typer.Option("--digests", metavar="", help="Не главный ключ, а ключ отпечатков: логинов, кодов, попыток.")
]
Portal = Annotated[
    str | None,
    typer.Option("--portal", metavar="МОДУЛЬ:ИМЯ", help="Ваш портал: он знает ваши схемы и их версии."),
]
OPTIONS = "[КЛЮЧИ]"
OURS = "registratura.db"


@dataclass
class Chosen:
    """What stands before the command and holds for each: `registratura --schema … --prefix … КОМАНДА`."""

    schema: str | None = None
    prefix: str | None = None


chosen = Chosen()

"""Typer in Russian: its help and what it says of a mistyped command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.core import TyperArgument, TyperCommand, TyperGroup

if TYPE_CHECKING:
    from typer import TyperException

CALLED = "Как вызвать:"


class RussianCommand(TyperCommand):
    """A command whose help is Russian."""

    def get_usage(self, ctx: Any) -> str:
        return _usage(super().get_usage(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        return _help_option(super().get_help_option(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _name_the_panels()
        super().format_help(ctx, formatter)


class RussianGroup(TyperGroup):
    """A group of commands whose help is Russian."""

    def get_usage(self, ctx: Any) -> str:
        return _usage(super().get_usage(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        return _help_option(super().get_help_option(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _name_the_panels()
        super().format_help(ctx, formatter)


def mistake(error: TyperException) -> str:
    """What is wrong with the command line. Typer's own words are English and are not shown."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "registratura"
    return f"{_what(error, context)} Подсказка: {command} --help"


def _what(error: TyperException, context: Any) -> str:
    option, parameter = getattr(error, "option_name", None), getattr(error, "param", None)
    if option is not None:
        return f"Ключ {option} здесь не подходит: такого нет или ему не хватает значения."
    if parameter is not None:
        name = parameter.opts[0] if parameter.opts[0].startswith("-") else parameter.metavar
        wrong = f"Не хватает {name}" if type(error).__name__ == "MissingParameter" else f"Не подходит {name}"
        return f"{wrong}. Что это: {parameter.help}"
    if isinstance(getattr(context, "command", None), TyperGroup):
        return f"Нужна одна из команд: {', '.join(sorted(context.command.commands))}."
    return "Команда набрана неверно: лишнее слово или не хватает нужного."


def _usage(text: str) -> str:
    return text.replace("Usage:", CALLED, 1)


def _help_option(option: Any) -> Any:
    if option is not None:
        option.help, option.metavar = "Показать эту справку.", ""
    return option


def _name_the_panels() -> None:
    from typer import rich_utils

    rich_utils.OPTIONS_PANEL_TITLE = "Ключи"
    rich_utils.ARGUMENTS_PANEL_TITLE = "Что указать"
    rich_utils.COMMANDS_PANEL_TITLE = "Команды"
    rich_utils.DEFAULT_STRING = "[если не указать: {}]"
    rich_utils.ENVVAR_STRING = "[или переменная {}]"
    rich_utils.REQUIRED_LONG_STRING = "[обязательно]"
    # `<str>` says nothing to a person.
    TyperArgument.display_type_rich = lambda self, ctx: ""  # type: ignore[method-assign]

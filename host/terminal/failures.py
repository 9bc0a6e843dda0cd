"""What went wrong, in Russian: texts of the catalogue for our own errors, one apologetic line for all others."""

from __future__ import annotations

import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from registratura.host.terminal.console import complain

DEBUG_LOG = Path("registratura-debug.log")
USAGE = 2
SORRY = "Простите, что-то пошло не так по нашей вине. То, что уже сделано, сохранено."


class Complaint(Exception):
    """Something only the terminal finds wrong; the message is Russian and for people."""


def report(error: Exception, *, debug: bool = False) -> int:
    """Tell the person what happened; gives the exit code."""
    said = told(error)
    complain(said)
    if debug:
        _write_down(error)
        complain(f"Подробности записаны в {DEBUG_LOG}.")
    elif said == SORRY:
        complain(f"Подробности запишутся в файл {DEBUG_LOG}, если повторить с ключом: registratura --debug …")
    return 1


def told(error: Exception) -> str:
    """An error in Russian."""
    if isinstance(error, Complaint):
        return str(error)
    errors = sys.modules.get("registratura.flows.errors")
    if errors is None or not isinstance(error, errors.RegistraturaError):
        return _sorry(error)
    from registratura.flows.texts import Texts

    try:
        return Texts.russian().error(error)
    except Exception:  # noqa: BLE001  # a catalogue that lacks the text must not hide what happened
        return _sorry(error)


def _sorry(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"Не получилось открыть {error.filename}: нет доступа, места или такой папки."
    return SORRY


def _write_down(error: Exception) -> None:
    """The traceback goes to a file that only its owner reads."""
    descriptor = os.open(DEBUG_LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as out:
        out.write(f"{datetime.now(UTC).isoformat()}\n{''.join(traceback.format_exception(error))}\n")

"""`registratura worker`: carries out timers and effects until it is told to stop."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from registratura.flows.engine.due import Done
from registratura.flows.errors import RegistraturaError
from registratura.host.portal import Registratura
from registratura.host.terminal.console import complain, say
from registratura.host.terminal.failures import Complaint, told
from registratura.host.terminal.opening import opened
from registratura.host.worker import Away, Back, ChoreFailed, News, to_log

HOW = "Назовите портал так: --portal мой.модуль:имя, где имя — сам портал или функция, которая его открывает."


def work(database: str, keys: str | None, portal: str | None, lease: float, *, machines: bool = False) -> int:
    """Work until SIGTERM or Ctrl-C, which is how it ends well. Where machines read, what it says goes to the log."""
    with portal_named(database, keys, portal) as made:
        worker = made.worker(
            lease=timedelta(seconds=lease), effects=portal is not None, tell=to_log if machines else _tell
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: worker.stop())
        say(_greeting(effects=portal is not None))
        sys.stdout.flush()
        worker.run()
        done = worker.done
    say(f"Рабочий процесс остановлен. Таймеров выполнено: {done.timers}, поручений: {done.delivered}.")
    return 0


def _greeting(*, effects: bool) -> str:
    if effects:
        return "Рабочий процесс выполняет таймеры и поручения. Остановить: Ctrl-C."
    return f"Рабочий процесс выполняет таймеры, а поручения оставляет другим: кто их выполняет, знает ваш портал. {HOW}"


def _tell(news: News) -> None:
    match news:
        case Away(error=error, seconds=seconds):
            why = told(error) if isinstance(error, RegistraturaError) else f"Сбой: {type(error).__name__}."
            complain(f"{why} Следующая попытка через {seconds:.0f} с.")
        case Back():
            say("Рабочий процесс снова работает.")
        case ChoreFailed(error=error):
            why = told(error) if isinstance(error, RegistraturaError) else f"Сбой: {type(error).__name__}."
            complain(f"Не удалась служебная работа: {why} Следующая попытка через несколько минут.")
        case Done(dead=dead, broken=broken):
            if dead:
                complain(f"Не удались и ждут человека поручений: {dead}. Их покажет registratura effects dead.")
            if broken:
                complain(
                    f"Не удалось прочитать или записать процессов: {broken}. Их покажет registratura flows verify."
                )


@contextmanager
def portal_named(database: str, keys: str | None, name: str | None) -> Iterator[Registratura]:
    """The host's portal `my.module:name`; without a name, ours over the database.

    Raises:
        Complaint: there is no such portal, or it does not open.
    """
    if name is None:
        with opened(database, keys) as portal:
            yield portal
        return
    made = _made(name)
    try:
        yield made
    finally:
        made.close()


def _made(name: str) -> Registratura:
    """The host's portal: what `name` is, or what it gives when it is called."""
    found = _found(name)
    try:
        made = found if isinstance(found, Registratura) or not callable(found) else found()
    except RegistraturaError:
        raise
    except Exception as error:  # noqa: BLE001  # whatever a host's own code does is told, not thrown
        raise Complaint(f"{name}: портал не открылся: {type(error).__name__}: {error}. {HOW}") from None
    if not isinstance(made, Registratura):
        raise Complaint(f"{name}: это не портал, а {type(made).__name__}. {HOW}")
    return made


def _found(name: str) -> Any:
    place, _, attribute = name.partition(":")
    if not place or not attribute:
        raise Complaint(f"{name}: нужны и модуль, и имя в нём. {HOW}")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        return getattr(import_module(place), attribute)
    except RegistraturaError:
        raise
    except Exception as error:  # noqa: BLE001  # whatever a host's own module does is told, not thrown
        why = f"в модуле нет {attribute}" if isinstance(error, AttributeError) else f"{type(error).__name__}: {error}"
        raise Complaint(f"{name}: не загружается: {why}. {HOW}") from None

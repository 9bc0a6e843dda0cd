"""The features, played by behave in this process: what they did, and the messages for Cucumber's own view of them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import NamedTuple

from behave.__main__ import run_behave  # type: ignore[import-untyped]  # behave has no type hints
from behave.configuration import Configuration  # type: ignore[import-untyped]  # behave has no type hints

from registratura.features.spec import ledger, messages
from registratura.features.spec.ledger import Ledger
from registratura.features.spec.runner import Stoppable, Stopped, TooLong, timed
from registratura.features.spec.sources import FOLDER
from registratura.features.spec.words import cited

NONE: Mapping[str, str] = MappingProxyType({})


class NotPlayed(Exception):
    """behave could not even begin, or stopped halfway; the message is Russian and says what to do."""


class Run(NamedTuple):
    """What a run leaves."""

    ledger: Ledger
    messages: tuple[str, ...]


def play(folder: Path = FOLDER, settings: Mapping[str, str] = NONE, seconds: int | None = None) -> Run:
    """Play them all; `settings` are behave's `-D`, and a scenario that takes more `seconds` ends the run.

    Raises:
        NotPlayed: there is no ledger of it.
        KeyboardInterrupt: somebody stopped it.
    """
    with TemporaryDirectory() as made:
        written, said = Path(made, "ledger.json"), Path(made, "messages.ndjson")
        arguments = [str(folder), "-D", f"ledger={written}", "--no-capture", "--no-logcapture", "--no-summary"]
        arguments += ["-f", f"{messages.__name__}:Messages", "-o", str(said)]
        arguments += [f"-D{name}={value}" for name, value in settings.items()]
        configuration = Configuration(arguments, load_config=False)
        configuration.seconds, configuration.stopped, configuration.playing = seconds, None, None
        with redirect_stdout(io.StringIO()) as printed, redirect_stderr(printed), timed(seconds):
            try:
                code = run_behave(configuration, Stoppable)
            except (SystemExit, TooLong) as ended:
                configuration.stopped = configuration.stopped or Stopped(ended, configuration.playing)
        if configuration.stopped:
            raise _halfway(configuration.stopped, seconds)
        if not written.is_file():
            raise _not_begun(printed.getvalue())
        run = Run(ledger.read(written), messages.read(said))
        # A driver may fail outside the steps too, and a scenario is then not in the ledger.
        if code and not run.ledger.failed:
            raise _not_begun(printed.getvalue())
        return run


def _not_begun(said: str) -> NotPlayed:
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "без объяснений")
    return NotPlayed(f"Сценарии выполнить не удалось: {last.strip()} Посмотрите, что скажет behave {FOLDER.name}.")


def _halfway(stopped: Stopped, seconds: int | None) -> BaseException:
    at = stopped.scenario
    where = f"features/{Path(at.filename).name}:{at.line} {cited(at.name)}" if at is not None else "до первого сценария"
    if isinstance(stopped.by, TooLong):
        return NotPlayed(
            f"Драйвер не ответил за {seconds} с: {where}. Прогон остановлен, страница не записана. "
            "Проверьте, отвечает ли портал; если ему нужно больше времени, дайте его ключом --timeout."
        )
    if isinstance(stopped.by, SystemExit):
        return NotPlayed(f"Драйвер завершил программу (sys.exit): {where}. Уберите это и повторите.")
    return KeyboardInterrupt()

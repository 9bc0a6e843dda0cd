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
from registratura.features.spec.sources import FOLDER

NONE: Mapping[str, str] = MappingProxyType({})


class NotPlayed(Exception):
    """behave could not even begin, or stopped halfway."""

    def __init__(self, said: str) -> None:
        last = next((line for line in reversed(said.splitlines()) if line.strip()), "без объяснений")
        super().__init__(f"Сценарии выполнить не удалось: {last.strip()} Посмотрите, что скажет behave {FOLDER.name}.")


class Run(NamedTuple):
    """What a run leaves."""

    ledger: Ledger
    messages: tuple[str, ...]


def play(folder: Path = FOLDER, settings: Mapping[str, str] = NONE) -> Run:
    """Play them all; `settings` are behave's `-D`.

    Raises:
        NotPlayed: there is no ledger of it.
    """
    with TemporaryDirectory() as made:
        written, said = Path(made, "ledger.json"), Path(made, "messages.ndjson")
        arguments = [str(folder), "-D", f"ledger={written}", "--no-capture", "--no-logcapture", "--no-summary"]
        arguments += ["-f", f"{messages.__name__}:Messages", "-o", str(said)]
        arguments += [f"-D{name}={value}" for name, value in settings.items()]
        with redirect_stdout(io.StringIO()) as printed, redirect_stderr(printed):
            run_behave(Configuration(arguments, load_config=False))
        if not written.is_file():
            raise NotPlayed(printed.getvalue())
        return Run(ledger.read(written), messages.read(said))

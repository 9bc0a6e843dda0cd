"""(e) Starting: imports, the terminal's help, and the first event of a process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial

from contest import contest
from figures import Part, ratio

LIBRARIES = "python-statemachine, pydantic and SQLAlchemy alone"
IMPORTS = "registratura.flows and storage"
HELP = "registratura --help"
FIRST = "a portal opened on a file, and its first event"
PROGRAMS = {
    LIBRARIES: ("-c", "import statemachine, sqlalchemy; from pydantic import BaseModel"),
    IMPORTS: ("-c", "import registratura.flows.catalogue, registratura.flows.engine.engine, registratura.storage"),
    HELP: ("-m", "registratura.features.terminal", "--help"),
    FIRST: (
        "-c",
        "import tempfile; from registratura.host import Registratura\n"
        "from registratura.flows.registration import Registration\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    portal = Registratura(f'sqlite:///{folder}/portal.db', lambda: bytes(32))\n"
        "    portal.start(Registration)\n"
        "    portal.close()\n",
    ),
}
NOTHING = "Python itself"


def parts(full: bool) -> Iterator[Part]:
    """Whole programs, less what Python itself takes to start."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        run = {name: partial(_seconds, arguments, env) for name, arguments in PROGRAMS.items()}
        standings = contest(run | {NOTHING: partial(_seconds, ("-c", ""), env)}, LIBRARIES, 30 if full else 15)
    bare = standings[NOTHING].seconds
    alone = standings[LIBRARIES].seconds - bare
    rows = [("program", "ms, Python's own start included", f"times {LIBRARIES}")]
    rows += [(name, f"{one.seconds * 1e3:.0f}", ratio(one)) for name, one in standings.items()]
    figures = {
        "start.import": (standings[IMPORTS].seconds - bare) / alone,
        "start.help": (standings[HELP].seconds - bare) / alone,
    }
    yield Part("Starting", rows, figures)


def _seconds(arguments: tuple[str, ...], env: dict[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=env, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun

"""`registratura verify-host` over the first feature alone, as a host types it in the folder of its driver."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from support.terminal import Ran, Run

from registratura.features.spec.lint import FOLDER

ENGINE = """
from registratura.features.drivers.engine import EngineDriver
from registratura.features.drivers.host import HostDriver


class Driver(EngineDriver):
    plays_as = "engine"
    cannot = {"R4": "Отказываться мы не умеем."}

    def __init__(self, settings):
        super().__init__()
        self.name = settings["name"]
"""
RUN = """
import sys
from pathlib import Path
import registratura.features.spec.command as command
command.FOLDER = Path("features").resolve()
from registratura.features.terminal import main
raise SystemExit(main())
"""


def verifying(tmp_path: Path, drivers: str) -> Run:
    """The command; `mine` is the module of these drivers, and of `Driver`, which is ours."""
    folder = tmp_path / "features"
    shutil.copytree(FOLDER / "steps", folder / "steps", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("environment.py", "01_registration.feature"):
        shutil.copy(FOLDER / name, folder)
    (tmp_path / "mine.py").write_text(ENGINE + drivers, encoding="utf-8")

    def ran(*arguments: str, typed: str = "") -> Ran:
        command = [sys.executable, "-P", "-c", RUN, "verify-host", *arguments, "--out", "new/host.html"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
        return Ran(done.returncode, " ".join(done.stdout.split()), " ".join(done.stderr.split()))

    return ran

"""(f) The whole specification by each driver: the whole program, from starting Python to the last scenario."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from figures import Part
from support import taken

ROOT = Path(__file__).parents[1]


DRIVERS = ("engine", "http")


def played(driver: str, compiled: str) -> str:
    """What behave says at the end of a run in which all went well; `compiled` is a folder for Python's bytecode."""
    # As on a machine that has run it before, whatever this one says about bytecode.
    env = {**os.environ, "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
    behave = [sys.executable, "-m", "behave", "-D", f"driver={driver}"]
    done = subprocess.run(behave, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert not done.returncode, f"behave is not green:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def parts(full: bool) -> Iterator[Part]:
    """A line for each driver. In Chromium it takes five minutes: `make browser` says how long."""
    rows, figures = [("driver", "median, s", "runs", "scenarios")], {}
    with tempfile.TemporaryDirectory() as folder:
        for driver in DRIVERS:
            played(driver, folder)
            runs = [taken(partial(played, driver, folder)) for _ in range(9 if full else 3)]
            times = [seconds for _, seconds in runs]
            figures[f"features.{driver}"] = statistics.median(times)
            (scenarios,) = re.findall(r"^(\d+) scenarios passed", runs[-1][0], re.MULTILINE)
            spread = f"{min(times):.2f} to {max(times):.2f}"
            rows.append((driver, f"{statistics.median(times):.2f}", spread, scenarios))
    yield Part("The whole specification", rows, figures)

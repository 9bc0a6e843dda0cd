"""The whole specification by each driver: wall time of the whole program, from starting Python to the last scenario.

python benchmarks/bench_features.py [--driver engine] [--runs 5]
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

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


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--driver", choices=DRIVERS, action="append", help="all of them, if none is named")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for driver in chosen.driver or DRIVERS:
            played(driver, folder)
            report(driver, [taken(partial(played, driver, folder)) for _ in range(chosen.runs)])


def report(driver: str, runs: list[tuple[str, float]]) -> None:
    times = [seconds for _, seconds in runs]
    spread = f"(runs {min(times):.2f} to {max(times):.2f})"
    print(f"The specification, {driver}: median {statistics.median(times):.2f} s  {spread}")
    for line in re.findall(r"^\d+ .*(?:passed|failed).*$", runs[-1][0], re.MULTILINE):
        print(f"    {line}")


if __name__ == "__main__":
    main()

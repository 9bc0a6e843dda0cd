"""All benchmarks in one program: `make bench`, or `python benchmarks [--full] [--write] [part …]`.

Prints a table for each part, then every target: met, or not met and why. The figures go to build/bench.json, with the
machine they come from; those of another machine are not compared with them. A peer that is missing is said to be.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bars import draw
from documents import write
from figures import Part, targets

OUT = Path(__file__).parents[1] / "build" / "bench.json"


def _parts() -> dict[str, Callable[[bool], Iterator[Part]]]:
    """Each imported when it is its turn, and memory measured first: what the others leave would hide what it grows."""
    names = ("memory", "start", "pure", "durable", "encryption", "growth")
    names += ("specification", "journeys", "timers", "by_restate", "scale")

    def of(name: str) -> Callable[[bool], Iterator[Part]]:
        return lambda full: iter(__import__(name).parts(full))

    return {name: of(name) for name in names}


def main() -> int:
    parts = _parts()
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("part", nargs="*", metavar="part", help=f"of {', '.join(parts)}; all, if none is named")
    options.add_argument("--full", action="store_true", help="more rounds, and up to ten times the size")
    options.add_argument("--write", action="store_true", help="put the tables, verdicts and pictures into docs/")
    chosen = options.parse_args()
    if unknown := set(chosen.part) - parts.keys():
        options.error(f"no part is called {', '.join(sorted(unknown))}: choose from {', '.join(parts)}")
    done: list[Part] = []
    for name in chosen.part or parts:
        print(f"== {name}", file=sys.stderr, flush=True)
        for part in parts[name](chosen.full):
            done.append(part)
            print(part.words(), flush=True)
    figures = {name: value for part in done for name, value in part.figures.items()}
    missing = {name: why for part in done for name, why in part.missing.items()}
    print(*(f"Not measured: {name}, for {why}.\n" for name, why in missing.items()), sep="\n")
    print("### Targets\n")
    for target in targets():
        if not chosen.part or target.figure in figures:
            print(target.words(figures))
    _keep(figures)
    if chosen.write:
        for title in write(done, figures):
            print(f"No document has a table «{title}».", file=sys.stderr)
        draw(figures)
    return 0


def _keep(figures: dict[str, float]) -> None:
    """Beside those of earlier runs on this machine; those of another one are thrown away."""
    machine = {"cores": len(os.sched_getaffinity(0)), "python": platform.python_version(), "node": platform.node()}
    kept: dict[str, Any] = json.loads(OUT.read_text()) if OUT.is_file() else {}
    if kept.get("machine") != machine:
        kept = {"machine": machine, "figures": {}}
    kept["figures"] |= figures
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(kept, indent=1, sort_keys=True))


if __name__ == "__main__":
    sys.exit(main())

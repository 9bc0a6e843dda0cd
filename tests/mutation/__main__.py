"""Mutation testing of `domain/` and `flows/`: does a test say no when the code has a small fault?

`make mutation` judges everything, `make mutation ONLY=domain/codes.py` one module (or one folder). It fails if a mutant
survives that is not in survivors.toml with its reason, if one of those is killed or no longer there, and if the score
is below 90 %.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from pathlib import Path

from mutation.baseline import JudgesFail, baseline
from mutation.forks import begun
from mutation.judges import JUDGED, ROOT
from mutation.judging import Share, Verdict, verdicts
from mutation.report import LISTED, listed, report

# What the code is made of, imported once: every fork has it.
LIBRARIES = (
    *("pydantic", "statemachine", "sqlalchemy.ext.asyncio", "cryptography.fernet", "argon2", "phonenumbers", "httpx"),
    *("fastapi.testclient", "typer", "rich", "jinja2", "joserfc.jwt", "hypothesis.stateful", "gherkin"),
    "behave.__main__",
)


def main(only: Sequence[str]) -> int:
    """Judge the mutants and tell what became of them."""
    modules = [module for module in _modules() if not only or any(Path(module).is_relative_to(name) for name in only)]
    if not modules:
        print(f"Nothing is mutated for {', '.join(only)}: name a module or a folder below {' or '.join(JUDGED)}.")
        return 2
    for library in LIBRARIES:
        importlib.import_module(library)
    for plugin in entry_points(group="pytest11"):
        plugin.load()
    try:
        found = [verdict for folder in JUDGED for verdict in _found(folder, modules)]
    except JudgesFail as failure:
        print(failure)
        return 2
    return report(found, {place: why for place, why in listed(LISTED).items() if place[0] in modules})


def _modules() -> list[str]:
    return sorted(path.relative_to(ROOT).as_posix() for name in JUDGED for path in (ROOT / name).rglob("*.py"))


def _found(folder: str, modules: Sequence[str]) -> Iterator[Verdict]:
    if below := [module for module in modules if module.startswith(f"{folder}/")]:
        base = baseline(below, JUDGED[folder])
        workers = int(os.environ.get("WORKERS") or len(os.sched_getaffinity(0)))
        shares = [begun(lambda n=n: verdicts(Share(n, workers), JUDGED[folder], base)) for n in range(workers)]
        for share in shares:
            yield from ((module, tuple(key), what, seconds) for module, key, what, seconds in share())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

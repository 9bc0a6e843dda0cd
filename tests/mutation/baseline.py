"""What the judges do to the code as it is: which of them run a line, how long they take, what runs at import."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import coverage
import pytest
from mutation.forks import begun
from mutation.judges import ROOT, Judges, judged


class JudgesFail(Exception):
    """Without a mutant every judge must agree."""


@dataclass(frozen=True)
class Baseline:
    """The seconds of each judge, and the judges of each line by module."""

    seconds: dict[str, float]
    judges: dict[str, dict[int, list[str]]]
    at_import: dict[str, set[int]]

    def of_lines(self, module: str, lines: Iterable[int]) -> list[str]:
        """Those that run one of the lines, the fastest first."""
        return self._sorted({judge for line in lines for judge in self.judges[module].get(line, ())})

    def of_module(self, module: str) -> list[str]:
        """Everybody, since what is there from import on is used by whom it may; who runs the module comes first."""
        first = self.of_lines(module, self.judges[module])
        return [*first, *self._sorted(self.seconds.keys() - first)]

    def _sorted(self, judges: Iterable[str]) -> list[str]:
        return sorted(judges, key=lambda judge: (self.seconds[judge], judge))


class _Measuring(Judges):
    """Runs every judge once."""

    def __init__(self, cover: coverage.Coverage) -> None:
        super().__init__()
        self.cover = cover
        self.seconds: dict[str, float] = {}
        self.failing: list[str] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            self.cover.switch_context(item.nodeid)
            begun = time.perf_counter()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self.seconds[item.nodeid] = time.perf_counter() - begun
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failing.append(report.nodeid)


def baseline(modules: Sequence[str], selected: Sequence[str]) -> Baseline:
    """Run the judges over the code as it is, in a process of its own: this one has imported nothing of it.

    Raises:
        JudgesFail: one of them fails.
    """
    seconds, found, failing = begun(lambda: _measured(modules, selected))()
    if failing:
        raise JudgesFail(f"These must pass before they can judge a mutant; see make test: {failing}")
    lines = {module: {int(line): judges for line, judges in at.items()} for module, at in found.items()}
    judges = {name: {line: [judge for judge in by if judge] for line, by in at.items()} for name, at in lines.items()}
    return Baseline(
        seconds, judges, {name: {line for line, by in at.items() if "" in by} for name, at in lines.items()}
    )


def _measured(modules: Sequence[str], selected: Sequence[str]) -> tuple[dict[str, float], dict[str, Any], list[str]]:
    include = [str(ROOT / module) for module in modules]
    cover = coverage.Coverage(data_file=None, include=include, concurrency=["thread", "greenlet"])
    cover.start()
    plugin = _Measuring(cover)
    code = judged(plugin, selected)
    cover.stop()
    if code:
        plugin.failing.append(f"pytest ended with {code!r}")
    return plugin.seconds, {m: cover.get_data().contexts_by_lineno(str(ROOT / m)) for m in modules}, plugin.failing

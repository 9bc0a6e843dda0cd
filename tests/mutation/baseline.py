"""What the judges do to the code as it is: which of them run a line, how long they take, what runs at import."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import coverage
import pytest
from mutation.forks import begun
from mutation.judges import ROOT, Judges, judged

PURE = ("tests/domain/", "tests/flows/")
"""Judges that need nothing but what they judge, a millisecond each: all of them hear of every mutant that they run."""
CACHED = type(cache(int))
MOST = 300
"""So many of the others do. Fewer can only count a killed one as a survivor, never the other way round."""
DEAR = 0.5
"""A judge that takes more seconds is asked last."""
NEAR = 3
"""So many judges more of a file whose path names a part of the module's path, for one of any other file."""


class JudgesFail(Exception):
    """Without a mutant every judge must agree."""


@dataclass(frozen=True)
class Baseline:
    """The seconds of each judge, and the judges of each line by module."""

    seconds: dict[str, float]
    judges: dict[str, dict[int, list[str]]]
    at_import: dict[str, set[int]]

    def of_lines(self, module: str, lines: Iterable[int]) -> list[str]:
        """Those that run one of the lines, so many that are spread over their files, the fastest first."""
        running = {judge for line in lines for judge in self.judges[module].get(line, ())}
        return self._sorted(_bounded(self._in_turn(module, running)))

    def of_module(self, module: str) -> list[str]:
        """As many of everybody, since what is there from import on is used by whom it may; who runs it comes first."""
        running = {judge for by in self.judges[module].values() for judge in by}
        return _bounded([*self._in_turn(module, running), *self._in_turn(module, self.seconds.keys() - running)])

    def _sorted(self, judges: Iterable[str]) -> list[str]:
        return sorted(judges, key=lambda judge: (self.seconds[judge], judge))

    def _in_turn(self, module: str, judges: Collection[str]) -> list[str]:
        """One of each file after the other, and of a near file several; which one does not depend on this run."""
        return [judge for *_, judge in sorted(self._turns(Path(module).with_suffix("").parts, judges))]

    def _turns(self, parts: Sequence[str], judges: Collection[str]) -> Iterator[tuple[bool, float, int, str]]:
        before: Counter[str] = Counter()
        for _, chance, judge in sorted(_variants(judges)):
            file = judge.partition("::")[0]
            before[file] += 1
            yield self.seconds[judge] > DEAR, before[file] / (1 + NEAR * sum(p in file for p in parts)), chance, judge


def caches_of(modules: Iterable[str]) -> list[Any]:
    """What remembers the answers of functions of the modules, so that they are asked once and not by every judge."""
    files = {str(ROOT / module) for module in modules}
    caches = (found for found in gc.get_objects() if type(found) is CACHED)
    return [one for one in caches if getattr(getattr(one.__wrapped__, "__code__", None), "co_filename", "") in files]


def _bounded(judges: Sequence[str]) -> list[str]:
    others = [judge for judge in judges if not judge.startswith(PURE)][:MOST]
    return [judge for judge in judges if judge.startswith(PURE)] + others


def _variants(judges: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """With its number among those of one test: what one storage's variant tells, the others' tell mostly too."""
    before: Counter[str] = Counter()
    for chance, judge in sorted((crc32(judge.encode()), judge) for judge in judges):
        test = judge.partition("[")[0]
        before[test] += 1
        yield before[test], chance, judge


class _Measuring(Judges):
    """Runs every judge once."""

    def __init__(self, cover: coverage.Coverage, modules: Sequence[str]) -> None:
        super().__init__()
        self.cover, self.modules = cover, modules
        self.seconds: dict[str, float] = {}
        self.failing: list[str] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        caches = caches_of(self.modules)
        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            for remembered in caches:
                remembered.cache_clear()
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
    plugin = _Measuring(cover, modules)
    code = judged(plugin, selected)
    cover.stop()
    if code:
        plugin.failing.append(f"pytest ended with {code!r}")
    return plugin.seconds, {m: cover.get_data().contexts_by_lineno(str(ROOT / m)) for m in modules}, plugin.failing

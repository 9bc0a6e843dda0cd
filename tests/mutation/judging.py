"""How a mutant gets before its judges: in a fork of a process in which all is imported.

A mutated function takes the place of the one that is there: its code is exchanged, so that whatever holds the function
holds the mutant, a registered rule as well as a validator of pydantic. What runs while a module is imported (a chart,
a model, a constant) cannot be exchanged afterwards: for it the process is forked just when the module is about to be
loaded, and loads the mutant.
"""

from __future__ import annotations

import gc
import mmap
import os
import sys
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import pytest
from mutation.baseline import PURE, Baseline, caches_of
from mutation.forks import LOST, alarm, begun, status_of, waited
from mutation.judges import ROOT, Judges, judged, killer, say
from mutation.operators import Mutant, mutants

KILLED, SURVIVED, UNSEEN = "killed", "survived", "run by no test"
NOT_EXCHANGED = 3
IMPORTING = 60
"""Seconds that loading everything may take."""

Key = tuple[str, str, str]
Verdict = tuple[str, Key, str, float]
"""Module, mutant, what became of it, seconds."""
Functions = dict[tuple[str, str, int], list[FunctionType]]


class Share(NamedTuple):
    """Every so-manieth mutant, so that several processes do them all."""

    first: int = 0
    step: int = 1

    def of(self, module: str) -> Iterator[Mutant]:
        text = (ROOT / module).read_text(encoding="utf-8")
        return (mutant for number, mutant in enumerate(mutants(text)) if number % self.step == self.first)


def verdicts(share: Share, judges: Sequence[str], baseline: Baseline) -> list[Verdict]:
    """What becomes of each mutant of the share."""
    found, left = begun(lambda: exchanged(share, judges, baseline))()
    for module, keys in left.items():
        found += loaded(module, [tuple(key) for key in keys], share, baseline)
    return [(module, tuple(key), what, seconds) for module, key, what, seconds in found]


def exchanged(share: Share, judges: Sequence[str], baseline: Baseline) -> tuple[list[Verdict], dict[str, list[Key]]]:
    """Judge the mutants of functions; and what is left, since it runs when a module is imported."""
    plugin = _Exchanging(share, baseline)
    if code := judged(plugin, judges):
        raise RuntimeError(f"pytest ended with {code!r}")
    return plugin.found, plugin.left


class _Exchanging(Judges):
    def __init__(self, share: Share, baseline: Baseline) -> None:
        super().__init__()
        self.share, self.baseline = share, baseline
        self.found: list[Verdict] = []
        self.left: dict[str, list[Key]] = defaultdict(list)
        # Who killed the one before kills the next as well, mostly: a fork notes here which of its judges it was.
        self.killers: dict[str, int] = {}
        self.noted = mmap.mmap(-1, 2)
        # What was remembered while the tests were collected is the unchanged code's.
        self.caches: list[Any] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        live = _live(self.baseline.judges)
        self.caches = caches_of(self.baseline.judges)
        gc.freeze()
        for module in self.baseline.judges:
            say(f"{module}\n" if self.share.first == 0 else "")
            for mutant in self.share.of(module):
                self._judge(module, mutant, items, live)
        return True

    def _judge(self, module: str, mutant: Mutant, items: dict[str, pytest.Item], live: Functions) -> None:
        begin = time.perf_counter()
        judges = sorted(self.baseline.of_lines(module, mutant.lines), key=lambda judge: -self.killers.get(judge, 0))
        status = NOT_EXCHANGED
        if self.baseline.at_import[module].isdisjoint(mutant.lines):
            if not judges:
                return self._found((module, mutant.key, UNSEEN, 0.0))
            chosen = [items[judge] for judge in judges]
            status = status_of(lambda: self._status(compile(mutant.tree, str(ROOT / module), "exec"), chosen, live))
        if status == LOST:
            raise RuntimeError(f"the runner failed over {module}: {mutant.key}")
        if status == NOT_EXCHANGED:
            return self.left[module].append(mutant.key)
        if status == 1:
            self.killers[judges[int.from_bytes(self.noted[:])]] = len(self.found)
        self._found((module, mutant.key, KILLED if status else SURVIVED, time.perf_counter() - begin))

    def _found(self, verdict: Verdict) -> None:
        self.found.append(verdict)
        _told(verdict)

    def _status(self, code: CodeType, judges: Sequence[pytest.Item], live: Functions) -> int:
        if not _exchange(live, code):
            return NOT_EXCHANGED
        for remembered in self.caches:
            remembered.cache_clear()
        number = killer(self, judges, self.baseline.seconds)
        self.noted[:] = (number or 0).to_bytes(2)
        return int(number is not None)


def _live(modules: Any) -> Functions:
    """Every function of the modules that there is, by where it is written."""
    files = {str(ROOT / module) for module in modules}
    live: Functions = defaultdict(list)
    for function in gc.get_objects():
        if type(function) is FunctionType and function.__code__.co_filename in files:
            live[_where(function.__code__)].append(function)
    return live


def _where(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)


def _exchange(live: Functions, module: CodeType) -> bool:
    """Whether a function now does something else: not if it has none, or two that are written in one place."""
    done = False
    codes: dict[tuple[str, str, int], list[CodeType]] = defaultdict(list)
    for code in _codes(module):
        codes[_where(code)].append(code)
    for where, written in codes.items():
        for function in live.get(where, ()):
            if all(code == function.__code__ for code in written):
                continue
            if len(written) > 1 or written[0].co_freevars != function.__code__.co_freevars:
                return False
            function.__code__ = written[0]
            done = True
    return done


def loaded(module: str, keys: Iterable[Key], share: Share, baseline: Baseline) -> Iterator[Verdict]:
    """Judge the mutants of what runs when the module is imported, each in a process that loads it."""
    say(f"{module}, as it is imported\n" if share.first == 0 else "")
    spent = dict.fromkeys(keys, 0.0)
    everybody = baseline.of_module(module)
    # Those first that load the least.
    for pure in (True, False):
        judges = [judge for judge in everybody if judge.startswith(PURE) is pure]
        answer = (
            begun(lambda judges=judges: _forks_at_load(module, spent, share, judges, baseline))
            if judges and spent
            else list
        )
        for key, status, seconds in answer():
            spent[tuple(key)] += seconds
            if status:
                yield module, tuple(key), KILLED, spent.pop(tuple(key))
    for key, seconds in spent.items():
        _told((module, key, SURVIVED, seconds))
        yield module, key, SURVIVED, seconds


def _told(verdict: Verdict) -> None:
    """Who works on the tests need not wait for the end of the run."""
    module, key, what, _ = verdict
    if what != KILLED:
        say(f"{what}: {module}, {key[0]}: {key[1]}  →  {key[2]}\n")


def _forks_at_load(
    module: str, left: Collection[Key], share: Share, judges: Sequence[str], baseline: Baseline
) -> list[tuple[Key, int, float]]:
    """Load what the judges need as far as the module, and there fork for each mutant, which alone goes on."""
    file, load, told = str(ROOT / module), SourceFileLoader.get_code, []
    mutated = False

    def get_code(self: SourceFileLoader, name: str) -> CodeType | None:
        nonlocal mutated
        if self.get_filename(name) != file:
            return load(self, name)
        for mutant in share.of(module):
            if mutant.key in left:
                begin = time.perf_counter()
                if not (pid := os.fork()):
                    mutated = True
                    alarm(IMPORTING)
                    return compile(mutant.tree, file, "exec")
                told.append((mutant.key, waited(pid), time.perf_counter() - begin))
        sys.exit()

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]  # it loads the modules
    plugin = _Selected(judges, baseline)
    code = 1
    with suppress(SystemExit):
        code = judged(plugin, sorted({judge.split("::")[0] for judge in judges}))
    if mutated:
        os._exit(int(bool(plugin.failed or code)))
    return told


class _Selected(Judges):
    """Runs those judges, and stops at the first that says no."""

    def __init__(self, judges: Sequence[str], baseline: Baseline) -> None:
        super().__init__()
        self.judges, self.baseline = judges, baseline

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        killer(self, [items[judge] for judge in self.judges if judge in items], self.baseline.seconds)
        return True

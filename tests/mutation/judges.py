"""The judges of a mutant: tests and features, one pytest item each, in one process.

Everything is in memory. What needs a server, another process or the text of the code judges nothing here, and the tests
of properties take few examples, the same in each run.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from behave.configuration import Configuration
from behave.runner import Runner, the_step_registry
from hypothesis import Phase, settings
from mutation.forks import alarm

ROOT = Path(__file__).parents[2]
# What is mutated, and who judges it: the domain's rules are shown without flows, the flows by their specification too.
JUDGED = {"domain": ("tests/domain",), "flows": ("tests/flows", "tests/engine", "features")}
# Other storages, what needs them, what reads the code as a text, and what is too slow for so many runs.
NO_JUDGES = (
    *("[sqlite", "[postgresql", "-sqlite", "-postgresql", "test_hosts_transaction.py", "test_async.py", "test_cost.py"),
    *("test_every_key_that_the_code", "test_what_the_code_names", "test_other_texts_have", "test_no_key_is_there"),
    *("test_errors_and_refusals_are_told", "test_walks_take_most", "test_digest_load.py", "test_worker.py"),
    "test_without_a_hosts_telemetry",
    *("librarys[registration]", "librarys[sign_in]", "librarys[cabinet]"),
)
EXAMPLES = 15
MEMORY = 3 << 30
TERMINAL = os.dup(sys.stderr.fileno())


class Judges:
    """A pytest plugin: collects the judges; what a run does with them is said by who inherits it."""

    def __init__(self) -> None:
        self.failed = False
        self._runner: Any = None

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        if file_path.suffix == ".feature":
            return FeatureFile.from_parent(parent, path=file_path, judges=self)
        return None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if not any(name in item.nodeid for name in NO_JUDGES)]
        for item in items:
            _few_examples(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        """That it failed will do: telling how took longer than most tests."""
        if call.excinfo is None or call.excinfo.errisinstance(pytest.skip.Exception):
            return None
        self.failed = True
        return pytest.TestReport(item.nodeid, item.location, {}, "failed", None, call.when)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.failed = self.failed or report.failed

    def scenarios(self, file: Path) -> list[Any]:
        """The scenarios of a feature. Steps and hooks are loaded once."""
        if self._runner is None:
            config = Configuration(["-f", "null", "--no-summary", str(ROOT / "features")])
            self._runner = Runner(config)
            self._runner.run_model = lambda *_: False
            self._runner.run()
            self._runner.step_registry = the_step_registry
            self._runner.run_hook("before_all")
        return next(f for f in self._runner.features if Path(f.filename).name == file.name).walk_scenarios()

    def passes(self, scenario: Any) -> bool:
        """Play one scenario."""
        return not scenario.run(self._runner)


class FeatureFile(pytest.File):
    """A feature, whose scenarios are judges."""

    def __init__(self, judges: Judges, **given: Any) -> None:
        super().__init__(**given)
        self.judges = judges

    def collect(self) -> Iterator[pytest.Item]:
        for scenario in self.judges.scenarios(self.path):
            yield Scenario.from_parent(self, name=scenario.name, scenario=scenario)


class Scenario(pytest.Item):
    """A scenario, played in process."""

    parent: FeatureFile

    def __init__(self, scenario: Any, **given: Any) -> None:
        super().__init__(**given)
        self.scenario = scenario

    def runtest(self) -> None:
        assert self.parent.judges.passes(self.scenario)


def _few_examples(item: pytest.Item) -> None:
    test = getattr(item, "obj", None)
    own = getattr(test, "_hypothesis_internal_use_settings", None)
    if own is not None:
        few = settings(
            own,
            max_examples=min(own.max_examples, EXAMPLES),
            phases=(Phase.explicit, Phase.generate),
            **{"derandomize": True, "database": None, "deadline": None},
        )
        getattr(test, "__func__", test)._hypothesis_internal_use_settings = few


def killer(judges: Judges, items: Sequence[pytest.Item], seconds: dict[str, float]) -> int | None:
    """Which of them is the first to say no. One that takes far longer than it did ends the process, by a signal."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for number, (item, following) in enumerate(zip(items, [*items[1:], None], strict=True)):
        alarm(5 + 10 * seconds[item.nodeid])
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if judges.failed:
            return number
    alarm(0)
    return None


def judged(plugin: Judges, selected: Sequence[str]) -> int:
    """Run pytest with the plugin, silently."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.chdir(ROOT)
    os.environ["TZ"] = "Asia/Yekaterinburg"  # not UTC, so that a moment that loses its zone shows
    time.tzset()
    options = ["-q", "-p", "no:cacheprovider", "--no-header", "--tb=no", "--capture=no", "--assert=plain", "-x"]
    return pytest.main([*options, *selected], plugins=[plugin])


def say(text: str) -> None:
    """Tell how far it is: the judges are silent."""
    os.write(TERMINAL, text.encode())

"""The examples of docs/versions.md are run, and do what the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.portal import AT_HOME, Scene, scene_of

from registratura.flows.registration import Registration
from registratura.flows.step import Stays
from registratura.host import Registratura

PAGE = (Path(__file__).parents[2] / "docs" / "versions.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What the page defines, in an empty folder of a host."""
    monkeypatch.chdir(tmp_path)
    made: dict[str, Any] = {}
    for block in BLOCKS:
        exec(block, made)
    yield made
    made["portal"].close()


def test_the_newest_version_starts(names: dict[str, Any]) -> None:
    (said,) = re.findall(r"^portal\.start\(Registration\)\.chart_version  # → (\d)$", PAGE, re.MULTILINE)
    assert names["portal"].start(Registration).chart_version == int(said)


def test_its_timer_is_another_and_what_is_open_is_migrated(names: dict[str, Any], tmp_path: Path) -> None:
    scene = scene_of("memory", tmp_path)
    old = scene.at_consent().id
    parts = replace(scene.portal.parts, flows=names["flows"])
    second = Scene(Registratura(scene.storage, scene.portal.engine.tools.keys, parts=parts), scene.clock)
    new = second.at_consent().id
    assert _expires(second, new) - scene.clock.now == timedelta(hours=2)
    assert _expires(second, old) - scene.clock.now == timedelta(days=1)
    (difference,) = second.portal.replay(old)
    assert (difference.what, difference.entry.seq) == ("timers", 3), "as the page's example says"
    second.portal.migrate(old)
    assert _expires(second, old) - scene.clock.now == timedelta(hours=2)
    scene.portal.close()


def test_it_says_no_where_the_page_says_so(names: dict[str, Any], tmp_path: Path) -> None:
    scene = scene_of("memory", tmp_path)
    record = scene.portal.engine.record(scene.portal.start(Registration, caller=AT_HOME).id)
    stays = names["from_version_1"](record.but(state="ambiguous_card"), scene.clock.now)
    assert stays == Stays("карту выбирает служба поддержки")


def _expires(scene: Scene, flow_id: str) -> Any:
    return scene.portal.engine.record(flow_id).timers["expire"].due

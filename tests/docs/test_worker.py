"""The examples of docs/worker.md are run, Celery's with a real worker and a broker in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from celery.signals import setup_logging
from support.portal import CLINICS, CONSENTS, HASHER, KEYS, PASSWORD, Clock, Scene
from support.working import until

from registratura.flows.effects import NotifyPerson
from registratura.flows.portal_password import ChangePassword
from registratura.host import Parts, Registratura, Settings
from registratura.host.terminal.effect_commands import effects_app

PAGE = (Path(__file__).parents[2] / "docs" / "worker.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What the page defines, in an empty folder of a host."""
    monkeypatch.chdir(tmp_path)
    made: dict[str, Any] = {}
    for block in BLOCKS:
        exec(block, made)
    made["portal"].close()
    setup_logging.connect(no_logging)
    yield made
    setup_logging.disconnect(no_logging)


def no_logging(**_: Any) -> None:
    """While somebody hears this signal Celery leaves the logs of the process, and so of other tests, as they are."""


# Celery's own set-up and tear-down warn of what is theirs.
@pytest.mark.filterwarnings("default")
def test_celery_carries_out_what_was_handed_on_under_the_effects_id(names: dict[str, Any]) -> None:
    clock = Clock()
    settings = Settings(consents=CONSENTS, clinics=CLINICS)
    parts = Parts(settings=settings, clock=clock, hasher=HASHER, dispatcher=names["parts"].dispatcher)
    scene = Scene(Registratura("memory:", KEYS, parts=parts), clock)
    caller = scene.registered()
    event = ChangePassword(current=PASSWORD, password="Wqx92mm", repeat="Wqx92mm")
    scene.walk(scene.flow_of(caller, "portal_password"), event, caller=caller)
    told = [row.id for row in scene.storage.effects() if row.kind == "NotifyPerson"]
    with start_worker(names["queue"], pool="solo", perform_ping_check=False, loglevel="ERROR"):
        scene.portal.run_due()
        until(lambda: len(names["sent"]) == len(told))
    assert told
    assert sorted(names["sent"]) == sorted(told)
    assert all(isinstance(effect, NotifyPerson) for effect in names["sent"].values())
    assert {row.status for row in scene.storage.effects()} == {"done"}


def test_the_commands_of_the_page_are_there() -> None:
    named = set(re.findall(r"^registratura effects (\w+)", PAGE, re.MULTILINE))
    assert named == {command.name for command in effects_app.registered_commands}

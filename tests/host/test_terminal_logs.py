"""What `registratura serve` and `registratura worker` log: lines for people, or JSON."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable

import pytest
import structlog
from support.terminal import Run

from registratura.host.terminal.logs import LogFormat, logged
from registratura.host.terminal.opening import world
from registratura.host.worker import Worker

SAID = {
    "flow": "registration",
    "transition": "region/choose_region/main_page",
    "refusals": ["a.b"],
    "milliseconds": 1.5,
}
LOGGER = logging.getLogger("registratura.events")


def written(capsys: pytest.CaptureFixture[str], how: LogFormat, say: Callable[[], None]) -> str:
    with logged(how):
        say()
    return capsys.readouterr().err


def event() -> None:
    LOGGER.info("%s.%s", "registration", "choose_region", extra=SAID)


def trouble() -> None:
    try:
        raise ValueError("145-678-912 08")
    except ValueError:
        LOGGER.exception("It broke")


def test_a_machine_reads_one_object_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    said = json.loads(written(capsys, LogFormat.JSON, event))
    assert said.pop("at").endswith("+00:00")
    assert said == SAID | {"level": "INFO", "logger": "registratura.events", "message": "registration.choose_region"}


def test_a_person_reads_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    line = written(capsys, LogFormat.TEXT, event)
    assert line.count("\n") == 1
    assert "Z INFO registration.choose_region flow=registration" in line
    assert line.rstrip().endswith("transition=region/choose_region/main_page refusals=a.b milliseconds=1.5")


@pytest.mark.parametrize("how", [LogFormat.JSON, LogFormat.TEXT])
def test_of_an_exception_the_name_is_written_and_not_what_it_says(
    capsys: pytest.CaptureFixture[str], how: LogFormat
) -> None:
    said = written(capsys, how, trouble)
    assert "ValueError" in said
    assert "145-678-912 08" not in said


def test_nothing_is_written_where_nothing_is_wanted_nor_afterwards(capsys: pytest.CaptureFixture[str]) -> None:
    assert written(capsys, LogFormat.OFF, event) == ""
    written(capsys, LogFormat.JSON, event)
    event()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("options", "environment", "json_lines"),
    [((), "", False), (("--log", "json"), "", True), ((), "json", True), (("--log", "text"), "json", False)],
)
def test_an_option_or_the_environment_says_how_a_worker_tells(
    run: Run, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], environment: str, json_lines: bool
) -> None:
    monkeypatch.setattr(Worker, "_round", lambda worker, bell: (event(), worker.stop()))
    if environment:
        monkeypatch.setenv("REGISTRATURA_LOG", environment)
    with world("portal.db", None):
        pass
    ran = run("worker", "--database", "portal.db", *options)
    assert ran.code == 0, ran.err
    assert ran.err.startswith("{") is json_lines
    assert "registration.choose_region" in ran.err


def test_another_word_is_refused_in_russian(run: Run) -> None:
    ran = run("worker", "--log", "loud")
    assert (ran.code, "Traceback" in ran.err) == (2, False)
    assert "--log" in ran.err


def test_a_host_that_logs_with_structlog_gets_our_fields(capsys: pytest.CaptureFixture[str]) -> None:
    """As docs/runbook.md tells."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder()], processor=structlog.processors.JSONRenderer()
        )
    )
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    try:
        event()
    finally:
        LOGGER.removeHandler(handler)
        LOGGER.setLevel(logging.NOTSET)
    said = json.loads(capsys.readouterr().err)
    assert {name: said[name] for name in SAID} == SAID
    assert said["event"] == "registration.choose_region"

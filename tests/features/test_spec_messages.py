"""Cucumber Messages: what behave played, in the official form, each scenario with its own result."""

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import cucumber_messages
import pytest
from cucumber_messages import Envelope, message_converter
from support.suite import suite_in

from registratura.features.spec.messages import PROTOCOL, MessagesUnreadable, read

FEATURE = """# language: ru
Функция: Проба

  Правило: Правило

    Предыстория:
      Дано готово

    Сценарий: Проходит
      Когда делают
      Тогда верно

    Структура сценария: С примерами (<слово>)
      Когда делают
      Тогда <слово>

      Примеры:
        | слово   |
        | верно   |
        | неверно |

    @skip
    Сценарий: Не для этого прогона
      Когда делают
      Тогда верно

    Сценарий: Неизвестное
      Когда делают неведомое
      Тогда верно
"""
HOOKS = """
def before_scenario(context, scenario):
    if "skip" in scenario.tags:
        scenario.skip("Не сегодня.")
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("played")
    suite_in(folder, FEATURE, HOOKS)
    out = folder / "messages.ndjson"
    form = "registratura.features.spec.messages:Messages"
    command = [sys.executable, "-m", "behave", str(folder), "-f", form, "-o", str(out), "--no-summary"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 1, done.stderr
    return out


@pytest.fixture(scope="module")
def messages(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in read(file)]


def of(messages: list[dict[str, Any]], kind: str) -> list[Any]:
    return [message[kind] for message in messages if kind in message]


def results(messages: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The statuses of each scenario's steps, by its name."""
    pickles = {pickle["id"]: pickle["name"] for pickle in of(messages, "pickle")}
    cases = {case["id"]: pickles[case["pickleId"]] for case in of(messages, "testCase")}
    started = {one["id"]: cases[one["testCaseId"]] for one in of(messages, "testCaseStarted")}
    found: dict[str, list[str]] = {}
    for step in of(messages, "testStepFinished"):
        found.setdefault(started[step["testCaseStartedId"]], []).append(step["testStepResult"]["status"])
    return found


def offences(message: dict[str, Any]) -> list[str]:
    """What the official types do not know, or lack: a message must come back from them as it went in."""
    try:
        typed = message_converter.from_dict(message, Envelope)
        back = message_converter.to_dict(typed)
    except (TypeError, ValueError, KeyError) as error:
        return [repr(error)]
    return [] if back == message else [f"{back} is not {message}"]


def test_every_message_is_one_of_the_official_types(messages: list[dict[str, Any]]) -> None:
    assert messages
    assert [offence for message in messages for offence in offences(message)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"testRunStarted": {}},
        {"testRunStarted": {"timestamp": {"seconds": 1, "nanos": 0}, "invented": 1}},
        {"testStepFinished": {"testStepResult": {"status": "GOOD", "duration": {"seconds": 1, "nanos": 0}}}},
        {"invented": {}},
    ],
)
def test_what_is_no_message_is_seen(wrong: dict[str, Any]) -> None:
    assert offences(wrong)


def test_each_scenario_and_example_has_its_own_result(messages: list[dict[str, Any]]) -> None:
    assert results(messages) == {
        "Проходит": ["PASSED", "PASSED", "PASSED"],
        "С примерами (верно)": ["PASSED", "PASSED", "PASSED"],
        "С примерами (неверно)": ["PASSED", "PASSED", "FAILED"],
        "Не для этого прогона": ["SKIPPED", "SKIPPED", "SKIPPED"],
        "Неизвестное": ["PASSED", "UNDEFINED", "SKIPPED"],
    }


def test_a_failure_and_a_skipped_scenario_say_why_once(messages: list[dict[str, Any]]) -> None:
    said = [step["testStepResult"].get("message", "") for step in of(messages, "testStepFinished")]
    assert len([text for text in said if "вышло </script> не то" in text]) == 1
    assert said.count("Не сегодня.") == 1


def test_the_run_is_not_sound_if_a_scenario_failed(messages: list[dict[str, Any]]) -> None:
    assert [ended["success"] for ended in of(messages, "testRunFinished")] == [False]


def test_every_id_that_is_named_is_there(messages: list[dict[str, Any]]) -> None:
    steps = {step["id"] for pickle in of(messages, "pickle") for step in pickle["steps"]}
    assert {step["pickleStepId"] for case in of(messages, "testCase") for step in case["testSteps"]} == steps


def test_the_version_is_that_of_the_official_types(messages: list[dict[str, Any]]) -> None:
    from importlib.metadata import version

    assert of(messages, "meta")[0]["protocolVersion"] == PROTOCOL
    assert version(cucumber_messages.__name__.replace("_", "-")).split(".")[0] == PROTOCOL.split(".")[0]
    assert {field.name for field in fields(Envelope)} >= {"meta", "pickle", "test_case"}


@pytest.mark.parametrize(
    ("spoil", "line", "said"),
    [
        (lambda lines: [lines[0].replace(PROTOCOL, "18.0.0"), *lines[1:]], 1, "18.0.0, а нужна"),
        (lambda lines: [*lines[:3], "{", *lines[3:]], 4, "это не сообщение Cucumber"),
        (lambda lines: [*lines[:3], "[]", *lines[3:]], 4, "это не сообщение Cucumber"),
        (lambda lines: lines[1:], 1, "не названа"),
        (lambda lines: lines[:5], 5, "обрываются"),
        (lambda lines: [], 1, "не названа"),
    ],
)
def test_spoiled_messages_are_refused_with_their_line(
    spoil: Any, line: int, said: str, file: Path, tmp_path: Path
) -> None:
    spoiled = tmp_path / "spoiled.ndjson"
    spoiled.write_text("\n".join(spoil(file.read_text("utf-8").splitlines())), encoding="utf-8")
    with pytest.raises(MessagesUnreadable, match=rf"spoiled\.ndjson:{line}: .*{said}.*Запишите сообщения заново"):
        read(spoiled)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(MessagesUnreadable, match="такого файла нет"):
        read(tmp_path / "none.ndjson")

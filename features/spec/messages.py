"""Cucumber Messages: what behave played, one JSON document a line, as the tools of Cucumber read it.

`behave -f registratura.features.spec.messages:Messages -o FILE`
"""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from pathlib import Path
from time import time
from typing import Any

from behave.formatter.base import Formatter  # type: ignore[import-untyped]  # behave has no type hints
from gherkin.ast_builder import AstBuilder
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler
from gherkin.stream.id_generator import IdGenerator

PROTOCOL = "34.2.0"
BILLION = 1_000_000_000
STATUS = {"passed": "PASSED", "skipped": "SKIPPED", "untested": "SKIPPED", "undefined": "UNDEFINED"}
STATUS |= {"pending": "PENDING", "pending_warn": "PENDING", "untested_undefined": "UNDEFINED"}
MEDIA = "text/x.cucumber.gherkin+plain"


class MessagesUnreadable(Exception):
    """A file has no Cucumber Messages of this version. Says which line, what is wrong, and how to get others."""

    def __init__(self, file: Path, line: int, what: str) -> None:
        super().__init__(
            f"{file}:{line}: {what}. Запишите сообщения заново: "
            f"behave -f registratura.features.spec.messages:Messages -o {file}"
        )


def read(file: Path) -> tuple[str, ...]:
    """The messages in a file, one a line.

    Raises:
        MessagesUnreadable: there is none, a line is none, or they are of another version.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        raise MessagesUnreadable(file, 1, "такого файла нет") from None
    except (OSError, UnicodeDecodeError):
        raise MessagesUnreadable(file, 1, "файл не читается") from None
    messages = [_message(file, number, line) for number, line in enumerate(lines, 1)]
    said = str(messages[0].get("meta", {}).get("protocolVersion", "не названа")) if messages else "не названа"
    if said.partition(".")[0] != PROTOCOL.partition(".")[0]:
        raise MessagesUnreadable(file, 1, f"версия сообщений Cucumber — {said}, а нужна {PROTOCOL}")
    if "testRunFinished" not in messages[-1]:
        raise MessagesUnreadable(file, len(lines), "сообщения обрываются: прогон не закончен")
    return tuple(lines)


def _message(file: Path, number: int, line: str) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError:
        message = None
    if not isinstance(message, dict):
        raise MessagesUnreadable(file, number, "это не сообщение Cucumber")
    return message


class Messages(Formatter):  # type: ignore[misc]  # behave has no type hints
    """A formatter of behave's. A scenario is written when its feature has ended: only then is all known of it."""

    name = "messages"
    description = "Cucumber Messages"

    def __init__(self, stream_opener: Any, config: Any) -> None:
        super().__init__(stream_opener, config)
        self.stream = self.open()
        self._ids, self._now, self._sound = IdGenerator(), time(), True
        self._feature: Any = None
        self._run = self._ids.get_next_id()
        self._say("meta", _meta())
        self._say("testRunStarted", {"id": self._run, "timestamp": self._moment()})

    def feature(self, feature: Any) -> None:
        """The next file begins."""
        self._feature = feature

    def eof(self) -> None:
        """A file has ended."""
        if self._feature is None:
            return
        feature, self._feature = self._feature, None
        path = Path(feature.filename)
        text = path.read_text("utf-8")
        self._say("source", {"uri": path.name, "data": text, "mediaType": MEDIA})
        document: Any = Parser(AstBuilder(self._ids)).parse(text)
        document["uri"] = path.name
        self._say("gherkinDocument", document)
        pickles = Compiler(self._ids).compile(document)
        for pickle in pickles:
            self._say("pickle", pickle)
        by_line: dict[int, Any] = {pickle["location"]["line"]: pickle for pickle in pickles}
        for scenario in feature.walk_scenarios():
            if scenario.line in by_line:
                self._scenario(scenario, by_line[scenario.line])

    def close(self) -> None:
        """The run has ended."""
        ended = {"testRunStartedId": self._run, "timestamp": self._moment(), "success": self._sound}
        self._say("testRunFinished", ended)
        super().close()

    def _scenario(self, scenario: Any, pickle: Any) -> None:
        case, started = self._ids.get_next_id(), self._ids.get_next_id()
        steps = [{"id": self._ids.get_next_id(), "pickleStepId": step["id"]} for step in pickle["steps"]]
        self._say("testCase", {"id": case, "pickleId": pickle["id"], "testSteps": steps, "testRunStartedId": self._run})
        began = {"id": started, "testCaseId": case, "attempt": 0, "timestamp": self._moment()}
        self._say("testCaseStarted", began)
        why_not = str(scenario.skip_reason or "")
        for known, played in zip(steps, scenario.all_steps, strict=True):
            self._step(started, known["id"], played, why_not)
            why_not = ""
        ended = {"testCaseStartedId": started, "timestamp": self._moment(), "willBeRetried": False}
        self._say("testCaseFinished", ended)

    def _step(self, started: str, step: str, played: Any, why_not: str) -> None:
        whose = {"testCaseStartedId": started, "testStepId": step}
        self._say("testStepStarted", {**whose, "timestamp": self._moment()})
        self._now += played.duration
        result: dict[str, Any] = {
            "status": STATUS.get(played.status.name, "FAILED"),
            "duration": _split(played.duration),
        }
        if said := played.error_message or why_not:
            result["message"] = str(said)
        self._sound &= result["status"] in ("PASSED", "SKIPPED")
        self._say("testStepFinished", {**whose, "testStepResult": result, "timestamp": self._moment()})

    def _say(self, kind: str, body: Any) -> None:
        self.stream.write(json.dumps({kind: body}, ensure_ascii=False, separators=(",", ":")) + "\n")

    def _moment(self) -> dict[str, int]:
        return _split(self._now)


def _split(seconds: float) -> dict[str, int]:
    whole, rest = divmod(round(seconds * BILLION), BILLION)
    return {"seconds": whole, "nanos": rest}


def _meta() -> dict[str, Any]:
    return {
        "protocolVersion": PROTOCOL,
        "implementation": {"name": "behave", "version": version("behave")},
        "runtime": {"name": platform.python_implementation(), "version": platform.python_version()},
        "os": {"name": platform.system()},
        "cpu": {"name": platform.machine()},
    }

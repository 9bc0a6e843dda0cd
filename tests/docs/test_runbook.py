"""docs/runbook.md names what there is: codes of errors, metrics, fields of the log, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.telemetry import Received
from support.terminal import Run

import registratura.host.portal  # noqa: F401  # all errors of the installation are known once it is there
from registratura.flows.errors import OperatorError

PAGE = (Path(__file__).parents[2] / "docs" / "runbook.md").read_text(encoding="utf-8")


def kinds(of: type[OperatorError]) -> Iterator[type[OperatorError]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_the_codes_of_a_portal_that_is_not_ready_are_ours() -> None:
    table = PAGE.partition("### Not ready")[2].partition("##")[0]
    named = {
        code
        for line in table.splitlines()
        for code in re.findall(r"`(\w+)`", line.split("|")[1] if "|" in line else "")
    }
    assert {"database_unavailable", "key_wrong", "schema_newer"} < named
    assert named - {"code"} <= {kind.code for kind in kinds(OperatorError)}


def test_the_metrics_are_those_that_there_are() -> None:
    listed = PAGE.partition("these metrics")[2].partition("What a state")[0]
    named = {name.removeprefix("registratura") for name in re.findall(r"`((?:registratura)?\.[a-z.]+)`", listed)}
    received = Received()
    instruments = {
        f".{one.name.removeprefix('registratura.')}"
        for one in vars(received.telemetry).values()
        if getattr(one, "name", "").startswith("registratura.")
    }
    received.close()
    assert named == instruments


@pytest.mark.parametrize(
    "words", sorted(set(re.findall(r"`(?:registratura )?((?:flows|effects|keys|db|erase|worker)\b[^`]*)`", PAGE)))
)
def test_each_command_is_there(run: Run, words: str) -> None:
    command = [word for word in words.split() if re.fullmatch("[a-z]+", word)]
    ran = run(*command, "--help")
    assert ran.code == 0, ran.err
    for option in re.findall(r"--[a-z]+", words):
        assert option in ran.out

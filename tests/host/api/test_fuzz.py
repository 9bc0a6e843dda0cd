"""Requests made from the OpenAPI document, good and bad: no answer is undocumented, and none says that we broke.

The long form is `python -m pytest tests/host/api/test_fuzz.py` with FUZZ_EXAMPLES=10000.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import Request
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.engine import events, from_schema
from support.api import MASTER, registered

from registratura.host import Caller, Registratura
from registratura.host.web.api import api_app

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
# 412 and 422 answer what the document allows too: a version that is stale, a code whose length the settings say.
EXPECTED = ["2xx", "403", "404", "409", "412", "422"]
REJECTED = ["400", "403", "404", "405", "409", "412", "413", "415", "422"]
CONFIG = {
    "seed": 1,
    "generation": {"max-examples": EXAMPLES, "deterministic": EXAMPLES < 1000},
    "checks": {
        "positive_data_acceptance": {"expected-statuses": EXPECTED},
        "negative_data_rejection": {"expected-statuses": REJECTED},
    },
}


def scenarios(signed_in: bool) -> Iterator[events.ScenarioFinished]:
    portal = Registratura("memory:", lambda: MASTER)
    account = registered(portal, "browser-1")[1] if signed_in else None

    def caller_of(request: Request) -> Caller:
        return Caller(session="browser-1", account=account)

    app = api_app(portal, caller_of)
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=SchemathesisConfig.from_dict(CONFIG))
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.NonFatalError | events.FatalError), event
        if isinstance(event, events.ScenarioFinished):
            yield event


@pytest.mark.parametrize("signed_in", [False, True], ids=["nobody", "somebody"])
def test_no_request_breaks_it(signed_in: bool) -> None:
    answers: Counter[str] = Counter()
    wrong: list[Any] = []
    for scenario in scenarios(signed_in):
        recorder = scenario.recorder
        answers.update(f"{scenario.phase.value} {_kind(one.response)}" for one in recorder.interactions.values())
        failed = {case: [check for check in checks if check.failure_info] for case, checks in recorder.checks.items()}
        wrong += [_told(recorder.interactions[case], check) for case, checks in failed.items() for check in checks]
    assert wrong == []
    # So that nothing was left out: every phase had an answer, and both good and bad requests came.
    assert {key.split()[0] for key in answers} == {"examples", "coverage", "fuzzing", "stateful"}
    assert {key.split()[1] for key in answers} == {"2xx", "4xx"}


def _kind(response: Response | None) -> str:
    return f"{response.status_code // 100}xx" if response else "none"


def _told(interaction: Any, check: Any) -> str:
    request, response = interaction.request, interaction.response
    answer = f"{response.status_code} {response.content[:300]!r}" if response else "no answer"
    return f"{check.name}: {request.method} {request.uri} {request.body!r} → {answer}: {check.failure_info.failure}"

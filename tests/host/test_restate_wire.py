"""What Restate is given and what it is told, without a server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import restate
from support.portal import NOON, Scene, opened
from support.ports import free_ports

from registratura.flows.errors import (
    ConcurrentUpdate,
    DatabaseUnavailable,
    DataDamaged,
    IdempotencyConflict,
    InvalidPayload,
    NotAllowedNow,
    RegistraturaError,
    UnknownFlow,
)
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode, SubmitOneTimeCode
from registratura.flows.registration import BeginRegistration, ChooseRegion, Registration
from registratura.flows.settings import LIVES
from registratura.flows.versions import Catalogue
from registratura.host import Caller
from registratura.host.restate import RestateClient, RestateUnavailable, register, service, wire
from registratura.host.restate.errors import RequestTooOld

URAL = ChooseRegion(region="74")
WHO = Caller(session="canary of a session", address="192.0.2.77")


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with opened("sqlite", tmp_path) as made:
        yield made


@pytest.fixture
def flow(scene: Scene) -> str:
    return scene.portal.start(Registration, BeginRegistration(), caller=WHO).id


class Overheard(list[httpx.Request]):
    """What a client has sent; nobody does anything about it."""

    def by(self, scene: Scene) -> RestateClient:
        client = RestateClient(scene.portal, "http://restate")
        client._http = httpx.Client(transport=httpx.MockTransport(self))
        return client

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.append(request)
        return httpx.Response(200)


def enveloped(scene: Scene, flow: str, **more: Any) -> str:
    sent = wire.Sent(**{"event": URAL, "caller": WHO, "expected_version": None, "idempotency_key": "click", **more})
    envelope = wire.sealed(scene.portal.engine, flow, sent)
    assert envelope is not None
    return envelope


def events(scene: Scene, flow: str) -> list[str]:
    with scene.storage.unit() as unit:
        return [row.event for row in unit.log(flow)]


# ─── What Restate sees ───────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_of_the_request_is_in_clear(scene: Scene, flow: str) -> None:
    heard = Overheard()
    heard.by(scene).send(flow, URAL, caller=WHO, idempotency_key="click-canary")
    (request,) = heard
    said = f"{request.url} {request.headers} {request.content.decode()}"
    assert flow in said
    assert [word for word in ("canary", "192.0.2.77", "choose_region", '"74"') if word in said] == []
    read = wire.opened(scene.portal.engine, flow, json.loads(request.content))
    assert (read.event, read.caller, read.idempotency_key) == (URAL, WHO, "click-canary")


def test_a_repetition_has_the_same_name_and_another_request_another(scene: Scene, flow: str) -> None:
    heard = Overheard()
    client = heard.by(scene)
    client.send(flow, URAL, caller=WHO, idempotency_key="click")
    client.send(flow, URAL, caller=WHO, idempotency_key="click")
    with pytest.raises(IdempotencyConflict):
        client.send(flow, ChooseRegion(region="77"), caller=WHO, idempotency_key="click")
    first, second, third = (request.headers["idempotency-key"] for request in heard)
    assert first == second != third


def test_a_secret_never_leaves_the_process(scene: Scene) -> None:
    heard = Overheard()
    code = scene.portal.start(OneTimeCode, SendOneTimeCode(phone="+79001234567", person="somebody"))
    view = heard.by(scene).send(code.id, SubmitOneTimeCode(code="000000"))
    assert view.refusals
    assert heard == []


def test_what_was_sealed_for_one_flow_is_nothing_for_another(scene: Scene, flow: str) -> None:
    other = scene.portal.start(Registration, BeginRegistration()).id
    with pytest.raises(DataDamaged):
        wire.opened(scene.portal.engine, other, enveloped(scene, flow))
    error, timers = service._sent(scene.portal, other, "anything that somebody posts")
    assert (error and error["code"], timers) == ("data_damaged", [])


# ─── What comes back ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "error",
    [
        NotAllowedNow("registration", "consent", "register", ("accept_consent", "cancel")),
        InvalidPayload("choose_region", (("region", "missing"), ("", "dict_type"))),
        UnknownFlow(flow_id="7"),
    ],
)
def test_an_error_is_the_same_when_it_was_a_value(error: RegistraturaError) -> None:
    read = wire.error_of(json.loads(json.dumps(wire.told(error))))
    assert type(read) is type(error)
    assert (str(read), vars(read)) == (str(error), vars(error))


def test_an_error_of_a_newer_release_is_not_guessed_at() -> None:
    assert wire.error_of({"code": "of_tomorrow", "message": "", "said": {}}) is None


# ─── What the service does ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_timer_of_an_old_epoch_does_nothing_and_one_before_its_time_waits(scene: Scene, flow: str) -> None:
    (timer,) = service._timers(scene.portal, flow)
    assert (timer["kind"], timer["epoch"], timer["early"]) == ("expire", 1, 0)
    assert timer["wait"] == LIVES["registration"].total_seconds() * 1e6
    assert service._fired(scene.portal, flow, timer) == [{**timer, "early": 1}]
    scene.clock.now = NOON + LIVES["registration"]
    assert service._fired(scene.portal, flow, {**timer, "epoch": 0}) == []
    assert events(scene, flow) == ["begin_registration"]
    assert service._fired(scene.portal, flow, timer) == []
    assert service._fired(scene.portal, flow, timer) == []
    assert events(scene, flow) == ["begin_registration", "expire"]


class Failing:
    """A portal whose database, or code, fails."""

    def __init__(self, scene: Scene, error: Exception) -> None:
        self.engine, self._error = scene.portal.engine, error

    def send(self, *_: Any, **__: Any) -> None:
        raise self._error


@pytest.mark.parametrize(
    ("error", "expected", "raised"),
    [
        (DatabaseUnavailable(reason="away"), None, DatabaseUnavailable),
        (ConcurrentUpdate(flow_id="7", expected="the one read"), None, ConcurrentUpdate),
        (ConcurrentUpdate(flow_id="7", expected=3), 3, None),
        (NotAllowedNow("registration", "consent", "register", ()), None, None),
        (ZeroDivisionError(), None, restate.TerminalError),
    ],
)
def test_only_what_may_be_gone_by_itself_is_tried_again(
    scene: Scene, flow: str, error: Exception, expected: int | None, raised: type[Exception] | None
) -> None:
    """What is raised keeps the flow waiting; what will not change is an answer, or is given up at once."""
    failing: Any = Failing(scene, error)
    envelope = enveloped(scene, flow, expected_version=expected)
    if raised is None:
        answer, timers = service._sent(failing, flow, envelope)
        assert answer == wire.told(error)  # type: ignore[arg-type]  # it is one of ours
        assert timers == []
        return
    with pytest.raises(raised):
        service._sent(failing, flow, envelope)


def test_what_waited_longer_than_answers_are_kept_is_not_done(scene: Scene, flow: str) -> None:
    """It may have come by another way meanwhile, and nobody could tell any more."""
    envelope = enveloped(scene, flow)
    scene.clock.turn(wire.LATEST + timedelta(seconds=1))
    before = events(scene, flow)
    answer, timers = service._sent(scene.portal, flow, envelope)
    assert answer == wire.told(RequestTooOld())
    assert timers == []
    assert isinstance(wire.error_of(answer), RequestTooOld)
    assert events(scene, flow) == before


def test_an_event_is_read_by_the_version_that_its_flow_goes_by(scene: Scene, flow: str) -> None:
    """A newer chart may have lost the event."""
    envelope, tools = enveloped(scene, flow), scene.portal.engine.tools
    newer = type("Newer", (Registration,), {"version": 2})
    newer.by_name = {name: event for name, event in Registration.by_name.items() if name != "choose_region"}
    scene.portal.engine.tools = replace(tools, flows=Catalogue(*tools.flows.values(), newer))
    assert service._sent(scene.portal, flow, envelope)[0] is None
    assert events(scene, flow)[-1] == "choose_region"


# ─── What is missing ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_server_that_is_not_there_is_named_without_a_password(scene: Scene, flow: str) -> None:
    (port,) = free_ports(1)
    address = f"http://somebody:hidden@127.0.0.1:{port}"
    with pytest.raises(RestateUnavailable) as told:
        RestateClient(scene.portal, address).send(flow, URAL, caller=WHO)
    said = str(told.value)
    assert said.startswith(f"The Restate at http://127.0.0.1:{port} did not answer: ConnectError. Look whether")
    assert "hidden" not in said
    assert events(scene, flow) == ["begin_registration"]
    with pytest.raises(RestateUnavailable):
        register(address, "http://127.0.0.1:9080", address)


@pytest.mark.parametrize("library", ["restate", "httpx"])
def test_without_the_extra_it_says_what_to_install(library: str) -> None:
    block = f"import sys; sys.modules['{library}'] = None"
    done = subprocess.run(
        [sys.executable, "-c", f"{block}\nimport registratura.host.restate"], capture_output=True, text=True
    )
    last = done.stderr.splitlines()[-1]
    assert last.endswith(
        f"RestateMissing: The library {library} is not installed. Install what Restate needs:"
        " pip install 'registratura[restate]'."
    )

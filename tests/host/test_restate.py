"""Events, timers and effects by way of a real Restate; whatever is killed, each happens once."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from support.portal import KEYS, codes
from support.ports import free_ports
from support.restate import Node, Process, Site, answers, running, with_restate
from support.working import steady, until

from registratura.features.databases import database
from registratura.flows.errors import ConcurrentUpdate, IdempotencyConflict, NotAllowedNow, UnknownFlow
from registratura.flows.event import Event
from registratura.flows.registration import (
    AcceptConsent,
    Cancel,
    ChooseRegion,
    Register,
)
from registratura.host import Caller, FlowView, Registratura
from registratura.host.restate import RestateClient, RestateFailed, RestateUnavailable, RestateUnregistered

pytestmark = with_restate
PAGE = (Path(__file__).parents[2] / "docs" / "restate.md").read_text("utf-8")
URAL = ChooseRegion(region="74")
STALE = AcceptConsent(text_version="old", text_sha256="0" * 64)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One that lives through all tests that kill nothing."""
    folder = tmp_path_factory.mktemp("restate")
    with database(request.param, folder) as address:
        made = Site(address, folder)
        with running(made.node, made.service):
            made.register()
            yield made
        made.close()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Site]:
    """One whose processes a test may kill."""
    with database("sqlite", tmp_path) as address:
        made = Site(address, tmp_path)
        with running(made.node, made.service):
            made.register()
            yield made
        made.close()


def test_an_event_and_its_refusal_are_those_of_send(site: Site) -> None:
    flow = site.begun()
    assert site.client.send(flow, URAL).state == "main_page"
    assert site.client.send(flow, Register()).transition == "main_page/register/consent"
    refused = site.client.send(flow, STALE, idempotency_key="press")
    assert codes(refused) == ["consent.stale"]
    assert refused.refusals[0].text
    assert refused == site.place.portal.send(flow, STALE, idempotency_key="press")
    assert site.events(flow) == ["begin_registration", "choose_region", "register", "accept_consent"]


def test_the_same_request_many_times_at_once_happens_once(site: Site) -> None:
    flow = site.begun()
    with ThreadPoolExecutor(8) as many:
        asked = [many.submit(site.client.send, flow, URAL, idempotency_key="click") for _ in range(16)]
    assert {one.result().version for one in asked} == {2}
    assert site.client.send(flow, URAL, idempotency_key="click").version == 2
    assert site.events(flow) == ["begin_registration", "choose_region"]
    with pytest.raises(IdempotencyConflict):
        site.client.send(flow, ChooseRegion(region="77"), idempotency_key="click")


@pytest.mark.parametrize(
    ("kind", "event", "more"),
    [
        (NotAllowedNow, Register(), {}),
        (UnknownFlow, URAL, {"caller": Caller(session="a stranger's")}),
        (ConcurrentUpdate, URAL, {"expected_version": 7}),
    ],
)
def test_an_error_is_that_of_send(site: Site, kind: type[Exception], event: Event, more: dict[str, Any]) -> None:
    flow = site.begun(caller=Caller(session="somebody's"))
    with pytest.raises(kind) as direct:
        site.place.portal.send(flow, event, **more)
    with pytest.raises(kind) as told:
        site.client.send(flow, event, **more)
    assert str(told.value) == str(direct.value)
    assert vars(told.value) == vars(direct.value)
    assert site.events(flow) == ["begin_registration"]


def test_an_error_is_not_remembered(site: Site) -> None:
    """The same request may be right later: the engine stores refusals, not errors, and neither does Restate."""
    flow = site.begun()
    with pytest.raises(NotAllowedNow):
        site.client.send(flow, Register(), idempotency_key="early")
    site.client.send(flow, URAL)
    assert site.client.send(flow, Register(), idempotency_key="early").state == "consent"


def test_a_timer_fires_by_restate_and_nothing_stays_there(site: Site) -> None:
    flow = site.begun(left=timedelta(seconds=2))
    site.client.send(flow, URAL)
    assert site.waiting(flow) == 1
    until(lambda: site.events(flow)[-1] == "expire")
    until(lambda: site.waiting(flow) == 0)
    assert site.events(flow) == ["begin_registration", "choose_region", "expire"]


def test_many_events_leave_one_send_for_one_timer(site: Site) -> None:
    flow = site.begun()
    for event in (URAL, Register(), STALE, STALE):
        site.client.send(flow, event)
    assert site.waiting(flow) == 1


def test_a_timer_that_is_no_more_comes_late_and_changes_nothing(site: Site) -> None:
    flow = site.begun(left=timedelta(seconds=2))
    site.client.send(flow, URAL)
    ended = site.client.send(flow, Cancel())
    assert ended.ended
    assert site.waiting(flow) == 1
    until(lambda: site.waiting(flow) == 0)
    assert site.events(flow) == ["begin_registration", "choose_region", "cancel"]


def test_a_lane_carries_out_an_effect_until_its_handler_says_yes(site: Site) -> None:
    """And the timer of a flow of which Restate never heard. However often it is started, a lane is one."""
    (flow,) = site.place.codes(1, ago=timedelta(minutes=5) - timedelta(seconds=3))
    for _ in range(3):
        site.register(lanes=1)
    rows = site.node.query("SELECT id FROM sys_invocation WHERE target_service_name = 'RegistraturaWorker'")
    assert len(rows) <= 2, "one at work, and the next"
    until(lambda: site.events(flow)[-1] == "expire")
    until(lambda: [row.status for row in site.place.storage.effects() if row.flow_id == flow] == ["done"])
    assert site.place.given == [f"{flow}:1:0"] * 2
    assert site.events(flow) == ["send_one_time_code", "expire"]


def test_a_node_that_is_killed_forgets_neither_a_timer_nor_a_request(mortal: Site) -> None:
    flow = mortal.begun(left=timedelta(seconds=4))
    mortal.client.send(flow, URAL)
    mortal.node.kill()
    with pytest.raises(RestateUnavailable, match="did not answer: ConnectError"):
        mortal.client.send(flow, Register(), idempotency_key="while it was away")
    with running(mortal.node):
        assert mortal.client.send(flow, Register(), idempotency_key="while it was away").state == "consent"
        until(lambda: mortal.events(flow)[-1] == "expire")
        until(lambda: mortal.waiting(flow) == 0)
    assert mortal.events(flow) == ["begin_registration", "choose_region", "register", "expire"]


def test_what_a_killed_service_had_in_hand_it_does_when_it_is_back(mortal: Site) -> None:
    flows = [mortal.begun() for _ in range(12)]
    with ThreadPoolExecutor(6) as many:
        asked = [many.submit(mortal.client.send, flow, URAL) for flow in flows]
        until(lambda: any(one.done() for one in asked))
        mortal.service.kill()
        mortal.service.start()
        assert {one.result().state for one in asked} == {"main_page"}
    assert {tuple(mortal.events(flow)) for flow in flows} == {("begin_registration", "choose_region")}


def test_back_at_the_worker_nothing_is_fired_twice(mortal: Site) -> None:
    """The service is gone, a worker does it; what Restate still has comes late."""
    flow = mortal.begun(left=timedelta(seconds=1))
    (code,) = mortal.place.codes(1)
    mortal.client.send(flow, URAL)
    mortal.service.kill()
    with mortal.place.worker(steady):
        until(lambda: mortal.events(flow)[-1] == "expire" and mortal.place.done)
    assert mortal.waiting(flow) == 1
    with running(mortal.service):
        until(lambda: mortal.waiting(flow) == 0)
        mortal.register(lanes=1)
        time.sleep(1.5)
    assert mortal.events(flow) == ["begin_registration", "choose_region", "expire"]
    assert mortal.place.given == [f"{code}:1:0"]


def test_an_async_host_sends_through_it_too(site: Site) -> None:
    engine = create_async_engine(site.place.database.replace("sqlite:", "sqlite+aiosqlite:"))

    async def sent() -> FlowView:
        portal = await Registratura.aopen(engine, KEYS, parts=site.place.portal.parts)
        client = RestateClient(portal, site.node.ingress)
        view = await client.asend(flow, URAL, idempotency_key="click")
        client.close()
        await engine.dispose()
        return view

    flow = site.begun()
    assert asyncio.run(sent()) == site.place.portal.send(flow, URAL, idempotency_key="click")
    assert site.events(flow) == ["begin_registration", "choose_region"]


def test_who_registered_nothing_is_told_to(tmp_path: Path) -> None:
    with database("sqlite", tmp_path) as address:
        site = Site(address, tmp_path)
        with running(site.node):
            with pytest.raises(RestateUnregistered, match="does not know the service RegistraturaFlow"):
                site.client.send(site.begun(), URAL)
            with pytest.raises(RestateFailed, match="answered 500"):
                site.register()
        site.close()


def test_the_page_is_run_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the ports are others, so that none is taken."""
    port, nobody = free_ports(2)
    node, there = Node(tmp_path, "alone", port, [port]), f"127.0.0.1:{nobody}"
    service, host = (
        block.replace("http://localhost:9070", node.admin)
        .replace("http://localhost:8080", node.ingress)
        .replace("localhost:9080", there)
        for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    )
    (tmp_path / "clinic.py").write_text(service, "utf-8")
    (command,) = re.findall(r"`hypercorn (clinic:service --bind localhost:9080)`", PAGE)
    words = command.replace("localhost:9080", there).split()
    serving = Process([sys.executable, "-m", "hypercorn", *words], tmp_path, tmp_path / "log", {})
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    made: dict[str, Any] = {}
    with running(node):
        serving.start()
        try:
            until(lambda: answers(f"http://{there}/health"))
            exec(host, made)
        finally:
            serving.kill()
    made["portal"].close()
    made["restate"].close()
    assert made["view"].state == "main_page"

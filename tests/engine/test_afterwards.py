"""What is done after an event, or beside it, takes nothing back and keeps nobody waiting."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from support.faults import meddling
from support.portal import AT_HOME, BORIS, CHEST_XRAY, TICK, Scene, codes, patient, submitting, tables

from registratura.flows.attachment.flow import _prefix
from registratura.flows.errors import DatabaseUnavailable
from registratura.flows.gosuslugi import Denial
from registratura.flows.registration import ChooseRegion, Registration
from registratura.flows.rows import Changes


class Undone(Exception):
    """The host changes its mind."""


def begun(scene: Scene) -> Any:
    """A transaction of the host's."""
    return scene.storage.engine.begin() if hasattr(scene.storage, "engine") else scene.storage.transaction()


def stored_state(scene: Scene, flow: str) -> str:
    with scene.storage.unit() as unit:
        return str(unit.flow(flow).state)


def none(scene: Scene) -> Any:
    return nullcontext()


def unavailable(changes: Changes) -> Changes:
    raise DatabaseUnavailable(reason="it is busy")


@pytest.mark.parametrize("transaction", [none, begun])
def test_what_fails_after_an_event_does_not_make_it_an_error(scene: Scene, transaction: Callable[[Scene], Any]) -> None:
    """The code's own end, found by the way, could not be written; the sweeper does it later."""
    caller = scene.registered()
    code = scene.code()
    scene.clock.turn(timedelta(days=14))
    flow = scene.at_code_entry(caller)
    event = submitting(code.code)
    ticket = scene.portal.attempt(flow.id, event, caller=caller)
    with meddling(scene.storage) as hooks, transaction(scene) as within:

        def first(changes: Changes) -> Changes:
            hooks["write"] = unavailable
            return changes

        hooks["write"] = first
        view = scene.portal.send(flow.id, event, caller=caller, ticket=ticket, within=within)
        assert not hooks, "nothing went wrong afterwards"
    assert codes(view) == ["code.not_accepted"]
    assert scene.portal.get(flow.id, caller=caller).version == view.version
    assert stored_state(scene, code.id) == "issued"
    scene.portal.run_due()
    assert stored_state(scene, code.id) == "expired"


def test_looking_at_the_log_carries_out_what_is_late(scene: Scene) -> None:
    flow = scene.at_consent(AT_HOME)
    scene.clock.turn(timedelta(hours=24))
    assert scene.portal.history(flow.id, caller=AT_HOME)[-1].event == "expire"


@pytest.mark.parametrize(
    ("address", "neighbours"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("::ffff:cb00:7109", "203.0.113.0/24"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:0db8:0:0:1::2", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a proxy's name", "a proxy's name"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_neighbours_count_as_one_however_their_address_is_written(address: str, neighbours: str) -> None:
    assert _prefix(address) == neighbours


def damaged(scene: Scene, flow: str) -> None:
    if hasattr(scene.storage, "rows"):
        scene.storage.rows.flows[flow] = scene.storage.rows.flows[flow]._replace(data="{")
        return
    with scene.storage.engine.begin() as connection:
        connection.execute(text("UPDATE registratura_flows SET data = '{' WHERE id = :id"), {"id": flow})


def test_a_flow_that_cannot_be_read_keeps_no_other_waiting(scene: Scene) -> None:
    for _ in range(2):
        damaged(scene, scene.at_consent(AT_HOME).id)
    scene.clock.turn(TICK)
    healthy = scene.at_consent(AT_HOME).id
    scene.clock.turn(timedelta(hours=24))
    done = scene.portal.run_due(limit=1)
    assert (done.timers, done.broken) == (1, 2)
    assert stored_state(scene, healthy) == "expired"


def test_a_flow_that_fails_ends_no_round(scene: Scene) -> None:
    """Nor does it hold up those that were to be written with it; it is tried again in the next round."""
    flows = {scene.at_consent(AT_HOME).id for _ in range(2)}
    scene.clock.turn(timedelta(hours=24))
    with meddling(scene.storage, together=unavailable, write=unavailable) as hooks:
        done = scene.portal.run_due()
    assert not hooks
    assert (done.timers, done.broken) == (1, 1)
    assert {stored_state(scene, flow) for flow in flows} == {"consent", "expired"}
    assert scene.portal.run_due().timers == 1


def test_a_round_takes_no_more_than_its_limit(scene: Scene) -> None:
    for _ in range(3):
        scene.at_consent(AT_HOME)
    scene.clock.turn(timedelta(hours=24))
    assert [scene.portal.run_due(limit=2).timers for _ in range(3)] == [2, 1, 0]


def test_a_round_forgets_old_answers(scene: Scene) -> None:
    event = ChooseRegion(region="74")
    flow = scene.portal.start(Registration, caller=AT_HOME)
    scene.portal.send(flow.id, event, caller=AT_HOME, idempotency_key="k")
    assert len(tables(scene)["idempotency"]) == 1
    scene.clock.turn(timedelta(days=7))
    scene.portal.run_due()
    assert len(tables(scene)["idempotency"]) == 1
    scene.clock.turn(TICK)
    scene.portal.run_due()
    assert not tables(scene)["idempotency"]


def do_and_undo(fact: Callable[[Any], Any], within: Any) -> None:
    fact(within)
    raise Undone


def test_what_comes_from_outside_goes_with_the_hosts_transaction(scene: Scene) -> None:
    """Facts too: what the host rolls back has not happened."""
    caller = scene.registered()
    right = scene.attached(caller).screen.items["right"]
    leg, code, clinics = scene.at_gosuslugi().id, scene.code(), scene.portal.clinics
    facts: list[Callable[[Any], Any]] = [
        lambda within: clinics.issue_code("ural", patient(), within=within),
        lambda within: clinics.reissue_code(code.id, within=within),
        lambda within: clinics.revoke_code(code.id, within=within),
        lambda within: clinics.deliver(right, "d-1", CHEST_XRAY, within=within),
        lambda within: clinics.suspend(right, within=within),
        lambda within: scene.portal.gosuslugi.progress(leg, "password", within=within),
        lambda within: scene.portal.gosuslugi.returned(leg, BORIS, "a-1", within=within),
        lambda within: scene.portal.gosuslugi.denied(leg, Denial.OUTAGE, within=within),
    ]
    before = tables(scene)
    for fact in facts:
        with pytest.raises(Undone), begun(scene) as within:
            do_and_undo(fact, within)
        assert tables(scene) == before
    with begun(scene) as within:
        clinics.suspend(right, within=within)
    assert stored_state(scene, right) == "suspended"
    with begun(scene) as within:
        assert clinics.resume(right, within=within).state == "granted"


def test_one_delivery_has_one_answer_under_a_right(scene: Scene) -> None:
    right = scene.attached(scene.registered()).screen.items["right"]
    answers = [scene.portal.clinics.deliver(right, "d-1", CHEST_XRAY) for _ in range(2)]
    assert answers[0].transition == answers[1].transition
    assert [codes(answer) for answer in answers] == [[], []]

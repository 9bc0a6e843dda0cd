"""Promise 6 in a host's transaction: an attempt is counted before it, and its ticket is good for that guess only."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from support.portal import Scene, codes, submitting, tables

from registratura.flows.errors import (
    NeedsOwnTransaction,
    NotJudged,
    TicketInvalid,
)
from registratura.flows.registration import ChooseRegion, Registration
from registratura.host import FlowView

WRONG = "00000000"


def test_a_guess_in_the_hosts_transaction_needs_its_ticket(scene: Scene) -> None:
    caller = scene.registered()
    flow, code = scene.at_code_entry(caller), scene.code()
    before = tables(scene)
    with hosts_transaction(scene) as within, pytest.raises(NeedsOwnTransaction, match="attempt"):
        scene.portal.send(flow.id, submitting(code.code), caller=caller, within=within)
    assert tables(scene) == before
    ticket = scene.portal.attempt(flow.id, submitting(code.code), caller=caller)
    with hosts_transaction(scene) as within:
        view = scene.portal.send(flow.id, submitting(code.code), caller=caller, within=within, ticket=ticket)
    assert view.state == "attached"
    assert scene.portal.get(flow.id, caller=caller).state == "attached"


def hosts_transaction(scene: Scene) -> Any:
    return scene.storage.engine.begin() if hasattr(scene.storage, "engine") else scene.storage.transaction()


class Undone(Exception):
    """The host changes its mind."""


def undo(view: FlowView) -> None:
    assert view.transition
    raise Undone


def test_a_rollback_gives_no_attempt_back(scene: Scene) -> None:
    caller = scene.registered()
    flow, numbers = scene.at_code_entry(caller), count()
    for _ in range(5):
        event = submitting(f"{next(numbers):08}")
        ticket = scene.portal.attempt(flow.id, event, caller=caller)
        with pytest.raises(Undone), hosts_transaction(scene) as within:
            undo(scene.portal.send(flow.id, event, caller=caller, within=within, ticket=ticket))
    assert scene.state(flow.id) == "code_entry"
    assert len(scene.log(flow.id)) == 1
    code = scene.code()
    view = scene.portal.send(flow.id, submitting(code.code), caller=caller)
    assert (codes(view), view.state) == (["attempts.exhausted"], "locked")


def test_a_ticket_is_for_one_flow_and_one_payload_and_good_once(scene: Scene) -> None:
    caller = scene.registered()
    flow, other = scene.at_code_entry(caller).id, scene.at_code_entry(caller).id
    event = submitting(WRONG)
    ticket = scene.portal.attempt(flow, event, caller=caller)
    before = tables(scene)
    for about, what in ((other, event), (flow, submitting("00000001"))):
        with pytest.raises(TicketInvalid, match=about):
            scene.portal.send(about, what, caller=caller, ticket=ticket)
    assert tables(scene) == before
    assert codes(scene.portal.send(flow, event, caller=caller, ticket=ticket)) == ["code.not_accepted"]
    with pytest.raises(TicketInvalid):
        scene.portal.send(flow, event, caller=caller, ticket=ticket)
    with pytest.raises(NeedsOwnTransaction):
        scene.portal.send(flow, event, caller=caller, ticket="no such ticket")


def test_a_lock_that_began_since_holds_for_the_ticket_too(scene: Scene) -> None:
    """It is looked at again when the ticket is redeemed."""
    caller = scene.registered()
    flow, other, code = scene.at_code_entry(caller).id, scene.at_code_entry(caller).id, scene.code()
    ticket = scene.portal.attempt(flow, submitting(code.code), caller=caller)
    for _ in range(4):
        scene.portal.send(other, submitting(WRONG), caller=caller)
    view = scene.portal.send(flow, submitting(code.code), caller=caller, ticket=ticket)
    assert (codes(view), view.state) == (["attempts.exhausted"], "locked")
    assert scene.state(code.id) == "issued"


def test_a_ticket_counted_in_a_lock_is_worth_nothing_after_it_and_locks_nobody_for_ever(scene: Scene) -> None:
    caller = scene.registered()
    flow, other, code = scene.at_code_entry(caller).id, scene.at_code_entry(caller).id, scene.code()
    for _ in range(5):
        scene.portal.send(other, submitting(WRONG), caller=caller)
    ticket = scene.portal.attempt(flow, submitting(code.code), caller=caller)
    scene.clock.turn(timedelta(minutes=2))
    late = scene.portal.send(flow, submitting(code.code), caller=caller, ticket=ticket)
    assert (codes(late), late.state) == (["attempts.exhausted"], "code_entry")
    assert scene.portal.send(flow, submitting(code.code), caller=caller).state == "attached"


def test_an_attempt_counts_once_for_each_key(scene: Scene) -> None:
    caller = scene.registered()
    flow = scene.at_code_entry(caller).id
    for key in ("k", ""):
        tickets = {scene.portal.attempt(flow, submitting(WRONG), caller=caller, idempotency_key=key) for _ in range(9)}
        assert len(tickets) == 1
    assert len(tables(scene)["tickets"]) == 2


def test_only_guesses_have_tickets(scene: Scene) -> None:
    flow = scene.portal.start(Registration).id
    before = tables(scene)
    with pytest.raises(NotJudged, match="choose_region"):
        scene.portal.attempt(flow, ChooseRegion(region="74"))
    assert tables(scene) == before


def test_guesses_beyond_the_limit_do_not_shut_out_those_that_were_counted_before_them(scene: Scene) -> None:
    """U26, U46: of sixteen presses of the right code, all counted before one is judged, five are judged, and pass."""
    caller = scene.registered()
    code = scene.code()
    flows = [scene.at_code_entry(caller).id for _ in range(16)]
    tickets = [scene.portal.attempt(flow, submitting(code.code), caller=caller) for flow in flows]
    ends = [
        scene.portal.send(flow, submitting(code.code), caller=caller, ticket=ticket)
        for flow, ticket in zip(flows, tickets, strict=True)
    ]
    assert [end.state for end in ends].count("attached") == 5
    assert {end.screen.items["right"] for end in ends[:5]} == {scene.flow_of(caller, "clinic_right")}
    assert {refusal.code for end in ends[5:] for refusal in end.refusals} == {"attempts.exhausted"}

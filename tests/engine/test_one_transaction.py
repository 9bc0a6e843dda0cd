"""Promise 1: all rows of one event are written together, or none is."""

from collections.abc import Callable
from typing import Any

import pytest
from support.faults import DiskFull, breaks_in_the_middle, fails, meddling
from support.portal import AT_HOME, BORIS, MARGARITA, Scene, accepting, codes, submitting, tables
from support.rows import contents

from registratura.flows.errors import DatabaseUnavailable
from registratura.flows.registration import ChooseRegion, ConfirmCard, CorrectCard, Registration, SetPassword
from registratura.host import FlowView

Act = Callable[[], FlowView]


def choosing(scene: Scene) -> Act:
    flow = scene.portal.start(Registration, caller=AT_HOME)
    return lambda: scene.portal.send(flow.id, ChooseRegion(region="74"), caller=AT_HOME, idempotency_key="1")


def consenting(scene: Scene) -> Act:
    flow = scene.at_consent()
    return lambda: scene.portal.send(flow.id, accepting(), caller=AT_HOME, idempotency_key="1")


def being_known(scene: Scene) -> Act:
    flow = scene.at_gosuslugi()
    return lambda: scene.portal.gosuslugi.returned(flow.id, MARGARITA, "1")


def setting_a_password(scene: Scene) -> Act:
    flow = scene.walk(scene.at_card().id, ConfirmCard())
    return lambda: scene.portal.send(flow.id, SetPassword(password="Zqx81kk", repeat="Zqx81kk"), idempotency_key="1")


def starting(scene: Scene) -> Act:
    return lambda: scene.portal.start(Registration, caller=AT_HOME, idempotency_key="1")


ACTS = pytest.mark.parametrize("act", [starting, choosing, consenting, being_known, setting_a_password])


@ACTS
def test_a_write_that_fails_leaves_nothing_and_can_be_repeated(scene: Scene, act: Callable[[Scene], Act]) -> None:
    do = act(scene)
    before = contents(scene.storage)
    with meddling(scene.storage, write=fails), pytest.raises(DiskFull):
        do()
    assert contents(scene.storage) == before
    assert not do().refusals
    assert all(scene.portal.verify(flow_id).sound for flow_id in scene.storage.flow_ids())


@ACTS
def test_a_write_that_breaks_in_the_middle_leaves_nothing(sqlite: Scene, act: Callable[[Scene], Act]) -> None:
    do = act(sqlite)
    before = contents(sqlite.storage)
    with meddling(sqlite.storage, write=breaks_in_the_middle), pytest.raises(DatabaseUnavailable):
        do()
    assert contents(sqlite.storage) == before
    assert not do().refusals


def test_a_write_that_fails_grants_no_right_and_spends_no_code_but_the_attempt_is_counted(scene: Scene) -> None:
    caller = scene.registered()
    flow, code = scene.at_code_entry(caller), scene.code()
    before = tables(scene)
    with meddling(scene.storage, write=fails), pytest.raises(DiskFull):
        scene.portal.send(flow.id, submitting(code.code), caller=caller, idempotency_key="press")
    after = tables(scene)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"attempts", "tickets"}
    assert scene.portal.send(flow.id, submitting(code.code), caller=caller, idempotency_key="press").state == "attached"


def test_a_code_brings_all_that_it_promises_at_once(scene: Scene) -> None:
    caller = scene.registered()
    flow, code = scene.at_code_entry(caller), scene.code()
    seen: list[Any] = []

    def look(changes: Any) -> Any:
        seen.append(changes)
        return changes

    with meddling(scene.storage, write=look):
        scene.portal.send(flow.id, submitting(code.code), caller=caller, idempotency_key="press")
    (changes,) = seen
    card, right = scene.flow_of(caller, "patient_card"), scene.flow_of(caller, "clinic_right")
    assert {row.id for row, _ in changes.flows} == {flow.id, code.id, right, card}
    assert [entry.event for entry in changes.log] == ["submit_code", "activate", "grant", "clinic_attached"]
    assert [row.flow_id for row in changes.evidence] == [flow.id]
    assert [row.kind for row in changes.effects] == ["StartExport"]
    assert dict(changes.timers) == {flow.id: (), code.id: ()}
    assert changes.idempotency is not None
    assert changes.ticket is not None


def test_what_another_flow_refuses_is_refused_whole(scene: Scene) -> None:
    flow = scene.at_card()
    card = flow.screen.items["card"]
    cards_log = scene.log(card)
    refused = scene.portal.send(flow.id, CorrectCard(changes={"last_name": "Иванова"}, revision=1), caller=AT_HOME)
    assert codes(refused) == ["card.field_verified"]
    assert refused.transition == "card_review/correct_card/refused"
    assert scene.log(card) == cards_log
    assert scene.log(flow.id)[-1].transition == refused.transition


def test_two_registrations_of_one_person_at_once_make_one_account(scene: Scene) -> None:
    flow, other = scene.at_gosuslugi(), scene.at_gosuslugi()

    def come_first(changes: Any) -> Any:
        scene.portal.gosuslugi.returned(other.id, MARGARITA, "other")
        return changes

    with meddling(scene.storage, write=come_first) as left:
        view = scene.portal.gosuslugi.returned(flow.id, MARGARITA, "this")
    assert not left
    assert view.state == "already_registered"
    assert view.account == scene.portal.get(other.id).account
    with scene.storage.unit() as unit:
        assert len(unit.flows_of(view.account, "patient_card")) == 1
        assert len(unit.flows_of(view.account, "portal_password")) == 1


def test_people_with_one_telephone_do_not_stand_in_each_others_way(scene: Scene) -> None:
    scene.registered()
    flow = scene.at_card(BORIS.model_copy(update={"phone": MARGARITA.phone}))
    assert flow.state == "card_review"

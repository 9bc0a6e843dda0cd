"""What gatherers ask: what a log says of itself, and who hears of what was written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from support.faults import meddling
from support.people import identity
from support.portal import AT_HOME, Scene, codes, submitting

from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.patient_card import PatientCard, TakeNew
from registratura.flows.registration import ChooseRegion, GoToGosuslugi, Registration
from registratura.flows.rows import Changes
from registratura.flows.sign_in import ChooseGosuslugi, SignIn


def test_of_a_flow_that_is_not_there_no_event_is_known(scene: Scene) -> None:
    with scene.portal.engine.asking() as ask:
        assert ask.log("nobody's", "register") == ()
        assert ask.load("nobody's") is None


def test_of_what_somebody_has_only_the_flows_that_are_asked_for_are_read(scene: Scene) -> None:
    caller = scene.registered()
    with scene.portal.engine.asking() as ask:
        (card,) = ask.of_account(caller.account, PatientCard)
        assert list(ask.seen.values()) == [card]
    assert card.id == scene.flow_of(caller, "patient_card")


def test_what_an_event_said_is_found_in_the_log_with_when_it_was(scene: Scene) -> None:
    """Also where what was sealed then is not of the event."""
    caller = scene.registered()
    card = scene.flow_of(caller, "patient_card")
    changed = identity(name={"last": "Новикова", "first": "Маргарита", "middle": "Викторовна"})
    flow = scene.walk(scene.portal.start(SignIn).id, ChooseGosuslugi(), GoToGosuslugi())
    scene.portal.gosuslugi.returned(flow.id, changed, "1")
    scene.walk(card, TakeNew(), caller=caller)
    with scene.portal.engine.asking() as ask:
        assert ask.log(card, "take_new") == ({"at": scene.clock.now},)
        (news,) = ask.log(card, "gosuslugi_data_changed")
        assert ask.log(card, "edit") == ()
    assert (news["identity"]["name"]["last"], news["at"]) == ("Новикова", scene.clock.now)


def test_who_observes_may_look_at_what_was_written(scene: Scene) -> None:
    seen: list[Any] = []

    def observe(unit: Any, changes: Changes) -> None:
        seen.extend((row.state, unit.flow(row.id).state) for row, _ in changes.flows)

    engine = scene.portal.engine
    engine.tools = replace(engine.tools, observer=observe)
    scene.walk(scene.portal.start(Registration).id, ChooseRegion(region="74"))
    assert seen == [("region", "region"), ("main_page", "main_page")]


def test_a_code_redeemed_while_consent_is_withdrawn_leaves_no_right(scene: Scene) -> None:
    """U40. The attachment has decided, and the withdrawal comes before it writes."""
    caller = scene.registered()
    flow, code = scene.at_code_entry(caller), scene.code()

    def withdraw(changes: Any) -> Any:
        scene.portal.start(ConsentWithdrawal, caller=caller)
        return changes

    with meddling(scene.storage, write=withdraw) as left:
        view = scene.portal.send(flow.id, submitting(code.code), caller=caller)
    assert not left
    assert codes(view) == ["consent.withdrawn"]
    assert scene.state(code.id) == "issued"


def test_the_session_of_who_asks_is_in_no_log(scene: Scene) -> None:
    with scene.portal.engine.asking(AT_HOME) as ask:
        assert ask.session == AT_HOME.session
        assert str(AT_HOME.session) not in repr(ask)

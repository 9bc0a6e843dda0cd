"""The charts as they were approved, in the vocabulary that was agreed, and without a dead end."""

import pytest
from support.tables import FOLDER, table

from registratura.flows.catalogue import FLOWS
from registratura.flows.chart import Answer, Place
from registratura.flows.event import Origin
from registratura.flows.flow import AnyFlow
from registratura.flows.gosuslugi import away

ALL = pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)

LEG = [
    *("gosuslugi.entry", "gosuslugi.first_stage", "gosuslugi.sign_in_help", "gosuslugi.sign_in_support"),
    *("gosuslugi.sms_code", "gosuslugi.sms_help", "gosuslugi.sms_support"),
]
# States and events by their ids, which are stored for ever. One that is missing here is new: it needs a reason.
STATES = {
    "registration": [
        *("region", "main_page", "consent", *LEG, "unconfirmed_account", "ambiguous_card", "card_review"),
        *("password_offer", "sign_in_chosen", "registered", "declined", "already_registered", "expired", "cancelled"),
    ],
    "sign_in": [
        *("method", *LEG, "password", "locked", "unconfirmed_account", "ambiguous_card"),
        *("signed_in", "not_registered", "expired", "cancelled"),
    ],
    "cabinet": [
        *("closed", "health", "clinics", "messages", "medicines", "menu"),
        # `settings` itself has sections, so one stands at its overview.
        *("settings.overview", "settings.clinic_rights", "settings.password", "cards", "record"),
    ],
    # `grown_up` is U63: at 18 the representative's access ends.
    "patient_card": ["unverified", "confirmed", "differs", "deleted", "grown_up"],
    "portal_password": ["absent", "present"],
    "attachment_code": ["issued", "activated", "expired", "revoked"],
    "attachment": ["code_entry", "locked", "attached", "expired", "cancelled"],
    "clinic_right": ["granted", "suspended", "withdrawn"],
    "consent_withdrawal": ["requested", "erased", "kept_by_law"],
    "one_time_code": ["sent", "passed", "expired", "exhausted", "cancelled"],
}
ON_THE_LEG = [
    *("go_to_gosuslugi", "first_stage_passed", "cannot_sign_in", "sms_not_arriving", "contact_support", "back"),
    *("identity_confirmed", "identity_denied", "retry", "ambiguity_resolved", "cancel", "expire"),
]
EVENTS = {
    "registration": [
        *("choose_region", "change_region", "register", "sign_in", "close_consent", "accept_consent"),
        *("decline_consent", *ON_THE_LEG, "correct_card", "reload_from_gosuslugi", "confirm_card", "confirm_later"),
        *("set_password", "skip_password"),
    ],
    "sign_in": [
        *("choose_gosuslugi", "choose_password", "submit_password", "forgot_password", *ON_THE_LEG),
        *("attempts_exhausted", "lock_ended"),
    ],
    "cabinet": ["open_cabinet", "open_section", "add_clinic", "ask_how_to", "open_code_entry", "close_cabinet"],
    # `clinic_attached` makes a card that gets a right meanwhile impossible to delete (U39); `came_of_age` is U63.
    "patient_card": [
        *("confirm", "edit", "gosuslugi_data_changed", "take_new", "keep_current", "delete"),
        *("clinic_attached", "came_of_age"),
    ],
    "portal_password": ["set_password", "change_password", "forget_password"],
    "attachment_code": ["activate", "expire", "revoke", "reissue"],
    "attachment": ["choose_profile", "submit_code", "attempts_exhausted", "lock_ended", "expire", "cancel"],
    "clinic_right": ["document_delivered", "suspend", "resume", "withdraw"],
    # The vocabulary names only the states of a withdrawal.
    "consent_withdrawal": ["data_destroyed", "law_obliges_to_keep", "term_ended"],
    # Not `submit`: an event is known by its name alone in payloads and texts.
    "one_time_code": ["submit_one_time_code", "resend", "expire", "attempts_exhausted", "cancel"],
}
# What goes on as long as there is somebody: these have no end of their own to reach.
LIVES = {"cabinet", "portal_password"}
SUPPORT = {
    "gosuslugi.sign_in_help": "gosuslugi.first_stage",
    "gosuslugi.sign_in_support": "gosuslugi.sign_in_help",
    "gosuslugi.sms_help": "gosuslugi.first_stage",
    "gosuslugi.sms_support": "gosuslugi.sms_help",
}


@ALL
def test_a_chart_is_the_approved_one(flow: AnyFlow) -> None:
    approved = FOLDER / f"{flow.name}.md"
    assert approved.read_text(encoding="utf-8") == table(flow), (
        f"The chart of {flow.name} is not what was approved. Read the difference; if it is meant, write the pages anew "
        "with `python tests/support/tables.py` and commit them with the change."
    )


def test_no_page_is_left_of_a_chart_that_is_gone() -> None:
    assert {page.stem for page in FOLDER.glob("*.md")} == set(FLOWS)


@ALL
def test_states_and_events_have_the_agreed_ids(flow: AnyFlow) -> None:
    assert set(flow.answers.places) == set(STATES[flow.name])
    assert {event.name for event in flow.events} == set(EVENTS[flow.name])


def test_a_place_knows_its_path_its_title_and_whether_it_is_an_end() -> None:
    places = FLOWS["one_time_code"].answers.places
    assert places["sent"] == Place("sent", "Код отправлен", final=False, configuration=("sent",))
    assert places["passed"] == Place("passed", "Код принят", final=True, configuration=("passed",))


def test_which_flows_go_on_while_nobody_is_signed_in() -> None:
    """U67: with the session that began them."""
    outlive = {"registration", "sign_in", "attachment", "one_time_code"}
    assert {name for name, flow in FLOWS.items() if flow.outlives_sign_in} == outlive


def test_an_answer_is_a_refusal_by_its_end_and_not_by_what_a_state_is_called() -> None:
    assert Answer("consent/accept_consent/refused", "consent").refused
    assert not Answer("consent/decline_consent/consent_refused", "consent_refused").refused


def leads_to(flow: AnyFlow, state: str) -> set[str]:
    """The states one event further, whatever the guards say."""
    found = set()
    for event in flow.answers.events(state):
        guards = flow.answers.guards(state, event)
        for yes in (None, *guards):
            answer = flow.answers.answer(state, event, tuple(guard == yes for guard in guards))
            if answer:
                found.add(answer.target)
    return found


def reachable(flow: AnyFlow, state: str) -> set[str]:
    found, new = {state}, {state}
    while new:
        new = {target for known in new for target in leads_to(flow, known)} - found
        found |= new
    return found


@ALL
def test_every_state_is_reached_from_the_first(flow: AnyFlow) -> None:
    assert reachable(flow, flow.answers.initial) == set(flow.answers.places)


@ALL
def test_every_open_state_leads_to_an_end(flow: AnyFlow) -> None:
    ends = {state for state, place in flow.answers.places.items() if place.final}
    assert bool(ends) == (flow.name not in LIVES)
    for state in set(flow.answers.places) - ends:
        assert leads_to(flow, state) - {state}, f"{state} cannot be left"
        if ends:
            assert reachable(flow, state) & ends, f"{state} leads to no end"


@ALL
def test_nothing_happens_after_an_end(flow: AnyFlow) -> None:
    ends = [state for state, place in flow.answers.places.items() if place.final]
    assert [state for state in ends if flow.answers.events(state)] == []


@pytest.mark.parametrize("name", ["registration", "sign_in", "attachment", "one_time_code"])
def test_a_person_can_stop_anywhere(name: str) -> None:
    flow = FLOWS[name]
    for state, place in flow.answers.places.items():
        if not place.final:
            assert flow.answers.answer(state, "cancel", ()) is not None
            assert leads_to(flow, state) >= {"cancelled"}, state


@pytest.mark.parametrize("name", ["registration", "sign_in", "attachment"])
def test_no_journey_of_a_person_stays_open_for_ever(name: str) -> None:
    flow = FLOWS[name]
    open_states = [state for state, place in flow.answers.places.items() if not place.final]
    assert [state for state in open_states if "expire" not in flow.answers.events(state)] == []


@pytest.mark.parametrize("name", ["registration", "sign_in"])
@pytest.mark.parametrize("state", SUPPORT)
def test_help_and_support_lead_back(name: str, state: str) -> None:
    flow = FLOWS[name]
    guards = flow.answers.guards(state, "back")
    answer = flow.answers.answer(state, "back", (False,) * len(guards))
    assert answer is not None
    assert answer.target == SUPPORT[state]


@pytest.mark.parametrize("name", ["registration", "sign_in"])
def test_back_from_the_help_with_the_sms_leads_where_the_person_was(name: str) -> None:
    answers = FLOWS[name].answers
    assert answers.guards("gosuslugi.sms_help", "back") == ("was_at_sms",)
    at_sms = answers.answer("gosuslugi.sms_help", "back", (True,))
    assert at_sms is not None
    assert at_sms.target == "gosuslugi.sms_code"


def test_the_portal_waits_while_the_person_is_away_at_gosuslugi() -> None:
    assert [state for state in (*LEG, "region", "unconfirmed_account") if not away(state)] == [
        *("gosuslugi.entry", "region", "unconfirmed_account"),
    ]


def test_only_facts_lead_out_of_gosuslugi_to_an_account() -> None:
    """R29: there is no other gate."""
    for name in ("registration", "sign_in"):
        flow = FLOWS[name]
        for state in LEG:
            for event in flow.allowed(state, Origin.PERSON):
                guards = flow.answers.guards(state, event)
                answers = [flow.answers.answer(state, event, (yes,) * len(guards)) for yes in (False, True)]
                targets = {answer.target for answer in answers if answer}
                assert targets <= {*LEG, "cancelled", "method"}, (state, event, targets)


def test_a_card_and_a_right_live_long_and_can_be_ended_by_their_person() -> None:
    assert reachable(FLOWS["patient_card"], "confirmed") >= {"deleted"}
    assert FLOWS["clinic_right"].allowed("granted") == ("withdraw",)
    assert FLOWS["clinic_right"].allowed("suspended") == ("withdraw",)

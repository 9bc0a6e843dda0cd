"""A flow belongs to the session that started it, and once somebody is known, to their account."""

from __future__ import annotations

import httpx
import pytest
from support.api import Api, problem, registered

from registratura.flows.patient_card import PatientCard

OTHER = {"X-Session": "browser-2"}


def asked(api: Api, what: str, flow: str, headers: dict[str, str]) -> httpx.Response:
    if what == "send":
        return api.send(flow, "cancel", headers=headers)
    return api.get(f"flows/{flow}{'/history' if what == 'history' else ''}", **headers)


@pytest.mark.parametrize("what", ["read", "send", "history"])
def test_another_session_is_told_the_same_as_of_a_flow_that_is_not_there(api: Api, what: str) -> None:
    flow, none = api.start(), "01a200e3-b585-79fd-b4db-43fb9368f831"
    foreign = problem(asked(api, what, flow, OTHER), 404, "unknown_flow")
    nothing = problem(asked(api, what, none, OTHER), 404, "unknown_flow")
    assert {**foreign, "detail": ""} == {**nothing, "detail": ""}
    assert str(foreign["detail"]).replace(flow, none) == nothing["detail"]
    assert api.get(f"flows/{flow}").json()["version"] == 1


@pytest.mark.parametrize("event", ["choose_region", "no_such_event", "identity_denied", "submit_password"])
def test_whatever_a_stranger_sends_the_answer_does_not_depend_on_the_flow(api: Api, event: str) -> None:
    there, none = api.start(), "01a200e3-b585-79fd-b4db-43fb9368f831"
    first, second = (api.send(flow, event, headers=OTHER) for flow in (there, none))
    assert first.status_code == second.status_code
    assert first.text.replace(there, none) == second.text


def test_another_account_in_the_same_browser_is_a_stranger(api: Api) -> None:
    flow, account = registered(api.portal, "browser-1")
    assert api.get(f"flows/{flow}", **{"X-Account": account}).status_code == 200
    problem(api.get(f"flows/{flow}", **{"X-Account": "somebody-else"}), 404, "unknown_flow")


def test_the_account_sees_its_flow_from_another_device(api: Api) -> None:
    flow, account = registered(api.portal, "browser-1")
    assert api.get(f"flows/{flow}", **OTHER, **{"X-Account": account}).status_code == 200


@pytest.mark.parametrize("what", ["read", "send", "history"])
def test_without_a_session_nothing_can_be_done(api: Api, what: str) -> None:
    problem(asked(api, what, api.start(), {"X-Session": ""}), 403, "session_required")
    problem(api.post("flows", {"flow": "registration"}, {"X-Session": ""}), 403, "session_required")


def test_what_a_gateway_started_is_nobodys(api: Api) -> None:
    _, account = registered(api.portal, "browser-1")
    with api.portal.engine.asking() as ask:
        card = ask.of_account(account, PatientCard)[0].id
    problem(api.get(f"flows/{card}"), 404, "unknown_flow")
    assert api.get(f"flows/{card}", **{"X-Account": account}).status_code == 200

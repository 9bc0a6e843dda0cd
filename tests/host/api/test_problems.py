"""Every error of ours has its problem: a type for ever, a status, a Russian title, and no value that anybody typed."""

from __future__ import annotations

import logging

import pytest
from support.api import Api, caller_of, problem, registered

from registratura.flows.catalogue import FLOWS
from registratura.flows.errors import (
    CallerError,
    ConcurrentUpdate,
    Conflict,
    DatabaseUnavailable,
    DataDamaged,
    RegistraturaError,
    UnknownFlow,
)
from registratura.flows.event import Event
from registratura.flows.one_time_code import OneTimeCode
from registratura.flows.texts import Texts
from registratura.flows.versions import Catalogue
from registratura.host import Parts, Registratura
from registratura.host.web.api import api_app
from registratura.host.web.problems import problem_of

TEXTS = Texts.russian()


def test_what_is_not_possible_now_names_what_is(api: Api) -> None:
    said = problem(api.send(api.start(), "register"), 409, "not_allowed_now")
    assert said["allowed"] == ["choose_region", "cancel"]
    assert said["title"] == "Сейчас это сделать нельзя. Выберите одно из предложенных действий."


def test_an_invalid_payload_is_told_field_by_field(api: Api) -> None:
    said = problem(api.send(api.start(), "choose_region", {"regions": "74"}), 422, "invalid_payload")
    assert [(error["field"], error["code"]) for error in said["errors"]] == [
        ("region", "missing"),
        ("", "extra_forbidden"),
    ]
    assert said["errors"][0]["text"] == "Выберите регион."


def test_what_only_the_settings_know_to_be_invalid_is_told_alike(api: Api) -> None:
    _, account = registered(api.portal, "browser-1")
    api.headers["X-Account"] = account
    flow = api.post("flows", {"flow": "attachment", "payload": {"entry": "clinics"}}).json()
    text = {name: flow["screen"]["items"][name] for name in ("text_version", "text_sha256")}
    said = problem(api.send(flow["id"], "submit_code", {"code": "abc", **text}), 422, "invalid_payload")
    assert [error["code"] for error in said["errors"]] == ["code.format"]


def test_no_problem_repeats_what_was_typed(api: Api) -> None:
    flow, account = registered(api.portal, "browser-1")
    api.headers["X-Account"] = account
    payload = {"changes": {"Тайна-1": "Тайна-2"}, "revision": "Тайна-3", "Тайна-4": "Тайна-5"}
    assert "Тайна" not in api.send(flow, "correct_card", payload).text
    assert "Тайна" not in api.post("flows", {"flow": "Тайна", "Тайна-6": 1}).text
    assert "Тайна" not in api.post("flows", {"flow": "registration", "Тайна-6": 1}).text


@pytest.mark.parametrize(
    "event", ["identity_confirmed", "identity_denied", "expire", "attempts_exhausted", "open_card"]
)
def test_facts_and_time_are_not_a_persons_to_send(api: Api, event: str) -> None:
    flow = api.start()
    problem(api.send(flow, event), 403, "not_a_persons_event")
    assert api.get(f"flows/{flow}").json()["version"] == 1


@pytest.mark.parametrize("flow", ["portal_password", "attachment_code", "clinic_right", "one_time_code"])
def test_flows_that_a_person_does_not_start(api: Api, flow: str) -> None:
    problem(api.post("flows", {"flow": flow}), 403, "not_started_by_hosts")


def test_nor_is_a_newer_version_of_a_flow_that_is_not_started_from_outside() -> None:
    class OneTimeCode2(OneTimeCode):
        """Одноразовый код."""

        version = 2

    flows = Catalogue(*FLOWS.values(), OneTimeCode2)
    portal = Registratura("memory:", lambda: b"k" * 32, parts=Parts(flows=flows))
    wanted = {"flow": "one_time_code", "payload": {"phone": "+79001234567", "person": "somebody"}}
    problem(Api(portal, api_app(portal, caller_of)).post("flows", wanted), 403, "not_started_by_hosts")


def test_a_card_of_ones_own_is_not_typed_in(api: Api) -> None:
    problem(api.post("flows", {"flow": "patient_card", "event": "open_card"}), 403, "not_a_persons_event")


def test_an_event_that_starts_another_flow(api: Api) -> None:
    problem(api.post("flows", {"flow": "registration", "event": "begin_sign_in"}), 422, "unknown_event")
    problem(api.post("flows", {"flow": "registration", "event": ""}), 422, "unknown_event")
    problem(api.send(api.start(), "begin_registration"), 422, "unknown_event")
    problem(api.send(api.start(), "open_section", {"section": "health"}), 422, "unknown_event")


def test_an_unknown_flow_to_start(api: Api) -> None:
    said = problem(api.post("flows", {"flow": "registrations"}), 422, "request_invalid")
    assert [error["field"] for error in said["errors"]] == ["flow"]


def test_a_start_that_is_refused_says_every_reason(api: Api) -> None:
    said = problem(api.post("flows", {"flow": "cabinet"}), 409, "start_refused")
    assert [reason["code"] for reason in said["refusals"]] == ["sign_in_required"]
    assert said["refusals"][0]["text"].startswith("Сначала войдите")


@pytest.mark.parametrize("flow", ["x", "0" * 101, "%00", "%0A", "%F0%9F%98%80", "a%20b", "%D9%A3"])
def test_what_cannot_be_an_id_is_no_flow(api: Api, flow: str) -> None:
    problem(api.get(f"flows/{flow}"), 404, "unknown_flow")


@pytest.mark.parametrize(("method", "path", "allow"), [("PUT", "flows", "GET, POST"), ("DELETE", "flows/x", "GET")])
def test_a_method_that_is_not_there(api: Api, method: str, path: str, allow: str) -> None:
    answer = api.client.request(method, path)
    problem(answer, 405, "method_unknown")
    assert answer.headers["Allow"] == allow


@pytest.mark.parametrize("error", [DatabaseUnavailable(reason="a secret place"), DataDamaged(what="x", flow_id="7")])
def test_what_is_the_operators_is_not_told(
    api: Api, error: RegistraturaError, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(self: Registratura, flow_id: str, **more: object) -> object:
        raise error

    monkeypatch.setattr(Registratura, "get", broken)
    with caplog.at_level(logging.ERROR):
        said = problem(api.get("flows/7"), 503, "operator_error")
    assert set(said) == {"type", "title", "status", "code"}
    assert said["title"] == TEXTS("error.operator_error")
    assert str(error) in caplog.text


def every_error() -> list[type[RegistraturaError]]:
    found, todo = [], [RegistraturaError]
    while todo:
        kinds = todo.pop().__subclasses__()
        found += kinds
        todo += kinds
    return [kind for kind in found if kind.__module__.startswith("registratura.")]


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_has_a_problem(kind: type[RegistraturaError]) -> None:
    error = kind.__new__(kind)
    error.params = {}
    for name, empty in (("problems", ()), ("refusals", ()), ("allowed", ())):
        setattr(error, name, empty)
    told = problem_of(error, TEXTS)
    if issubclass(kind, CallerError | Conflict):
        assert (400 <= told.status < 500, told.code, told.detail) == (True, kind.code, str(error))
    else:
        assert (told.status, told.code, told.detail) == (503, "operator_error", None)


def test_a_hosts_own_error_reads_as_its_kind() -> None:
    class ClosedToday(UnknownFlow):
        """The clinic is closed."""

    told = problem_of(ClosedToday(flow_id="7"), TEXTS)
    assert (told.status, told.code) == (404, "closed_today")
    assert told.title == TEXTS("error.unknown_flow")


def test_two_at_once_without_a_version_is_a_conflict() -> None:
    told = problem_of(ConcurrentUpdate(flow_id="7", expected=3), TEXTS)
    assert (told.status, told.code) == (409, "concurrent_update")


def test_names_of_events_mean_one_thing() -> None:
    """The payload is read before the flow is looked up, so a name must say which event it is."""
    found: dict[str, set[type[Event]]] = {}
    for flow in FLOWS.values():
        for name, event in flow.by_name.items():
            found.setdefault(name, set()).add(event)
    assert [name for name, events in found.items() if len(events) > 1] == []

"""What a program can do over HTTP: start a flow, read it, send what the person chose, read what happened."""

from __future__ import annotations

import json
import re
from urllib.parse import urljoin

from support.api import Api, registered
from support.people import SNILS

from registratura.flows.catalogue import FLOWS
from registratura.flows.registration import ChooseRegion


def test_a_flow_is_started_and_can_be_read_where_the_answer_says(api: Api) -> None:
    answer = api.post("flows", {"flow": "registration"})
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Cache-Control"] == "no-store"
    read = api.get(urljoin(str(answer.url), answer.headers["Location"]))
    assert (read.status_code, read.headers["ETag"]) == (200, '"1"')
    assert read.json() == answer.json() | {"transition": ""}


def test_an_answer_has_the_screen_and_what_may_be_done_now(api: Api) -> None:
    flow = api.get(f"flows/{api.start()}").json()
    assert (flow["flow"], flow["state"], flow["version"], flow["ended"]) == ("registration", "region", 1, False)
    assert flow["screen"]["title"] == "Выбор региона"
    assert flow["screen"]["items"]["regions"]["74"] == "Челябинская область"
    choose = flow["actions"][0]
    assert (choose["name"], choose["title"], choose["available"]) == ("choose_region", "Выбрать регион", True)
    assert choose["schema"]["required"] == ["region"]
    assert choose["schema"]["properties"] == {"region": {"title": "Регион", "type": "string"}}
    assert choose["buttons"] == [{"name": "choose_region", "caption": "Выбрать", "payload": {}}]


def test_an_event_moves_the_flow(api: Api) -> None:
    flow = api.start()
    moved = api.send(flow, "choose_region", {"region": "74"})
    assert (moved.status_code, moved.headers["ETag"]) == (200, '"2"')
    assert (moved.json()["state"], moved.json()["refusals"]) == ("main_page", [])


def test_a_refusal_is_an_answer_and_no_error(api: Api) -> None:
    refused = api.send(api.start(), "choose_region", {"region": "00"})
    assert (refused.status_code, refused.json()["state"]) == (200, "region")
    assert [reason["code"] for reason in refused.json()["refusals"]] == ["region.unknown"]
    assert refused.json()["refusals"][0]["text"] == "Такого региона нет в списке. Выберите регион из списка."


def test_an_event_needs_no_payload_where_it_has_none(api: Api) -> None:
    flow = api.start()
    api.send(flow, "choose_region", {"region": "74"})
    assert api.post(f"flows/{flow}/events", {"event": "register"}).json()["state"] == "consent"


def test_a_flow_may_be_started_with_an_event_that_says_more(api: Api) -> None:
    _, account = registered(api.portal, "browser-1")
    api.headers["X-Account"] = account
    begin = {"flow": "attachment", "event": "begin_attachment", "payload": {"entry": "clinics"}}
    assert api.post("flows", begin).json()["state"] == "code_entry"
    # The first beginning goes without saying.
    assert api.post("flows", {key: begin[key] for key in ("flow", "payload")}).json()["state"] == "code_entry"


def test_flows_that_an_event_started_are_named(api: Api) -> None:
    _, account = registered(api.portal, "browser-1")
    api.headers["X-Account"] = account
    cabinet = api.start("cabinet")
    api.send(cabinet, "open_cabinet")
    api.send(cabinet, "open_section", {"section": "clinics"})
    started = api.send(cabinet, "open_code_entry").json()["started"]
    assert api.get(f"flows/{started['attachment']}").json()["state"] == "code_entry"


def test_the_history_tells_what_happened(api: Api) -> None:
    flow = api.start()
    api.send(flow, "choose_region", {"region": "00"})
    api.send(flow, "choose_region", {"region": "74"})
    history = api.get(f"flows/{flow}/history").json()
    assert history["id"] == flow
    assert [(e["version"], e["event"], e["state"]) for e in history["entries"]] == [
        (1, "begin_registration", "region"),
        (2, "choose_region", "region"),
        (3, "choose_region", "main_page"),
    ]
    assert [reason["code"] for reason in history["entries"][1]["refusals"]] == ["region.unknown"]
    assert history["entries"][2]["title"] == ChooseRegion.title()


def test_the_history_comes_in_parts(api: Api) -> None:
    flow = api.start()
    for region in ("00", "01x", "74"):
        api.send(flow, "choose_region", {"region": region})
    versions = [entry["version"] for entry in api.get(f"flows/{flow}/history?after=1&limit=2").json()["entries"]]
    assert versions == [2, 3]
    assert api.get(f"flows/{flow}/history?after=4").json()["entries"] == []


def test_the_history_says_nothing_about_the_person(api: Api) -> None:
    flow, account = registered(api.portal, "browser-1")
    api.headers["X-Account"] = account
    shown = json.dumps(api.get(f"flows/{flow}").json(), ensure_ascii=False)
    told = json.dumps(api.get(f"flows/{flow}/history").json(), ensure_ascii=False)
    for personal in ("Алексеева", "Маргарита", SNILS, "1234567890123452", "2000", account):
        assert personal not in told
    assert "Алексеева" in shown, "nothing to be told would be no test"


def test_what_can_be_started_is_told(api: Api) -> None:
    declared = {flow["name"]: flow for flow in api.get("flows").json()["flows"]}
    assert set(declared) == {"registration", "sign_in", "cabinet", "patient_card", "attachment", "consent_withdrawal"}
    assert declared["registration"]["title"] == "Регистрация на портале"
    assert [begin["name"] for begin in declared["patient_card"]["begins"]] == ["add_relative"]
    told = {event["name"] for flow in declared.values() for event in flow["events"]}
    assert not told & {event.name for flow in FLOWS.values() for event in flow.events if event.origin != "person"}


def test_a_form_made_of_a_schema_is_in_russian(api: Api) -> None:
    """Every field of every event has its title, and no word of the schema is for programmers."""
    declared = api.get("flows").json()["flows"]
    schemas = {event["name"]: event["schema"] for flow in declared for event in flow["begins"] + flow["events"]}
    titles = [schema["title"] for schema in schemas.values()]
    titles += [field["title"] for schema in schemas.values() for field in schema.get("properties", {}).values()]
    assert [title for title in titles if not re.fullmatch(r"[А-ЯЁа-яё0-9 ,.:«»?-]+", title)] == []
    assert schemas["submit_code"]["properties"]["code"]["title"] == "Введите код прикрепления к клинике"
    shared = [part for schema in schemas.values() for part in schema.get("$defs", {}).values()]
    assert [part for part in (*schemas.values(), *shared) if "description" in part] == []
    assert shared
    assert [part for part in shared if "title" in part] == []


def test_a_lock_says_until_when_to_people_and_to_programs(api: Api) -> None:
    flow = api.start("sign_in")
    api.send(flow, "choose_password")
    for _ in range(5):
        answer = api.send(flow, "submit_password", {"login": "nobody@example.ru", "password": "Klen42"})
    locked = answer.json()
    assert locked["state"] == "locked"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", locked["screen"]["items"]["until"])
    assert re.search(r"откроется через 1 минуту, в \d\d:\d\d\.", locked["screen"]["text"])

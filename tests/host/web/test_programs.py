"""Programs that use the API with a browser's session."""

from __future__ import annotations

import json

import httpx
from support.browser import Browser
from support.web import GOOD_PASSWORD, GOSUSLUGI, Site, at_consent, registered


def test_the_api_knows_the_session_of_the_pages(browser: Browser) -> None:
    at_consent(browser)
    answer = browser.http.get(f"/api/flows/{browser.page.flow}")
    assert (answer.status_code, answer.json()["state"]) == (200, "consent")
    assert "Set-Cookie" not in answer.headers


def signed_in_over_the_api(site: Site) -> httpx.Client:
    program = site.http()
    flow = program.post("/api/flows", json={"flow": "sign_in"}).json()["id"]
    before = program.cookies["registratura"]
    program.post(f"/api/flows/{flow}/events", json={"event": "choose_password", "payload": {}})
    login = {"login": "margarita@example.org", "password": GOOD_PASSWORD}
    done = program.post(f"/api/flows/{flow}/events", json={"event": "submit_password", "payload": login})
    assert json.loads(done.text)["state"] == "signed_in"
    assert program.cookies["registratura"] != before
    return program


def test_who_signs_in_over_the_api_gets_a_new_token(browser: Browser, site: Site) -> None:
    registered(browser)
    program = signed_in_over_the_api(site)
    assert program.post("/api/flows", json={"flow": "cabinet"}).status_code == 201


def test_a_program_says_once_that_it_is_a_telephone(browser: Browser, site: Site) -> None:
    registered(browser)
    program = signed_in_over_the_api(site)
    path = f"/api/flows/{program.post('/api/flows', json={'flow': 'cabinet'}).json()['id']}"
    mobile = ("open_cabinet", {"channel": "mobile"}), ("open_section", {"section": "settings"})
    for event, payload in mobile:
        program.post(f"{path}/events", json={"event": event, "payload": payload})
    entries = program.get(f"{path}/history").json()["entries"]
    assert [entry["channel"] for entry in entries] == ["web", "mobile", "mobile"]


def test_who_changes_the_password_over_the_api_stays_signed_in_here_and_nowhere_else(site: Site) -> None:
    registered(site.browser())
    here, there = (signed_in_over_the_api(site) for _ in range(2))
    site.turn(seconds=1)
    cabinet = here.post("/api/flows", json={"flow": "cabinet"}).json()["id"]
    opened = there.post("/api/flows", json={"flow": "cabinet"}).json()["id"]
    for event, payload in (("open_cabinet", {}), ("open_section", {"section": "settings"})):
        page = here.post(f"/api/flows/{cabinet}/events", json={"event": event, "payload": payload}).json()
    change = {"current": GOOD_PASSWORD, "password": "Zvezda2026", "repeat": "Zvezda2026"}
    path = f"/api/flows/{page['screen']['items']['password']}/events"
    done = here.post(path, json={"event": "change_password", "payload": change})
    assert (done.status_code, done.json()["refusals"]) == (200, [])
    site.turn(seconds=1)
    assert here.get(f"/api/flows/{cabinet}").status_code == 200
    assert there.get(f"/api/flows/{opened}").status_code == 404


def test_who_repeats_the_request_that_signed_in_is_told_the_new_token(site: Site) -> None:
    registered(site.browser())
    program = site.http()
    flow = program.post("/api/flows", json={"flow": "sign_in"}).json()["id"]
    path, login = f"/api/flows/{flow}/events", {"login": "margarita@example.org", "password": GOOD_PASSWORD}
    program.post(path, json={"event": "choose_password", "payload": {}})
    last, key = {"event": "submit_password", "payload": login}, {"Idempotency-Key": "0190-a-key-of-its-own"}
    late = site.http()
    late.cookies.update(dict(program.cookies))
    first, again = (one.post(path, json=last, headers=key) for one in (program, late))
    assert (again.status_code, again.json()) == (200, first.json())
    assert late.post("/api/flows", json={"flow": "cabinet"}).status_code == 201


def test_a_program_goes_to_gosuslugi_by_the_address_in_the_answer(site: Site) -> None:
    """The way that docs/api.md tells."""
    program = site.http()
    flow = program.post("/api/flows", json={"flow": "registration"}).json()
    path = f"/api/flows/{flow['id']}"
    assert flow["authorisation_url"] is None
    for event, payload in (("choose_region", {"region": "74"}), ("register", {})):
        flow = program.post(f"{path}/events", json={"event": event, "payload": payload}).json()
    shown = {name: flow["screen"]["items"][name] for name in ("text_version", "text_sha256")}
    flow = program.post(f"{path}/events", json={"event": "accept_consent", "payload": shown}).json()
    assert (flow["state"], flow["authorisation_url"]) == ("gosuslugi.entry", None)
    away = program.post(f"{path}/events", json={"event": "go_to_gosuslugi", "payload": {"via": "button"}}).json()
    assert program.get(path).json()["authorisation_url"] == away["authorisation_url"]
    there = program.get(away["authorisation_url"])
    assert str(there.url).startswith(f"{GOSUSLUGI}/visit/")
    program.post(there.url, data={"login": "rita", "password": "rita"})
    flow = program.get(path).json()
    assert (flow["state"], flow["authorisation_url"]) == ("card_review", None)


def test_another_site_cannot_use_the_api_through_a_browser(site: Site) -> None:
    answer = site.http().post("/api/flows", json={"flow": "sign_in"}, headers={"Origin": "http://evil.test"})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"

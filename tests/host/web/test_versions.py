"""The pages and the API of flows that go by different versions of one chart."""

from __future__ import annotations

from support.api import Api
from support.browser import Browser
from support.second import ONLY_SECOND, update
from support.web import Site, at_card, at_consent, sms_of

from registratura.flows.registration import ChooseRegion, Registration
from registratura.host import Caller


def test_each_page_has_the_forms_and_the_panel_of_its_own_version(site: Site) -> None:
    old, new = site.browser(), site.browser()
    at_card(old)
    update(site.portal)
    at_card(new, "pyotr")
    new.press("Продолжить", code=sms_of(site))
    for browser in (old, new):
        browser.press("Как это устроено")
        browser.press("Данные верны")
        browser.press("Продолжить без пароля")
    assert "Вы зарегистрированы" in old.page.text
    assert "Пароль так и не задан" in new.page.text
    assert ("Напоминание о пароле" in old.page.text, "Напоминание о пароле" in new.page.text) == (False, True)
    assert "Вы зарегистрированы" in new.press("Продолжить без пароля").text


def test_a_flow_of_a_version_that_is_not_there_is_no_error_of_the_persons(site: Site, browser: Browser) -> None:
    at_consent(browser)
    update(site.portal, ONLY_SECOND)
    assert browser.press("Да, я согласен").status == 503


def test_the_history_over_http_tells_of_the_migration() -> None:
    api = Api()
    caller = Caller(session="browser-1")
    flow = api.portal.start(Registration, caller=caller).id
    api.portal.send(flow, ChooseRegion(region="74"), caller=caller)
    update(api.portal)
    api.portal.migrate(flow)
    (entry,) = api.get(f"/flows/{flow}/history?after=2").json()["entries"]
    assert (entry["event"], entry["title"]) == ("migrate", "Переход на новую версию схемы")
    assert (entry["channel"], entry["state"]) == ("migration", "main_page")
    sent = api.post(f"/flows/{flow}/events", {"event": "register"})
    assert (sent.status_code, sent.json()["state"]) == (200, "consent")
    api.portal.close()


def test_over_http_a_version_that_is_not_there_is_a_fault_of_the_portals() -> None:
    api = Api()
    flow = api.portal.start(Registration, caller=Caller(session="browser-1")).id
    update(api.portal, ONLY_SECOND)
    for answer in (api.get(f"/flows/{flow}"), api.post(f"/flows/{flow}/events", {"event": "cancel"})):
        assert (answer.status_code, answer.json()["code"]) == (503, "operator_error")
    api.portal.close()

"""The way back from Gosuslugi: only the browser that set out may bring the answer, and once."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from support.browser import Browser
from support.people import NOW
from support.web import (
    CHANNEL,
    GOOD_PASSWORD,
    GOSUSLUGI,
    MARGARITA,
    Site,
    at_card,
    at_consent,
    registered,
    sms_of,
    through_gosuslugi,
)

from registratura.host.gosuslugi import Progress, open_http, write_progress
from registratura.host.standins.web.gosuslugi_faults import Place, Trouble

CALLBACK = "/gosuslugi/callback"


def setting_out(browser: Browser) -> str:
    """The person goes to Gosuslugi; gives the `state` they took along."""
    at_consent(browser)
    browser.press("Да, я согласен")
    action, sent = browser.filled("госуслуги")
    flow = browser.page.flow
    there = browser.http.post(action, data=sent, follow_redirects=False).headers["location"]
    assert there.startswith(GOSUSLUGI)
    browser.open(f"/flow/{flow}")
    return parse_qs(urlsplit(there).query)["state"][0]


def answer_of(browser: Browser, state: str) -> str:
    """Where the stand-in would send the browser, not followed."""
    browser.follow("Вернуться на страницу Госуслуг")
    action, sent = browser.filled("Войти", login="rita", password="rita")
    answer: httpx.Response = browser.http.post(action, data=sent, follow_redirects=False)
    return answer.headers["location"]


def rejections(site: Site) -> list[str]:
    return [row.details for row in site.portal.gosuslugi.security_events()]


@pytest.mark.parametrize(
    "params", [{}, {"code": "x"}, {"state": "x"}, {"code": "x", "state": "y" * 5_000}, {"error": "e"}]
)
def test_an_answer_without_a_state_of_ours_moves_nothing(browser: Browser, site: Site, params: dict[str, str]) -> None:
    setting_out(browser)
    flow, version = browser.page.flow, site.portal.get(browser.page.flow).version
    page = browser.open(f"{CALLBACK}?{urlencode(params)}")
    assert (page.status, page.title.split(" —")[0]) == (400, "Ответ Госуслуг не принят")
    assert site.portal.get(flow).version == version
    assert len(rejections(site)) == 1


def test_the_answer_brought_by_another_browser_moves_nothing(browser: Browser, site: Site) -> None:
    state = setting_out(browser)
    flow = browser.page.flow
    answer = answer_of(browser, state)
    thief = site.browser()
    thief.open("/")
    assert thief.open(answer).status == 400
    assert rejections(site) == ["state.foreign"]
    assert site.portal.get(flow).account is None
    assert browser.open(answer).title.startswith("«Мои карты»")


def test_the_answer_opened_again_shows_what_it_was(browser: Browser, site: Site) -> None:
    answer = answer_of(browser, setting_out(browser))
    browser.open(answer)
    assert browser.open(answer).title.startswith("«Мои карты»")
    assert rejections(site) == []


def test_a_forged_answer_spends_the_state(browser: Browser, site: Site) -> None:
    state = setting_out(browser)
    forged = urlencode({"state": state, "code": "x", "error": "y"})
    page = browser.open(f"{CALLBACK}?{forged}")
    assert page.title.startswith("Госуслуги: первый этап")
    assert "Ответ Госуслуг не принят." in page.text
    assert "Вернуться на страницу Госуслуг" in page.links
    assert rejections(site) == ["answer.format"]
    honest = urlencode({"state": state, "error": "access_denied", "error_description": "ESIA-007004"})
    assert browser.open(f"{CALLBACK}?{honest}").title.startswith("Госуслуги: первый этап")


def test_an_answer_for_a_registration_that_was_stopped_changes_nothing(browser: Browser, site: Site) -> None:
    state = setting_out(browser)
    waiting, flow = browser.page, browser.page.flow
    answer = answer_of(browser, state)
    browser.press("Прекратить", waiting)
    assert browser.open(answer).title.startswith("Регистрация прекращена")
    assert site.portal.get(flow).state == "cancelled"


def test_the_form_may_be_redirected_to_gosuslugi_and_nowhere_else(browser: Browser) -> None:
    policy = browser.open("/").answer.headers["content-security-policy"]
    assert f"form-action 'self' {GOSUSLUGI};" in policy


def test_a_report_of_progress_must_be_signed(browser: Browser, site: Site) -> None:
    state = setting_out(browser)
    at = int(NOW.timestamp())
    body, headers = write_progress(
        b"another key", Progress(state=state, event="first_stage_passed", method="password", at=at)
    )
    assert browser.http.post("/gosuslugi/progress", content=body, headers=headers).status_code == 403
    assert site.portal.get(browser.page.flow).state == "gosuslugi.first_stage"
    body, headers = write_progress(CHANNEL, Progress(state=state, event="first_stage_passed", method="password", at=at))
    assert browser.http.post("/gosuslugi/progress", content=body, headers=headers).status_code == 204
    assert site.portal.get(browser.page.flow).state == "gosuslugi.sms_code"
    assert browser.http.post("/gosuslugi/progress", content=body, headers=headers).status_code == 409


def test_a_person_is_told_why_the_answer_was_refused(browser: Browser, site: Site) -> None:
    at_card(browser)
    browser.press("Получить данные с Госуслуг заново")
    browser.press("госуслуги")
    sms = browser.press("Войти", login="pyotr", password="pyotr")
    form = next(form for form in sms.forms if "code" in form.fields)
    page = browser.send(form.action, {"code": sms_of(site)})
    assert "На Госуслугах вошёл другой человек" in page.text
    assert "другой человек" not in browser.open(f"/flow/{page.flow}").text


@pytest.mark.parametrize("place", [Place.TOKEN, Place.PERSON])
def test_gosuslugi_that_is_too_slow_is_unavailable_and_nothing_is_lost(
    browser: Browser, site: Site, place: Place
) -> None:
    waited: list[float] = []

    def give_up(seconds: float) -> None:
        waited.append(seconds)
        raise httpx.ReadTimeout("the portal waits no longer")

    object.__setattr__(site.gosuslugi.options, "sleep", give_up)
    site.gosuslugi.faults.trouble, site.gosuslugi.faults.trouble_at = Trouble.SLOW, place
    at_consent(browser)
    browser.press("Да, я согласен")
    browser.press("госуслуги")
    page = through_gosuslugi(browser)
    assert waited[0] > (open_http().timeout.read or 0)
    assert page.title.startswith("Авторизация через Госуслуги")
    assert "Госуслуги сейчас не отвечают. Попробуйте немного позже." in page.text
    assert site.portal.engine.record(page.flow).data.accepted
    assert site.portal.get(page.flow).account is None
    site.gosuslugi.faults.clear()
    browser.press("госуслуги")
    assert through_gosuslugi(browser).title.startswith("«Мои карты»")


@pytest.mark.parametrize(
    ("faults", "notice"),
    [
        ({"answer_error": "007004"}, "Вы прервали вход"),
        ({"answer_error": "007007"}, "Госуслуги сейчас не отвечают"),
        ({"answer_error": "007011"}, "Разрешение Госуслуг устарело"),
    ],
)
def test_what_went_wrong_at_gosuslugi_is_told(
    browser: Browser, site: Site, faults: dict[str, str], notice: str
) -> None:
    for name, value in faults.items():
        setattr(site.gosuslugi.faults, name, value)
    at_consent(browser)
    browser.press("Да, я согласен")
    browser.press("госуслуги")
    page = through_gosuslugi(browser)
    assert page.title.startswith("Авторизация через Госуслуги")
    assert notice in page.text


def signed_in_beside(browser: Browser, site: Site) -> Browser:
    """Another window of the same browser, in which Margarita signs in by her password."""
    registered(site.browser())
    window = Browser(browser.http)
    window.open("/sign-in")
    window.press("Войти по логину и паролю")
    assert window.press("Войти", login=MARGARITA.phone or "", password=GOOD_PASSWORD).title.startswith("Вы вошли")
    return window


def test_who_comes_back_after_another_window_signed_in_is_told_so_and_nothing_moves(
    browser: Browser, site: Site
) -> None:
    state = setting_out(browser)
    flow = browser.page.flow
    answer = answer_of(browser, state)
    window = signed_in_beside(browser, site)
    page = browser.open(answer)
    assert (page.status, page.title.split(" —")[0]) == (409, "Ответ Госуслуг не использован")
    assert site.portal.get(flow).account is None
    assert window.open("/cabinet").status == 200


def test_who_proves_to_be_somebody_else_in_a_signed_in_browser_is_the_one_who_sits_there(
    browser: Browser, site: Site
) -> None:
    at_consent(other := site.browser())
    for pressed in ("Да, я согласен", "госуслуги"):
        other.press(pressed)
    other.press("Войти", login="pyotr", password="pyotr")
    other.press("Продолжить", code=sms_of(site))
    other.press("Данные верны")
    other.press("Продолжить без пароля")
    site.turn(seconds=61)
    window = signed_in_beside(browser, site)
    flow = browser.http.post("/api/flows", json={"flow": "sign_in"}).json()["id"]
    browser.http.post(f"/api/flows/{flow}/events", json={"event": "choose_gosuslugi", "payload": {}})
    browser.open(f"/flow/{flow}")
    browser.press("госуслуги")
    browser.press("Войти", login="pyotr", password="pyotr")
    assert browser.press("Продолжить", code=sms_of(site)).title.startswith("Вы вошли")
    window.open("/cabinet")
    window.press("Открыть на сайте")
    assert "+7 (908) 000-00-12" in window.press("Мои карты").text

"""Whose session it is: cookies, form tokens, other people's flows, the lives of sessions."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.browser import Browser
from support.web import GOOD_PASSWORD, MARGARITA, PORTAL, Site, at_card, at_consent, in_cabinet, registered

from registratura.flows.engine.codec import micros


def cookie(browser: Browser) -> str:
    return next(str(cookie.value) for cookie in browser.http.cookies.jar if cookie.domain == "portal.test")


def state_of(site: Site, browser: Browser) -> str:
    return site.portal.get(browser.page.flow).state


def test_the_cookie_is_closed_to_scripts_and_to_other_sites(browser: Browser) -> None:
    answer = browser.http.get("/", follow_redirects=False)
    told = answer.headers["set-cookie"].lower()
    assert all(part in told for part in ("httponly", "samesite=lax", "path=/"))
    assert "domain" not in told


def test_over_tls_the_cookie_is_secure_and_bound_to_the_host() -> None:
    site = Site(public_url="https://portal.test")
    told = site.http(follow=False).get("/").headers["set-cookie"]
    assert told.startswith("__Host-registratura=")
    assert "secure" in told.lower()


def test_signing_in_gives_a_new_token_and_the_old_one_opens_nothing(browser: Browser, site: Site) -> None:
    at_card(browser)
    before = cookie(browser)
    browser.press("Данные верны")
    browser.press("Продолжить без пароля")
    assert cookie(browser) != before
    thief = site.browser()
    thief.http.cookies.set("registratura", before, domain="portal.test")
    assert thief.open(str(browser.page.url)).status == 404
    assert thief.open("/cabinet").title.startswith("Вход в личный кабинет")


def test_signing_out_ends_the_session_on_the_server(browser: Browser, site: Site) -> None:
    in_cabinet(browser)
    kept = cookie(browser)
    browser.press("Выйти")
    browser.http.cookies.set("registratura", kept, domain="portal.test")
    assert browser.open("/cabinet").title.startswith("Вход в личный кабинет")


@pytest.mark.parametrize("token", [None, "", "0" * 64, "подделка", "f4" * 40_000])
def test_a_form_without_its_token_changes_nothing(browser: Browser, site: Site, token: str | None) -> None:
    at_consent(browser)
    action, sent = browser.filled("Да, я согласен")
    changed = {key: value for key, value in {**sent, "csrf": token}.items() if value is not None}
    flow = browser.page.flow
    answer = browser.send(action, changed)
    assert answer.status == 403
    assert answer.title.startswith("Форма устарела")
    assert site.portal.get(flow).state == "consent"


def test_the_token_of_another_session_does_not_do(browser: Browser, site: Site) -> None:
    other = site.browser()
    at_consent(other)
    at_consent(browser)
    action, sent = browser.filled("Да, я согласен")
    stolen = other.filled("Да, я согласен")[1]["csrf"]
    assert browser.send(action, {**sent, "csrf": stolen}).status == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": PORTAL}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_a_form_of_another_site_is_not_taken(browser: Browser, headers: dict[str, str], status: int) -> None:
    at_consent(browser)
    assert browser.send(*browser.filled("Закрыть"), **headers).status == status


@pytest.mark.parametrize("forged", ["0", "A" * 43, "\N{CYRILLIC SMALL LETTER A}" * 43, "x" * 5_000, '";<script>'])
def test_a_forged_cookie_is_a_new_visitor(site: Site, forged: str) -> None:
    http = site.http()
    answer = http.get("/", headers={"Cookie": f"registratura={forged}".encode()})
    assert answer.status_code == 200
    assert "Выбор региона" in answer.text


def test_another_session_is_not_told_that_a_flow_is_there(browser: Browser, site: Site) -> None:
    at_consent(browser)
    stranger = site.browser()
    stranger.open("/")
    there = stranger.open(f"/flow/{browser.page.flow}")
    nowhere = stranger.open("/flow/01a200e3-b585-79fd-b4db-43fb9368f831")
    assert (there.status, there.text) == (nowhere.status, nowhere.text) == (404, there.text)


def test_another_session_sends_nothing_to_a_flow(browser: Browser, site: Site) -> None:
    at_consent(browser)
    action, sent = browser.filled("Да, я согласен")
    stranger = site.browser()
    at_consent(stranger)
    mine = stranger.filled("Да, я согласен")[1]
    assert stranger.send(action, {**sent, "csrf": mine["csrf"]}).status == 404
    assert state_of(site, browser) == "consent"


def test_one_account_does_not_see_the_cabinet_of_another(browser: Browser, site: Site) -> None:
    in_cabinet(browser)
    other = site.browser()
    at_consent(other)
    assert other.open(str(browser.page.url)).status == 404


@pytest.mark.parametrize(("minutes", "title"), [(29, "Здоровье"), (31, "Вход в личный кабинет")])
def test_a_session_ends_when_nobody_has_looked_for_long(browser: Browser, site: Site, minutes: int, title: str) -> None:
    in_cabinet(browser)
    site.turn(minutes=minutes)
    assert browser.open("/cabinet").title.startswith(title)


def test_a_session_ends_after_half_a_day_however_busy(browser: Browser, site: Site) -> None:
    in_cabinet(browser)
    for _ in range(36):
        site.turn(minutes=20)
        page = browser.open("/cabinet")
    assert page.title.startswith("Вход в личный кабинет")


def test_whoever_waits_for_gosuslugi_may_wait_long(browser: Browser, site: Site) -> None:
    at_consent(browser)
    browser.press("Да, я согласен")
    site.turn(hours=20)
    assert browser.open("/").title.startswith("Авторизация через Госуслуги")


def test_a_card_on_the_screen_is_not_left_open(browser: Browser, site: Site) -> None:
    at_card(browser)
    site.turn(minutes=31)
    assert browser.open("/").title.startswith("Выбор региона")


@pytest.mark.parametrize("database", ["memory:", "sqlite"])
def test_a_session_that_ends_while_it_is_asked_stays_ended(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = f"sqlite:///{tmp_path / 'portal.db'}", str(tmp_path / "portal.key")
    site = Site(*kept) if database == "sqlite" else Site()
    browser = site.browser()
    in_cabinet(browser)
    browsers = site.app.state.site.browsers
    mine = browsers.open(cookie(browser))
    before = micros(site.clock() + timedelta(days=1))
    keep = browsers.keep

    def late(known: Any) -> None:
        browsers.sessions.end_of_account(mine.account, before)
        keep(known)

    with monkeypatch.context() as patch:
        patch.setattr(browsers, "keep", late)
        answer = browser.http.post("/explain", data=browser.filled("Как это устроено")[1], follow_redirects=False)
    assert (answer.status_code, answer.headers.get("set-cookie")) == (303, None)
    assert browsers.sessions.get(mine.id) is None
    assert browser.open("/cabinet").title.startswith("Вход в личный кабинет")
    site.portal.close()


def test_an_attachment_code_leaves_the_session_as_it_was(browser: Browser, site: Site) -> None:
    in_cabinet(browser)
    before = cookie(browser)
    browser.press("Прикрепление к клинике")
    browser.press("Подключить", code=site.code())
    assert cookie(browser) == before


def test_a_session_that_ended_while_it_signed_in_stays_ended(browser: Browser, site: Site) -> None:
    at_card(browser)
    browsers = site.app.state.site.browsers
    mine = browsers.open(cookie(browser))
    browsers.sessions.end(mine.id)
    browsers.renew(mine, "somebody")
    assert mine.lost
    assert browsers.sessions.get(mine.id) is None


def test_who_changes_the_password_stays_signed_in_here_and_nowhere_else(browser: Browser, site: Site) -> None:
    in_cabinet(browser)
    other = site.browser()
    other.open("/sign-in")
    other.press("Войти по логину и паролю")
    other.press("Войти", login="margarita@example.org", password=GOOD_PASSWORD)
    assert other.open("/cabinet").title.startswith("Личный кабинет")
    site.turn(seconds=1)
    before = cookie(browser)
    browser.press("Алексеева Маргарита Викторовна, настройки")
    browser.press("сохранить", current=GOOD_PASSWORD, password="Zvezda2026", repeat="Zvezda2026")
    site.turn(seconds=1)
    assert browser.open("/cabinet").status == 200
    assert cookie(browser) == before
    assert other.open("/cabinet").title.startswith("Вход в личный кабинет")


def test_a_form_sent_after_the_session_has_ended_says_so(browser: Browser, site: Site) -> None:
    in_cabinet(browser)
    site.turn(minutes=31)
    answer = browser.press("Клиники")
    assert (answer.status, answer.title.split(" —")[0]) == (403, "Сеанс закончился")


def test_neither_tokens_nor_what_was_typed_can_be_read_in_the_database(tmp_path: Path) -> None:
    site = Site(f"sqlite:///{tmp_path / 'portal.db'}", str(tmp_path / "portal.key"))
    browser = site.browser()
    at_card(browser)
    browser.press("Исправить", policy="1234567890123453")
    registered_token = cookie(browser)
    site.portal.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("portal.db*"))
    assert b"registratura_web_sessions" in stored
    for secret in (registered_token, "1234567890123453", MARGARITA.name.last):
        assert secret.encode() not in stored


def test_sessions_outlive_a_restart(tmp_path: Path) -> None:
    where = f"sqlite:///{tmp_path / 'portal.db'}", str(tmp_path / "portal.key")
    first = Site(*where)
    browser = first.browser()
    registered(browser)
    first.portal.close()
    second = Site(*where)
    again = second.browser()
    again.http.cookies = browser.http.cookies
    assert again.open("/cabinet").title.startswith("Личный кабинет")

"""Every form with nothing, the wrong thing, out of order: a Russian answer, no 500, no lost step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from support.browser import Browser, Page
from support.web import PORTAL, Site, at_card, at_consent, in_cabinet

from registratura.flows.errors import DatabaseUnavailable

STRANGE = {
    "nothing": "",
    "spaces": "   ",
    "emoji": "👩🏽\N{ZERO WIDTH JOINER}⚕\N{VARIATION SELECTOR-16}🏥",
    "right to left": "\N{RIGHT-TO-LEFT OVERRIDE}абв\N{LEFT-TO-RIGHT MARK}",
    "arabic digits": "١٢٣٤٥٦٧٨",
    "nul": "a\0b",
    "long": "я" * 2_000,
    "script": "<script>alert(1)</script>'\"--",
    "template": "{{ 7 * 7 }}{% raw %}",
}


def field_pages(browser: Browser, place: str) -> Page:
    """A page with fields to fill in."""
    if place == "region":
        return browser.open("/")
    if place == "card":
        return at_card(browser)
    if place == "password":
        at_card(browser)
        return browser.press("Данные верны")
    if place == "sign in":
        browser.open("/sign-in")
        return browser.press("Войти по логину и паролю")
    in_cabinet(browser)
    if place == "code":
        return browser.press("Прикрепление к клинике")
    return browser.press({"clinic": "Клиники", "relative": "Мои карты"}[place])


PLACES = {
    "region": "Выбрать",
    "card": "Исправить",
    "password": "сохранить",
    "sign in": "Войти",
    "code": "Подключить",
    "clinic": "Добавить",
    "relative": "Добавить карту близкого",
}


def visible(page: Page, caption: str) -> list[str]:
    form, _ = page.form_with(caption)
    return [name for name in (*form.fields, *form.checks) if form.types.get(name) != "hidden"]


@pytest.mark.parametrize("place", PLACES)
def test_whatever_is_typed_is_answered_on_the_page_it_was_typed_on(browser: Browser, site: Site, place: str) -> None:
    caption = PLACES[place]
    title = field_pages(browser, place).title.split(" —")[0]
    for text in STRANGE.values():
        page = browser.press(caption, **dict.fromkeys(visible(browser.page, caption), text))
        assert page.status == 200, text[:20]
        if page.title.startswith("Слишком много попыток"):
            return  # Judged as a guess, as it should be.
        assert page.title.removeprefix("Ошибка: ").split(" —")[0] == title, text[:20]
        assert "<script>alert" not in page.answer.text
        assert caption in page.captions


@pytest.mark.parametrize("place", PLACES)
def test_a_megabyte_in_a_field_is_too_much_and_changes_nothing(browser: Browser, site: Site, place: str) -> None:
    page = field_pages(browser, place)
    version = site.portal.get(page.flow).version
    field = visible(page, PLACES[place])[-1]
    answer = browser.press(PLACES[place], page, **{field: "1" * 1_000_000})
    assert answer.status == 413
    assert answer.title.startswith("Слишком много текста")
    assert answer.links["На главную" if place == "relative" else "Вернуться к шагу"]
    assert site.portal.get(page.flow).version == version


def test_a_body_of_unknown_length_is_counted_as_it_comes(browser: Browser) -> None:
    at_consent(browser)
    action, _ = browser.filled("Закрыть")
    answer = browser.http.send(httpx.Request("POST", action, stream=Chunks()))
    assert answer.status_code == 413


class Chunks(httpx.AsyncByteStream, httpx.SyncByteStream):
    """A body that does not say how long it will be."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b"a" * 100_000


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe\x00",
        b"&".join(b"a=1" for _ in range(500)),
        b'{"json": true}',
        b"csrf=%ED%A0%80&key=%00",
        b"%%%=%",
        b"",
    ],
)
def test_a_body_that_is_no_form_is_refused(browser: Browser, body: bytes) -> None:
    at_consent(browser)
    action, _ = browser.filled("Закрыть")
    assert browser.http.post(action, content=body).status_code in (400, 403)


def test_what_is_wrong_stands_at_its_field(browser: Browser) -> None:
    field_pages(browser, "password")
    page = browser.press("сохранить", password="abc", repeat="abd")
    assert page.title.startswith("Ошибка: ")
    wrong = [at for tag, at in page.elements if at.get("aria-invalid") == "true"]
    assert [at["name"] for at in wrong] == ["password", "repeat"]
    assert all(set(at["aria-describedby"].split()) <= page.ids for at in wrong)
    assert not any(at.get("value") for at in wrong)


def test_a_password_is_never_sent_back(browser: Browser) -> None:
    field_pages(browser, "sign in")
    page = browser.press("Войти", login="x" * 400, password="Tajna12345")
    assert page.title.startswith("Ошибка: ")
    assert "Tajna12345" not in page.answer.text
    again = browser.press("Войти", login="nobody@example.org", password="Tajna12345")
    assert "Tajna12345" not in again.answer.text


@pytest.mark.parametrize("event", ["confirm_card", "identity_confirmed", "expire", "no_such_event", "%00", "../x"])
def test_an_event_out_of_order_changes_nothing(browser: Browser, site: Site, event: str) -> None:
    page = at_consent(browser)
    _, sent = browser.filled("Закрыть")
    answer = browser.send(f"/flow/{page.flow}/{event}", sent)
    assert answer.status in (404, 405, 422) or ("div", {"class": "alert", "role": "alert"}) in answer.elements
    assert site.portal.get(page.flow).state == "consent"


def test_a_form_that_names_a_page_of_somebody_else_leads_to_its_own(browser: Browser, site: Site) -> None:
    browser.open("/")
    action, sent = browser.filled("Выбрать", region="74")
    page = browser.send(action, {**sent, "page": site.browser().open("/").flow})
    assert (page.status, page.title.split(" —")[0]) == (200, "Главная страница портала")


@pytest.mark.parametrize("flow", ["x", "01a200e3-b585-79fd-b4db-43fb9368f831", "%F0%9F%8F%A5", "a" * 3_000])
def test_a_flow_that_is_not_there_is_a_page_not_found(browser: Browser, flow: str) -> None:
    browser.open("/")
    assert browser.open(f"/flow/{flow}").status == 404
    assert browser.open(f"/flow/{flow}/gosuslugi").status == 404


@pytest.mark.parametrize("version", ["-1", "abc", "9" * 40, "٣", "1.5"])
def test_a_version_that_is_none_is_not_looked_at(browser: Browser, site: Site, version: str) -> None:
    flow = at_consent(browser).flow
    browser.press("Закрыть", version=version)
    assert site.portal.get(flow).state == "main_page"


def test_only_what_a_screen_offers_can_be_started(browser: Browser) -> None:
    in_cabinet(browser)
    browser.press("Мои карты")
    _, sent = browser.filled("Добавить карту близкого", last_name="Смирнов")
    assert browser.send("/start/patient_card/open_card", sent).status == 404
    assert browser.send("/start/registration/begin_registration", sent).status == 404


def test_an_address_that_asks_too_often_is_told_to_wait() -> None:
    site = Site(writes_per_minute=4)  # The first look begins a registration, which counts.
    browser = site.browser()
    browser.open("/")
    answers = [browser.press("Выбрать", browser.page, region="нет") for _ in range(3)]
    assert [page.status for page in answers] == [200, 200, 200]
    held = browser.press("Выбрать", region="нет")
    assert (held.status, held.answer.headers["retry-after"]) == (429, "60")
    site.turn(minutes=1)
    browser.open("/")
    assert browser.press("Выбрать", region="нет").status == 200


def test_a_broken_database_is_a_page_and_loses_nothing(
    browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = at_consent(browser)
    pressed = browser.filled("Да, я согласен")

    def down(*_: object, **__: object) -> None:
        raise DatabaseUnavailable(reason="a test")

    with monkeypatch.context() as patch:
        patch.setattr(site.portal, "send", down)
        answer = browser.send(*pressed)
    assert answer.status == 503
    assert "База данных не отвечает" in answer.text
    assert browser.send(*pressed).title.startswith("Авторизация через Госуслуги")
    assert site.portal.get(page.flow).state == "gosuslugi.entry"


@pytest.mark.parametrize("what", ["get", "change"])
def test_a_database_that_fails_under_a_session_is_a_page_too(
    browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def down(*_: object) -> None:
        raise DatabaseUnavailable(reason="a test")

    at_consent(browser)
    pressed = browser.filled("Да, я согласен", version="1")  # A stale page: the session has to say so.
    with monkeypatch.context() as patch:
        patch.setattr(site.app.state.site.browsers.sessions, what, down)
        answer = browser.send(*pressed)
    assert answer.status == 503
    assert "База данных не отвечает" in answer.text
    assert "Страница устарела" in browser.send(*pressed).text


def test_an_error_of_ours_is_a_page_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(site.portal, "start", broken)
    transport = httpx.ASGITransport(site.app, raise_app_exceptions=False)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url=PORTAL) as http:
            return await http.get("/")

    answer = asyncio.run(ask())
    assert answer.status_code == 500
    assert "Что-то пошло не так" in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]

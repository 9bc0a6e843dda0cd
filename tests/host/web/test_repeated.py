"""Forms sent twice, late, from an old page, or answered to nobody: it happens once, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.browser import Browser, Page
from support.web import GOOD_PASSWORD, Site, at_card, at_consent, registered


def test_a_form_pressed_twice_counts_once(browser: Browser, site: Site) -> None:
    consent = at_consent(browser)
    accepted = browser.filled("Да, я согласен")
    first = browser.send(*accepted)
    again = browser.send(*accepted)
    assert (first.title, again.title) == (again.title, first.title)
    assert site.portal.get(consent.flow).version == 4


def test_a_guess_pressed_twice_is_one_guess(browser: Browser, site: Site) -> None:
    registered(browser)
    other = site.browser()
    other.open("/sign-in")
    other.press("Войти по логину и паролю")
    guess = other.filled("Войти", login="margarita@example.org", password="wrong")
    for _ in range(9):
        page = other.send(*guess)
    assert "Логин или пароль не подошли" in page.text
    page = other.press("Войти", login="margarita@example.org", password=GOOD_PASSWORD)
    assert page.title.startswith("Вы вошли")


def test_the_last_step_pressed_twice_signs_in_once_and_breaks_nothing(browser: Browser, site: Site) -> None:
    at_card(browser)
    offer = browser.press("Данные верны")
    pressed = browser.filled("Продолжить без пароля")
    late = without_an_answer(browser, site, lambda: browser.send(*pressed))
    second = late.send(*pressed)
    assert second.title.startswith("Вы зарегистрированы")
    assert "Страница устарела" not in second.text
    assert late.open("/cabinet").title.startswith("Личный кабинет")
    assert browser.open(f"/flow/{offer.flow}").title.startswith("Вы зарегистрированы")


def test_the_way_back_from_gosuslugi_opened_twice_signs_in_once(browser: Browser, site: Site) -> None:
    registered(browser)
    again = site.browser()
    at_consent(again)
    again.press("Да, я согласен")
    again.press("госуслуги")
    way = answer_of_gosuslugi(again)
    late = without_an_answer(again, site, lambda: again.open(way))
    assert late.open(way).title.startswith("Вы уже зарегистрированы")
    assert late.open("/cabinet").title.startswith("Личный кабинет")


@pytest.mark.parametrize("changed", ["key", "csrf", "late"])
def test_who_only_has_the_old_token_is_not_handed_the_new_one(browser: Browser, site: Site, changed: str) -> None:
    at_card(browser)
    browser.press("Данные верны")
    action, sent = browser.filled("Продолжить без пароля")
    planted = without_an_answer(browser, site, lambda: browser.send(action, sent))
    site.turn(minutes=2 if changed == "late" else 1)
    other = {"key": "B" * 22, "csrf": "0" * 64}.get(changed)
    refused = planted.send(action, {**sent, changed: other} if other else sent)
    assert refused.status == 403
    assert "Личный кабинет" not in refused.text


def answer_of_gosuslugi(browser: Browser) -> str:
    """The address to which Gosuslugi sends the browser back."""
    action, sent = browser.filled("Войти", login="rita", password="rita")
    return browser.http.post(action, data=sent, follow_redirects=False).headers["location"]


def without_an_answer(browser: Browser, site: Site, send: Callable[[], Page]) -> Browser:
    """Somebody sends something, and the browser given has not heard the answer."""
    late = site.browser()
    late.http.cookies.update(dict(browser.http.cookies))
    send()
    return late


def test_a_stale_page_says_so_and_shows_how_it_is_now(browser: Browser, site: Site) -> None:
    browser.open("/")
    main = browser.press("Выбрать", region="74")
    browser.press("Зарегистрироваться")
    stale = browser.press("Выбрать другой регион", main)
    assert stale.text.count("Страница устарела") == 1
    assert stale.answer.request.method == "GET"
    assert "Страница устарела" not in browser.open(str(stale.url)).text
    assert "Да, я согласен" in stale.captions
    assert site.portal.get(main.flow).state == "consent"


def test_the_back_button_shows_the_step_that_is_now(browser: Browser) -> None:
    url = at_consent(browser).url
    browser.press("Да, я согласен")
    assert browser.open(str(url)).title.startswith("Авторизация через Госуслуги")
    assert browser.page.answer.headers["cache-control"] == "no-store"


def test_an_old_page_filled_in_anew_is_not_taken_for_the_old_request(browser: Browser, site: Site) -> None:
    first = browser.open("/")
    browser.press("Выбрать", region="74")
    again = browser.press("Выбрать", first, region="66")
    assert "Страница устарела" in again.text
    assert site.portal.engine.record(first.flow).data.region == "74"

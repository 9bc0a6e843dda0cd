"""What people read: what is missing is named, what was done is said, and everything is called by one name."""

from __future__ import annotations

import re

import pytest
from support.browser import Browser, Page
from support.web import GOOD_PASSWORD, Site, at_card, at_consent, in_cabinet, registered

from registratura.domain.regions import REGIONS
from registratura.flows.registration import Registration
from registratura.host import Registratura

BLANKS = ["", "   ", "\u200b\u202e\ufeff"]
LOGIN = "margarita@example.org"


def wrong(page: Page) -> dict[str, str]:
    """What stands at which field."""
    found = {}
    for _, at in page.elements:
        if at.get("aria-invalid") == "true":
            spot = re.search(f'id="{at["id"]}-error">([^<]*)', page.answer.text)
            found[at["name"]] = spot[1].strip() if spot else ""
    return found


def at_password(browser: Browser) -> Page:
    browser.open("/sign-in")
    return browser.press("Войти по логину и паролю")


# ─── What was left blank ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("blank", BLANKS, ids=repr)
def test_an_empty_sign_in_is_no_guess(browser: Browser, site: Site, blank: str) -> None:
    registered(browser)
    other = site.browser()
    at_password(other)
    for _ in range(9):
        page = other.press("Войти", login=blank, password=blank)
    assert wrong(page) == {"login": "Введите логин.", "password": "Введите пароль."}
    page = other.press("Войти", login=LOGIN, password=blank)
    assert wrong(page) == {"password": "Введите пароль."}
    assert page.form_with("Войти")[0].fields["login"] == LOGIN
    assert other.press("Войти", login=LOGIN, password=GOOD_PASSWORD).title.startswith("Вы вошли")


@pytest.mark.parametrize("blank", BLANKS, ids=repr)
def test_every_empty_choice_has_words_of_its_own(browser: Browser, blank: str) -> None:
    browser.open("/")
    assert wrong(browser.press("Выбрать", region=blank)) == {"region": "Выберите регион."}
    in_cabinet(browser)
    browser.press("Клиники")
    assert wrong(browser.press("Добавить", clinic=blank)) == {"clinic": "Выберите клинику."}
    browser.press("Ввести код")
    assert wrong(browser.press("Подключить", code=blank)) == {"code": "Введите код."}


@pytest.mark.parametrize("blank", BLANKS, ids=repr)
def test_an_empty_new_password_is_asked_for(browser: Browser, blank: str) -> None:
    in_cabinet(browser)
    browser.press("Меню")
    browser.press("настройки")
    page = browser.press("сохранить", current=blank, password=blank, repeat=blank)
    assert wrong(page) == {"current": "Введите прежний пароль.", "password": "Введите новый пароль."}


# ─── What was typed ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_marks_that_nobody_sees_make_nothing_wrong(browser: Browser, site: Site) -> None:
    in_cabinet(browser)
    code = site.code()
    browser.press("Прикрепление к клинике")
    page = browser.press("Подключить", code=f"\u202a{code[:4]}\u200b {code[4:]}\u202c\u200e")
    assert page.title.startswith("Код активирован")
    other = site.browser()
    at_password(other)
    page = other.press("Войти", login="\u2068+7 900 123-45-67\u2069\ufeff", password=GOOD_PASSWORD)
    assert page.title.startswith("Вы вошли")


def test_what_is_no_code_stays_in_its_field_and_a_code_does_not(browser: Browser, site: Site) -> None:
    in_cabinet(browser)
    browser.press("Прикрепление к клинике")
    page = browser.press("Подключить", code="1234 567o")
    assert wrong(page)["code"].startswith("Это не похоже на код")
    assert page.form_with("Подключить")[0].fields["code"] == "1234 567o"
    page = browser.press("Подключить", code="1234 5678")
    assert wrong(page)["code"].startswith("Код не подошёл")
    assert "1234 5678" not in page.answer.text


def test_a_good_code_is_not_shown_again_because_of_something_else(browser: Browser, site: Site) -> None:
    in_cabinet(browser)
    browser.press("Прикрепление к клинике")
    action, sent = browser.filled("Подключить", code="1234 5678")
    del sent["text_sha256"]
    assert "1234 5678" not in browser.send(action, sent).answer.text


# ─── What was done ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_saved_changes_are_said_to_be_saved_and_said_once(browser: Browser) -> None:
    page = at_card(browser)
    assert "Изменения сохранены" not in page.text
    page = browser.press("Исправить", policy="АБ 123456")
    assert "Изменения сохранены." in page.text
    assert "Изменения сохранены" not in browser.open(f"/flow/{page.flow}").text
    browser.press("Проверить позже")
    browser.press("Продолжить без пароля")
    browser.follow("Открыть личный кабинет")
    browser.press("Открыть на сайте")
    assert "Изменения сохранены." in browser.press("Исправить", policy="АБ 654321").text
    assert "Изменения сохранены" not in browser.press("Исправить", policy="АБ 654321").text


def test_what_was_added_and_set_is_said(browser: Browser) -> None:
    in_cabinet(browser)
    browser.press("Клиники")
    assert "Клиника добавлена." in browser.press("Добавить", clinic="uralskaya").text
    browser.press("Мои карты")
    child = {"last_name": "Алексеев", "first_name": "Миша", "birth_date": "15.05.2016"}
    assert "Карта добавлена." in browser.press("Добавить карту близкого", **child).text
    browser.press("Меню")
    browser.press("настройки")
    typed = {"current": GOOD_PASSWORD, "password": "Zvezda2026", "repeat": "Zvezda2026"}
    assert "Пароль изменён." in browser.press("сохранить", **typed).text


# ─── What is shown ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_main_page_names_the_region(browser: Browser) -> None:
    browser.open("/")
    assert "Ваш регион: Челябинская область." in browser.press("Выбрать", region="74").text


def test_regions_are_looked_up_by_the_alphabet() -> None:
    options = [*Registratura("memory:", lambda: b"k" * 32).start(Registration).screen.items["regions"].values()]
    assert len(options) == len(REGIONS)
    alphabet = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
    keys = [[alphabet.find(letter) for letter in option.lower()] for option in options]
    assert keys == sorted(keys)
    assert options[0] == "Алтайский край"
    assert options.index("Москва") == options.index("Московская область") - 1


def test_both_ways_to_open_the_cabinet_are_there_as_the_text_says(browser: Browser) -> None:
    registered(browser)
    page = browser.follow("Открыть личный кабинет")
    assert "на сайте или в мобильном приложении" in page.text
    assert {"Открыть на сайте", "Открыть в мобильном приложении"} <= set(page.captions)


@pytest.mark.parametrize("channel", ["Открыть на сайте", "Открыть в мобильном приложении"])
def test_each_button_of_the_code_entry_works_where_it_is_shown(browser: Browser, channel: str) -> None:
    """What is shown follows from how the cabinet was opened, not from how wide the page is now."""
    in_cabinet(browser, channel)
    browser.press("Меню")
    page = browser.press("Права клиник")
    shown = [caption for caption in page.captions if caption in ("Ввести код прикрепления", "+")]
    assert shown == ["Ввести код прикрепления"] + (["+"] if "мобильном" in channel else [])
    for caption in shown:
        assert browser.press(caption, page).title.startswith("Прикрепление к клинике")
        page = browser.open(f"/flow/{page.flow}")


def test_a_stopped_code_entry_claims_nothing_of_the_code(browser: Browser, site: Site) -> None:
    in_cabinet(browser)
    first = browser.press("Прикрепление к клинике")
    browser.open("/cabinet")
    browser.press("Прикрепление к клинике")
    browser.press("Подключить", code=site.code())
    page = browser.press("Прекратить", first)
    assert page.title.startswith("Прикрепление прекращено")
    assert "неиспользованным" not in page.text


def test_a_telephone_is_written_in_one_way(browser: Browser) -> None:
    page = at_card(browser)
    assert "+7 (900) 123-45-67" in page.text
    assert re.sub(r"\+7 \(900\) 123-45-67", "", page.text).count("+7") == 0
    browser.press("Данные верны")
    browser.press("Продолжить без пароля")
    browser.follow("Открыть личный кабинет")
    browser.press("Открыть на сайте")
    browser.press("Меню")
    assert "Ваш логин +7 (900) 123-45-67, " in browser.press("настройки").text


def test_who_is_signed_in_is_not_told_to_sign_in(browser: Browser, site: Site) -> None:
    nowhere = "/flow/01a200e3-b585-79fd-b4db-43fb9368f831"
    in_cabinet(browser)
    page = browser.open(nowhere)
    assert page.status == 404
    assert "Войдите" not in page.text
    assert "Открыть личный кабинет" in page.links
    page = site.browser().open(nowhere)
    assert (page.status, "Войдите" in page.text) == (404, True)


def test_who_signs_in_again_does_not_land_where_all_is_over(browser: Browser, site: Site) -> None:
    finished = registered(browser).flow
    other = site.browser()
    assert other.open(f"/flow/{finished}").status == 404
    other.follow("Войти")
    other.press("Войти по логину и паролю")
    page = other.press("Войти", login=LOGIN, password=GOOD_PASSWORD)
    assert page.title.startswith("Личный кабинет")
    assert other.press("Открыть на сайте").title.startswith("Здоровье")


def test_what_was_waited_for_too_long_says_so(browser: Browser, site: Site) -> None:
    at_consent(browser)
    flow = browser.press("Да, я согласен").flow
    browser.press("госуслуги")
    site.turn(days=6)
    page = browser.open(f"/flow/{flow}")
    assert page.title.startswith("Время регистрации истекло")
    assert "новая регистрация и новое согласие" in page.text


def test_who_comes_back_too_late_is_told_of_it_before_they_begin_anew(browser: Browser, site: Site) -> None:
    at_consent(browser)
    site.turn(days=6)
    page = browser.open("/")
    assert page.title.startswith("Выбор региона")
    assert "Время регистрации истекло." in page.text
    assert "Время регистрации истекло." not in browser.open("/").text


def test_who_is_just_registering_is_not_told_to_sign_in(browser: Browser, site: Site) -> None:
    assert "Войти" in at_consent(browser).links
    assert "Войти" not in at_card(site.browser()).links


def test_the_panel_says_what_its_numbers_are(browser: Browser) -> None:
    at_consent(browser)
    assert "Номера после действий — ветки спецификации" in browser.press("Как это устроено").text

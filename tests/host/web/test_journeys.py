"""The two journeys, page by page, as a person without scripts walks them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.browser import Browser
from support.web import (
    BLOOD,
    GOOD_PASSWORD,
    GOSUSLUGI,
    MARGARITA,
    Site,
    at_card,
    at_consent,
    in_cabinet,
    registered,
    sms_of,
    through_gosuslugi,
)


def test_a_person_registers(browser: Browser) -> None:
    assert browser.open("/").title.startswith("Выбор региона")
    assert browser.press("Выбрать", region="74").title.startswith("Главная страница портала")
    consent = browser.press("Зарегистрироваться")
    assert "СОГЛАСИЕ НА ОБРАБОТКУ ПЕРСОНАЛЬНЫХ ДАННЫХ" in consent.text
    assert "Версия текста: sample-1" in consent.text
    entry = browser.press("Да, я согласен")
    assert {"госуслуги", "Нажмите здесь для регистрации с помощью учетной записи портала госуслуг"} <= set(
        entry.captions
    )
    assert browser.press("госуслуги").url.host == "gosuslugi.test"
    card = through_gosuslugi(browser)
    assert card.title.startswith("«Мои карты»: проверка данных")
    assert "Фамилия Алексеева проверено Госуслугами" in card.text
    assert "Полис ОМС — не заполнено" in card.text
    offer = browser.press("Данные верны")
    assert [offer.forms[0].types[name] for name in ("password", "repeat")] == ["password", "password"]
    assert browser.press("сохранить", password=GOOD_PASSWORD, repeat=GOOD_PASSWORD).title.startswith(
        "Вы зарегистрированы"
    )


def test_the_link_leads_to_gosuslugi_like_the_button(browser: Browser) -> None:
    at_consent(browser)
    browser.press("Да, я согласен")
    there = browser.press("Нажмите здесь для регистрации с помощью учетной записи портала госуслуг")
    assert there.url.host == "gosuslugi.test"


def test_who_declines_is_told_so_and_may_begin_anew(browser: Browser) -> None:
    at_consent(browser)
    assert "мы не сохранили никаких персональных данных" in browser.press("Нет, я отказываюсь").text
    assert browser.follow("На главную").title.startswith("Выбор региона")


def test_a_card_is_corrected_where_gosuslugi_did_not_verify_it(browser: Browser) -> None:
    form, _ = at_card(browser).form_with("Исправить")
    assert [name for name in form.fields if name.startswith("changes.")] == ["changes.policy"]
    wrong = browser.press("Исправить", policy="123")
    assert "шестнадцать цифр" in wrong.text
    assert wrong.form_with("Исправить")[0].fields["changes.policy"] == "123"
    right = browser.press("Исправить", policy="7455310895000014")
    assert "Полис ОМС 7455310895000014 не проверено вписано вручную" in right.text


def test_who_gets_stuck_at_the_sms_comes_back(browser: Browser, site: Site) -> None:
    at_consent(browser)
    browser.press("Да, я согласен")
    browser.press("госуслуги")
    browser.press("Войти", login="pyotr", password="pyotr")
    assert browser.open("/").title.startswith("Одноразовый код из СМС")
    help_page = browser.press("Не приходит смс")
    assert "Запросите код ещё раз" in help_page.text
    assert browser.press("обратиться в службу поддержки").title.startswith("Служба поддержки Госуслуг: СМС")
    browser.press("Назад")
    site.turn(seconds=61)
    browser.follow("Вернуться на страницу Госуслуг")
    sms = browser.press("Войти", login="pyotr", password="pyotr")
    form = next(form for form in sms.forms if "code" in form.fields)
    assert browser.send(form.action, {"code": sms_of(site)}).title.startswith("«Мои карты»")


def test_support_mends_the_sms(browser: Browser, site: Site) -> None:
    site.gosuslugi.people.citizens["pyotr"].sms_arrives = 0
    at_consent(browser)
    browser.press("Да, я согласен")
    browser.press("госуслуги")
    browser.press("Войти", login="pyotr", password="pyotr")
    browser.follow("Не приходит смс")
    browser.follow("обратиться в службу поддержки")
    assert "всё починили" in browser.press("Отправить обращение", text="СМС не приходит").text
    browser.follow("Вернуться к советам")
    browser.follow("Вернуться к вводу кода")
    site.turn(seconds=61)
    browser.press("Отправить код ещё раз")
    assert browser.press("Продолжить", code=sms_of(site)).title.startswith("«Мои карты»")


def test_everything_works_with_the_progress_channel_off() -> None:
    site = Site(progress_key=None)
    browser = site.browser()
    at_consent(browser)
    browser.press("Да, я согласен")
    browser.press("госуслуги")
    sms = browser.press("Войти", login="pyotr", password="pyotr")
    assert site.browser().http.post("/gosuslugi/progress").status_code in (404, 405)
    assert browser.open("/").title.startswith("Госуслуги: первый этап")
    assert "Не приходит смс" in browser.page.captions
    form = next(form for form in sms.forms if "code" in form.fields)
    assert browser.send(form.action, {"code": sms_of(site)}).title.startswith("«Мои карты»")


def test_who_cancels_at_gosuslugi_keeps_the_consent(browser: Browser) -> None:
    at_consent(browser)
    browser.press("Да, я согласен")
    there = browser.press("госуслуги")
    visit = there.url.path
    back = browser.send(f"{GOSUSLUGI}{visit}/cancel", {})
    assert back.title.startswith("Авторизация через Госуслуги")
    assert "Вы прервали вход на Госуслугах" in back.text


def test_a_person_signs_out_and_in_both_ways(browser: Browser) -> None:
    in_cabinet(browser)
    assert browser.press("Выйти").title.startswith("Вы вышли")
    browser.follow("Войти")
    browser.press("Войти по логину и паролю")
    wrong = browser.press("Войти", login="margarita@example.org", password="no")
    assert "Логин или пароль не подошли" in wrong.text
    form, _ = wrong.form_with("Войти")
    assert (form.fields["login"], form.fields["password"]) == ("margarita@example.org", "")
    assert browser.press("Войти", login="margarita@example.org", password=GOOD_PASSWORD).title.startswith("Вы вошли")
    browser.press("Выйти")
    browser.follow("Войти")
    browser.press("Войти через Госуслуги")
    browser.press("госуслуги")
    assert through_gosuslugi(browser).title.startswith("Вы вошли")


@pytest.mark.parametrize(
    ("path", "channel"),
    [
        (("Прикрепление к клинике",), "Открыть на сайте"),
        (("Клиники", "Ввести код"), "Открыть на сайте"),
        (("Меню", "Права клиник", "Ввести код прикрепления"), "Открыть на сайте"),
        (("Меню", "Права клиник", "+"), "Открыть в мобильном приложении"),
    ],
)
def test_a_clinic_is_attached_from_each_place(
    browser: Browser, site: Site, path: tuple[str, ...], channel: str
) -> None:
    in_cabinet(browser, channel)
    for caption in path:
        browser.press(caption)
    assert "Алексеева Маргарита Викторовна, 12.08.2000" in browser.page.text
    assert browser.press("Подключить", code=site.code()).title.startswith("Код активирован")
    site.portal.run_due()
    browser.follow("Открыть личный кабинет")
    assert BLOOD.title in browser.press("Медкарта").text


def test_there_is_no_plus_on_the_site(browser: Browser) -> None:
    in_cabinet(browser)
    browser.press("Меню")
    assert "+" not in browser.press("Права клиник").captions


def test_a_right_is_withdrawn_and_what_came_stays(browser: Browser, site: Site) -> None:
    in_cabinet(browser)
    browser.press("Прикрепление к клинике")
    browser.press("Подключить", code=site.code())
    site.portal.run_due()
    browser.follow("Открыть личный кабинет")
    browser.press("Меню")
    browser.press("Права клиник")
    assert "право отозвано" in browser.press("Отозвать право").text
    browser.press("Меню")
    assert BLOOD.title in browser.press("Медкарта").text


def test_a_relative_is_added_confirmed_and_deleted(browser: Browser) -> None:
    in_cabinet(browser)
    browser.press("Мои карты")
    assert "Поле «Имя» обязательно" in browser.press("Добавить карту близкого", last_name="Смирнов").text
    assert browser.page.form_with("Добавить карту близкого")[0].fields["fields.last_name"] == "Смирнов"
    child = {"last_name": "Смирнов", "first_name": "Михаил", "birth_date": "15.05.2016"}
    assert "Смирнов Михаил карта близкого" in browser.press("Добавить карту близкого", **child).text
    browser.press("Данные верны")
    form = [form for form in browser.page.forms if "confirmed" in form.checks][-1]
    assert "Подтвердите, что хотите её удалить" in browser.send(form.action, form.fields).text
    form = [form for form in browser.page.forms if "confirmed" in form.checks][-1]
    assert "Смирнов" not in browser.send(form.action, {**form.fields, "confirmed": "true"}).text


def test_a_password_changed_ends_the_other_sessions_before_it_says_so(browser: Browser, site: Site) -> None:
    in_cabinet(browser)
    other = site.browser()
    other.open("/sign-in")
    other.press("Войти по логину и паролю")
    other.press("Войти", login=MARGARITA.email or "", password=GOOD_PASSWORD)
    browser.press("Меню")
    browser.press("Пароль")
    words = {"password": "Zvezda2026", "repeat": "Zvezda2026", "current": GOOD_PASSWORD}
    site.clock.turn(timedelta(seconds=1))
    assert "Пароль изменён" in browser.press("сохранить", **words).text
    assert other.open("/cabinet").title.startswith("Вход в личный кабинет")
    assert browser.open("/cabinet").title.startswith("Пароль")


def test_a_password_changed_ends_the_other_sessions_and_not_this_one(browser: Browser, site: Site) -> None:
    in_cabinet(browser)
    other = site.browser()
    other.open("/sign-in")
    other.press("Войти по логину и паролю")
    other.press("Войти", login="margarita@example.org", password=GOOD_PASSWORD)
    other.follow("Открыть личный кабинет")
    site.turn(seconds=1)
    browser.press("Меню")
    browser.press("настройки")
    new = "Zvezda2026"
    changed = browser.press("сохранить", current=GOOD_PASSWORD, password=new, repeat=new)
    assert changed.status == 200
    site.turn(seconds=1)
    assert browser.open("/cabinet").title.startswith("Настройки")
    assert other.open("/cabinet").title.startswith("Вход в личный кабинет")


def test_who_comes_by_sign_in_and_is_not_registered_is_offered_registration(browser: Browser) -> None:
    browser.open("/sign-in")
    browser.press("Войти через Госуслуги")
    browser.press("госуслуги")
    assert "вы ещё не зарегистрированы" in through_gosuslugi(browser).text
    assert browser.follow("На главную").title.startswith("Выбор региона")


def test_who_must_sign_in_first_comes_to_the_page_they_wanted(browser: Browser, site: Site) -> None:
    in_cabinet(browser)
    entry = browser.press("Прикрепление к клинике").url
    site.turn(minutes=31)
    assert browser.open(str(entry)).status == 404
    browser.follow("Войти")
    browser.press("Войти по логину и паролю")
    back = browser.press("Войти", login="margarita@example.org", password=GOOD_PASSWORD)
    assert back.url == entry
    assert browser.press("Подключить", code=site.code()).title.startswith("Код активирован")


def test_who_is_registered_already_is_signed_in(browser: Browser, site: Site) -> None:
    registered(browser)
    again = site.browser()
    at_consent(again)
    again.press("Да, я согласен")
    again.press("госуслуги")
    assert through_gosuslugi(again).title.startswith("Вы уже зарегистрированы")
    assert again.open("/cabinet").title.startswith("Личный кабинет")
    assert MARGARITA.name.full not in browser.open("/cabinet").title

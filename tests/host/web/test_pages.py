"""What holds for every page: it can be read, heard and used with a keyboard; headers; the panel."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from support.browser import Browser, Page
from support.web import MARGARITA, Site, at_card, at_consent, in_cabinet

import registratura.host.web as web
from registratura.flows.catalogue import FLOWS
from registratura.host.web.guard import address_of, elsewhere
from registratura.host.web.options import WebOptions
from registratura.host.web.panel import _pairs
from registratura.host.web.text import paragraphs

STYLE = (Path(str(web.__file__)).parent / "static" / "portal.css").read_text("utf-8")
SECTIONS = ("Здоровье", "Клиники", "Сообщения", "Лекарства", "Меню", "Мои карты", "Медкарта")


def every_page(browser: Browser, other: Browser) -> list[Page]:
    pages = [at_consent(browser), browser.press("Да, я согласен"), browser.open("/static/none")]
    pages += [at_card(other), other.press("Данные верны"), other.press("сохранить", password="a", repeat="b")]
    other.press("Продолжить без пароля")
    other.follow("Открыть личный кабинет")
    pages += [other.page, other.press("Открыть на сайте"), other.press("Прикрепление к клинике")]
    other.follow(MARGARITA.name.full)
    for caption in SECTIONS:
        pages.append(other.press(caption))
    other.press("Меню")
    for caption in ("настройки", "Пароль", "Права клиник"):
        pages.append(other.press(caption))
    return pages


def test_every_page_can_be_heard_and_used_with_a_keyboard(browser: Browser, site: Site) -> None:
    for page in every_page(browser, site.browser()):
        tags = [tag for tag, _ in page.elements]
        assert ("html", {"lang": "ru"}) in page.elements
        assert (tags.count("h1"), tags.count("main"), tags.count("title")) == (1, 1, 1), page.title
        assert page.links["К содержанию"].endswith("#main")
        assert "script" not in tags
        assert not [at for _, at in page.elements if any(name == "style" or name.startswith("on") for name in at)]
        ids = [at["id"] for _, at in page.elements if "id" in at]
        assert len(ids) == len(set(ids)), page.title
        _labelled(page)
        levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
        assert all(after - before <= 1 for before, after in pairwise(levels)), (page.title, levels)


def _labelled(page: Page) -> None:
    """Each control has a label, and what describes it is there."""
    labels = {at["for"] for tag, at in page.elements if tag == "label" and "for" in at}
    for tag, at in page.elements:
        if tag not in ("input", "select") or at.get("type") in ("hidden", "checkbox"):
            continue
        assert at["id"] in labels, (page.title, at)
        assert set(at.get("aria-describedby", "").split()) <= page.ids


def test_every_page_has_the_headers_that_guard_it(browser: Browser, site: Site) -> None:
    for page in every_page(browser, site.browser()):
        headers = page.answer.headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert (headers["referrer-policy"], headers["x-content-type-options"]) == ("no-referrer", "nosniff")


COLOURS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", STYLE))
TEXTS = [("ink", "paper"), ("ink", "ground"), ("soft", "paper"), ("soft", "ground"), ("main-dark", "paper")]
TEXTS += [("main-dark", "main-pale"), ("paper", "main"), ("paper", "main-dark"), ("bad", "paper"), ("bad", "bad-pale")]
TEXTS += [("good", "good-pale"), ("warn", "warn-pale"), ("ink", "bad-pale"), ("ink", "main-pale")]


@pytest.mark.parametrize(
    ("ink", "ground", "least"), [(*pair, 4.5) for pair in TEXTS] + [("edge", "paper", 3), ("focus", "paper", 3)]
)
def test_there_is_contrast_enough(ink: str, ground: str, least: float) -> None:
    light, dark = sorted((_luminance(COLOURS[ink]), _luminance(COLOURS[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= least


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_panel_is_off_until_it_is_asked_for(browser: Browser) -> None:
    assert "Последние записи журнала" not in at_consent(browser).text
    panel = browser.press("Как это устроено")
    assert "Процесс registration , состояние consent" in panel.text
    assert "Зарегистрироваться R2 → Согласие на обработку персональных данных" in panel.text
    moments = [at["datetime"] for tag, at in panel.elements if tag == "time"]
    assert [moment[-6:] for moment in moments] == ["+03:00"] * 3
    assert f" {moments[0][11:19]} " in panel.text
    lit = [at.get("class") for tag, at in panel.elements if tag == "g"]
    assert (lit.count("now"), lit.count("walked")) == (1, 2)
    assert "Последние записи журнала" not in browser.press("Закрыть «Как это устроено»").text


def test_the_panel_shows_no_personal_data(browser: Browser) -> None:
    at_card(browser)
    page = browser.press("Как это устроено")
    panel = page.answer.text.partition("<aside")[2].partition("</aside>")[0]
    assert "Личность подтверждена Госуслугами" in panel
    for known in (MARGARITA.name.last, MARGARITA.snils, MARGARITA.oid, MARGARITA.phone):
        assert str(known) not in panel


def test_a_host_may_leave_the_panel_out() -> None:
    browser = Site(explains=False).browser()
    assert "Как это устроено" not in at_consent(browser).text
    _, sent = browser.filled("Закрыть")
    assert "Последние записи" not in browser.send("/explain", sent).text


@pytest.mark.parametrize("flow", FLOWS)
def test_the_panel_can_draw_every_chart(flow: str) -> None:
    answers = FLOWS[flow].answers
    assert {state for pair in _pairs(answers) for state in pair} <= set(answers.places)


def test_the_name_at_the_top_leads_to_the_settings(browser: Browser) -> None:
    in_cabinet(browser)
    assert browser.press(f"{MARGARITA.name.full}, настройки").title.startswith("Настройки")


PROXY = WebOptions(trusted_proxies=("10.0.0.0/8",)).proxies()


@pytest.mark.parametrize(
    ("peer", "passed", "found"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "made up", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.7", "10.0.0.7"),
    ],
)
def test_only_a_trusted_proxy_says_where_a_request_comes_from(peer: str, passed: str, found: str) -> None:
    from starlette.datastructures import Headers

    assert address_of({"client": (peer, 1)}, Headers({"x-forwarded-for": passed}), PROXY) == found


@pytest.mark.parametrize(
    ("host", "ours", "goes"),
    [
        ("localhost:8000", "127.0.0.1:8000", True),
        ("127.0.0.1:8000", "127.0.0.1:8000", False),
        ("localhost:9000", "127.0.0.1:8000", False),
        ("evil.test:8000", "127.0.0.1:8000", False),
        ("internal:8000", "portal.example.ru", False),
    ],
)
def test_another_name_of_this_machine_leads_to_the_one_that_is_known(host: str, ours: str, goes: bool) -> None:
    assert elsewhere(host, ours) is goes


def test_a_refusal_is_said_where_its_form_is_gone(browser: Browser) -> None:
    browser.open("/sign-in")
    browser.press("Войти по логину и паролю")
    while "Войти" in browser.page.captions:
        browser.press("Войти", login="nobody@example.ru", password="Mimo1Celi")
    assert browser.page.title.startswith("Слишком много попыток")
    assert "Логин или пароль не подошли" in browser.page.answer.text


def test_an_empty_line_begins_a_paragraph_and_a_broken_one_does_not() -> None:
    assert list(paragraphs("Раз,\nдва.\n\nТри:\n- а\n- б\n")) == [
        ("p", ["Раз, два."]),
        ("p", ["Три:"]),
        ("ul", ["а", "б"]),
    ]

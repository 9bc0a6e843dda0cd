"""«Права клиник»: what withdrawing one means is said before, and when it was done after."""

from __future__ import annotations

from support.browser import Browser, Page
from support.web import Site, in_cabinet

SECTION = "Права клиник"


def with_right(browser: Browser, site: Site) -> Page:
    """In «Права клиник», with a right under which a document came."""
    in_cabinet(browser)
    attach(browser, site)
    return in_rights(browser)


def attach(browser: Browser, site: Site) -> None:
    browser.open("/cabinet")
    browser.press("Клиники")
    browser.press("Ввести код")
    assert browser.press("Подключить", code=site.code()).title.startswith("Код активирован")
    site.portal.run_due()


def in_rights(browser: Browser) -> Page:
    browser.open("/cabinet")
    browser.press("Меню")
    return browser.press(SECTION)


def boxes(page: Page) -> int:
    return [at.get("aria-label") for tag, at in page.elements if tag == "section"].count("Уральская клиника")


def test_before_a_right_is_withdrawn_it_is_said_what_that_means(browser: Browser, site: Site) -> None:
    page = with_right(browser, site)
    site.turn(days=1)
    before = page.answer.text.partition("<details")[2].partition("</details>")[0]
    for words in (
        *("<summary>Отозвать право</summary>", "Клиника: Уральская клиника", "вы дали 02.03.2026"),
        *("новые документы из этой клиники поступать не будут", "которые уже поступили, останутся в медкарте"),
    ):
        assert words in before, words
    assert "<details" not in page.answer.text.partition("</details>")[2].partition("</main>")[0]


def test_after_a_right_was_withdrawn_that_is_said_with_the_date(browser: Browser, site: Site) -> None:
    with_right(browser, site)
    site.turn(minutes=29)
    page = browser.press("Отозвать право")
    assert "Право отозвано 02.03.2026: Уральская клиника больше не передаёт данные в вашу медкарту." in page.text
    assert "право отозвано 02.03.2026 Поступило документов: 1. Дано 02.03.2026." in page.text
    assert "Отозвать право" not in page.captions
    assert "больше не передаёт" not in in_rights(browser).text
    assert "Общий анализ крови" in browser.press("Медкарта").text


def test_a_clinic_that_is_attached_again_is_one_clinic(browser: Browser, site: Site) -> None:
    with_right(browser, site)
    browser.press("Отозвать право")
    site.portal.run_due()
    attach(browser, site)
    page = in_rights(browser)
    assert boxes(page) == 1
    assert "право действует Поступило документов: 1. Дано 02.03.2026. Раньше отозвано: 02.03.2026." in page.text
    browser.press("Отозвать право")
    page = in_rights(browser)
    assert (boxes(page), page.captions.count("Отозвать право")) == (1, 0)
    assert "право отозвано 02.03.2026" in page.text


def test_after_the_consent_was_withdrawn_the_settings_say_until_when_the_data_is_there(browser: Browser) -> None:
    in_cabinet(browser)
    browser.press("Меню")
    browser.press("настройки")
    page = browser.press("Отозвать согласие")
    assert "Вы отозвали согласие 02.03.2026" in page.text
    assert "не позднее 01.04.2026" in page.text


def test_a_document_says_whose_it_is(browser: Browser, site: Site) -> None:
    with_right(browser, site)
    browser.open("/cabinet")
    assert "Уральская клиника · Карта: Алексеева Маргарита Викторовна" in browser.press("Медкарта").text


def test_a_childs_right_is_told_from_ones_own(browser: Browser, site: Site) -> None:
    page = with_right(browser, site)
    assert "Карта: Алексеева Маргарита Викторовна" in page.text

"""The page in Chromium, opened from a disk: nothing is asked of a network, it searches, and Cucumber's report opens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from support.spec import LEDGER
from support.suite import suite_in

from registratura.features.drivers.browser.chromium import MISSING, found, launched
from registratura.features.spec.page import Given, write
from registratura.features.spec.play import play

pytestmark = pytest.mark.skipif(found() is None, reason=MISSING)
PHONE = 390
SHEET = 718
"""A4 without its margins, at 96 dots an inch."""
BROKEN = """() => [...document.querySelectorAll('[id="c/cabinet"] td')].flatMap((cell) => {
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [];
  while (texts.nextNode())
    for (const word of texts.currentNode.data.matchAll(/[а-яё]+/gi)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, word.index);
      range.setEnd(texts.currentNode, word.index + word[0].length);
      if (range.getClientRects().length > 1) found.push(word[0]);
    }
  return found;
})"""
FEATURE = """# language: ru
Функция: Проба

  Правило: Правило

    Сценарий: Проходит
      Когда делают
      Тогда верно

    Сценарий: Не проходит
      Когда делают
      Тогда неверно
"""
HOOKS = """
from pathlib import Path

from registratura.features.spec.ledger import Ledger, Played
from registratura.features.spec.releasing import release


def after_all(context):
    file = Path(context.config.userdata["ledger"])
    failed = Played(feature="", rule="", scenario="", line=1, tags=(), status="failed", when="")
    Ledger(release=release(), driver="engine", settings={}, scenarios=(failed,)).write(file)
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    suite_in(folder, FEATURE, HOOKS)
    write(Given(LEDGER, play(folder).messages), folder / "spec.html")
    return folder / "spec.html"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Closed after these tests: those that follow have event loops of their own."""
    with launched() as browser:
        yield browser


@pytest.fixture
def page(file: Path, chromium: Browser) -> Iterator[Page]:
    """The page on a telephone. It asks for nothing but itself, and nothing in it fails."""
    context = chromium.new_context(viewport={"width": PHONE, "height": 800})
    opened, asked, wrong = context.new_page(), list[str](), list[str]()
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.goto(file.as_uri())
    yield opened
    context.close()
    assert {url.partition("#")[0] for url in asked if not url.startswith("blob:")} == {file.as_uri()}
    assert wrong == []


def test_the_page_is_no_wider_than_a_telephone(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE


def test_the_search_shows_what_has_all_words(page: Page) -> None:
    page.fill("#search", "не приходит смс")
    page.wait_for_function("document.querySelector('output').value !== ''")
    assert page.locator("#R15").is_visible()
    assert not page.locator("#R1").is_visible()
    page.fill("#search", "")
    page.wait_for_function("document.querySelector('output').value === ''")
    assert page.locator("#R1").is_visible()


def test_the_search_stays_and_covers_nothing_that_a_link_leads_to(page: Page) -> None:
    page.locator("#sentences >> text=После выбора региона открывается главная страница").click()
    page.wait_for_function("scrollY > 5000")
    search = page.locator(".search").bounding_box()
    scenario = page.locator(".find:target").bounding_box()
    assert search is not None
    assert scenario is not None
    assert search["y"] == 0
    assert search["height"] <= scenario["y"] <= PHONE


def test_a_link_opens_what_it_leads_to(page: Page) -> None:
    step = page.locator("#sentences >> text=После выбора региона открывается главная страница")
    step.click()
    assert page.locator("text=Когда Маргарита выбирает регион «Челябинская область»").first.is_visible()


def test_a_transition_of_a_drawing_leads_to_its_row(page: Page) -> None:
    if page.locator(".drawing").count() == 0:
        pytest.skip("Graphviz не найден: рисунков на странице нет")
    link = page.locator('.drawing a[href="#t/registration/consent/decline_consent/declined"]').first
    link.dispatch_event("click")
    row = page.locator('[id="t/registration/consent/decline_consent/declined"]')
    row.wait_for(state="visible")
    assert "Отказ от согласия останавливает регистрацию" in row.inner_text()


def test_a_sheet_has_tables_with_whole_words(page: Page) -> None:
    page.set_viewport_size({"width": SHEET, "height": 800})
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator('[id="c/cabinet"] td').first.evaluate("cell => getComputedStyle(cell).display") == "table-cell"
    assert page.evaluate(BROKEN) == []
    assert page.evaluate("document.documentElement.scrollWidth") == SHEET


def test_cucumbers_report_opens_in_russian_where_it_matters(page: Page) -> None:
    page.click("#open-cucumber")
    report = page.frame_locator("iframe")
    report.locator("text=Сценарии").first.wait_for()
    said = report.locator("body").inner_text()
    assert "Проба" in said
    assert "вышло </script> не то" in said
    assert not {"Scenarios", "Search", "passed", "failed", "ago"} & set(said.split())
    assert report.get_by_placeholder("Слова или @метки").count() == 1


def test_without_scripts_all_is_readable(file: Path, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(file.as_uri())
    assert opened.locator("#R15").is_visible()
    assert not opened.locator(".search").is_visible()
    opened.locator("#scenarios summary", has_text="После выбора региона").first.click()
    assert opened.locator("text=Когда Маргарита выбирает регион «Челябинская область»").first.is_visible()
    context.close()

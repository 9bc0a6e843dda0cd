"""The stand-in clinic's desk: codes for patients, documents, rights."""

from __future__ import annotations

import httpx
import pytest
from support.browser import Browser
from support.in_process import InProcess
from support.web import MARGARITA, Site, in_cabinet

from registratura.flows.clinic_right import Withdraw
from registratura.host.standins.web.clinic import clinic_app
from registratura.host.standins.web.clinic_desk import remember_rights, suggestion

DESK = "http://desk.test"
RITA = {"last": "Алексеева", "first": "Маргарита", "middle": "Викторовна", "birth_date": "12.08.2000"}


@pytest.fixture
def desk(site: Site) -> Browser:
    app = clinic_app({"uralskaya": site.desk}, (suggestion("rita", MARGARITA),), public_url=DESK)
    browser = Browser(httpx.Client(transport=InProcess(app), base_url=DESK, follow_redirects=True))
    browser.open("/")
    browser.follow("Уральская клиника")
    return browser


def printed(desk: Browser) -> str:
    return "".join(part for part in desk.page.text.partition("Выданные коды")[2].split()[:2])


def test_a_code_is_printed_for_the_patient_and_works(desk: Browser, browser: Browser, site: Site) -> None:
    in_cabinet(browser)
    desk.press("Выдать код", **RITA)
    assert "Алексеева Маргарита Викторовна · Код выдан" in desk.page.text
    browser.press("Прикрепление к клинике")
    assert browser.press("Подключить", code=printed(desk)).title.startswith("Код активирован")
    site.portal.run_due()
    page = desk.open("/clinic/uralskaya")
    assert "Код активирован" in page.text
    assert "Алексеева Маргарита Викторовна · Право действует Дано 02.03.2026. Передано документов: 1." in page.text


def test_a_patient_can_be_filled_in(desk: Browser) -> None:
    form, _ = desk.follow("Алексеева Маргарита Викторовна").form_with("Выдать код")
    assert (form.fields["last"], form.fields["birth_date"]) == ("Алексеева", "12.08.2000")


def test_what_is_wrong_is_said_at_its_field(desk: Browser) -> None:
    page = desk.press("Выдать код", last="Aлексеева", birth_date="31.02.2000", snils="112-233-445 96")
    assert page.status == 422
    wrong = [at["name"] for _, at in page.elements if at.get("aria-invalid") == "true"]
    assert wrong == ["last", "first", "birth_date", "snils"]
    assert "Впишите имя." in page.text
    assert page.form_with("Выдать код")[0].fields["snils"] == "112-233-445 96"


def test_a_code_is_issued_again_and_revoked(desk: Browser) -> None:
    desk.press("Выдать код", **RITA)
    first = printed(desk)
    desk.press("Выдать другой взамен")
    assert printed(desk) != first
    desk.press("Отозвать")
    assert desk.page.text.count("Код отозван") == 2
    assert "Отозвать" not in desk.page.captions


def test_a_document_goes_to_whoever_granted_a_right(desk: Browser, browser: Browser, site: Site) -> None:
    attached(browser, site)
    assert desk.press("Добавить и передать", title="").status == 422
    desk.press("Добавить и передать", title="Осмотр терапевта")
    browser.open("/cabinet")
    assert "Осмотр терапевта" in browser.press("Медкарта").text


def attached(browser: Browser, site: Site) -> None:
    """Маргарита has given the clinic a right, and it knows."""
    in_cabinet(browser)
    browser.press("Прикрепление к клинике")
    browser.press("Подключить", code=site.code())
    site.portal.run_due()


def test_the_desk_knows_the_rights_of_before(desk: Browser, browser: Browser, site: Site) -> None:
    attached(browser, site)
    granted, site.desk.rights = site.desk.rights, []
    remember_rights(site.portal, {"uralskaya": site.desk})
    assert site.desk.rights == granted


@pytest.mark.parametrize("blank", ["", "  ", "\u200b\u202e"], ids=repr)
def test_what_was_left_blank_is_named(desk: Browser, blank: str) -> None:
    page = desk.press("Выдать код", **dict.fromkeys(("last", "first", "middle", "birth_date", "snils"), blank))
    assert page.status == 422
    for text in ("Впишите фамилию.", "Впишите имя.", "Впишите дату рождения."):
        assert text in page.text
    assert page.answer.text.count('class="error"') == 3
    page = desk.press("Добавить и передать", title=blank, body=blank)
    assert "Впишите название документа." in page.text
    page = desk.press("Добавить и передать", title="Осмотр", body="я" * 5_001)
    assert [at["name"] for _, at in page.elements if at.get("aria-invalid")] == ["body"]


def test_a_right_that_was_withdrawn_stays_listed_with_its_date(desk: Browser, browser: Browser, site: Site) -> None:
    attached(browser, site)
    site.turn(days=3)
    right = site.desk.rights[0]
    site.portal.send(right, Withdraw())
    site.portal.run_due()
    assert site.desk.rights == []
    for known in (site.desk.granted, []):
        site.desk.granted = known
        remember_rights(site.portal, {"uralskaya": site.desk})
        text = desk.open("/clinic/uralskaya").text
        assert "Алексеева Маргарита Викторовна · Право отозвано 05.03.2026 Дано 02.03.2026." in text
    assert site.desk.rights == []


def test_a_patient_who_attaches_again_is_one_patient(desk: Browser, browser: Browser, site: Site) -> None:
    attached(browser, site)
    site.portal.send(site.desk.rights[0], Withdraw())
    site.turn(minutes=1)
    browser.open("/cabinet")
    browser.press("Клиники")
    browser.press("Ввести код")
    browser.press("Подключить", code=site.code())
    site.portal.run_due()
    text = desk.open("/clinic/uralskaya").text
    assert "· Право действует Дано 02.03.2026. Передано документов: 1. Раньше отозвано: 02.03.2026." in text
    assert text.partition("Права, которые дали")[2].count("Алексеева") == 1


def test_a_document_reads_as_it_is_stored(desk: Browser, browser: Browser, site: Site) -> None:
    attached(browser, site)
    desk.press("Добавить и передать", title="\u202eьтсонвоН\u202c Осмотр", body="\u2067Норма\u2069")
    browser.open("/cabinet")
    page = browser.press("Медкарта").answer.text
    assert "ьтсонвоН Осмотр" in page
    assert "<p>Норма</p>" in page


@pytest.mark.parametrize("deed", ["reissue", "revoke"])
def test_a_code_that_was_not_printed_here_is_unknown(desk: Browser, deed: str) -> None:
    assert "Такого кода эта стойка не печатала" in desk.send(f"/clinic/uralskaya/{deed}", {"code": "x"}).text


def test_strange_requests_are_refused_in_russian(desk: Browser) -> None:
    assert desk.open("/clinic/none").status == 404
    assert desk.send("/clinic/uralskaya/issue", {"last": "я" * 600_000}).status == 413
    assert desk.send("/clinic/uralskaya/issue", RITA, Origin="http://evil.test").status == 403
    assert "Не получилось" in desk.page.title

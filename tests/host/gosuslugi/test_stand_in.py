"""The stand-in as people meet it: every page, every form, and what it refuses a portal."""

import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from support.gosuslugi import BASE, CALLBACK, STATE, World, inbox, query, said, signer

from registratura.host.gosuslugi.client import signed_text, timestamp_of
from registratura.host.standins.web.gosuslugi_faults import ERROR_CODES, Account, Faults, Forgery, Place, Trouble

ODD = ("", "🙂", "\u202e" + "абв", "٠٠٠٠٠٠", "<script>alert(1)</script>", "'\"&{{7*7}}", "x" * 1_000_000, "\x00")


@pytest.mark.parametrize(
    "form", [{"login": "sms", "password": "x"}, {"login": "?", "password": "sms"}, {"login": "sms", "password": "smS"}]
)
def test_a_wrong_password_is_said_on_the_page(world: World, form: dict[str, str]) -> None:
    page = world.http.post(world.visit(), data=form)
    assert said(page.text) == "Логин или пароль Госуслуг не подошли. Проверьте их и попробуйте ещё раз."
    assert 'aria-describedby="error"' in page.text
    assert world.reports == []


def test_another_way_asks_for_no_password(world: World) -> None:
    visit = world.visit()
    assert said(world.http.post(f"{visit}/another", data={"login": "nobody"}).text)
    there = world.http.post(f"{visit}/another", data={"login": "sms"})
    assert there.headers["location"] == f"{visit}/sms"
    assert world.reports == [(STATE, "other")]


@pytest.mark.parametrize(("about", "page"), [("sign_in", ""), ("sms", "/sms")])
def test_help_leads_to_support_and_back(world: World, at_sms: str, about: str, page: str) -> None:
    def follow(text: str, link: str) -> str:
        found = re.search(f'href="([^"]+)">{link}', text)
        assert found, f"no link «{link}»"
        return world.http.get(found[1]).text

    link = {"sign_in": "Не удается войти\\?", "sms": "Не приходит смс"}[about]
    advice = follow(world.http.get(f"{at_sms}{page}").text, link)
    follow(advice, "обратиться в службу поддержки")
    answer = world.http.post(f"{at_sms}/support/{about}", data={"text": "не получается"}).text
    assert "Его номер: <strong>1</strong>" in answer
    assert world.site.people.tickets == [(1, "не получается")]
    follow(follow(answer, "Вернуться к советам"), "Вернуться к")


def test_support_wants_to_know_what_happened(world: World) -> None:
    assert said(world.http.post(f"{world.visit()}/support/sms", data={"text": " "}).text)
    assert world.site.people.tickets == []


def test_a_wrong_code_may_be_tried_again(world: World, at_sms: str) -> None:
    wrong = "000000" if inbox(world)[-1] != "000000" else "111111"
    page = world.http.post(f"{at_sms}/sms", data={"code": wrong})
    assert said(page.text) == "Код из СМС не подошёл. Проверьте его или запросите новый."
    assert "code" in query(world.http.post(f"{at_sms}/sms", data={"code": inbox(world)[-1]}))


def test_five_wrong_codes_are_enough(world: World, at_sms: str) -> None:
    code = inbox(world)[-1]
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        world.http.post(f"{at_sms}/sms", data={"code": wrong})
    page = world.http.post(f"{at_sms}/sms", data={"code": code})
    assert page.status_code == 200
    assert "Начать вход заново" in page.text


def test_another_sms_is_sent_after_a_minute_and_kills_the_first(world: World, at_sms: str) -> None:
    assert "запросить новый пока нельзя" in said(world.http.post(f"{at_sms}/resend").text)
    world.clock.turn(timedelta(seconds=60))
    there = world.http.post(f"{at_sms}/resend").headers["location"]
    assert "Код отправлен ещё раз" in world.http.get(there).text
    first, second = inbox(world)
    if first != second:
        assert said(world.http.post(f"{at_sms}/sms", data={"code": first}).text)
    assert "code" in query(world.http.post(f"{at_sms}/sms", data={"code": second}))


def test_whoever_comes_back_too_soon_goes_on_with_the_code_they_have(world: World, at_sms: str) -> None:
    again = world.visit()
    assert world.http.post(again, data={"login": "sms", "password": "sms"}).headers["location"] == f"{again}/sms"
    [code] = inbox(world)
    assert "code" in query(world.http.post(f"{again}/sms", data={"code": code}))


def test_a_code_that_is_too_old_is_offered_anew(world: World, at_sms: str) -> None:
    world.clock.turn(timedelta(minutes=5))
    page = world.http.get(f"{at_sms}/sms").text
    assert "Срок кода истёк" in page
    assert "Отправить код ещё раз" in page


def test_codes_lie_in_the_telephone(world: World, at_sms: str) -> None:
    assert inbox(world)[-1] in world.http.get("/phone/sms").text
    assert inbox(world)[-1] not in world.http.get("/phone/rita").text
    assert world.http.get("/phone/nobody").status_code == 404


def test_an_sms_that_does_not_come_is_in_no_telephone(world: World) -> None:
    world.site.people.citizens["sms"].sms_arrives = 0
    world.http.post(world.visit(), data={"login": "sms", "password": "sms"})
    assert "Сообщений пока нет" in world.http.get("/phone/sms").text


@pytest.mark.parametrize("at", ["first", "sms"])
def test_whoever_cancels_goes_back_and_says_so(world: World, at: str) -> None:
    visit = world.visit()
    if at == "sms":
        world.http.post(visit, data={"login": "sms", "password": "sms"})
    back = query(world.http.post(f"{visit}/cancel"))
    assert back["error"] == "access_denied"
    assert back["error_description"].startswith("ESIA-007004")
    assert back["state"] == STATE


def test_whoever_presses_twice_goes_to_the_same_place(world: World) -> None:
    visit = world.visit()
    form = {"login": "rita", "password": "rita"}
    first, second = world.http.post(visit, data=form), world.http.post(visit, data=form)
    assert query(first) == query(second)
    assert query(world.http.post(f"{visit}/cancel")) == query(first)


def test_a_visit_that_is_over_shows_no_form(world: World) -> None:
    visit = world.visit()
    world.http.post(visit, data={"login": "rita", "password": "rita"})
    for page in ("", "/another", "/sms", "/help/sms", "/support/sms"):
        answer = world.http.get(f"{visit}{page}", follow_redirects=True)
        assert (answer.status_code, "<form" in answer.text) == (404, False)


@pytest.mark.parametrize("page", ["", "/another", "/sms", "/resend", "/cancel", "/support/sms"])
def test_a_visit_that_never_was(world: World, page: str) -> None:
    assert world.http.post(f"/visit/unknown{page}", data={"text": "?"}).status_code == 404
    assert world.site.people.tickets == []


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd[:12]))
def test_odd_input_is_answered_with_a_page(world: World, at_sms: str, odd: str) -> None:
    other = world.visit()
    pages = {f"{at_sms}/sms": "code", other: "login", f"{other}/another": "login", f"{other}/support/sms": "text"}
    for page, field in pages.items():
        answer = world.http.post(page, data={field: odd})
        assert answer.status_code < 500
        assert "<script>" not in answer.text
    assert world.http.get(f"{BASE}/phone/x", params={"x": odd[:999]}).status_code == 404


@pytest.mark.parametrize("page", ["/sms", "/support/sms", ""])
def test_a_file_in_a_field_is_no_500(world: World, at_sms: str, page: str) -> None:
    files = {"code": ("a", b"x"), "text": ("a", b"x"), "login": ("a", b"x")}
    assert world.http.post(f"{at_sms}{page}", files=files).status_code < 500
    assert world.http.post("/faults", files=files).status_code < 500
    assert world.http.post("/aas/oauth2/v3/te", files=files).status_code == 400


def test_every_page_says_that_it_is_a_stand_in(world: World, at_sms: str) -> None:
    pages = ["/", "/phone", "/phone/sms", "/faults", at_sms, f"{at_sms}/another", f"{at_sms}/sms"]
    pages += [f"{at_sms}/{page}/{about}" for page in ("help", "support") for about in ("sign_in", "sms")]
    for page in pages:
        answer = world.http.get(page)
        assert "Это не настоящие Госуслуги" in answer.text
        assert "<script" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert world.http.get("/style.css").headers["content-type"].startswith("text/css")


def test_the_first_page_lists_who_lives_here(world: World) -> None:
    page = world.http.get("/").text
    assert all(citizen.login in page for citizen in world.site.people.citizens.values())


def test_faults_are_chosen_on_a_page(world: World) -> None:
    form = {"answer_error": "007019", "id_token": "alg_none", "trouble": "html", "trouble_at": "person"}
    world.http.post("/faults", data={**form, "account": "organisation", "missing": ["snils", "EML"]})
    assert world.site.faults == Faults(
        answer_error="007019",
        id_token=Forgery.ALG_NONE,
        trouble=Trouble.HTML,
        trouble_at=Place.PERSON,
        account=Account.ORGANISATION,
        missing=frozenset({"snils", "EML"}),
    )
    page = world.http.get("/faults").text
    assert page.count(" selected") == 6
    assert page.count(" checked") == 2
    world.http.post("/faults")
    assert world.site.faults == Faults()


def test_a_fault_that_nobody_knows_is_none(world: World) -> None:
    world.http.post("/faults", data={"answer_error": "999999", "id_token": "?", "account": "?", "missing": "?"})
    assert world.site.faults == Faults()
    assert all(code in world.http.get("/faults").text for code in ERROR_CODES)


def test_a_site_that_is_down_lets_nobody_in(world: World) -> None:
    world.site.faults.trouble, world.site.faults.trouble_at = Trouble.DOWN, Place.SIGN_IN
    assert world.http.get(world.client.authorisation_url(STATE)).status_code == 503


def test_an_outage_at_sign_in_is_told_to_the_portal(world: World) -> None:
    world.site.people.outage = True
    assert world.come_back()["error_description"].startswith("ESIA-007008")


WRONG = {
    "client_id": ("SOMEBODY", "007003"),
    "state": ("another", "007053"),
    "scope": ("openid", "007053"),
    "client_secret": ("AAAA", "007053"),
    "client_certificate_hash": ("A", "007053"),
    "timestamp": ("", "007014"),
    "response_type": ("token", "007014"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_portal_that_asks_wrongly_is_sent_back(world: World, name: str) -> None:
    value, code = WRONG[name]
    url = urlsplit(world.client.authorisation_url(STATE))
    changed = {**dict(parse_qsl(url.query)), name: value}
    back = query(world.http.get(f"{url.path}?{urlencode(changed)}"))
    assert back["error_description"].startswith(f"ESIA-{code}")
    assert world.site.visits == {}


@pytest.mark.parametrize("wrong", ["five minutes", "no time"])
def test_a_portal_whose_clock_is_wrong_is_sent_back(world: World, wrong: str) -> None:
    url = urlsplit(world.client.authorisation_url(STATE))
    sent = dict(parse_qsl(url.query))
    sent["timestamp"] = timestamp_of(world.clock.now + timedelta(minutes=6)) if wrong == "five minutes" else "вчера"
    text = signed_text("PORTAL", sent["scope"], sent["timestamp"], STATE, CALLBACK)
    sent["client_secret"] = signer().sign(text)
    back = query(world.http.get(f"{url.path}?{urlencode(sent)}"))
    assert back["error_description"].startswith("ESIA-007015")


def test_nobody_is_sent_to_an_address_that_is_not_registered(world: World) -> None:
    url = world.client.authorisation_url(STATE).replace("portal.test", "evil.test")
    answer = world.http.get(url)
    assert (answer.status_code, "location" in answer.headers) == (400, False)

"""The way there and back: what is signed, what `state` binds, and that a code is spent once."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.gosuslugi import BASE, CALLBACK, MARGARITA, STATE, World, answering, offline, query, signer
from support.people import NOW

from registratura.flows.gosuslugi import Denial
from registratura.host.gosuslugi import Confirmed, Denied, Rejected
from registratura.host.gosuslugi.client import signed_text, timestamp_of
from registratura.host.standins.web.gosuslugi_site import CODE_LIFE, ISSUER


def test_a_person_signs_in_by_password_and_sms(world: World) -> None:
    visit = world.visit()
    second = world.http.post(visit, data={"login": "sms", "password": "sms"})
    assert second.headers["location"] == f"{visit}/sms"
    code = world.site.people.citizens["sms"].phone_inbox[-1]
    answer = world.client.answer(query(world.http.post(f"{visit}/sms", data={"code": code})), STATE)
    assert isinstance(answer, Confirmed)
    assert answer.identity.oid == "1000298934"
    assert answer.identity.issuer == ISSUER


def test_everything_known_of_the_person_arrives(world: World) -> None:
    answer = world.client.answer(world.come_back(), STATE)
    assert isinstance(answer, Confirmed)
    assert answer.identity == MARGARITA


def test_each_answer_has_a_name_of_its_own(world: World) -> None:
    answers = [world.client.answer(world.come_back(), STATE) for _ in range(2)]
    names = {answer.answer_id for answer in answers if isinstance(answer, Confirmed)}
    assert len(names) == 2


def test_the_request_says_what_was_agreed(world: World) -> None:
    url = urlsplit(world.client.authorisation_url(STATE))
    sent = dict(parse_qsl(url.query))
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{BASE}/aas/oauth2/v2/ac"
    assert sent["timestamp"] == "2026.03.02 09:30:00 +0000"
    text = signed_text("PORTAL", sent["scope"], sent["timestamp"], STATE, CALLBACK)
    assert text == f"PORTAL{sent['scope']}2026.03.02 09:30:00 +0000{STATE}{CALLBACK}"
    assert sent["client_secret"] == signer().sign(text)
    assert sent["client_certificate_hash"] == signer().certificate_hash
    assert sent["response_type"] == "code"


def test_a_timestamp_is_in_utc() -> None:
    assert timestamp_of(NOW) == "2026.03.02 09:30:00 +0000"


@pytest.mark.parametrize(
    ("params", "expected", "reason"),
    [
        ({"code": "c"}, STATE, "state.missing"),
        ({"code": "c", "state": ""}, STATE, "state.missing"),
        ({"code": "c", "state": STATE + "x"}, STATE, "state.wrong"),
        ({"code": "c", "state": STATE}, None, "state.wrong"),
        ({"code": "c", "state": ""}, "", "state.missing"),
        ({"error": "access_denied", "state": "other"}, STATE, "state.wrong"),
        ({}, STATE, "state.missing"),
        ({"state": STATE}, STATE, "answer.format"),
        ({"state": STATE, "code": "c", "error": "access_denied"}, STATE, "answer.format"),
        ({"state": STATE, "code": "c" * 10_000}, STATE, "answer.format"),
    ],
)
def test_an_answer_that_is_not_ours_is_rejected_unasked(
    world: World, params: dict[str, str], expected: str | None, reason: str
) -> None:
    assert world.client.answer(params, expected) == Rejected(reason=reason)
    assert world.asked == []


@given(given_state=st.text(max_size=80), expected=st.text(min_size=1, max_size=80))
def test_only_the_very_same_state_is_taken(given_state: str, expected: str) -> None:
    """What comes is any text, and no text makes it raise."""
    answer = offline().answer({"state": given_state, "error": "access_denied"}, expected)
    assert isinstance(answer, Denied) == (given_state == expected)


@given(st.dictionaries(st.sampled_from(["code", "error", "error_description", "state", "x"]), st.text(max_size=40)))
def test_no_parameters_make_it_raise(params: dict[str, str]) -> None:
    answer = offline().answer(params, params.get("state"))
    assert isinstance(answer, Denied | Rejected)


def test_a_code_is_good_once_and_is_not_sent_again(world: World) -> None:
    """U10."""
    params = world.come_back()
    world.client.answer(params, STATE)
    world.asked.clear()
    dead = Denied(reason=Denial.CODE_DEAD, code="ESIA-007011")
    assert world.client.answer(params, STATE) == dead
    assert world.asked == ["/aas/oauth2/v3/te"]


def test_a_code_that_comes_late_is_dead(world: World) -> None:
    params = world.come_back()
    world.clock.turn(CODE_LIFE)
    answer = world.client.answer(params, STATE)
    assert isinstance(answer, Denied)
    assert answer.reason is Denial.CODE_DEAD


def test_tokens_for_another_request_are_rejected() -> None:
    def other_state(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"id_token": "a", "access_token": "b", "state": "another"})

    assert answering(other_state).answer({"state": STATE, "code": "c"}, STATE) == Rejected(reason="state.exchanged")


def test_the_clocks_may_differ_a_little(world: World) -> None:
    params = world.come_back()
    world.clock.turn(-timedelta(seconds=20))
    world.site.clock = lambda: NOW
    assert isinstance(world.client.answer(params, STATE), Confirmed)

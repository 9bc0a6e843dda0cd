"""The channel that only the stand-in has: what is forged, changed or old says nothing."""

from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.gosuslugi import STATE, World
from support.people import NOW

from registratura.host.gosuslugi import Progress, read_progress, write_progress
from registratura.host.gosuslugi.progress import SIGNATURE_HEADER
from registratura.host.standins.web.gosuslugi_report import HttpReport

KEY = b"a key that both know"
REPORT = Progress(state=STATE, event="first_stage_passed", method="password", at=int(NOW.timestamp()))


def test_a_report_is_read() -> None:
    body, headers = write_progress(KEY, REPORT)
    assert read_progress(KEY, body, headers[SIGNATURE_HEADER], NOW) == REPORT


@pytest.mark.parametrize("off", [timedelta(seconds=61), -timedelta(seconds=61)])
def test_an_old_report_says_nothing(off: timedelta) -> None:
    body, headers = write_progress(KEY, REPORT)
    assert read_progress(KEY, body, headers[SIGNATURE_HEADER], NOW + off) is None


def test_a_forged_report_says_nothing() -> None:
    body, headers = write_progress(b"another key", REPORT)
    assert read_progress(KEY, body, headers[SIGNATURE_HEADER], NOW) is None
    assert read_progress(KEY, body, "", NOW) is None


@given(st.binary(max_size=60), st.text(max_size=70))
def test_no_report_makes_it_raise(body: bytes, signature: str) -> None:
    assert read_progress(KEY, body, signature, NOW) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"state":"s","event":"registered","method":"password","at":1}'])
def test_what_is_no_report_says_nothing_even_signed(body: bytes) -> None:
    from registratura.host.gosuslugi.progress import _signature

    assert read_progress(KEY, body, _signature(KEY, body), NOW) is None


@pytest.mark.parametrize(("page", "method"), [("", "password"), ("/another", "other")])
def test_the_site_reports_a_passed_first_stage(world: World, page: str, method: str) -> None:
    visit = world.visit()
    world.http.post(f"{visit}{page}", data={"login": "sms", "password": "wrong"} if page else {"login": "sms"})
    assert world.reports == ([] if not page else [(STATE, method)])
    world.http.post(f"{visit}{page}", data={"login": "sms", "password": "sms"})
    assert world.reports[-1] == (STATE, method)


def test_a_report_reaches_the_portal() -> None:
    sent: list[httpx.Request] = []

    def portal(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(204)

    with httpx.Client(transport=httpx.MockTransport(portal)) as http:
        HttpReport(http, "http://portal.test/gosuslugi/progress", KEY, lambda: NOW)(STATE, "password")
    assert read_progress(KEY, sent[0].content, sent[0].headers[SIGNATURE_HEADER], NOW) == REPORT


def test_a_portal_that_does_not_hear_is_no_loss() -> None:
    def deaf(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there")

    with httpx.Client(transport=httpx.MockTransport(deaf)) as http:
        HttpReport(http, "http://portal.test/gosuslugi/progress", KEY, lambda: NOW)(STATE, "password")

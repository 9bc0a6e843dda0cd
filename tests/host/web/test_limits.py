"""How often one address may ask for what is written down."""

from __future__ import annotations

import httpx
import pytest
from support.people import NOW
from support.web import Site, at_consent, through_gosuslugi

from registratura.host.web.gosuslugi_routes import CALLBACK
from registratura.host.web.guard import ADDRESSES, Limiter

NOBODYS = "01a200e3-b585-79fd-b4db-43fb9368f831"


def limiter(limit: int = 1) -> Limiter:
    return Limiter(limit, lambda: NOW)


def address(number: int) -> str:
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


@pytest.mark.parametrize("path", ["/", "/sign-in?next=x", "/gosuslugi/callback?state=x&code=y", "/flow/x/gosuslugi"])
def test_looks_that_may_leave_something_in_the_database_are_counted(path: str) -> None:
    site = Site(writes_per_minute=2)
    statuses = [site.http(follow=False).get(path).status_code for _ in range(4)]
    assert 429 not in statuses[:2]
    assert statuses[2:] == [429, 429]


@pytest.mark.parametrize("path", ["/", "/sign-in", "/gosuslugi/callback?state=x", "/flow/x/gosuslugi"])
def test_a_cookie_that_opens_nothing_does_not_lift_the_limit(path: str) -> None:
    http = Site(writes_per_minute=1).http(follow=False)
    statuses = [http.get(path, headers={"Cookie": f"registratura={'a' * 43}"}).status_code for _ in range(2)]
    assert statuses[1] == 429


@pytest.mark.parametrize("cookie", ["", f"registratura={'a' * 43}"])
@pytest.mark.parametrize(
    "path", ["/nowhere", "/cabinet", f"/flow/{NOBODYS}", f"/flow/{NOBODYS}/confirm_card", "/signed-out"]
)
def test_looks_that_are_not_counted_leave_nothing(path: str, cookie: str) -> None:
    site = Site()
    answer = site.http(follow=False).get(path, headers={"Cookie": cookie})
    assert answer.status_code in (200, 303, 404)
    assert "set-cookie" not in answer.headers
    assert not site.portal.engine.storage.flow_ids()
    site.turn(hours=99)
    assert site.app.state.site.browsers.purge() == 0


def test_looks_within_a_session_are_not_counted() -> None:
    site = Site(writes_per_minute=4)
    browser = site.browser()
    page = at_consent(browser)
    assert [browser.open(str(page.url)).status for _ in range(9)] == [200] * 9
    assert {site.http().get("/static/icon.svg").status_code for _ in range(9)} == {200}


@pytest.mark.parametrize("path", ["/", "/sign-in"])
def test_a_head_starts_nothing(path: str) -> None:
    site = Site()
    answer = site.http(follow=False).head(path)
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    assert not site.portal.engine.storage.flow_ids()


def test_a_head_of_the_way_back_leaves_it_to_the_person() -> None:
    site = Site()
    browser = site.browser()
    flow = at_consent(browser).flow
    browser.press("Да, я согласен")
    browser.press("госуслуги")
    versions: list[int] = []

    def scanned_first(sent: httpx.Request) -> None:
        if sent.url.path == CALLBACK:
            versions.append(site.portal.get(flow).version)
            site.http(follow=False).head(str(sent.url), headers={"Cookie": sent.headers["cookie"]})
            versions.append(site.portal.get(flow).version)

    browser.http.event_hooks["request"] = [scanned_first]
    page = through_gosuslugi(browser)
    assert "Данные верны" in page.captions
    assert len(versions) == 2
    assert versions[0] == versions[1]


def test_the_next_address_does_not_free_those_that_ask_too_often() -> None:
    held = limiter()
    assert all(held.allows(address(number)) for number in range(ADDRESSES))
    assert held.allows("192.0.2.1")
    assert not held.allows(address(ADDRESSES - 1))
    assert not held.allows("192.0.2.1")


def test_the_addresses_that_are_counted_do_not_grow_without_end() -> None:
    held = limiter()
    assert all(held.allows(address(number)) for number in range(ADDRESSES + 5))
    assert held.allows(address(0)), "it was quiet for longest"
    assert not held.allows(address(9))


def test_a_subscriber_of_ipv6_is_one_address() -> None:
    held = limiter()
    assert held.allows("2001:db8:1:2::1")
    assert not held.allows("2001:db8:1:2:ffff::7")
    assert held.allows("2001:db8:1:3::1")
    assert held.allows("::ffff:192.0.2.1")
    assert held.allows("::ffff:192.0.2.2"), "these are IPv4's"

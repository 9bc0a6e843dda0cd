"""U9: whatever Gosuslugi answers instead of an answer, the person may try again later, and nothing is asked twice."""

from collections.abc import Callable, Iterator
from itertools import count

import httpx
import pytest
from support.gosuslugi import STATE, World, answering

from registratura.flows.gosuslugi import Denial
from registratura.host.gosuslugi import Answer, Confirmed, Denied, open_http
from registratura.host.gosuslugi.wire import LONGEST_BODY, LONGEST_WAIT
from registratura.host.standins.web.gosuslugi_faults import Place, Trouble

OUTAGE = Denied(reason=Denial.OUTAGE)
TOKEN, PERSON = "/aas/oauth2/v3/te", "/rs/prns/1000298933"


@pytest.mark.parametrize("trouble", [Trouble.DOWN, Trouble.HTML])
@pytest.mark.parametrize(("place", "path"), [(Place.TOKEN, TOKEN), (Place.PERSON, PERSON)])
def test_down_or_html(world: World, place: Place, path: str, trouble: Trouble) -> None:
    world.site.faults.trouble, world.site.faults.trouble_at = trouble, place
    assert world.client.answer(world.come_back(), STATE) == OUTAGE
    assert world.asked.count(path) == 1


@pytest.mark.parametrize("place", [Place.TOKEN, Place.PERSON])
def test_slow(world: World, place: Place) -> None:
    def give_up(seconds: float) -> None:
        raise httpx.ReadTimeout("nobody waits that long")

    object.__setattr__(world.site.options, "sleep", give_up)
    world.site.faults.trouble, world.site.faults.trouble_at = Trouble.SLOW, place
    assert world.client.answer(world.come_back(), STATE) == OUTAGE


def test_slow_but_in_time(world: World) -> None:
    world.site.faults.trouble = Trouble.SLOW
    assert isinstance(world.client.answer(world.come_back(), STATE), Confirmed)
    assert world.waited == [world.site.faults.slow_seconds]


@pytest.mark.parametrize("field", ["id_token", "access_token"])
def test_no_token(world: World, field: str) -> None:
    world.site.faults.missing = frozenset({field})
    assert world.client.answer(world.come_back(), STATE) == OUTAGE


@pytest.mark.parametrize(
    "error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.ReadError]
)
def test_a_connection_that_breaks(error: Callable[[str], Exception]) -> None:
    def breaking(request: httpx.Request) -> httpx.Response:
        raise error("broken")

    assert _ask(breaking) == OUTAGE


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b'"x"', b"7", b"NaN", b"\xff\xfe", b"[" * 100_000, b"{" * 9, b"1" * (LONGEST_BODY + 1)],
    ids=lambda body: repr(body[:8]),
)
@pytest.mark.parametrize("status", [200, 400])
def test_something_else_than_a_json_object(body: bytes, status: int) -> None:
    assert _ask(lambda request: httpx.Response(status, content=body)) == OUTAGE


@pytest.mark.parametrize("status", [204, 302, 403, 404, 429, 500, 502, 503])
def test_a_status_that_is_no_answer(status: int) -> None:
    assert _ask(lambda request: httpx.Response(status, headers={"location": "http://elsewhere.test/"})) == OUTAGE


def test_a_server_error_stays_one_whatever_it_says() -> None:
    assert _ask(lambda request: httpx.Response(500, json={"error": "access_denied"})) == OUTAGE


class Endless(httpx.SyncByteStream):
    """An answer that never ends, in pieces of that size."""

    def __init__(self, size: int) -> None:
        self.size, self.read = size, 0

    def __iter__(self) -> Iterator[bytes]:
        for self.read in range(1, 2_000):
            yield b"x" * self.size


def test_nobody_reads_without_end() -> None:
    stream = Endless(65_536)
    assert _ask(lambda request: httpx.Response(200, stream=stream)) == OUTAGE
    assert stream.read == LONGEST_BODY // 65_536 + 1


def test_nobody_waits_for_a_byte_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = count(step=10)
    monkeypatch.setattr("registratura.host.gosuslugi.wire.time.monotonic", lambda: next(seconds))
    stream = Endless(1)
    assert _ask(lambda request: httpx.Response(200, stream=stream)) == OUTAGE
    assert stream.read == LONGEST_WAIT // 10 + 1


def test_the_connection_has_an_end_and_follows_nobody() -> None:
    with open_http() as http:
        assert None not in (http.timeout.connect, http.timeout.read, http.timeout.write, http.timeout.pool)
        assert not http.follow_redirects
        assert not http.trust_env


def _ask(handler: Callable[[httpx.Request], httpx.Response]) -> Answer:
    return answering(handler).answer({"state": STATE, "code": "c"}, STATE)

"""A body means one thing only, and is not too long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from support.api import Api, caller_of, problem

from registratura.host.web.api import api_app
from registratura.host.web.strict_json import LIMIT, parse

BAD = {
    "nothing": b"",
    "cut off": b'{"flow": "registration"',
    "two values": b'{"flow": "registration"} {}',
    "a name twice": b'{"flow": "sign_in", "flow": "registration"}',
    "a name twice, deep inside": b'{"flow": "registration", "payload": {"a": [{"b": 1, "b": 1}]}}',
    "NaN": b'{"flow": "registration", "payload": {"a": NaN}}',
    "without end": b'{"flow": "registration", "payload": {"a": -Infinity}}',
    "overflowing": b'{"flow": "registration", "payload": {"a": 1e999}}',
    "more digits than fit": b'{"flow": "registration", "payload": {"a": 1234567890123456789}}',
    "very many digits": b'{"flow": "registration", "payload": {"a": ' + b"9" * 5000 + b"}}",
    "half a pair": b'{"flow": "registration", "payload": {"a": "\\ud83d"}}',
    "half a pair for a name": b'{"flow": "registration", "payload": {"\\ude00": 1}}',
    "no UTF-8": '{"flow": "регистрация"}'.encode("cp1251"),
    "UTF-16": '{"flow": "registration"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"flow": "registration"}',
    "very deep": b"[" * 30_000 + b"]" * 30_000,
    "a comment": b'{"flow": "registration"} // yes',
    "single quotes": b"{'flow': 'registration'}",
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_what_is_no_json_is_not_read(api: Api, body: bytes) -> None:
    if body:
        problem(api.raw("flows", body), 400, "body_not_json")
    else:
        problem(api.raw("flows", body), 422, "request_invalid")


@pytest.mark.parametrize(
    "body", [b"null", b"1", b"true", b'"registration"', b"[]", b"{}", b'[{"flow": "registration"}]']
)
def test_what_is_no_request_is_not_taken(api: Api, body: bytes) -> None:
    problem(api.raw("flows", body), 422, "request_invalid")


@pytest.mark.parametrize("payload", ["null", "1", "[]", '"{}"', "false"])
def test_a_payload_is_an_object(api: Api, payload: str) -> None:
    problem(api.raw("flows", b'{"flow": "registration", "payload": %s}' % payload.encode()), 422, "request_invalid")


def test_a_number_is_its_value(api: Api) -> None:
    assert parse(b"[1.0, 1e2, -0.0, 1.5]") == [1, 100, 0, 1.5]
    assert [type(number) for number in parse(b"[1.0, 1e2, 1.5]")] == [int, int, float]


@pytest.mark.parametrize("revision", ['"1"', "true", "1.5", "null", "[1]"])
def test_json_says_whole_numbers_as_numbers(api: Api, revision: str) -> None:
    body = b'{"event": "edit", "payload": {"changes": {}, "revision": %s}}' % revision.encode()
    said = problem(api.raw(f"flows/{api.start()}/events", body), 422, "invalid_payload")
    assert [error["field"] for error in said["errors"]] == ["revision"]


@pytest.mark.parametrize("confirmed", ["0", '"yes"', "1.0"])
def test_json_says_yes_and_no_as_such(api: Api, confirmed: str) -> None:
    body = b'{"event": "delete", "payload": {"confirmed": %s}}' % confirmed.encode()
    problem(api.raw(f"flows/{api.start()}/events", body), 422, "invalid_payload")


def test_a_long_body_is_not_read(api: Api) -> None:
    room = LIMIT - len(b'{"flow": "registration", "payload": {"a": ""}}')
    just = b'{"flow": "registration", "payload": {"a": "%s"}}' % (b"x" * room)
    problem(api.raw("flows", just), 422, "invalid_payload")
    problem(api.raw("flows", just + b" "), 413, "body_too_large")
    problem(api.raw("flows", b"x" * 1_000_000), 413, "body_too_large")


def test_a_long_body_that_does_not_say_so_is_not_read_either(api: Api) -> None:
    sent = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1000
            yield b" " * 1000

    async def post() -> httpx.Response:
        there = httpx.ASGITransport(api_app(api.portal, caller_of))
        async with httpx.AsyncClient(transport=there, base_url="http://portal", headers=api.headers) as client:
            return await client.post("flows", content=parts())

    problem(asyncio.run(post()), 413, "body_too_large")
    assert LIMIT < sent < LIMIT + 2000


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"])
def test_another_sites_form_is_not_taken(api: Api, kind: str) -> None:
    problem(api.raw("flows", b'{"flow": "registration"}', kind), 415, "media_type_unknown")


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_by_any_of_its_names(api: Api, kind: str) -> None:
    assert api.raw("flows", b'{"flow": "registration"}', kind).status_code == 201


@pytest.mark.parametrize("text", ["🙂", "\u202e\u200f", "٣٤٥", "\x00", "x" * 30_000, "' OR 1=1 --", "{person}", "<b>"])
@pytest.mark.parametrize("event", ["choose_region", "accept_consent", "go_to_gosuslugi"])
def test_odd_texts_are_refused_or_invalid(api: Api, event: str, text: str) -> None:
    flow = api.start()
    fields = {
        "choose_region": ["region"],
        "accept_consent": ["text_version", "text_sha256"],
        "go_to_gosuslugi": ["via"],
    }
    if event != "choose_region":
        api.send(flow, "choose_region", {"region": "74"})
        api.send(flow, "register")
    answer: httpx.Response = api.send(flow, event, dict.fromkeys(fields[event], text))
    assert answer.status_code in (200, 409, 422)
    assert answer.status_code != 200 or answer.json()["refusals"]


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**17])
def test_a_number_that_others_read_otherwise_is_not_read(api: Api, number: int) -> None:
    body = b'{"event": "edit", "payload": {"changes": {}, "revision": %d}}' % number
    problem(api.raw(f"flows/{api.start()}/events", body), 400, "body_not_json")
    near = b'{"event": "edit", "payload": {"changes": {}, "revision": %d}}' % (2**53 - 1)
    assert api.raw(f"flows/{api.start()}/events", near).status_code == 422

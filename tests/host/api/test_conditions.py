"""Repeated, stale and simultaneous requests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.api import MASTER, Api, problem

from registratura.host import Registratura

CHOOSE = ("choose_region", {"region": "74"})


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": name}


def test_a_repeated_start_gives_the_first_flow(api: Api) -> None:
    assert api.start(headers=key("a")) == api.start(headers=key("a")) != api.start(headers=key("b"))


def test_a_repeated_event_gives_the_first_answer(api: Api) -> None:
    flow = api.start()
    refused = api.send(flow, "choose_region", {"region": "00"}, key("a")).json()
    again = api.send(flow, "choose_region", {"region": "00"}, key("a")).json()
    assert (again["version"], again["refusals"]) == (2, refused["refusals"])
    assert api.send(flow, "choose_region", {"region": "00"}, key("b")).json()["version"] == 3


def test_a_key_is_for_one_request(api: Api) -> None:
    flow = api.start()
    api.send(flow, "choose_region", {"region": "00"}, key("a"))
    problem(api.send(flow, *CHOOSE, key("a")), 422, "idempotency_conflict")
    assert api.get(f"flows/{flow}").json()["version"] == 2


def test_a_key_is_one_sessions_own(api: Api) -> None:
    assert api.start(headers=key("a")) != api.start(headers=key("a") | {"X-Session": "browser-2"})


@pytest.mark.parametrize("name", ["", " ", "two words", "x" * 256, "\xff"])
def test_a_key_that_is_none(api: Api, name: str) -> None:
    headers = api.headers | {"Idempotency-Key": name.encode("latin-1"), "Content-Type": "application/json"}
    answer = api.client.post("flows", content=b'{"flow": "registration"}', headers=headers)  # type: ignore[arg-type]
    assert [error["field"] for error in problem(answer, 422, "request_invalid")["errors"]] == ["Idempotency-Key"]


@pytest.mark.parametrize("tag", ['"1"', "*", ' "1" '])
def test_the_version_that_was_seen(api: Api, tag: str) -> None:
    assert api.send(api.start(), *CHOOSE, {"If-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    "tag", ['"2"', '"0"', "1", 'W/"1"', '"1", "2"', '"01x"', "", '"' + "9" * 40 + '"', '"-1"', '"None"']
)
def test_another_version_than_the_one_there_is(api: Api, tag: str) -> None:
    flow = api.start()
    problem(api.send(flow, *CHOOSE, {"If-Match": tag}), 412, "version_stale")
    assert api.get(f"flows/{flow}").json()["version"] == 1


def test_a_repeated_request_is_not_stale(api: Api) -> None:
    flow, seen = api.start(), {"If-Match": '"1"'} | key("a")
    first, again = (api.send(flow, *CHOOSE, seen) for _ in range(2))
    assert (first.json()["version"], again.json()["version"]) == (2, 2)


def test_of_many_at_once_one_wins(tmp_path: Path) -> None:
    api = Api(Registratura(tmp_path / "portal.db", lambda: MASTER))
    flow = api.start()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: api.send(flow, *CHOOSE, {"If-Match": '"1"'}), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    assert api.get(f"flows/{flow}").json()["version"] == 2
    api.portal.close()


def test_one_request_sent_many_times_at_once_is_done_once(tmp_path: Path) -> None:
    api = Api(Registratura(tmp_path / "portal.db", lambda: MASTER))
    flow = api.start()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: api.send(flow, *CHOOSE, key("a")), range(8)))
    assert [(answer.status_code, answer.json()["version"]) for answer in answers] == [(200, 2)] * 8
    api.portal.close()

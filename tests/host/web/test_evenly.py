"""How long a guess took is not told: its answer leaves a whole number of steps after it was asked."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from support.api import Api, caller_of
from support.hosts_own import OWN, TEXTS, AskForVisit, NameNumber, Visit
from support.web import Site

from registratura.flows.attachment import SubmitCode
from registratura.flows.catalogue import FLOWS
from registratura.flows.one_time_code import SubmitOneTimeCode
from registratura.flows.portal_password import ChangePassword
from registratura.flows.sign_in import BeginSignIn, SubmitPassword
from registratura.host import Parts, Registratura
from registratura.host.web import evenly
from registratura.host.web.api import api_app

STEP = timedelta(milliseconds=100)


class Time:
    """A clock that somebody else's waiting turns on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waits.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(evenly, "monotonic", time.monotonic)
    monkeypatch.setattr(evenly, "sleep", time.sleep)
    return time


def test_what_uses_up_an_attempt_is_a_guess() -> None:
    guesses = {SubmitPassword.name, SubmitCode.name, SubmitOneTimeCode.name, ChangePassword.name}
    assert guesses == evenly.guesses_of(FLOWS)
    assert evenly.guesses_of(OWN) - guesses == {NameNumber.name}, "a host's own, too"


@pytest.mark.parametrize(("took", "wait"), [(0.001, 0.099), (0.0999, 0.0001), (0.12, 0.08), (0.0, 0.0)])
def test_a_guess_ends_after_whole_steps(time: Time, took: float, wait: float) -> None:
    async def guess() -> None:
        async with evenly.evenly(FLOWS, SubmitPassword.name, STEP):
            time.now += took

    asyncio.run(guess())
    assert time.waits == [wait]


def test_a_guess_that_fails_waits_too(time: Time) -> None:
    async def guess() -> None:
        async with evenly.evenly(FLOWS, SubmitPassword.name, STEP):
            time.now += 0.01
            raise KeyError

    with pytest.raises(KeyError):
        asyncio.run(guess())
    assert time.waits == [0.09]


@pytest.mark.parametrize(("event", "step"), [(BeginSignIn.name, STEP), (SubmitPassword.name, timedelta(0)), ("", STEP)])
def test_nothing_else_waits(time: Time, event: str, step: timedelta) -> None:
    async def act() -> None:
        async with evenly.evenly(FLOWS, event, step):
            time.now += 0.03

    asyncio.run(act())
    assert time.waits == []


def test_guesses_over_the_api_leave_evenly(time: Time) -> None:
    portal = Registratura("memory:", lambda: b"k" * 32)
    api = Api(portal, api_app(portal, caller_of))
    flow = api.post("/flows", {"flow": "sign_in"}).json()["id"]
    api.post(f"/flows/{flow}/events", {"event": "choose_password"})
    assert time.waits == []
    guess = {"event": "submit_password", "payload": {"login": "nobody@example.org", "password": "wrong1"}}
    assert api.post(f"/flows/{flow}/events", guess).status_code == 200
    assert len(time.waits) == 1


def test_guesses_in_a_hosts_own_flow_leave_evenly_too(time: Time) -> None:
    portal = Registratura("memory:", lambda: b"k" * 32, parts=Parts(flows=OWN, texts=TEXTS))
    api = Api(portal, api_app(portal, caller_of))
    assert Visit.name in [flow["name"] for flow in api.get("/flows").json()["flows"]]
    begun = api.post("/flows", {"flow": Visit.name, "event": AskForVisit.name, "payload": {"complaint": "Голова"}})
    assert (begun.status_code, time.waits) == (201, [])
    guess = {"event": NameNumber.name, "payload": {"number": "1"}}
    assert api.post(f"/flows/{begun.json()['id']}/events", guess).status_code == 200
    assert len(time.waits) == 1


def test_guesses_on_the_pages_leave_evenly(time: Time) -> None:
    browser = Site(even_out=STEP).browser()
    browser.open("/sign-in")
    browser.press("Войти по логину и паролю")
    assert time.waits == []
    browser.press("Войти", login="nobody@example.org", password="wrong1")
    assert len(time.waits) == 1

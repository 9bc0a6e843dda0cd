"""People at their browsers: requests to the JSON API, and what it answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
from registratura.domain.regions import REGIONS
from registratura.features.cast import Person
from registratura.features.spec.ledger import Pressed

FLOW = "registration"
NO_REGION = "00"
# The features' people and places stand for a host's own. In this region `registratura serve` has no portal.
OWN_REGIONS = {"Камчатский край": "Чукотский автономный округ"}
# Read once: it takes longer than a request.
CERTIFICATES = httpx.create_ssl_context()


class Answer(NamedTuple):
    """What the portal said: a flow, or a problem."""

    status: int
    said: Mapping[str, Any]

    @property
    def codes(self) -> tuple[str, ...]:
        """Why it says no."""
        if self.status < httpx.codes.BAD_REQUEST:
            return tuple(refusal["code"] for refusal in self.said["refusals"])
        refused = [*self.said.get("errors", ()), *self.said.get("refusals", ())]
        return (self.said["code"], *(one["code"] for one in refused))


class Visitor:
    """A person at their browser: its cookie, the flow before them, and the answers of the last act."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=f"{url.rstrip('/')}/api/", timeout=30, verify=CERTIFICATES)
        self.flow: dict[str, Any] = {}
        self.answers: tuple[Answer, ...] = ()
        self.pressed: tuple[Pressed, ...] = ()
        self.request: tuple[str, dict[str, Any], str] = ("", {}, "")

    def start(self) -> None:
        """Come to the portal as if for the first time."""
        self.hear(self.http.post("flows", json={"flow": FLOW}))

    def send(self, event: str, payload: dict[str, Any]) -> None:
        """Send an event; the request gets a key of its own."""
        press = {"chart": self.flow["flow"], "state": self.flow["state"], "variant": payload.get("via", "")}
        self.pressed += (Pressed(event=event, **press),)
        self.request = event, payload, str(uuid4())
        self.repeat()

    def repeat(self) -> None:
        """Send the last request again, as a browser without an answer does."""
        event, payload, key = self.request
        json = {"event": event, "payload": payload}
        self.hear(self.http.post(f"flows/{self.flow['id']}/events", json=json, headers={"Idempotency-Key": key}))

    def look(self) -> None:
        """Open the flow's page again."""
        self.hear(self.http.get(f"flows/{self.flow['id']}"))

    def hear(self, answer: httpx.Response) -> None:
        """Keep what the portal said; what it never should say fails the scenario."""
        assert not answer.is_server_error, f"{answer.request.method} {answer.request.url}: {answer} {answer.text}"
        self.answers += (Answer(answer.status_code, answer.json()),)
        if answer.is_success:
            self.flow = answer.json()


class Town:
    """Everybody in a scenario."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.visitors: dict[str, Visitor] = {}
        self.before: dict[str, dict[str, Any]] = {}

    def visitor(self, person: Person) -> Visitor:
        return self.visitors.setdefault(person.key, Visitor(self.url))


def seen(who: Visitor) -> dict[str, Any]:
    """What the portal says of a person's flow now."""
    now = who.http.get(f"flows/{who.flow['id']}")
    return {name: now.json().get(name) for name in ("state", "version", "screen")}


def code_of(region: str) -> str:
    """A region's code by its title; one that nobody has, if there is none."""
    title = OWN_REGIONS.get(region, region)
    return next((code for code, known in REGIONS.items() if known.title == title), NO_REGION)


def texts_in(value: Any) -> Iterator[str]:
    """All the texts in an answer."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts_in(inner)

"""(g) The portal over HTTP: what the API adds to an event, and whether many people at once are served without an error.

    python benchmarks/journeys.py [--events 1000] [--journeys 200]

The portal, the stand-in Gosuslugi and their worker run in a process of their own, as `registratura serve` does, on an
SQLite file with synchronous=FULL. An event over the API and the same event in process, on a file of its own, are
measured in turns. A journey is a whole registration, page by page, with Gosuslugi's redirects; all begin at once.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import httpx
from figures import Part, micros
from support import MARGARITA, SECRET, Pair, at_main_page, taken

from registratura.domain.identity import Identity
from registratura.flows.registration import ChangeRegion, ChooseRegion
from registratura.host import Registratura
from registratura.host.standins import Citizen
from registratura.host.web import serve

FORM = re.compile(r'<form[^>]* action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
PASSWORD = "benchmark"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--events", type=int, default=1000)
    options.add_argument("--journeys", type=int, default=200)
    options.add_argument("--serve", nargs=4, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.serve:
        folder, one, two, three = chosen.serve
        run(folder, (int(one), int(two), int(three)), chosen.journeys)
        return
    for part in measured(chosen.events, chosen.journeys):
        print(part.words())


def parts(full: bool) -> Iterator[Part]:
    """An event over the API, and many journeys at once."""
    yield from measured(1000 if full else 200, 200 if full else 100)


def measured(events: int, journeys: int) -> list[Part]:
    """So many of each."""
    with tempfile.TemporaryDirectory() as folder:
        ports = free_ports()
        given = ["--serve", folder, *map(str, ports), "--journeys", str(journeys)]
        server = subprocess.Popen([sys.executable, __file__, *given], stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            server.stdout.readline()
            return [
                compare(Path(folder), ports[0], events),
                walk_all(f"http://127.0.0.1:{ports[0]}", journeys),
            ]
        finally:
            server.terminate()
            server.wait()


def run(folder: str, ports: tuple[int, int, int], count: int) -> None:
    """The servers, with so many people at Gosuslugi."""
    people = [Citizen(f"person{n}", PASSWORD, person(n), second_factor="none") for n in range(count)]
    serve.serve(f"{folder}/portal.db", ports=ports, people=people)


def person(number: int) -> Identity:
    """Somebody; all have the same name, and papers of their own."""
    nine = f"{200_000_000 + number}"
    check = sum(int(digit) * weight for digit, weight in zip(nine, range(9, 0, -1), strict=True)) % 101 % 100
    changes = {
        "oid": f"{2_000_000_000 + number}",
        "snils": f"{nine}{check:02}",
        "phone": f"+7900{number:07d}",
    }
    return MARGARITA.model_copy(update=changes)


def compare(folder: Path, port: int, events: int) -> Part:
    """One event over the API and the same one in process, in turns."""
    api, portal = Api(port), Registratura(f"sqlite:///{folder}/inside.db", lambda: SECRET)
    inside, outside = at_main_page(portal), api.at_main_page()
    pair = Pair("over HTTP", "portal.send")
    for number in range(events + 100):
        if number in (0, 100):
            pair.round(counts=number > 0)
        event = ChooseRegion(region="74") if number % 2 else ChangeRegion()
        _, ours = taken(partial(api.send, outside, event.name, event.model_dump(mode="json"), f"key-{number}"))
        _, theirs = taken(partial(portal.send, inside, event, idempotency_key=f"key-{number}"))
        pair.add(ours, theirs)
    portal.close()
    p99 = [f"{statistics.quantiles(times, n=100)[-1] * 1e3:.1f}" for times in pair.all()]
    medians = [micros(statistics.median(times)) for times in pair.all()]
    rows = [("", "µs", "p99, ms"), *zip(pair.names, medians, p99, strict=True), ("times", pair.words, "")]
    return Part("An event over the JSON API, one client", rows, {"portal.event": pair.ratio})


class Api:
    """A program at the JSON API, on one connection that is kept."""

    def __init__(self, port: int) -> None:
        self._there = http.client.HTTPConnection("127.0.0.1", port)
        self._there.connect()
        self._there.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._headers = {"Content-Type": "application/json"}

    def at_main_page(self) -> str:
        """A registration whose region is chosen."""
        flow = str(self._post("/api/flows", {"flow": "registration", "payload": {}})["id"])
        self.send(flow, "choose_region", {"region": "74"}, "begin")
        return flow

    def send(self, flow: str, event: str, payload: object, key: str) -> None:
        """Send an event, and see that it was taken."""
        done = self._post(f"/api/flows/{flow}/events", {"event": event, "payload": payload}, {"Idempotency-Key": key})
        assert not done["refusals"], done

    def _post(self, path: str, body: object, headers: dict[str, str] | None = None) -> dict[str, object]:
        self._there.request("POST", path, json.dumps(body), self._headers | (headers or {}))
        answer = self._there.getresponse()
        said = answer.read()
        assert answer.status in (200, 201), said
        if cookie := answer.headers.get("Set-Cookie"):
            self._headers["Cookie"] = cookie.partition(";")[0]
        found: dict[str, object] = json.loads(said)
        return found


def walk_all(portal: str, count: int) -> Part:
    """So many people register at once, each a thread; an answer that is an error ends the benchmark."""
    together, times = threading.Barrier(count + 1), list[float]()

    def one(number: int) -> float:
        together.wait()
        _, seconds = taken(partial(walk, portal, f"person{number}", times.append))
        return seconds

    with ThreadPoolExecutor(count) as threads:
        done = [threads.submit(one, number) for number in range(count)]
        together.wait()
        begun = time.perf_counter()
        journeys = [each.result() for each in done]
    whole = time.perf_counter() - begun
    cuts = statistics.quantiles(times, n=100)
    rows = [
        ("registrations", "a second", "a page: p50, s", "p95, s", "p99, s", "a journey, s"),
        (
            str(count),
            f"{count / whole:.1f}",
            *(f"{cuts[n]:.2f}" for n in (49, 94, 98)),
            f"{statistics.median(journeys):.1f}",
        ),
    ]
    return Part("Whole registrations begun at once, page by page", rows, {"portal.journeys": count / whole})


def walk(portal: str, login: str, note: Callable[[float], None]) -> None:
    """From the first page to the last one, as a browser without scripts."""
    with httpx.Client(base_url=portal, follow_redirects=True, timeout=120) as browser:

        def seen(ask: Callable[[], httpx.Response]) -> httpx.Response:
            page, seconds = taken(ask)
            assert page.status_code == 200, f"{page.url}: {page.status_code}"
            note(seconds)
            return page

        page = seen(partial(browser.get, "/"))
        for action, typed in STEPS:
            address, hidden = form(page, action)
            typed = {**typed, "login": login} if "login" in typed else typed
            page = seen(partial(browser.post, address, data={**hidden, **typed}))
        assert "Вы зарегистрированы" in page.text, page.url


STEPS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/choose_region", {"region": "74"}),
    ("/register", {}),
    ("/accept_consent", {}),
    ("/go_to_gosuslugi", {"via": "button"}),
    ("/visit/", {"login": "", "password": PASSWORD}),
    ("/confirm_card", {}),
    ("/skip_password", {}),
)


def form(page: httpx.Response, action: str) -> tuple[str, dict[str, str]]:
    """Where the form with this in its address goes, and what it holds already."""
    found = next(((address, inside) for address, inside in FORM.findall(page.text) if action in address), None)
    assert found is not None, f"no form {action} at {page.url}"
    address, inside = found
    return urljoin(str(page.url), address), {name: unescape(value) for name, value in HIDDEN.findall(inside)}


def free_ports() -> tuple[int, int, int]:
    """Three that nobody listens at now."""
    sockets = [socket.socket() for _ in range(3)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    one, two, three = (int(each.getsockname()[1]) for each in sockets)
    for each in sockets:
        each.close()
    return one, two, three


if __name__ == "__main__":
    main()

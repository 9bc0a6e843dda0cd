"""Clients of a database, a process each, all of which play one contender's events at once.

    python benchmarks/clients.py <address> <address of the raw driver's tables>

A client reads lines {"play": contender, "events": n} and answers each with its events' latencies in seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

SYNCHRONOUS = "BENCH_SYNCHRONOUS"
OURS, RAW = "registratura", "raw driver, the same writes"


class Ours:
    """A portal and a flow, whose statements are noted for the raw driver."""

    def __init__(self, address: str) -> None:
        from noted import noted_portal
        from support import at_main_page

        self.portal, self.notes = noted_portal(address)
        self.id = at_main_page(self.portal)
        self.at_main_page = True
        self.before = list(self.notes)
        self.notes.clear()

    def event(self) -> str:
        from registratura.flows.registration import ChangeRegion, ChooseRegion

        event = ChangeRegion() if self.at_main_page else ChooseRegion(region="74")
        view = self.portal.send(self.id, event, idempotency_key=str(uuid4()))
        assert view.transition, view
        assert not view.refusals, view
        self.at_main_page = not self.at_main_page
        return view.state


class Client:
    """What the child process does."""

    def __init__(self, address: str, beside: str) -> None:
        self.address, self.beside = address, beside
        self.made: dict[str, Any] = {}

    def play(self, name: str, events: int) -> list[float]:
        """So many events, one after the other: how long each took."""
        if name == RAW:
            return self._raw(events)
        played = self.made.get(name) or self.made.setdefault(name, self._new(name))
        before, taken = None, []
        for _ in range(events):
            begun = time.perf_counter()
            state = played.event()
            taken.append(time.perf_counter() - begun)
            assert state != before, f"{name} stays in {state}"
            before = state
        return taken

    def _raw(self, events: int) -> list[float]:
        """The next events that ours has played already, on tables beside."""
        from noted import Raw, events_in

        ours = self.made[OURS]
        if RAW not in self.made:
            self.made[RAW] = Raw(self.beside, ours.before), events_in(ours.notes)
        raw, played = self.made[RAW]
        return [raw.replay(next(played)) for _ in range(events)]

    def _new(self, name: str) -> Any:
        from hands import HANDS

        return Ours(self.address) if name == OURS else HANDS[name](self.address)


class Clients:
    """The parent's side."""

    def __init__(self, address: str, beside: str, number: int, synchronous: str) -> None:
        env = {**os.environ, SYNCHRONOUS: synchronous}
        command = [sys.executable, str(Path(__file__).resolve()), address, beside]
        self._running = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
            for _ in range(number)
        ]
        self.latencies: dict[str, list[float]] = {}

    def round(self, name: str, events: int) -> float:
        """All clients play so many events at once: the seconds for one, over all of them."""
        begun = time.perf_counter()
        for client in self._running:
            assert client.stdin
            client.stdin.write(json.dumps({"play": name, "events": events}) + "\n")
            client.stdin.flush()
        answers: list[Sequence[float]] = [self._answer(client, name) for client in self._running]
        taken = time.perf_counter() - begun
        self.latencies.setdefault(name, []).extend(second for answer in answers for second in answer)
        return taken / events / len(self._running)

    def _answer(self, client: subprocess.Popen[str], name: str) -> Sequence[float]:
        assert client.stdout
        line = client.stdout.readline()
        assert line, f"{name}: the client has ended"
        answer: Sequence[float] = json.loads(line)
        return answer

    def close(self) -> None:
        for client in self._running:
            assert client.stdin
            client.stdin.close()
            client.wait()


@contextmanager
def clients(address: str, beside: str, number: int, synchronous: str = "FULL") -> Iterator[Clients]:
    """So many of them, ended afterwards."""
    made = Clients(address, beside, number, synchronous)
    try:
        yield made
    finally:
        made.close()


def _wait_for_disk(how: str) -> None:
    """SQLite's `synchronous` for everybody here, where ours would be FULL."""
    from registratura.storage import open

    open.PRAGMAS = tuple(pragma.replace("FULL", how) for pragma in open.PRAGMAS)


def main() -> None:
    _wait_for_disk(os.environ[SYNCHRONOUS])
    client = Client(*sys.argv[1:])
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(client.play(question["play"], question["events"])), file=answers, flush=True)


if __name__ == "__main__":
    main()

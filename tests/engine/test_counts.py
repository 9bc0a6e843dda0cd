"""What each event of both journeys costs, counted: a change that asks the database for more is seen here, not timed.

Benchmarks say how long it takes. Bytes are those of the values that are written: they depend on what the people of
the tests are called, and on nothing that changes from run to run.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher
from sqlalchemy import event
from support.portal import AT_HOME, BORIS, MARGARITA, PASSWORD, Scene, accepting, opened

from registratura.domain.identity import Identity
from registratura.flows.chart import Answers
from registratura.flows.engine.due import Rounds
from registratura.flows.event import Event
from registratura.flows.registration import (
    ChooseRegion,
    ConfirmCard,
    GoToGosuslugi,
    Register,
    Registration,
    SetPassword,
)
from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword
from registratura.host import FlowView

Count = tuple[int, int, int, int, int, int]
"""Statements, journeys to the server, commits, bytes written, password hashes, machines built."""


class Counted(Counter[str]):
    """What happened since it was asked last."""

    def taken(self) -> Count:
        names = ("statements", "journeys", "commits", "bytes", "hashes", "machines")
        found = tuple(self[name] for name in names)
        self.clear()
        return found  # type: ignore[return-value]  # as many as there are names

    def statement(self, sql: str, values: Any) -> None:
        self["statements"] += 1
        self["commits"] += sql == "COMMIT"
        if sql.startswith(("INSERT", "UPDATE")):
            given = values.values() if isinstance(values, dict) else values or ()
            self["bytes"] += sum(len(str(value).encode()) for value in given if value is not None)


@contextmanager
def counting(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    """Counts what reaches the driver, the hasher and the library of charts."""
    counted = Counted()

    class SqliteCursor(sqlite3.Cursor):
        def execute(self, sql: str, values: Any = ()) -> Any:
            counted.statement(sql, values)
            return super().execute(sql, values)

    class Connection(sqlite3.Connection):
        def cursor(self, *_: Any) -> Any:
            return super().cursor(SqliteCursor)

    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
            counted.statement(query, params)
            counted["journeys"] += self.connection._pipeline is None
            return super().execute(query, params, **more)

    for owner, name, what in (
        (psycopg.Pipeline, "sync", "journeys"),
        (psycopg.Pipeline, "__exit__", "journeys"),
        (PasswordHasher, "hash", "hashes"),
        (PasswordHasher, "verify", "hashes"),
        (Answers, "_built", "machines"),
    ):
        monkeypatch.setattr(owner, name, _counting(counted, what, getattr(owner, name)))
    engine = scene.storage.engine
    more = {"factory": Connection} if engine.dialect.name == "sqlite" else {"cursor_factory": Cursor}
    event.listen(engine, "do_connect", lambda *args: args[-1].update(more))
    engine.dispose()
    yield counted


def _counting(counted: Counted, what: str, plain: Callable[..., Any]) -> Callable[..., Any]:
    def counts(*arguments: Any) -> Any:
        counted[what] += 1
        return plain(*arguments)

    return counts


def journey(scene: Scene, person: Identity, counted: Counted) -> dict[str, Count]:
    """A registration with a password, and a sign-in with it: what each event cost."""
    costs: dict[str, Count] = {}

    def sent(flow_id: str, event: Event) -> FlowView:
        counted.clear()
        view = scene.portal.send(flow_id, event, caller=AT_HOME, idempotency_key=f"{flow_id} {event.name}")
        costs[event.name] = counted.taken()
        assert not view.refusals, view.refusals
        return view

    counted.clear()
    flow = scene.portal.start(Registration, caller=AT_HOME, idempotency_key=f"begin {person.oid}")
    costs["begin_registration"] = counted.taken()
    for one in (ChooseRegion(region="74"), Register(), accepting(), GoToGosuslugi()):
        sent(flow.id, one)
    counted.clear()
    flow = scene.portal.gosuslugi.returned(flow.id, person, f"answer to {flow.id}")
    costs["identity_confirmed"] = counted.taken()
    sent(flow.id, ConfirmCard())
    done = sent(flow.id, SetPassword(password=PASSWORD, repeat=PASSWORD))
    assert done.state == "registered"
    flow = sent(scene.portal.start(SignIn, caller=AT_HOME).id, ChoosePassword())
    assert sent(flow.id, SubmitPassword(login=str(person.phone), password=PASSWORD)).state == "signed_in"
    return costs


# fmt: off
EXPECTED: dict[str, dict[str, Count]] = {
    "sqlite": {
        "begin_registration": (9, 0, 1, 1742, 0, 0),
        "choose_region": (7, 0, 1, 1232, 0, 0),
        "register": (7, 0, 1, 1476, 0, 0),
        "accept_consent": (8, 0, 1, 2360, 0, 0),
        "go_to_gosuslugi": (7, 0, 1, 1383, 0, 0),
        "identity_confirmed": (21, 0, 1, 10515, 0, 0),
        "confirm_card": (10, 0, 1, 3281, 0, 0),
        "set_password": (15, 0, 1, 2806, 1, 0),
        "choose_password": (7, 0, 1, 1092, 0, 0),
        "submit_password": (28, 0, 2, 2312, 1, 0),
    },
    "postgresql": {
        "begin_registration": (9, 3, 1, 1742, 0, 0),
        "choose_region": (7, 4, 1, 1232, 0, 0),
        "register": (7, 4, 1, 1476, 0, 0),
        "accept_consent": (8, 4, 1, 2360, 0, 0),
        "go_to_gosuslugi": (7, 4, 1, 1383, 0, 0),
        "identity_confirmed": (21, 8, 1, 10515, 0, 0),
        "confirm_card": (10, 5, 1, 3281, 0, 0),
        "set_password": (15, 8, 1, 2806, 1, 0),
        "choose_password": (7, 4, 1, 1092, 0, 0),
        "submit_password": (28, 20, 2, 2312, 1, 0),
    },
}
# fmt: on
TOGETHER = {"sqlite": {10: (53, 0, 1), 30: (153, 0, 1)}, "postgresql": {10: (10, 6, 1), 30: (10, 6, 1)}}
"""Statements, journeys and commits of a round in which so many abandoned registrations expire."""


@pytest.mark.parametrize("kind", list(EXPECTED))
def test_what_each_event_costs(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(kind, tmp_path) as scene, counting(scene, monkeypatch) as counted:
        journey(scene, BORIS, counted)  # The first of its kind asks the library, and prepares statements.
        assert journey(scene, MARGARITA, counted) == EXPECTED[kind]


@pytest.mark.parametrize("kind", list(TOGETHER))
def test_timers_that_are_due_together_cost_one_commit(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(kind, tmp_path) as scene, counting(scene, monkeypatch) as counted:
        rounds, costs = Rounds(scene.portal.engine, None), {}
        for number in (5, *TOGETHER[kind]):
            for _ in range(number):
                scene.at_consent(None)
            scene.clock.turn(timedelta(days=1))
            counted.clear()
            assert rounds.next().timers == number
            costs[number] = counted.taken()[:3]
        del costs[5]  # The first statements of a connection are asked for once more.
        assert costs == TOGETHER[kind]

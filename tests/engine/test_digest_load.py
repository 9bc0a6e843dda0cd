"""The digest key is changed under load, in races, and by a process that is killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Event as Signal
from typing import Any

import pytest
from sqlalchemy import text
from support.portal import AT_HOME, Scene, codes, opened, submitting
from support.rotating import (
    BOTH,
    FIRST,
    LAST,
    ONE,
    SECOND,
    accounts,
    both_ways,
    process,
    somebody,
    tried,
    under,
)

from registratura.flows.errors import ConcurrentUpdate, DatabaseUnavailable
from registratura.flows.registration import Registration
from registratura.storage import SecretKeyring, rotation
from registratura.storage.line import Line
from registratura.storage.sql_changes import UNCOUNTED, counter_values
from registratura.storage.sql_rekeying import DROP_COUNTER, SCOPES_AFTER
from registratura.storage.statements import ADD_COUNTER, HOLD_COUNTER, statement

WHO = statement(text("SELECT pg_backend_pid()"))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    """A portal as it was before there was a second key."""
    with opened(request.param, tmp_path, keys=SecretKeyring(ONE)) as made:
        yield made


class Killed(BaseException):
    """The end of a process."""


def deadly(left: int) -> Callable[[Any], Callable[[str], str]]:
    """Renews so many digests, and is killed."""
    renewing, budget = rotation._renewing, count()

    def made(keys: Any) -> Callable[[str], str]:
        renew = renewing(keys)

        def one(text: str) -> str:
            if next(budget) >= left:
                raise Killed
            return renew(text)

        return one

    return made


def test_a_process_that_is_killed_anywhere_leaves_what_another_goes_on_with(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    person = somebody()
    scene.registered(person)
    for _ in range(4):
        tried(scene, person, "wrong")
    kills = 0
    for stage in ("rekey_digests", "drop_digests"):
        for left in count():
            at_work = process(scene, BOTH)
            with monkeypatch.context() as patched:
                patched.setattr(rotation, "_renewing", deadly(left))
                try:
                    getattr(at_work.portal.operator, stage)()
                    break
                except Killed:
                    kills += 1
            with at_work.portal.engine.asking() as ask:
                assert ask.claimed("login", str(person.email)) in accounts(scene)
    last = process(scene, LAST)
    assert kills > 10
    assert under(scene, FIRST) == 0
    assert codes(tried(last, person, "wrong")) == ["sign_in.failed"]
    assert codes(tried(last, person)) == ["attempts.exhausted"]
    assert len(accounts(scene)) == 1


class Load:
    """Four threads of people; each thread goes on with the process that it is given, once it is given another one."""

    def __init__(self, scene: Scene) -> None:
        self.scenes, self.rounds, self.stop = [scene] * 4, [0] * 4, Signal()
        self.people: list[Any] = []
        self.guessed = somebody()
        scene.registered(self.guessed)
        self.judged: list[int] = []
        self.codes: list[str] = []

    def take(self, start: Callable[[], Scene]) -> None:
        """All threads get processes of a next stage: two, and when these have gone round, the others."""
        for two, rounds in ((0, 1), (2, 2)):
            self.scenes[two : two + 2] = [start(), start()]
            seen = list(self.rounds)
            while (
                not self.stop.is_set() and min(now - was for now, was in zip(self.rounds, seen, strict=True)) < rounds
            ):
                self.stop.wait(0.005)

    def run(self, number: int) -> None:
        try:
            while not self.stop.is_set():
                self.one_round(self.scenes[number], number)
                self.rounds[number] += 1
        finally:
            self.stop.set()

    def one_round(self, scene: Scene, number: int) -> None:
        person = somebody()
        key = f"round {number} {self.rounds[number]}"
        flow = scene.portal.start(Registration, caller=AT_HOME, idempotency_key=key)
        caller = scene.registered(person)
        self.people.append(person)
        assert self.scenes[3 - number].at_card(person).state == "already_registered"
        assert tried(self.scenes[(number + 1) % 4], person).state == "signed_in"
        assert self.scenes[3 - number].portal.start(Registration, caller=AT_HOME, idempotency_key=key).id == flow.id
        if codes(tried(scene, self.guessed, "wrong")) == ["sign_in.failed"]:
            self.judged.append(number)
        code = scene.code(person)
        entries = [scene.at_code_entry(caller).id for _ in range(2)]
        both = [scene, self.scenes[(number + 2) % 4]]
        ends = [
            each.portal.send(entry, submitting(code.code), caller=caller)
            for each, entry in zip(both, entries, strict=True)
        ]
        assert [end.state for end in ends] == ["attached", "attached"]
        self.codes.append(code.id)


def test_four_threads_notice_nothing(scene: Scene) -> None:
    load = Load(scene)
    with ThreadPoolExecutor(4) as pool:
        threads = [pool.submit(load.run, number) for number in range(4)]
        try:
            load.take(lambda: process(scene, BOTH))
            process(scene, BOTH).portal.operator.rekey_digests()
            load.take(lambda: process(scene, BOTH))
            process(scene, BOTH).portal.operator.drop_digests()
            load.take(lambda: process(scene, LAST))
        finally:
            load.stop.set()
        for thread in threads:
            thread.result()
    last = process(scene, LAST)
    last.portal.operator.drop_digests()
    assert under(last, FIRST) == 0
    assert len(accounts(last)) == len(load.people) + 1
    assert len(load.judged) == 5
    assert all(last.events(code).count("issued/activate/activated") == 1 for code in load.codes)
    assert all(last.portal.verify(flow_id).sound for flow_id in scene.storage.flow_ids(limit=10_000))


def test_two_windows_of_one_person_in_two_stages_open_one_account(scene: Scene) -> None:
    """Both look before either writes."""
    for one, other in both_ways(scene):
        person = somebody()
        flows = [(scene, scene.at_gosuslugi().id) for scene in (one, other) for _ in range(2)]
        with ThreadPoolExecutor(4) as pool:
            views = [pool.submit(scene.portal.gosuslugi.returned, flow, person, f"a {flow}") for scene, flow in flows]
        ends = [view.result().state for view in views]
        assert sorted(ends) == ["already_registered"] * 3 + ["card_review"]
    assert len(accounts(scene)) == 12


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_counter_that_is_let_go_while_it_is_taken_is_taken_all_the_same(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A former key's counter goes after it was found to be there, and before it is held."""
    with opened(kind, tmp_path, keys=SecretKeyring(ONE)) as scene:
        person = somebody()
        scene.registered(person)
        tried(scene, person, "wrong")
        process(scene, BOTH).portal.operator.rekey_digests()
        by_second, rows = process(scene, BOTH), Line.rows
        dropped: list[str] = []

        def late(line: Line, statement: Any, *values: Any) -> Any:
            if statement is HOLD_COUNTER and FIRST.id in values[0] and values[0] not in dropped:
                dropped.append(values[0])
                line.run(DROP_COUNTER, *values)
            return rows(line, statement, *values)

        monkeypatch.setattr(Line, "rows", late)
        assert [codes(tried(by_second, person, "wrong")) for _ in range(4)] == [["sign_in.failed"]] * 4
        assert dropped
        assert codes(tried(by_second, person)) == ["attempts.exhausted"]


def test_the_change_and_whoever_counts_do_not_wait_for_each_other(tmp_path: Path) -> None:
    """Who counts makes all counters before holding one; the change, while it waits for one of them, holds none."""
    with opened("postgresql", tmp_path, keys=SecretKeyring(ONE)) as scene, ThreadPoolExecutor(1) as pool:
        tried(scene, somebody(), "wrong")
        storage: Any = scene.storage
        renew = rotation._renewing(SecretKeyring(BOTH))
        with storage._line() as line, storage._transaction(line):
            older = [row[0] for row in line.rows(SCOPES_AFTER, "", 10)]
            for scope in older:
                assert line.run(ADD_COUNTER, renew(scope), *counter_values(UNCOUNTED)) == 1
            change = pool.submit(storage.rekey_counters, "", 10, renew, drop=False)
            until_it_waits(storage, change, line.rows(WHO)[0][0])
            assert all(line.rows(HOLD_COUNTER, scope) for scope in older)
        assert change.result() == older[-1]


def until_it_waits(storage: Any, change: Future[Any], holder: int) -> None:
    """Until somebody waits for that connection of the server's."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE :holder = ANY(pg_blocking_pids(pid))")
    while not change.done():
        with storage.engine.connect() as connection:
            if connection.scalar(waiting, {"holder": holder}):
                return


@pytest.mark.parametrize("batch", ["rekey_claims", "rekey_counters"])
def test_a_batch_that_met_an_event_is_tried_again(scene: Scene, monkeypatch: pytest.MonkeyPatch, batch: str) -> None:
    person = somebody()
    scene.registered(person)
    tried(scene, person, "wrong")
    with_both, real, left = process(scene, BOTH), getattr(scene.storage, batch), [2]

    def met(*args: Any, **more: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise ConcurrentUpdate(flow_id="of this transaction", expected="the one read")
        return real(*args, **more)

    monkeypatch.setattr(scene.storage, batch, met)
    with_both.portal.operator.rekey_digests()
    assert under(scene, SECOND) > 0
    assert tried(process(scene, BOTH), person).state == "signed_in"
    left[0] = rotation.TRIES
    with pytest.raises(DatabaseUnavailable, match="others held"):
        process(scene, BOTH).portal.operator.drop_digests()

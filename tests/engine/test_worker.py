"""A worker in a thread of the host: it wakes when there is work, and whatever goes wrong, it goes on."""

from __future__ import annotations

import threading
from asyncio import CancelledError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from support.portal import AT_HOME, Scene, opened
from support.working import WAIT, Sent, code, statuses, until

from registratura.flows.effects import DeliverCode
from registratura.flows.engine.codec import micros
from registratura.flows.errors import DatabaseUnavailable
from registratura.flows.rows import Changes
from registratura.host.worker import Away, Back, News, Worker
from registratura.storage import bell

Handler = Callable[[DeliverCode, str], None]


@contextmanager
def sleeping(scene: Scene, patience: float = 3600) -> Iterator[list[float]]:
    """How long workers would sleep; they are told to stop instead of sleeping."""
    naps: list[float] = []

    class Nap:
        def __init__(self) -> None:
            self.patience = patience

        def wait(self, seconds: float, stop: Any) -> None:
            naps.append(seconds)
            for worker in workers:
                worker.stop()

    @contextmanager
    def ringing() -> Iterator[Nap]:
        yield Nap()

    workers: list[Worker] = []
    made = scene.portal.worker
    scene.portal.worker = lambda **options: workers.append(made(**options)) or workers[-1]  # type: ignore[method-assign]
    scene.storage.bell = ringing
    yield naps
    del scene.storage.bell


def test_what_becomes_due_is_carried_out_without_anybody_calling(scene: Scene) -> None:
    """On PostgreSQL the worker would sleep longer than this waits, did the event not wake it."""
    assert bell.LOOK_AGAIN >= WAIT
    sent = scene.portal.handlers[DeliverCode] = Sent()
    with scene.portal.worker() as worker:
        until(lambda: worker.done.broken == 0)
        flow = code(scene)
        until(lambda: sent == [f"{flow}:1:0"])
    assert statuses(scene) == [("done", 1)]
    assert worker.done.delivered == 1
    code(scene, "nobody")
    assert len(sent) == 1, "it has stopped"


def test_it_sleeps_until_the_next_thing_it_knows_of_is_due(scene: Scene) -> None:
    scene.portal.handlers[DeliverCode] = Sent()
    flow = code(scene)
    with sleeping(scene) as naps:
        scene.portal.worker().run()
        scene.clock.turn(timedelta(minutes=1))
        scene.portal.worker().run()
        scene.clock.turn(timedelta(minutes=4))
        scene.portal.worker().run()
    assert naps[:2] == [300, 240]
    assert scene.state(flow) == "expired"


def test_what_cannot_be_carried_out_does_not_keep_it_awake(scene: Scene) -> None:
    flow = code(scene)
    with scene.storage.unit() as unit:
        row = unit.flow(flow)
        unit.write(_broken(row))
    scene.clock.turn(timedelta(minutes=5))
    told: list[News] = []
    with sleeping(scene, patience=7) as naps:
        scene.portal.handlers[DeliverCode] = Sent()
        worker = scene.portal.worker(tell=told.append)
        worker.run()
    assert naps == [7]
    assert worker.done.timers == 0
    assert sum(getattr(news, "broken", 0) for news in told) == 1, "it is told of once, and then passed by"


def _broken(row: Any) -> Any:
    return Changes(flows=((row._replace(state="nobody knows"), row.version),), log=())


def test_a_worker_without_handlers_leaves_effects_to_those_that_have_them(scene: Scene) -> None:
    code(scene)
    with sleeping(scene):
        scene.portal.worker(effects=False).run()
    assert statuses(scene) == [("pending", 0)]


def test_it_stops_between_two_effects_and_gives_back_what_it_had_leased(scene: Scene) -> None:
    worker = scene.portal.worker()
    scene.portal.handlers[DeliverCode] = lambda effect, effect_id: worker.stop()
    for person in range(3):
        code(scene, str(person))
    worker.run()
    assert statuses(scene) == [("done", 1), ("pending", 0), ("pending", 0)]
    now = micros(scene.clock.now)
    assert len(scene.storage.lease_effects(now, now, 9)) == 2


def test_a_handler_that_hangs_is_given_up_and_keeps_no_other_waiting(scene: Scene) -> None:
    released = threading.Event()
    sent = Sent()

    def hangs_once(effect: DeliverCode, effect_id: str) -> None:
        sent.append(effect_id)
        if len(sent) == 1:
            released.wait()

    scene.portal.handlers[DeliverCode] = hangs_once
    first = code(scene)
    scene.clock.turn(timedelta(microseconds=1))
    second = code(scene, "somebody else")
    with sleeping(scene):
        worker = scene.portal.worker(lease=timedelta(seconds=0.2))
        worker.run()
    released.set()
    assert sent == [f"{first}:1:0", f"{second}:1:0"]
    assert (worker.done.failed, worker.done.delivered) == (1, 1)
    assert statuses(scene) == [("done", 1), ("pending", 1)]
    assert [row.error for row in scene.storage.effects("pending")] == ["HandlerHangs"]


@pytest.mark.parametrize("leaving", [SystemExit, KeyboardInterrupt, CancelledError])
def test_a_handler_that_leaves_the_program_takes_no_worker_with_it(scene: Scene, leaving: type[BaseException]) -> None:
    def leaves(effect: DeliverCode, effect_id: str) -> None:
        raise leaving

    scene.portal.handlers[DeliverCode] = leaves
    code(scene)
    with sleeping(scene):
        worker = scene.portal.worker()
        worker.run()
    assert (worker.done.failed, statuses(scene)) == (1, [("pending", 1)])
    assert [row.error for row in scene.storage.effects()] == ["HandlerExits"]


def test_what_becomes_due_while_a_round_goes_on_is_not_slept_over(scene: Scene) -> None:
    """Its timers were looked at before its effects: what came due between is seen by the next round, at once."""
    rounding = scene.portal.engine.round

    def slowly(carry_out: Any) -> Any:
        done = rounding(carry_out)
        scene.clock.turn(timedelta(minutes=6))
        return done

    scene.portal.handlers[DeliverCode] = Sent()
    flow = code(scene)
    scene.portal.run_due()
    scene.portal.engine.round = slowly  # type: ignore[method-assign]
    with sleeping(scene) as naps:
        scene.portal.worker().run()
    assert naps == [0]
    assert scene.storage.next_due(0) is not None, f"{flow} is due"


def test_a_chore_that_fails_is_told_of_and_keeps_nothing_else_from_being_done(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def fails() -> None:
        raise ConnectionError

    sent = scene.portal.handlers[DeliverCode] = Sent()
    with sleeping(scene):
        worker = scene.portal.worker(chores=(fails, lambda: done.append("the second")))
        scene.clock.turn(timedelta(minutes=10))
        flow = code(scene)
        worker.run()
    assert (done, sent) == (["the second"], [f"{flow}:1:0"])
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        "A chore of the worker failed and is tried again later: ConnectionError"
    ]


@pytest.mark.parametrize("days", [1, -1])
def test_a_worker_whose_clock_is_a_day_wrong_loses_and_doubles_nothing(scene: Scene, days: int) -> None:
    """Ahead, it carries out too early what would come all the same; behind, it leaves everything to others."""
    sent = scene.portal.handlers[DeliverCode] = Sent()
    flow, now = code(scene), scene.clock.now
    for clock in (now + timedelta(days=days), now, now + timedelta(minutes=5), now + timedelta(days=2)):
        scene.clock.now = clock
        scene.portal.run_due()
    assert sent == [f"{flow}:1:0"]
    assert [entry.event for entry in scene.log(flow)] == ["send_one_time_code", "expire"]
    assert scene.portal.verify(flow).sound


def test_a_database_that_is_away_is_told_of_in_one_line_and_tried_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sent = scene.portal.handlers[DeliverCode] = Sent()
    leasing, failures = scene.storage.lease_effects, [DatabaseUnavailable(reason="it is gone")]

    def lease(*args: Any) -> Any:
        if failures:
            raise failures.pop()
        return leasing(*args)

    monkeypatch.setattr(scene.storage, "lease_effects", lease)
    flow = code(scene)
    with scene.portal.worker():
        until(lambda: sent == [f"{flow}:1:0"])
    first, second, *_ = [record.getMessage() for record in caplog.records if record.levelname in ("ERROR", "WARNING")]
    assert first.startswith("The worker stumbled and tries again in 1 s: The database did not take the work: it is go")
    assert second == "The worker goes on."
    assert not any(record.exc_info for record in caplog.records)


def test_a_server_that_ends_all_connections_loses_no_wake_up(tmp_path: Any) -> None:
    with opened("postgresql", tmp_path) as scene:
        sent = scene.portal.handlers[DeliverCode] = Sent()
        told: list[News] = []
        asleep = threading.Event()
        with scene.portal.worker(tell=lambda news: (told.append(news), asleep.set())):
            assert asleep.wait(WAIT)
            _cut_off(scene)
            until(lambda: any(isinstance(news, Back) for news in told))
            flow = code(scene)
            until(lambda: sent == [f"{flow}:1:0"])
        (away,) = [news for news in told if isinstance(news, Away)]
        assert isinstance(away.error, DatabaseUnavailable)


def _cut_off(scene: Scene) -> None:
    engine = create_engine(scene.storage.engine.url)
    with engine.connect() as connection:
        others = "WHERE datname = current_database() AND pid != pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity {others}"))
    engine.dispose()


def test_a_driver_that_cannot_listen_as_we_do_is_asked_for_nothing(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under a host's engine with psycopg2: its workers look every second."""
    with opened("postgresql", tmp_path) as scene:
        monkeypatch.setattr(scene.storage.engine.dialect, "driver", "psycopg2")
        with scene.storage.bell() as waiting:
            assert isinstance(waiting, bell.Silent)


def test_an_event_wakes_workers_only_for_what_is_due_soon(tmp_path: Any) -> None:
    """A registration that ends in a day is found by looking; waking everybody for it would cost each event a lock."""
    with opened("postgresql", tmp_path) as scene, scene.storage.bell() as waiting:
        scene.at_consent(AT_HOME)
        assert not _rung(waiting)
        code(scene)
        assert _rung(waiting)
        assert not _rung(waiting), "once for each event"


def _rung(waiting: Any) -> bool:
    return bool(list(waiting._connection.notifies(timeout=0.2, stop_after=1)))

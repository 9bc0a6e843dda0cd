"""Workers as processes: whatever becomes of one, nothing is lost and nothing is done twice."""

import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.working import Place, dying, ended, hanging, slow, steady, until

from registratura.features.databases import database
from registratura.flows.engine.codec import micros

LONG_AGO = timedelta(hours=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with database(request.param, tmp_path) as address:
        made = Place(address, tmp_path / "notes")
        yield made
        made.portal.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Place]:
    with database("postgresql", tmp_path) as address:
        made = Place(address, tmp_path / "notes")
        yield made
        made.portal.close()


def statuses(place: Place) -> list[tuple[str, int]]:
    return sorted((row.status, row.attempts) for row in place.storage.effects())


def test_a_worker_that_is_told_to_stop_ends_what_it_has_in_hand_and_gives_back_the_rest(place: Place) -> None:
    place.codes(5)
    with place.worker(slow) as worker:
        until(lambda: place.given)
        said = ended(worker)
    assert statuses(place) == [("done", 1), *[("pending", 0)] * 4]
    assert len(place.given) == 1
    assert "Рабочий процесс остановлен. Таймеров выполнено: 0, поручений: 1." in said
    now = micros(datetime.now(UTC))
    assert len(place.storage.lease_effects(now, now, 9)) == 4, "nobody has to wait for them"


@pytest.mark.parametrize("handler", [hanging, dying])
def test_what_a_killed_worker_had_in_hand_another_one_does_under_the_same_id(place: Place, handler: object) -> None:
    """In the middle of the handler, or after it and before anybody knew."""
    (flow,) = place.codes(1)
    with place.worker(handler, "--lease", "1") as first:  # type: ignore[arg-type]  # one of the two
        until(lambda: place.given)
        if handler is hanging:
            first.send_signal(signal.SIGKILL)
        assert first.wait() == -signal.SIGKILL
    assert statuses(place) == [("leased", 1)]
    with place.worker(steady, "--lease", "1") as second:
        until(lambda: statuses(place) == [("done", 2)])
        ended(second)
    assert place.given == [f"{flow}:1:0"] * 2
    assert place.done == [f"{flow}:1:0"]


def test_two_workers_do_everything_and_each_thing_once(server: Place) -> None:
    flows = server.codes(200, LONG_AGO)
    with server.worker(steady) as first, server.worker(steady) as second:
        until(lambda: len(server.given) >= 200 and server.storage.next_due(0) is None)
        said = ended(first) + ended(second)
    assert sorted(server.given) == sorted(f"{flow}:1:0" for flow in flows)
    ends = [entry.event for flow in flows for entry in server.portal.history(flow)]
    assert sorted(ends) == ["expire"] * 200 + ["send_one_time_code"] * 200
    told = re.findall(r"Таймеров выполнено: (\d+), поручений: (\d+)", said)
    assert [sum(int(pair[place]) for pair in told) for place in (0, 1)] == [200, 200]

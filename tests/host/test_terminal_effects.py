"""`registratura effects`: what could not be done is seen, tried anew or given up, and nothing personal is shown."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from support.rows import effect
from support.terminal import Run

from registratura.flows.effects import DeliverCode
from registratura.flows.engine.due import TRIES
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode
from registratura.flows.rows import Changes
from registratura.host.terminal.opening import World, world

DATABASE = ("--database", "portal.db")
PHONE = "+79001234567"


def fails(effect: DeliverCode, effect_id: str) -> None:
    raise ConnectionError(PHONE)


@pytest.fixture
def town(run: Run) -> Iterator[World]:
    """Two codes that could not be sent, however often it was tried."""
    now = [datetime.now(UTC) - timedelta(days=2)]
    with world("portal.db", None, lambda: now[0]) as made:
        made.portal.handlers[DeliverCode] = fails
        for person in ("anna", "boris"):
            made.portal.start(OneTimeCode, SendOneTimeCode(phone=PHONE, person=person))
        for _ in range(TRIES):
            made.portal.run_due()
            now[0] += timedelta(hours=1)
        now[0] = datetime.now(UTC) + timedelta(minutes=1)
        yield made


def ids(town: World) -> list[str]:
    return [row.id for row in town.portal.operator.dead_effects()]


def test_dead_effects_are_listed_without_personal_data(run: Run, town: World) -> None:
    told = run("effects", "dead", *DATABASE)
    lines = [line.split("\t") for line in told.out.splitlines()]
    assert [(line[0], line[1], line[3], line[4]) for line in lines[:2]] == [
        (name, "DeliverCode", str(TRIES), "ConnectionError") for name in ids(town)
    ]
    assert lines[2] == ["Не удались и ждут решения: 2."]
    assert PHONE[1:] not in told.out


def test_one_is_tried_anew_from_the_first_try_on(run: Run, town: World) -> None:
    first, second = ids(town)
    assert run("effects", "retry", first, *DATABASE).code == 0
    assert ids(town) == [second]
    assert town.portal.run_due().failed == 1, "it has all its tries again"
    town.portal.handlers[DeliverCode] = lambda effect, effect_id: None
    assert run("effects", "retry", "--all", *DATABASE).out == "Будут выполнены заново, с первой попытки: 1.\n"
    assert town.portal.run_due().delivered == 1


def test_what_would_arrive_after_a_later_order_is_left_and_said(run: Run, town: World) -> None:
    first = ids(town)[0]
    flow = first.split(":")[0]
    start = effect(f"{flow}:9:0", status="dead")._replace(flow_id=flow, seq=9, kind="StartExport", due=1)
    stop = start._replace(id=f"{flow}:10:0", seq=10, kind="StopExport", status="done")
    with town.portal.engine.storage.unit() as unit:
        unit.write(Changes(flows=(), log=(), effects=(start, stop)))
    alone = run("effects", "retry", start.id, *DATABASE)
    assert (alone.code, alone.out) == (1, "Будут выполнены заново, с первой попытки: 0.\n")
    both = run("effects", "retry", "--all", *DATABASE)
    assert (both.code, both.out) == (0, "Будут выполнены заново, с первой попытки: 2.\n")
    assert "Оставлены как есть: 1." in both.err
    assert "registratura effects drop" in both.err
    assert ids(town) == [start.id]


@pytest.mark.parametrize(("typed", "dropped"), [("да\n", True), ("нет\n", False), ("", False)])
def test_one_is_given_up_only_if_somebody_says_so(run: Run, town: World, typed: str, dropped: bool) -> None:
    first, second = ids(town)
    told = run("effects", "drop", first, *DATABASE, typed=typed)
    assert told.code == (0 if dropped else 1)
    assert ids(town) == ([second] if dropped else [first, second])


def test_what_was_given_up_leaves_a_trace_and_nothing_personal(run: Run, town: World) -> None:
    first, _ = ids(town)
    flow = first.split(":")[0]
    assert run("effects", "drop", first, "--yes", *DATABASE).code == 0
    (row,) = town.portal.engine.storage.effects("dropped")
    assert (row.id, row.sealed, row.error) == (first, None, "ConnectionError")
    (event,) = town.portal.engine.storage.security_events()
    assert (event.flow_id, event.kind, event.details) == (flow, "effect_dropped", first)
    assert town.portal.verify(flow).sound
    assert "снято оператором" in run("flows", "show", flow, *DATABASE).out
    assert town.portal.run_due().delivered == 0
    assert run("effects", "drop", first, "--yes", *DATABASE).code == 1, "it is not there to be given up again"

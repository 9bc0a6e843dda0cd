"""A flow is migrated to a newer version of its chart in its midst, timers and all, or left as it is (U57)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError
from support.portal import AT_HOME, NOON, Scene, accepting, tables
from support.rows import entry
from support.second import ANSWER, BOTH, LIFE, PAUSE, Registration2, SecondData, at_offer, beside

from registratura.flows.engine.ask import Asking
from registratura.flows.errors import ChartError, ConcurrentUpdate, RegistraturaError
from registratura.flows.event import Facts
from registratura.flows.ports import Lost
from registratura.flows.record import FlowData
from registratura.flows.registration import (
    CloseConsent,
    Expire,
    GoToGosuslugi,
    Registration,
    SkipPassword,
)
from registratura.flows.rows import Changes
from registratura.flows.step import Migrated, Stays
from registratura.flows.versions import Catalogue, UnknownVersion


def test_a_flow_is_migrated_in_its_midst_with_its_timers(scene: Scene) -> None:
    flow, second = at_offer(scene), beside(scene)
    due = second.portal.engine.record(flow).timers["expire"].due
    scene.clock.turn(timedelta(minutes=5))
    migrated = second.portal.migrate(flow)
    assert migrated is not None
    record = second.portal.engine.record(flow)
    assert (record.chart_version, record.state, type(record.data)) == (2, "password_offer", SecondData)
    timers = {"expire": due, "remind": NOON + timedelta(minutes=5) + PAUSE}
    assert {kind: timer.due for kind, timer in record.timers.items()} == timers
    assert second.portal.verify(flow).sound
    scene.clock.turn(PAUSE)
    assert second.portal.run_due().timers == 1
    assert second.state(flow) == "password_reminder"
    assert second.portal.verify(flow).sound
    with pytest.raises(UnknownVersion):
        scene.portal.get(flow)


def test_the_log_tells_of_the_migration(scene: Scene) -> None:
    flow, second = scene.at_consent().id, beside(scene)
    second.portal.migrate(flow)
    second.walk(flow, accepting(), GoToGosuslugi(), caller=AT_HOME)
    entry = second.log(flow)[3]
    assert (entry.event, entry.transition, entry.chart_version) == ("migrate", "consent/migrate/consent", 2)
    assert entry.by == '{"account":null,"channel":"migration"}'
    assert entry.payload == '{"event":{"from_version":1},"facts":{}}'
    assert [one.chart_version for one in second.log(flow)] == [1, 1, 1, 2, 2, 2]
    verdict = second.portal.verify(flow)
    assert (verdict.sound, verdict.entries) == (True, 6)


def test_a_timer_is_rewritten(scene: Scene) -> None:
    flow, second = scene.at_consent().id, beside(scene)
    second.portal.migrate(flow)
    scene.clock.turn(ANSWER)
    assert second.portal.run_due().timers == 1
    assert second.state(flow) == "expired"


def test_what_a_dry_run_says_is_what_is_done(scene: Scene) -> None:
    flow, second = at_offer(scene), beside(scene)
    before, record = tables(scene), second.portal.engine.record(flow)
    told = second.portal.migrate(flow, dry_run=True)
    assert tables(scene) == before
    assert told is not None
    assert told.before == record
    assert told == second.portal.migrate(flow)
    assert second.portal.migrate(flow) is None, "there is no more to do"


def test_a_flow_that_the_migration_refuses_is_not_touched(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    flow, second = scene.at_consent().id, beside(scene)
    monkeypatch.setitem(Registration2.migrations, 1, lambda old, now: Stays("не сейчас"))
    before = tables(scene)
    migration = second.portal.migrate(flow)
    assert migration is not None
    assert migration.after == Stays("не сейчас")
    assert tables(scene) == before


def test_a_flow_that_has_ended_stays_what_it_is(scene: Scene) -> None:
    flow, second = at_offer(scene), beside(scene)
    scene.walk(flow, SkipPassword(), caller=AT_HOME)
    assert second.portal.migrate(flow) is None
    assert second.portal.get(flow, caller=AT_HOME).state == "registered"


def test_what_is_due_is_carried_out_first_by_the_old_version(scene: Scene) -> None:
    flow, second = scene.at_consent().id, beside(scene)
    scene.clock.turn(LIFE)
    assert second.portal.migrate(flow) is None, "it has ended"
    assert second.portal.get(flow).state == "expired"
    assert second.portal.get(flow).chart_version == 1


class Midway(Exception):
    """It fails half-way."""


def test_a_migration_that_fails_leaves_everything(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    flow, second = at_offer(scene), beside(scene)
    before, good = tables(scene), Registration2.migrations[1]

    def fails(old: object, now: object) -> Migrated:
        raise Midway

    wrong = (
        (fails, Midway, "^$"),
        (lambda old, now: Migrated("moon", SecondData()), ChartError, "a migration gives moon with SecondData"),
        (lambda old, now: Migrated("consent", old.data), ChartError, "gives consent with RegistrationData"),
        (
            lambda old, now: Migrated("consent", SecondData(), {"remind": now, "answer": now}),
            ChartError,
            r"a migration sets \['answer', 'remind'\], which consent never hears",
        ),
    )
    for migration, error, words in wrong:
        monkeypatch.setitem(Registration2.migrations, 1, migration)
        with pytest.raises(error, match=words):
            second.portal.migrate(flow)
        assert tables(scene) == before
    monkeypatch.setitem(Registration2.migrations, 1, good)
    assert second.portal.migrate(flow) is not None


def test_a_database_that_fails_half_way_leaves_everything(stored: Scene) -> None:
    flow, second = stored.at_consent().id, beside(stored)
    with stored.storage.unit() as unit:
        # The entry that the migration would write is there already, and belongs to nobody.
        unit.write(Changes(flows=(), log=(entry(flow, 4),)))
    before = tables(stored)
    with pytest.raises((RegistraturaError, SQLAlchemyError)):
        second.portal.migrate(flow)
    assert tables(stored) == before


def test_who_is_first_is_not_overwritten(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The flow moves between the reading of it and the writing: it is migrated from where it is by then."""
    flow, second, states = scene.at_consent().id, beside(scene), []
    good = Registration2.migrations[1]

    def meanwhile(old: Any, now: Any) -> Migrated | Stays:
        if not states:
            scene.portal.send(flow, CloseConsent(), caller=AT_HOME)
        states.append(old.state)
        return good(old, now)

    monkeypatch.setitem(Registration2.migrations, 1, meanwhile)
    second.portal.migrate(flow)
    assert states == ["consent", "main_page"]
    assert second.portal.get(flow).state == "main_page"
    assert [row.event for row in second.log(flow)][-2:] == ["close_consent", "migrate"]
    assert second.portal.verify(flow).sound


class Bare(FlowData):
    """Nothing."""


class Registration3(Registration2):
    """Of which nothing is remembered."""

    version = 3
    data = Bare


def test_who_is_never_first_is_told_so(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    flow, second = at_offer(scene), beside(scene)

    def lose(ask: Asking, changes: Changes) -> None:
        raise Lost("flow", flow)

    monkeypatch.setattr(Asking, "write", lose)
    with pytest.raises(ConcurrentUpdate) as caught:
        second.portal.migrate(flow)
    assert caught.value.params == {"flow_id": flow, "expected": "the one read"}


def test_from_version_to_version_and_to_data_without_fields(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = scene.at_consent().id
    monkeypatch.setitem(Registration3.migrations, 2, lambda old, now: Migrated("main_page", Bare()))
    third = beside(scene, Catalogue(*BOTH.versions.values(), Registration3))
    assert [third.portal.migrate(flow).after.chart_version for _ in range(2)] == [2, 3]
    assert third.portal.migrate(flow) is None
    record = third.portal.engine.record(flow)
    assert (record.chart_version, record.state, record.data) == (3, "main_page", Bare())
    assert third.portal.verify(flow).sound


def test_of_a_migrated_flow_only_what_came_after_is_judged(scene: Scene) -> None:
    flow, second = at_offer(scene), beside(scene)
    (before,) = second.portal.replay(flow)
    assert (before.entry.event, before.what) == ("confirm_card", "timers")
    second.portal.migrate(flow)
    second.walk(flow, SkipPassword(), caller=AT_HOME)
    assert second.portal.replay(flow) == ()


def test_a_migration_that_is_changed_afterwards_is_noticed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    flow, second = at_offer(scene), beside(scene)
    second.portal.migrate(flow)
    monkeypatch.setitem(Registration2.migrations, 1, lambda old, now: Migrated(old.state, SecondData(**dict(old.data))))
    assert [str(problem) for problem in second.portal.verify(flow).problems] == [
        "log: entry 8 would be decided otherwise"
    ]


def test_what_is_due_before_a_migration_may_look_at_other_flows(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    card, looked_at = scene.flow_of(scene.registered(), "patient_card"), list[str]()

    def look(record: Any, event: Any, ask: Any) -> Facts:
        looked_at.append(ask.load(card).state)
        return Facts()

    flow, second = scene.at_consent().id, beside(scene)
    monkeypatch.setitem(Registration.gatherers, Expire, look)
    scene.clock.turn(LIFE)
    assert second.portal.migrate(flow) is None, "it has ended"
    assert looked_at == ["confirmed"]

"""Two versions of a chart in one database: each flow ends under its own, or is migrated, timers and all (U57)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError
from support.portal import AT_HOME, NOON, PASSWORD, Scene, accepting, tables
from support.rows import entry
from support.second import ANSWER, BOTH, LIFE, ONLY_SECOND, PAUSE, Registration2, SecondData, beside

from registratura.flows.catalogue import FLOWS
from registratura.flows.errors import ChartError, NotAFlow, RegistraturaError
from registratura.flows.event import TimeEvent
from registratura.flows.patient_card import PatientCard
from registratura.flows.record import FlowData
from registratura.flows.registration import (
    ChooseRegion,
    CloseConsent,
    ConfirmCard,
    ConfirmLater,
    GoToGosuslugi,
    Registration,
    SetPassword,
    SkipPassword,
)
from registratura.flows.rows import Changes
from registratura.flows.step import Migrated, Stays
from registratura.flows.versions import Catalogue, UnknownVersion

SET = SetPassword(password=PASSWORD, repeat=PASSWORD)


def at_offer(scene: Scene) -> str:
    """A registration that is asked for a password."""
    return scene.walk(scene.at_card().id, ConfirmCard(), caller=AT_HOME).id


# ─── Side by side ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_flow_ends_under_the_version_that_it_started_with(scene: Scene) -> None:
    old, second = at_offer(scene), beside(scene)
    new = second.portal.start(Registration, caller=AT_HOME)
    assert (second.portal.get(old).chart_version, new.chart_version) == (1, 2)
    assert second.portal.send(old, SkipPassword(), caller=AT_HOME).state == "registered"
    assert second.portal.verify(old).sound


def test_new_flows_start_under_the_newest_whichever_is_named(scene: Scene) -> None:
    second = beside(scene)
    flows = [second.portal.start(flow, caller=AT_HOME) for flow in (Registration, Registration2)]
    assert [flow.chart_version for flow in flows] == [2, 2]
    assert scene.portal.start(Registration, caller=AT_HOME).chart_version == 1
    with pytest.raises(NotAFlow):
        scene.portal.start(Registration2)


def test_the_second_version_has_what_it_declares_and_what_it_inherits(scene: Scene) -> None:
    second = beside(scene)
    flow = second.at_card()
    second.walk(flow.id, ConfirmLater(), caller=AT_HOME)
    assert second.portal.engine.record(flow.id).timers["remind"].due == NOON + PAUSE
    scene.clock.turn(PAUSE)
    reminded = second.portal.get(flow.id, caller=AT_HOME)
    assert (reminded.state, reminded.screen.title) == ("password_reminder", "Пароль так и не задан")
    assert second.portal.engine.record(flow.id).data.reminded
    assert second.portal.send(flow.id, SET, caller=AT_HOME).state == "registered"
    assert second.portal.verify(flow.id).sound
    assert Registration.decisions[ConfirmCard] is not Registration2.decisions[ConfirmCard]


def test_a_flow_that_another_one_starts_is_of_the_newest_version_too(scene: Scene) -> None:
    class PatientCard2(PatientCard):
        """Карта пациента."""

        version = 2

    second = beside(scene, Catalogue(*FLOWS.values(), PatientCard2))
    caller = second.registered()
    assert second.portal.get(second.flow_of(caller, "patient_card"), caller=caller).chart_version == 2


# ─── A program that does not have the version ────────────────────────────────────────────────────────────────────────


def test_a_version_that_is_not_known_is_said_and_nothing_is_written(scene: Scene) -> None:
    new = beside(scene).portal.start(Registration, caller=AT_HOME).id
    before = tables(scene)
    for use in (
        lambda: scene.portal.get(new, caller=AT_HOME),
        lambda: scene.portal.send(new, ChooseRegion(region="74"), caller=AT_HOME),
        lambda: scene.portal.parse(new, "choose_region", {"region": "74"}),
        lambda: scene.portal.verify(new),
        lambda: scene.portal.replay(new),
        lambda: scene.portal.migrate(new),
    ):
        with pytest.raises(UnknownVersion) as raised:
            use()
        assert raised.value.params == {"flow_id": new, "flow": "registration", "chart_version": 2, "known": "1"}
    assert tables(scene) == before


def test_an_old_version_that_was_dropped_is_said_too(scene: Scene) -> None:
    old = scene.portal.start(Registration, caller=AT_HOME).id
    with pytest.raises(UnknownVersion, match="this program knows 2"):
        beside(scene, ONLY_SECOND).portal.get(old)


def test_timers_of_a_version_that_is_not_known_are_left_to_others(scene: Scene) -> None:
    second = beside(scene)
    old = scene.at_consent().id
    scene.clock.turn(LIFE - PAUSE)
    new = at_offer(second)
    scene.clock.turn(PAUSE)
    left = scene.portal.run_due()
    assert (left.timers, left.broken) == (1, 0), "its own is carried out, the other's is left and no fault"
    assert scene.state(old) == "expired"
    assert second.portal.run_due().timers == 1
    assert second.state(new) == "password_reminder"


# ─── Migration ───────────────────────────────────────────────────────────────────────────────────────────────────────


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
    before = tables(scene)
    told = second.portal.migrate(flow, dry_run=True)
    assert tables(scene) == before
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
        (fails, Midway),
        (lambda old, now: Migrated("moon", SecondData()), ChartError),
        (lambda old, now: Migrated("consent", old.data), ChartError),
        (lambda old, now: Migrated("consent", SecondData(), {"remind": now}), ChartError),
    )
    for migration, error in wrong:
        monkeypatch.setitem(Registration2.migrations, 1, migration)
        with pytest.raises(error):
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


# ─── The catalogue ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_catalogue_that_contradicts_itself_is_refused() -> None:
    class ChooseRegion(TimeEvent):
        """Another class of that name."""

    class Twice(Registration):
        """The same version again."""

    class Renamed(Registration2):
        """An event that means something else."""

        version = 3
        events = (*Registration2.events, ChooseRegion)

    with pytest.raises(ChartError, match="version 1 is declared twice"):
        Catalogue(*FLOWS.values(), Twice)
    with pytest.raises(ChartError, match="choose_region has another class"):
        Catalogue(*BOTH.versions.values(), Renamed)
    with pytest.raises(ChartError, match="a migration comes from version 1"):
        Catalogue(Registration2)


def test_the_newest_stands_under_the_name_in_any_order() -> None:
    for flows in ((Registration, Registration2), (Registration2, Registration)):
        catalogue = Catalogue(*flows)
        assert catalogue["registration"] is Registration2
        assert catalogue.numbers("registration") == [1, 2]

"""Two versions of a chart in one database: each flow ends under its own, or is migrated, timers and all (U57)."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pytest
from support.leaving import withdrawn
from support.newer import NEWER
from support.portal import AT_HOME, NOON, PASSWORD, Scene, codes, tables
from support.second import BOTH, LIFE, ONLY_SECOND, PAUSE, Registration2, at_offer, beside

from registratura.flows.catalogue import FLOWS
from registratura.flows.errors import ChartError, NotAFlow
from registratura.flows.event import TimeEvent
from registratura.flows.patient_card import Delete, PatientCard
from registratura.flows.registration import (
    ChooseRegion,
    ConfirmCard,
    ConfirmLater,
    Registration,
    SetPassword,
    SkipPassword,
)
from registratura.flows.step import Stays
from registratura.flows.versions import Catalogue, UnknownVersion

SET = SetPassword(password=PASSWORD, repeat=PASSWORD)


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
    with pytest.raises(NotAFlow, match=r"Registration2.*Registration, SignIn, "):
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


def test_what_a_newer_version_declares_is_not_declared_for_the_older() -> None:
    class Stricter(Registration):
        """A version that refuses more."""

        version = 3

    before = list(Registration.rules[ChooseRegion])
    Stricter.refuses(ChooseRegion)(lambda case: ())
    assert (len(Stricter.rules[ChooseRegion]), Registration.rules[ChooseRegion]) == (len(before) + 1, before)


def test_a_flow_that_another_one_starts_is_of_the_newest_version_too(scene: Scene) -> None:
    class PatientCard2(PatientCard):
        """Карта пациента."""

        version = 2

    second = beside(scene, Catalogue(*FLOWS.values(), PatientCard2))
    caller = second.registered()
    assert second.portal.get(second.flow_of(caller, "patient_card"), caller=caller).chart_version == 2


def test_a_version_that_is_held_back_is_known_and_nothing_starts_or_is_migrated_by_it(scene: Scene) -> None:
    """The first of two releases that roll a version out: the second one's flows are no trouble for it."""
    old, new = at_offer(scene), beside(scene).portal.start(Registration, caller=AT_HOME).id
    first = beside(scene, Catalogue(*BOTH.versions.values(), held_back=[Registration2])).portal
    assert first.start(Registration2, caller=AT_HOME).chart_version == 1
    assert first.send(new, ChooseRegion(region="74"), caller=AT_HOME).chart_version == 2
    assert first.migrate(old) is None
    assert beside(scene).portal.migrate(old) is not None
    assert first.verify(old).sound


def test_what_goes_by_a_version_that_is_held_back_is_judged_by_it(scene: Scene) -> None:
    new = at_offer(beside(scene))
    first = beside(scene, Catalogue(*BOTH.versions.values(), held_back=[Registration2])).portal
    assert first.replay(new) == ()


def test_nothing_is_migrated_to_a_version_that_is_held_back_between_others(scene: Scene) -> None:
    class Registration3(Registration2):
        """Nobody has said how a flow of another version comes to this one."""

        version = 3

    old = at_offer(scene)
    third = beside(scene, Catalogue(*BOTH.versions.values(), Registration3, held_back=[Registration2])).portal
    assert third.start(Registration, caller=AT_HOME).chart_version == 3
    assert third.migrate(old) is None


def test_what_is_held_back_needs_another_version_to_start() -> None:
    with pytest.raises(ChartError, match="version 1 is held back, and none other starts"):
        Catalogue(*FLOWS.values(), held_back=[Registration])
    with pytest.raises(ChartError, match="version 2 is held back, and is none of the flows"):
        Catalogue(*FLOWS.values(), held_back=[Registration2])


def test_what_reads_other_flows_asks_their_own_version_whether_they_are_at_an_end(scene: Scene) -> None:
    """Attachment, the card's deletion and the withdrawal: none of the shipped charts has these states."""
    second = beside(scene, NEWER)
    caller = second.registered()
    card = second.flow_of(caller, "patient_card")
    assert second.portal.engine.record(card).state == "checked"
    assert second.attached(caller).state == "attached"
    deleted = second.portal.send(card, Delete(confirmed=True), caller=caller)
    assert codes(deleted) == ["card.has_right", "card.last"]
    right = second.flow_of(caller, "clinic_right")
    assert second.portal.engine.record(right).state == "promised"
    withdrawn(second, caller)
    assert second.portal.engine.record(right).state == "withdrawn"


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


def test_an_entry_by_a_version_that_was_dropped_is_named_when_the_log_is_verified(scene: Scene) -> None:
    old = at_offer(scene)
    assert beside(scene).portal.migrate(old) is not None
    (problem,) = beside(scene, ONLY_SECOND).portal.verify(old).problems
    assert (problem.code, problem.entry) == ("log_version_unknown", 1)


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

    class FromItself(Registration2):
        """Migrated to what it is."""

        version = 3

    with pytest.raises(ChartError, match="version 1 is declared twice"):
        Catalogue(*FLOWS.values(), Twice)
    with pytest.raises(ChartError, match="the event choose_region has another class"):
        Catalogue(*BOTH.versions.values(), Renamed)
    with pytest.raises(ChartError, match="a migration comes from version 1, which is not there"):
        Catalogue(Registration2)
    FromItself.migrates(3)(lambda record, now: Stays("no"))
    with pytest.raises(ChartError, match="a migration comes from version 3, which is not there"):
        Catalogue(*BOTH.versions.values(), FromItself)


def test_the_newest_stands_under_the_name_in_any_order() -> None:
    for flows in ((Registration, Registration2), (Registration2, Registration)):
        catalogue = Catalogue(*flows)
        assert catalogue["registration"] is Registration2
        assert catalogue.numbers("registration") == [1, 2]


def test_what_is_known_of_a_flow_is_told_version_by_version(scene: Scene) -> None:
    record = replace(scene.portal.engine.record(at_offer(scene)), chart_version=3)
    with pytest.raises(UnknownVersion, match="this program knows 1, 2"):
        BOTH.of(record)
    with pytest.raises(UnknownVersion, match="this program knows none"):
        BOTH.of(replace(record, flow="vaccination"))


def test_newer_is_what_is_not_the_same() -> None:
    class Of(NamedTuple):
        id: str
        flow: str
        chart_version: int

    assert [BOTH.newer(Of("1", "registration", version)) for version in (1, 2)] == [[Registration2], []]

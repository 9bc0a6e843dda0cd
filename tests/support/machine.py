"""What the machines of the property tests share: faults around events, what is illegal, what holds at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from support.faults import DiskFull, fails, meddling
from support.portal import AT_HOME, TICK, Scene, scene_of, tables
from support.samples import sample

from registratura.features.faults import Fault
from registratura.flows.errors import InvalidPayload, NotAllowedNow, NotAPersonsEvent, UnknownFlow
from registratura.flows.event import Event, Origin
from registratura.flows.flow import AnyFlow
from registratura.host import Caller, FlowView
from registratura.storage import MemoryStorage

DAY = timedelta(days=1)
COUNTED = {"attempts", "tickets"}
"""What a judged event leaves behind even when it is lost: the guess is not given back (promise 6)."""

deaths = st.sampled_from([None, None, None, None, Fault.KILLED_BEFORE_COMMIT, Fault.KILLED_AFTER_COMMIT])
clock_faults = st.sampled_from([Fault.CLOCK_BACK, Fault.CLOCK_FORWARD])


def table(text: str) -> dict[str, frozenset[str]]:
    """`state: event event …`, one a line, as it was written down from the specification."""
    lines = (line.split(":") for line in text.strip().splitlines())
    return {state.strip(): frozenset(events.split()) for state, events in lines}


def seldom(chance: int = 4) -> st.SearchStrategy[bool]:
    """Yes about once in so many times: what ends a walk must leave others their length."""
    return st.sampled_from([False] * (chance - 1) + [True])


class PortalMachine(RuleBasedStateMachine):
    """One flow after another, walked at random, beside a model that was written by hand.

    `persons`, `facts` and `times` are the model's: which events each state has. `state`, `version`, `effects` and
    `expires` are what the model says of the flow just now. `reached` collects what the run came by, over all examples.
    """

    flow_type: ClassVar[AnyFlow]
    persons: ClassVar[Mapping[str, frozenset[str]]]
    facts: ClassVar[Mapping[str, frozenset[str]]]
    times: ClassVar[Mapping[str, frozenset[str]]]
    life: ClassVar[timedelta]
    storage_kind: ClassVar[str] = "memory"
    more_settings: ClassVar[dict[str, Any]] = {}
    reached: ClassVar[set[str]]
    refused: ClassVar[Counter[str]]
    prepared: ClassVar[list[Any]]

    def __init_subclass__(cls) -> None:
        if not {"flow_type", "storage_kind"} & vars(cls).keys():
            return  # A part of a run: what it comes by belongs to the whole.
        cls.reached, cls.refused, cls.prepared = set(), Counter(), []

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory() if self.storage_kind != "memory" else None
        self.scene = self.make_scene()
        self.caller: Caller | None = AT_HOME
        self.keys = count(1)
        self.ended: dict[str, Any] = {}
        self.flow, self.state, self.version = "", "", 0
        self.expires = self.now
        self.effects: Counter[str] = Counter(row.kind for row in self.scene.storage.effects())

    # ─── The portal ──────────────────────────────────────────────────────────────────────────────────────────────────

    def make_scene(self) -> Scene:
        """A prepared portal; in memory it is prepared once and copied."""
        if self.folder is not None:
            made = scene_of(self.storage_kind, Path(self.folder.name), **self.more_settings)
            self.prepare(made)
            return made
        made = scene_of("memory", Path(), **self.more_settings)
        assert isinstance(made.storage, MemoryStorage)
        if not self.prepared:
            self.prepare(made)
            self.prepared.append(made.storage.rows.copy())
        made.storage.rows = self.prepared[0].copy()
        return made

    @classmethod
    def prepare(cls, scene: Scene) -> None:
        """Who is there from the beginning."""

    @property
    def now(self) -> datetime:
        return self.scene.clock.now

    def begin(self, begun: FlowView) -> None:
        """A new flow, as the model sees it."""
        self.keep_ended()
        self.flow, self.state, self.version = begun.id, begun.state, 1
        self.expires = self.now + self.life

    def rows(self, flow_id: str) -> tuple[Any, ...]:
        """All that is stored of a flow, byte for byte."""
        with self.scene.storage.unit() as unit:
            row = unit.flow(flow_id)
            return row, tuple(unit.log(flow_id)), tuple(unit.evidence(flow_id))

    def everything(self, without: frozenset[str] | set[str] = frozenset()) -> dict[str, Any]:
        return {name: rows for name, rows in tables(self.scene).items() if name not in without}

    def keep_ended(self) -> None:
        """What has ended must not change any more: looked at when all is over."""
        if self.flow and not self.persons[self.state]:
            self.ended[self.flow] = self.rows(self.flow)

    # ─── Events ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def send(
        self, event: Event, to: str | None = None, *, refused: tuple[str, ...] = (), steps: int = 1, death: Any = None
    ) -> FlowView:
        """A person's event. `to` is where it leads by the model, `refused` why not, `steps` how much it logs."""
        view = self.dying(lambda key: self.portal_send(event, key), death)
        return self.arrived(view, to, refused=refused, steps=steps)

    def portal_send(self, event: Event, key: str) -> FlowView:
        return self.scene.portal.send(self.flow, event, caller=self.caller, idempotency_key=key)

    def arrived(self, view: FlowView, to: str | None, *, refused: tuple[str, ...] = (), steps: int = 1) -> FlowView:
        """The model moves, and the portal has moved to the same place for the same reasons."""
        self.state, self.version = to or self.state, self.version + steps
        assert sorted(refusal.code for refusal in view.refusals) == sorted(refused)
        assert (view.state, view.version) == (self.state, self.version)
        self.refused.update(refused)
        return view

    def dying(self, call: Callable[[str], FlowView], death: Fault | None, key: str | None = None) -> FlowView:
        """The call, its process killed before or after the commit, and then called again under the same key."""
        key = key or f"key {next(self.keys)}"
        if death is Fault.KILLED_BEFORE_COMMIT:
            before = self.everything(COUNTED)
            with meddling(self.scene.storage, write=fails), pytest.raises(DiskFull):
                call(key)
            assert self.everything(COUNTED) == before
        view = call(key)
        if death is Fault.KILLED_AFTER_COMMIT:
            before = self.everything()
            again = call(key)
            assert (again.transition, again.refusals, again.started) == (view.transition, view.refusals, view.started)
            assert (again.state, again.version) == (view.state, view.version)
            assert self.everything() == before
        return view

    # ─── What may come in between ────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.flow)
    @rule(data=st.data())
    def something_comes_in_between(self, data: st.DataObject) -> None:
        """One rule for all of it: each as often as a step of the person's would leave no walk of any length."""
        illegal = self.an_event_that_the_state_does_not_have
        others = [self.a_fact_as_if_a_person_had_done_it, self.a_stranger, self.somebody_looks, self.the_clock_is_moved]
        data.draw(st.sampled_from([illegal, illegal, self.time_passes, *others]), label="in between")(data)

    def an_event_that_the_state_does_not_have(self, data: st.DataObject) -> None:
        there = self.persons[self.state] | self.facts.get(self.state, set()) | self.times.get(self.state, set())
        event = data.draw(st.sampled_from([event for event in self.flow_type.events if event.name not in there]))
        before = self.everything()
        with pytest.raises(NotAllowedNow) as raised:
            self.scene.portal.engine.send(self.flow, sample(event), origin=event.origin, idempotency_key="illegal")
        assert set(raised.value.allowed) == self.persons[self.state]
        assert self.everything() == before

    def a_fact_as_if_a_person_had_done_it(self, data: st.DataObject) -> None:
        facts = [event for event in self.flow_type.events if event.origin is not Origin.PERSON]
        before = self.everything()
        with pytest.raises(NotAPersonsEvent):
            self.scene.portal.send(self.flow, sample(data.draw(st.sampled_from(facts))), caller=self.caller)
        assert self.everything() == before

    def a_stranger(self, data: st.DataObject) -> None:
        before = self.everything()
        with pytest.raises(UnknownFlow):
            self.scene.portal.get(self.flow, caller=Caller(session="a stranger's browser"))
        assert self.everything() == before

    def invalid(self, event: str, payload: dict[str, Any]) -> None:
        """A payload that does not fit: nothing happens, and no guess is burnt."""
        before = self.everything()
        with pytest.raises(InvalidPayload):
            self.portal_send(self.scene.portal.parse(self.flow, event, payload), f"key {next(self.keys)}")
        assert self.everything() == before

    # ─── Time ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def time_passes(self, data: st.DataObject) -> None:
        self.turn(timedelta(seconds=data.draw(st.sampled_from([1, 59, 60, 61, 300, 900, 1200]), label="seconds")))

    @precondition(lambda self: self.flow and self.persons[self.state] and self.now < self.expires)
    @rule(off=st.sampled_from([-TICK, timedelta(0), TICK]), really=seldom(2))
    def the_end_of_its_life_comes(self, off: timedelta, really: bool) -> None:
        if really:
            self.turn(self.expires + off - self.now)

    def the_clock_is_moved(self, data: st.DataObject) -> None:
        fault = data.draw(clock_faults)
        if data.draw(seldom()):
            self.turn(DAY if fault is Fault.CLOCK_FORWARD else -DAY)

    def somebody_looks(self, data: st.DataObject) -> None:
        """Whoever is first carries out what is due; it is the same whoever it is."""
        self.scene.portal.run_due()

    def turn(self, by: timedelta) -> None:
        self.scene.clock.turn(by)
        self.time_is_over()

    def time_is_over(self) -> None:
        """What time does to the flow, by the model."""
        if self.persons[self.state] and self.now >= self.expires:
            self.state, self.version = self.after_its_life(), self.version + 1

    def after_its_life(self) -> str:
        return "expired"

    # ─── What must hold ──────────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def as_the_model_says(self) -> None:
        if not self.flow:
            return
        view = self.scene.portal.get(self.flow, caller=self.caller)
        assert (view.state, view.version) == (self.state, self.version)
        assert {action.name for action in view.actions} == self.persons[self.state]
        assert view.ended == (not self.persons[self.state])
        assert Counter(row.kind for row in self.scene.storage.effects()) == self.effects

    def teardown(self) -> None:
        self.keep_ended()
        self.look_back()
        self.scene.portal.close()
        self.scene.gosuslugi.codes.close()
        if self.folder is not None:
            self.folder.cleanup()

    def look_back(self) -> None:
        """Every flow is sound, and none that had ended has moved since, whatever the clock did."""
        for flow_id, rows in self.ended.items():
            assert self.rows(flow_id) == rows
        for flow_id in self.scene.storage.flow_ids(limit=1000):
            verdict = self.scene.portal.verify(flow_id)
            assert verdict.sound, verdict.problems
            if verdict.flow == self.flow_type.name:
                self.reached.update(entry.transition for entry in self.scene.portal.history(flow_id))


PART = 10


def walk(machine: type[RuleBasedStateMachine], examples: int, steps: int = 20) -> None:
    """Run it at random, and always the same.

    In parts of ten, each with a name, and so a seed, of its own: from then on four of five walks would be variations of
    those before.
    """
    for number in range(examples // PART):
        part = type(f"{machine.__name__}{number}", (machine,), {})
        run_state_machine_as_test(
            part,
            settings=settings(
                max_examples=PART,
                stateful_step_count=steps,
                deadline=None,
                derandomize=True,
                database=None,
                report_multiple_bugs=False,
                # A walk is short enough to be read. Add Phase.shrink, which takes minutes, where it is not.
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )

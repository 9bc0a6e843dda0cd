"""Every event that a chart does not have in a state: it raises, says what is allowed, and changes nothing at all."""

from typing import Any

import pytest
from support.library import leaves, path, transitions
from support.portal import Scene
from support.rows import contents
from support.samples import OWNER, pairs, placed, sample

from registratura.flows.errors import NotAllowedNow, NotAPersonsEvent
from registratura.flows.event import Origin
from registratura.flows.flow import AnyFlow
from registratura.host import Caller

EVERYWHERE = pytest.mark.parametrize(
    ("flow", "state"), list(pairs()), ids=lambda value: value if isinstance(value, str) else value.name
)


def events_in(flow: AnyFlow, state: str) -> set[str]:
    """By the library, not by what the engine remembers of it."""
    (leaf,) = [leaf for leaf in leaves(flow.chart) if path(leaf) == state]
    return {str(transition.event) for transition in transitions(flow.chart, leaf)}


def rows_of(scene: Scene, flow_id: str) -> tuple[Any, ...]:
    with scene.storage.unit() as unit:
        return unit.flow(flow_id), tuple(unit.log(flow_id))


@EVERYWHERE
def test_an_event_that_is_not_in_the_state_raises_and_changes_no_byte(scene: Scene, flow: AnyFlow, state: str) -> None:
    flow_id = placed(scene, flow, state)
    possible, everything = events_in(flow, state), contents(scene.storage)
    for event in flow.events:
        if event.name in possible:
            continue
        before = rows_of(scene, flow_id)
        with pytest.raises(NotAllowedNow) as raised:
            scene.portal.engine.send(flow_id, sample(event), origin=event.origin, idempotency_key="again")
        persons = {name for name in possible if flow.by_name[name].origin is Origin.PERSON}
        assert set(raised.value.allowed) == persons
        assert all(name in str(raised.value) for name in (event.name, state, *persons))
        assert rows_of(scene, flow_id) == before
    assert contents(scene.storage) == everything


def test_there_are_so_many_of_them() -> None:
    """As many as the charts' tables leave open: a test above that tries none would not be seen otherwise."""
    tried = sum(len(flow.events) - len(events_in(flow, state)) for flow, state in pairs())
    assert len(list(pairs())) == 74
    assert tried > 600


@EVERYWHERE
def test_a_person_can_send_neither_facts_nor_time(scene: Scene, flow: AnyFlow, state: str) -> None:
    flow_id = placed(scene, flow, state)
    before = contents(scene.storage)
    for event in flow.events:
        if event.origin is not Origin.PERSON:
            for caller in (None, Caller(account=OWNER)):
                with pytest.raises(NotAPersonsEvent, match=event.name):
                    scene.portal.send(flow_id, sample(event), caller=caller)
    assert contents(scene.storage) == before

"""What is done after an event, or beside it, takes nothing back and keeps nobody waiting."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from support.faults import meddling
from support.portal import AT_HOME, Scene, codes, submitting

from registratura.flows.attachment.flow import _prefix
from registratura.flows.errors import DatabaseUnavailable
from registratura.flows.rows import Changes

def begun(scene: Scene) -> Any:
    """A transaction of the host's."""
    return scene.storage.engine.begin() if hasattr(scene.storage, "engine") else scene.storage.transaction()


def stored_state(scene: Scene, flow: str) -> str:
    with scene.storage.unit() as unit:
        return str(unit.flow(flow).state)


def none(scene: Scene) -> Any:
    return nullcontext()


def unavailable(changes: Changes) -> Changes:
    raise DatabaseUnavailable(reason="it is busy")


@pytest.mark.parametrize("transaction", [none, begun])
def test_what_fails_after_an_event_does_not_make_it_an_error(
    scene: Scene, transaction: Callable[[Scene], Any]
) -> None:
    """The code's own end, found by the way, could not be written; the sweeper does it later."""
    caller = scene.registered()
    code = scene.code()
    scene.clock.turn(timedelta(days=14))
    flow = scene.at_code_entry(caller)
    event = submitting(code.code)
    ticket = scene.portal.attempt(flow.id, event, caller=caller)
    with meddling(scene.storage) as hooks, transaction(scene) as within:

        def first(changes: Changes) -> Changes:
            hooks["write"] = unavailable
            return changes

        hooks["write"] = first
        view = scene.portal.send(flow.id, event, caller=caller, ticket=ticket, within=within)
        assert not hooks, "nothing went wrong afterwards"
    assert codes(view) == ["code.not_accepted"]
    assert scene.portal.get(flow.id, caller=caller).version == view.version
    assert stored_state(scene, code.id) == "issued"
    scene.portal.run_due()
    assert stored_state(scene, code.id) == "expired"


def test_looking_at_the_log_carries_out_what_is_late(scene: Scene) -> None:
    flow = scene.at_consent(AT_HOME)
    scene.clock.turn(timedelta(hours=24))
    assert scene.portal.history(flow.id, caller=AT_HOME)[-1].event == "expire"


@pytest.mark.parametrize(
    ("address", "neighbours"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("::ffff:cb00:7109", "203.0.113.0/24"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:0db8:0:0:1::2", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a proxy's name", "a proxy's name"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_neighbours_count_as_one_however_their_address_is_written(address: str, neighbours: str) -> None:
    assert _prefix(address) == neighbours

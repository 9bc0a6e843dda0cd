"""Histories as each version of a chart decided them when it was made: what is decided now is the same (U57).

A difference here is a flow in somebody's database that would go otherwise: give the chart a new version, and keep the
old one in the catalogue (docs/versions.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from support.histories import FOLDER, History, clear, file_of, histories
from support.second import BOTH

from registratura.features.spec.declared import transitions
from registratura.flows.cabinet import AddClinic, Cabinet
from registratura.flows.catalogue import FLOWS
from registratura.flows.clinic_right import ClinicRight, Suspend
from registratura.flows.common import AttemptsExhausted
from registratura.flows.engine.replay import (
    FACETS,
    Difference,
    decided,
    differences,
    folded,
    refused_elsewhere,
    replayed,
)
from registratura.flows.flow import AnyFlow, Decision
from registratura.flows.gosuslugi import IdentityConfirmed
from registratura.flows.registration import AcceptConsent, ChooseRegion, ConfirmCard, Registration
from registratura.flows.sign_in import SignIn
from registratura.flows.step import Stays
from registratura.flows.versions import Catalogue

VERSIONS = list(FLOWS.versions.values())
ALL = pytest.mark.parametrize("flow", VERSIONS, ids=lambda flow: f"{flow.name} {flow.version}")
# What no scenario can show, no walk shows: features/spec/unshown.toml has the reasons.
NEVER = {"cabinet": {"closed/open_cabinet/refused"}, "patient_card": {"differs/came_of_age/grown_up"}}


def otherwise(flow: AnyFlow, history: History) -> Iterator[Difference | str]:
    """In what a history would be another one, entry by entry."""
    before = None
    for entry, effects in zip(history.log, history.effects, strict=True):
        after = folded(flow, before, entry)
        step = decided(flow, before, entry, refused_elsewhere(flow, before, entry))
        assert not isinstance(step, Stays)
        yield from differences(entry, after, step)
        if (now := [clear(one.kind(), one.model_dump(mode="json")) for one in step.move.effects]) != effects:
            yield f"{entry.row.transition}: effects {effects}, now {now}"
        before = after


@ALL
def test_a_history_is_decided_as_it_was(flow: AnyFlow) -> None:
    found = {history.told: list(otherwise(flow, history)) for history in histories(flow)}
    assert {told: what for told, what in found.items() if what} == {}


@ALL
def test_every_version_has_histories_of_all_its_transitions(flow: AnyFlow) -> None:
    log = [entry.row for history in histories(flow) for entry in history.log]
    assert log, "Make them: python tests/support/histories.py"
    known = {id for id in transitions(flow) if not (id.startswith("begin/") and id.endswith("/refused"))}
    assert known - {row.transition for row in log} == NEVER.get(flow.name, set())
    assert {row.chart_version for row in log} == {flow.version}


def test_no_history_is_there_for_nothing() -> None:
    assert {file_of(flow) for flow in VERSIONS} == set(FOLDER.iterdir())


# ─── What must be found: each thing that a chart may do otherwise ────────────────────────────────────────────────────


def without(**parts: Any) -> Callable[[Decision], Decision]:
    return lambda decision: lambda case: replace(decision(case), **parts)


CHANGES: dict[str, tuple[dict[Any, Any], Any, Callable[[Any], Any]]] = {
    "refusals": (Registration.rules, ChooseRegion, lambda rules: []),
    "state": (Registration.guards, "registered_before", lambda guard: lambda case: not guard(case)),
    "transition": (Cabinet.rules, AddClinic, lambda rules: []),
    "timers": (SignIn.decisions, AttemptsExhausted, without(timers={})),
    "effects": (ClinicRight.decisions, Suspend, without(effects=())),
    "sends": (Registration.decisions, ConfirmCard, without(sends=())),
    "starts": (Registration.decisions, IdentityConfirmed, without(sends=())),
    "claims": (Registration.decisions, IdentityConfirmed, without(claims=())),
    "evidence": (Registration.decisions, AcceptConsent, without(evidence=())),
    "owner": (Registration.decisions, IdentityConfirmed, without(account=None)),
    "data": (Registration.decisions, ChooseRegion, without(changes={})),
    "impossible": (Registration.decisions, ChooseRegion, lambda decision: None.__class__),
}


@pytest.mark.parametrize("what", [*FACETS, "impossible"])
def test_what_a_chart_does_otherwise_is_found(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    registry, key, change = CHANGES[what]
    monkeypatch.setitem(registry, key, change(registry[key]))
    found = {one.what for name in FLOWS for history in histories(FLOWS[name]) for one in judged(FLOWS, history)}
    assert what in found


def judged(flows: Catalogue, history: History) -> tuple[Difference, ...]:
    return replayed(flows, history.flow, history.log)


def test_of_a_second_version_the_flows_are_named_that_it_would_change() -> None:
    found = {history.told: judged(BOTH, history) for history in histories(Registration)}
    asked = {
        history.told
        for history in histories(Registration)
        if any(e.outcome["state"] == "password_offer" and "/refused" not in e.row.transition for e in history.log)
    }
    assert {told for told, what in found.items() if what} == asked
    assert 0 < len(asked) < len(found)
    assert {(one.entry.event, one.what) for what in found.values() for one in what} == {
        ("confirm_card", "timers"),
        ("confirm_later", "timers"),
    }


def test_under_its_own_version_nothing_is_otherwise_though_there_is_a_newer_one() -> None:
    assert [what for history in histories(Registration) for what in otherwise(Registration, history)] == []

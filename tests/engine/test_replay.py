"""A log, read again: what each of its entries says, and in what another version of the chart would do otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.histories import histories

from registratura.domain.refusal import Refusal
from registratura.flows.catalogue import FLOWS
from registratura.flows.engine.replay import (
    FACETS,
    Difference,
    Entry,
    _as_of,
    _of_record,
    _recorded,
    _restored,
    blank,
    decided,
    differences,
    folded,
    refused_elsewhere,
    replayed,
)
from registratura.flows.flow import AnyRecord
from registratura.flows.record import FlowData, FlowRecord
from registratura.flows.registration import ChooseRegion, Registration
from registratura.flows.registration.data import RegistrationData
from registratura.flows.sign_in import SubmitPassword
from registratura.flows.step import Move, Step
from registratura.flows.versions import UnknownVersion

LATE = Refusal(code="too_late")


def history(*transitions: str) -> tuple[Entry, ...]:
    """The log of a registration that begins with these."""
    logs = (one.log for one in histories(Registration))
    return next(
        log for log in logs if tuple(entry.row.transition for entry in log)[1 : len(transitions) + 1] == transitions
    )


CHOSEN = history("region/choose_region/main_page", "main_page/register/consent")
REFUSED = history("region/choose_region/refused")


def first(log: tuple[Entry, ...]) -> AnyRecord:
    return folded(Registration, None, log[0])


def with_row(entry: Entry, **columns: Any) -> Entry:
    return replace(entry, row=entry.row._replace(**columns))


def step_of(entry: Entry, before: AnyRecord, elsewhere: tuple[Refusal, ...] = ()) -> Step:
    step = decided(Registration, before, entry, elsewhere)
    assert isinstance(step, Step)
    return step


def test_before_its_first_entry_a_flow_is_in_no_state() -> None:
    entry = CHOSEN[0]
    before = blank(Registration, entry)
    assert (before.state, before.version, before.data) == ("", 0, RegistrationData())
    assert (before.id, before.session) == (entry.row.flow_id, entry.outcome["session"])
    assert before.timers == first(CHOSEN).timers


def test_what_a_flow_refuses_itself_is_decided_again_without_the_refusals_of_others() -> None:
    own = step_of(REFUSED[1], first(REFUSED))
    assert [refusal.code for refusal in own.refusals] == ["region.unknown"]
    assert step_of(REFUSED[1], first(REFUSED), (LATE,)) == own
    assert refused_elsewhere(Registration, first(REFUSED), REFUSED[1]) == ()


def test_what_others_refused_is_decided_again_from_the_same_facts() -> None:
    log = history(
        *("region/choose_region/main_page", "main_page/register/consent", "consent/accept_consent/gosuslugi.entry")
    )
    before = first(log)
    for entry in log[1:3]:
        before = folded(Registration, before, entry)
    accepted, refused = step_of(log[3], before), step_of(log[3], before, (LATE,))
    assert (refused.refusals, refused.transition) == ((LATE,), "consent/accept_consent/refused")
    assert (refused.event, refused.facts) == (accepted.event, accepted.facts)


@pytest.mark.parametrize("log", [CHOSEN, REFUSED])
def test_what_was_refused_nowhere_or_here_was_not_refused_elsewhere(log: tuple[Entry, ...]) -> None:
    assert refused_elsewhere(Registration, None, log[0]) == ()
    assert refused_elsewhere(Registration, first(log), log[1]) == ()


# ─── Differences ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_facet_of_an_entry_is_compared() -> None:
    assert set(FACETS) == _recorded(CHOSEN[0], first(CHOSEN)).keys()


def test_a_difference_tells_what_is_recorded_and_what_is_decided_now_but_of_data_only_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry, before = CHOSEN[1], first(CHOSEN)
    after = folded(Registration, before, entry)
    monkeypatch.setitem(Registration.decisions, ChooseRegion, lambda case: Move(account="somebody"))
    step = step_of(with_row(entry, transition="recorded"), before)
    found = list(differences(with_row(entry, transition="recorded"), after, step))
    row = entry.row._replace(transition="recorded")
    assert found == [
        Difference(row, "transition", "recorded", "region/choose_region/main_page"),
        Difference(row, "owner", [None, None], ["somebody", None]),
        Difference(row, "data", ["region"], ["region"]),
    ]


class Listed(FlowData):
    seen: list[str]


class Fixed(FlowData):
    seen: tuple[str, ...]


def test_data_that_is_stored_alike_is_the_same_however_a_version_holds_it() -> None:
    record = first(CHOSEN)
    assert _of_record(record.but(data=Listed(seen=["a"]))) == _of_record(record.but(data=Fixed(seen=("a",))))


def test_a_record_is_taken_over_into_the_data_of_the_other_version(monkeypatch: pytest.MonkeyPatch) -> None:
    record: FlowRecord[Any] = first(CHOSEN).but(data=Listed(seen=["a"]))
    monkeypatch.setattr(Registration, "data", Fixed)
    assert _as_of(Registration, record) == record.but(data=Fixed(seen=("a",)))


def test_a_secret_which_no_log_has_is_empty_when_its_event_is_read() -> None:
    event = _restored(SubmitPassword, {"login": "margarita@example.org"})
    assert event == SubmitPassword(login="margarita@example.org", password="")


# ─── What another version could not do at all ────────────────────────────────────────────────────────────────────────


def unknown_facts() -> Entry:
    return replace(CHOSEN[1], payload={**CHOSEN[1].payload, "facts": {"nobody knows": 1}})


@pytest.mark.parametrize(
    ("log", "then", "now"),
    [
        ((CHOSEN[0], with_row(CHOSEN[1], event="fly")), "fly", "unknown_event"),
        ((CHOSEN[0], CHOSEN[2]), "register", "not_allowed_now"),
        ((CHOSEN[0], unknown_facts()), "choose_region", "facts"),
    ],
)
def test_what_is_impossible_now_is_told_with_its_event_and_why(log: tuple[Entry, ...], then: str, now: str) -> None:
    assert replayed(FLOWS, "registration", log) == (Difference(log[1].row, "impossible", then, now),)


def test_an_error_of_a_chart_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(case: Any) -> Move:
        raise LookupError

    assert replayed(FLOWS, "registration", CHOSEN[:2]) == ()
    monkeypatch.setitem(Registration.decisions, ChooseRegion, broken)
    told = Difference(CHOSEN[1].row, "impossible", "choose_region", "LookupError")
    assert replayed(FLOWS, "registration", CHOSEN) == (told,)


def test_an_entry_of_a_version_that_is_not_there_is_told_with_its_flow() -> None:
    entry = with_row(CHOSEN[0], chart_version=9)
    with pytest.raises(UnknownVersion) as caught:
        replayed(FLOWS, "registration", [entry])
    expected = {"flow_id": entry.row.flow_id, "flow": "registration", "chart_version": 9, "known": "1"}
    assert caught.value.params == expected

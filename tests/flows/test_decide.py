"""One move of one flow, on its own: what stays, what changes, and what a mistake in a declaration says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.portal import NOON
from support.second import Registration2

from registratura.domain.refusal import Refusal
from registratura.flows.chart import Chart
from registratura.flows.decide import decide, decide_migration, decide_start
from registratura.flows.errors import ChartError, NotAllowedNow
from registratura.flows.event import By, Event, Facts
from registratura.flows.flow import Flow
from registratura.flows.record import FlowRecord, Timer
from registratura.flows.registration import (
    BeginRegistration,
    ChangeRegion,
    ChooseRegion,
    CloseConsent,
    Register,
    Registration,
    RegistrationData,
    SignIn,
)
from registratura.flows.registration.data import RegionFacts, TextFacts
from registratura.flows.step import Case, Move, Step

HOUR = timedelta(hours=1)
LATER = NOON + HOUR
RECORD = FlowRecord("flow-1", "registration", 1, "main_page", 3, RegistrationData(region="74"), NOON, NOON, "a", "s")
HOST = By(channel="host")


def decided(event: Any, record: Any = RECORD, facts: Facts | None = None, **given: Any) -> Any:
    return decide(Registration, record, event, facts or Facts(), now=LATER, by=HOST, **given)


def test_a_step_changes_what_it_decides_and_nothing_else() -> None:
    facts = TextFacts(version="1", sha256="0" * 64)
    step = decided(Register(), facts=facts)
    shown = {"text_version": "1", "text_sha256": "0" * 64, "shown_at": LATER}
    data = RECORD.data.model_copy(update=shown)
    assert step.record == replace(RECORD, state="consent", version=4, changed_at=LATER, data=data)
    assert (step.before, step.transition, step.refusals) == (RECORD, "main_page/register/consent", ())
    assert (step.by, step.now, step.facts, step.event) == (HOST, LATER, facts, Register())
    assert decided(ChangeRegion()).record == replace(RECORD, state="region", version=4, changed_at=LATER)


def test_timers_whose_event_the_new_state_does_not_know_are_gone_and_the_others_stay() -> None:
    record = replace(RECORD, timers={"expire": Timer(LATER, 1), "lock_ended": Timer(LATER, 2)})
    assert decided(ChangeRegion(), record).record.timers == {"expire": Timer(LATER, 1)}


def test_nothing_is_left_to_do_after_an_end() -> None:
    record = replace(RECORD, timers={"expire": Timer(LATER, 1)})
    sign_in = Registration.by_name["sign_in"]()
    assert decided(sign_in, record).record.timers == {}


def test_what_another_flow_refuses_is_refused() -> None:
    why = (Refusal(code="not_possible_now"),)
    record = replace(RECORD, state="card_review", data=RegistrationData(card="card"))
    step = decided(Registration.by_name["confirm_card"](), record, refused_elsewhere=why)
    assert (step.refusals, step.transition, step.record.state) == (
        why,
        "card_review/confirm_card/refused",
        "card_review",
    )
    assert step.move == Move()


def test_what_the_chart_does_not_have_is_told_with_what_it_has() -> None:
    with pytest.raises(NotAllowedNow) as caught:
        decided(CloseConsent())
    assert caught.value.allowed == ("change_region", "register", "sign_in", "cancel")


def test_an_event_that_no_rule_may_refuse_is_a_mistake_where_one_does() -> None:
    with pytest.raises(ChartError, match="change_region in main_page has no transition for its refusals"):
        decided(ChangeRegion(), refused_elsewhere=(Refusal(code="no"),))


def test_a_start_is_the_first_entry_and_is_refused_with_every_reason() -> None:
    blank = replace(RECORD, state="", version=0, account=None, data=RegistrationData())
    step = decide_start(Registration, blank, BeginRegistration(), Facts(), now=LATER, by=HOST)
    assert (step.before, step.transition) == (None, "begin/begin_registration/region")
    assert step.record == replace(blank, state="region", version=1, changed_at=LATER)


def test_a_rules_reasons_are_all_told() -> None:
    reasons = (Refusal(code="region.unknown"), Refusal(code="region.not_served"))
    record = replace(RECORD, state="region")
    step = decided(ChooseRegion(region="00"), record, RegionFacts(problems=reasons))
    assert (step.refusals, step.transition) == (reasons, "region/choose_region/refused")


def test_a_decision_cannot_change_what_its_data_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(case: Case[Any, Any, Any]) -> Move:
        return Move(changes={"town": "Челябинск", "region": "74", "age": 1})

    monkeypatch.setitem(Registration.decisions, ChangeRegion, wrong)
    with pytest.raises(ChartError, match=r"«registration»: its data has no age, town\."):
        decided(ChangeRegion())


def deciding(monkeypatch: pytest.MonkeyPatch, event: type[Event], move: Move) -> list[Case[Any, Any, Any]]:
    """From here on this is decided about the event; gives what it was decided from."""
    cases: list[Case[Any, Any, Any]] = []

    def decision(case: Case[Any, Any, Any]) -> Move:
        cases.append(case)
        return move

    monkeypatch.setitem(Registration.decisions, event, decision)
    return cases


def test_a_decision_knows_where_the_step_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    blank, begin = replace(RECORD, state="", version=0), BeginRegistration()
    cases = deciding(monkeypatch, BeginRegistration, Move())
    decide_start(Registration, blank, begin, Facts(), now=LATER, by=HOST)
    assert cases == [Case(blank, begin, Facts(), LATER, HOST, "region")]


def test_a_rule_about_a_start_knows_the_blank_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    def rule(case: Case[Any, Any, Any]) -> tuple[Refusal, ...]:
        return (Refusal(code="no", params={"account": case.record.account, "target": case.target}),)

    monkeypatch.setitem(Registration.rules, BeginRegistration, (rule,))
    blank = replace(RECORD, state="", version=0)
    step = decide_start(Registration, blank, BeginRegistration(), Facts(), now=LATER, by=HOST)
    assert step.refusals == (Refusal(code="no", params={"account": "a", "target": ""}),)


def test_a_timer_belongs_to_the_step_that_sets_it_and_none_outlives_the_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the step's number a worker tells whether the timer it found is still the one that is meant."""
    for event in (ChangeRegion, SignIn):
        deciding(monkeypatch, event, Move(timers={"expire": LATER, "cancel": None}))
    record = replace(RECORD, timers={"cancel": Timer(LATER, 1)})
    assert decided(ChangeRegion(), record).record.timers == {"expire": Timer(LATER, 4)}
    assert decided(SignIn(), record).record.timers == {}


def test_a_chart_whose_guards_leave_no_way_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Registration.answers, "answer", lambda state, event, outcomes: None)
    with pytest.raises(ChartError) as caught:
        decided(ChangeRegion())
    assert "«registration»: change_region in main_page has no transition for ()=()" in str(caught.value)


def test_a_flow_declares_everything_for_itself_alone() -> None:
    one, other = (type(name, (Flow,), {**vars_of_a_flow(), "name": name}) for name in ("one", "other"))
    assert one.rules is not other.rules
    assert one.by_name == {"begin_registration": BeginRegistration, "choose_region": ChooseRegion}


def vars_of_a_flow() -> dict[str, Any]:
    chart: type[Chart] = Registration.chart
    return {"chart": chart, "data": RegistrationData, "begins": (BeginRegistration,), "events": (ChooseRegion,)}


def test_a_migration_is_told_as_one() -> None:
    step = decide_migration(Registration2, RECORD, now=LATER)
    assert isinstance(step, Step)
    assert (step.by, step.event.title()) == (By(channel="migration"), "Переход на новую версию схемы")


def test_what_is_declared_stays_what_it_is() -> None:
    class Declared(Flow[RegistrationData]):
        """Has nothing of its own yet."""

        name, chart, data, begins, events = "declared", Registration.chart, RegistrationData, (), ()

    def rule(*given: Any) -> Any: ...

    declarations = [
        getattr(Declared, name)(Register) for name in ("refuses", "available", "decides", "counts", "checks")
    ]
    declarations += [Declared.decides_refused(Register), Declared.gathers(Register, facts=Facts)]
    declarations += [Declared.shows("consent"), Declared.migrates(1), Declared.guard]
    assert {declare(rule) for declare in declarations} == {rule}

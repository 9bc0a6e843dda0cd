"""A record, changed."""

from dataclasses import replace

import pytest
from support.portal import NOON, TICK

from registratura.flows.ports import Caller
from registratura.flows.record import FlowRecord, Timer
from registratura.flows.registration import RegistrationData
from registratura.flows.rows import DESTROYED

RECORD = FlowRecord("flow-1", "registration", 1, "region", 3, RegistrationData(), NOON, NOON)


def test_a_changed_record_is_as_dataclasses_would_make_it_and_the_first_stays() -> None:
    changes = {"state": "main_page", "version": 4, "changed_at": NOON + TICK, "timers": {"expire": Timer(NOON, 4)}}
    before = replace(RECORD)
    assert RECORD.but(**changes) == replace(RECORD, **changes)
    assert before == RECORD != RECORD.but(**changes)


def test_a_record_is_not_given_what_it_has_no_field_for() -> None:
    with pytest.raises(TypeError, match="satte"):
        RECORD.but(satte="main_page")


def test_a_caller_shows_what_would_let_others_in_nowhere() -> None:
    shown = repr(Caller(account="margarita", session="opens", address="10.0.0.1", formerly="opened"))
    assert [hidden for hidden in ("opens", "10.0.0.1", "opened") if hidden in shown] == []
    assert "margarita" in shown


def test_what_stands_for_a_key_that_is_destroyed_is_for_ever() -> None:
    assert DESTROYED == "destroyed"

"""A record, changed."""

from dataclasses import replace

import pytest
from support.portal import NOON, TICK

from registratura.flows.record import FlowRecord, Timer
from registratura.flows.registration import RegistrationData

RECORD = FlowRecord("flow-1", "registration", 1, "region", 3, RegistrationData(), NOON, NOON)


def test_a_changed_record_is_as_dataclasses_would_make_it_and_the_first_stays() -> None:
    changes = {"state": "main_page", "version": 4, "changed_at": NOON + TICK, "timers": {"expire": Timer(NOON, 4)}}
    before = replace(RECORD)
    assert RECORD.but(**changes) == replace(RECORD, **changes)
    assert before == RECORD != RECORD.but(**changes)


def test_a_record_is_not_given_what_it_has_no_field_for() -> None:
    with pytest.raises(TypeError, match="satte"):
        RECORD.but(satte="main_page")

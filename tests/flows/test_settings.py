"""What a host decides, and what holds if it decides nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from support.portal import CLINICS, MARGARITA

from registratura.domain.attempts import AttemptsPolicy
from registratura.domain.consent import Purpose
from registratura.domain.regions import REGIONS
from registratura.flows.attachment import Attachment
from registratura.flows.attachment_code import AttachmentCode
from registratura.flows.cabinet import Cabinet
from registratura.flows.registration import Registration
from registratura.flows.settings import Settings
from registratura.flows.sign_in import SignIn

HOUR = timedelta(hours=1)


def test_what_holds_by_default() -> None:
    settings = Settings()
    assert settings.served_regions == frozenset(REGIONS)
    assert set(settings.consents) == set(Purpose)
    assert settings.erasure_term == timedelta(days=30)
    assert (settings.clinics, settings.clinic_cards(MARGARITA)) == ({}, ())
    lives = {flow.name: flow.life(settings) for flow in (Registration, SignIn, Attachment, Cabinet)}
    assert lives == {"registration": 24 * HOUR, "sign_in": HOUR, "attachment": HOUR, "cabinet": None}
    assert AttachmentCode.life(settings) == settings.attachment_codes.life
    limits = {name: policy.limit for name, policy in settings.attempts.items()}
    assert limits == {"password": 5, "code.profile": 5, "code.account": 15, "code.address": 50, "code.total": 1_000}
    assert settings.day(datetime(2026, 3, 1, 21, 0, tzinfo=UTC)) == "02.03.2026", "in Moscow it is the next day"


def test_a_host_says_only_what_differs() -> None:
    settings = Settings(
        lives={"sign_in": None}, attempts={"password": AttemptsPolicy(limit=2)}, timezone=timezone(5 * HOUR)
    )
    assert (settings.lives["sign_in"], settings.lives["attachment"]) == (None, HOUR)
    assert (settings.attempts["password"].limit, settings.attempts["code.profile"].limit) == (2, 5)
    assert settings.day(datetime(2026, 3, 1, 19, 0, tzinfo=UTC)) == "02.03.2026"


@pytest.mark.parametrize(("hours", "said"), [(-11, "28.02.2026"), (13, "01.03.2026")])
def test_a_day_is_the_hosts_wherever_its_machine_stands(hours: int, said: str) -> None:
    assert Settings(timezone=timezone(hours * HOUR)).day(datetime(2026, 3, 1, 10, 30, tzinfo=UTC)) == said


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"lives": {"signin": HOUR, "cabinet": None}}, "cabinet, signin: known are registration, sign_in, attachment"),
        ({"attempts": {"passwords": AttemptsPolicy()}}, "passwords: known are password, code.profile"),
    ],
)
def test_a_name_that_is_none_is_told(own: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Settings(**own)


def test_a_clinic_is_called_by_its_name_as_long_as_it_is_there() -> None:
    settings = Settings(clinics=CLINICS)
    assert (settings.clinic_title("ural"), settings.clinic_title("gone")) == ("Уральская клиника", "gone")

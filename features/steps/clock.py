"""Time, told in the sentence and never slept."""

from __future__ import annotations

from datetime import timedelta

from registratura.features.stage import Stage, given, when


@given("прошла/прошли/прошло {duration}", "resend", "send_one_time_code")
def passed(stage: Stage, duration: timedelta) -> None:
    stage.driver.given.passed(duration)


@when("проходит {duration}")
def passes(stage: Stage, duration: timedelta) -> None:
    stage.driver.when.time_passes(duration)

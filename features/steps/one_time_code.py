"""The one-time code in a text message."""

from __future__ import annotations

from registratura.features.cast import Person
from registratura.features.codes import TypedCode
from registratura.features.stage import Stage, expect, given, then, when


@given("{person} отправлен код из СМС", "resend", "submit_one_time_code", "cancel")
def sent(stage: Stage, person: Person) -> None:
    stage.driver.given.one_time_code_sent(person)


@given("через минуту {person} отправлен новый код из СМС", "resend")
def resent(stage: Stage, person: Person) -> None:
    stage.driver.given.one_time_code_resent(person)


@given("{person} уже ввёл/ввела код из СМС", "submit_one_time_code")
def passed(stage: Stage, person: Person) -> None:
    stage.driver.given.one_time_code_passed(person)


@given("{person} за час отправлено {int} кодов из СМС", "send_one_time_code", "resend")
def sent_many(stage: Stage, person: Person, count: int) -> None:
    stage.driver.given.one_time_codes_sent(person, count)


@when("портал отправляет {person} код из СМС", "send_one_time_code")
def sends(stage: Stage, person: Person) -> None:
    stage.driver.when.send_one_time_code(person)


@when("{person} вводит {sms}", "submit_one_time_code", "attempts_exhausted")
def submits(stage: Stage, person: Person, code: TypedCode) -> None:
    stage.driver.when.submit_one_time_code(person, code)


@when("{person} одновременно отправляет {int} неверных кодов из СМС")
def guesses(stage: Stage, person: Person, count: int) -> None:
    stage.driver.when.guess_one_time_codes(person, count)


@then("код из СМС {sms_state}", "one_time_code")
def state(stage: Stage, expected: str) -> None:
    expect(stage.driver.then.one_time_code_state(), expected, "код из СМС")


@then("рассмотрено не больше {int} попыток")
def judged(stage: Stage, most: int) -> None:
    count = stage.driver.then.judged_guesses()
    expect(0 < count <= most, True, f"рассмотрено попыток {count}")

"""Gosuslugi: what it knows, what it answers, and text messages on the way."""

from __future__ import annotations

from registratura.features.cast import Person
from registratura.features.stage import Stage, expect, given, then, when


@given("{person} {int} раз(а) открыл(а) и закрыл(а) помощь")
def help_opened(stage: Stage, person: Person, times: int) -> None:
    stage.driver.given.help_opened_and_closed(person, times)


@given("Госуслуги ответили {person}: {answer}", "identity_denied", "identity_confirmed")
def answered(stage: Stage, person: Person, answer: str) -> None:
    stage.driver.given.gosuslugi_answered(person, answer)


@given("Госуслуги подтвердили личность {person}", "identity_confirmed")
def confirmed(stage: Stage, person: Person) -> None:
    stage.driver.given.gosuslugi_confirmed(person)


@given("{person} прошёл/прошла первый этап {method}", "first_stage_passed")
def passed_first_stage(stage: Stage, person: Person, method: str) -> None:
    stage.driver.given.first_stage_passed(person, method)


@given("на Госуслугах у {person} нет {field}", "confirm", "confirm_card", "edit", "correct_card")
def lacks(stage: Stage, person: Person, field: str) -> None:
    stage.driver.given.gosuslugi_lacks(person, field)


@given("на Госуслугах {field} {person} теперь {quoted}", "identity_confirmed", "gosuslugi_data_changed", "edit")
def says(stage: Stage, field: str, person: Person, value: str) -> None:
    stage.driver.given.gosuslugi_says(person, field, value)


@given("на Госуслугах {field} {person} с ошибкой")
def has_wrong(stage: Stage, field: str, person: Person) -> None:
    stage.driver.given.gosuslugi_has_wrong(person, field)


@given("на Госуслугах {field} {person} не подтверждён(а)")
def has_unverified(stage: Stage, field: str, person: Person) -> None:
    stage.driver.given.gosuslugi_has_unverified(person, field)


@when("{person} проходит первый этап {method}", "first_stage_passed")
def passes_first_stage(stage: Stage, person: Person, method: str) -> None:
    stage.driver.when.pass_first_stage(person, method)


@when(
    "Госуслуги подтверждают личность {person}",
    "identity_confirmed",
    "open_card",
    "open_password",
    "gosuslugi_data_changed",
    "forget_password",
)
def confirms(stage: Stage, person: Person) -> None:
    stage.driver.when.gosuslugi_confirms(person)


@when("вместо {person} Госуслуги подтверждают личность {person}", "identity_confirmed")
def confirms_another(stage: Stage, person: Person, another: Person) -> None:
    stage.driver.when.gosuslugi_confirms_another(person, another)


@when(
    "ответ Госуслуг о {person} ещё раз приходит в/во регистрацию/вход {person}",
    "identity_confirmed",
    only="use.with_driver=engine",
)
def answer_comes_elsewhere(stage: Stage, person: Person, another: Person) -> None:
    stage.driver.when.gosuslugi_answer_elsewhere(person, another)


@when("Госуслуги отвечают {person}: {answer}", "identity_denied", "identity_confirmed")
def answers(stage: Stage, person: Person, answer: str) -> None:
    stage.driver.when.gosuslugi_answers(person, answer)


@when("ответ Госуслуг {person} испорчен: {flaw}")
def answer_spoiled(stage: Stage, person: Person, flaw: str) -> None:
    stage.driver.when.gosuslugi_answer_spoiled(person, flaw)


@when("ответ Госуслуг {person} приносит браузер {person}")
def answer_brought_by(stage: Stage, person: Person, another: Person) -> None:
    stage.driver.when.gosuslugi_answer_brought_by(another, person)


@when("поддержка Госуслуг отвечает {person}")
def support_answers(stage: Stage, person: Person) -> None:
    stage.driver.when.support_answers(person)


@then("непринятый ответ Госуслуг записан как событие безопасности")
def rejection_noted(stage: Stage) -> None:
    expect(stage.driver.then.security_events(), 1, "событий безопасности")


@then("{person} отправлена СМС с кодом")
def sms_sent(stage: Stage, person: Person) -> None:
    expect(stage.driver.then.sms_sent(person), 1, f"{person}: отправлено СМС")

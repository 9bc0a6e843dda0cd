"""Typing the attachment code, and the right that comes of it."""

from __future__ import annotations

from registratura.features.cast import Person
from registratura.features.codes import TypedCode
from registratura.features.stage import Stage, expect, given, then, when


@given("{person} открыл(а) ввод кода", "submit_code", "choose_profile")
def entry_opened(stage: Stage, person: Person) -> None:
    stage.driver.given.code_entry_opened(person)


@given("{person} открыл(а) ввод кода для карты {person}", "submit_code", "choose_profile")
def entry_opened_for(stage: Stage, person: Person, profile: Person) -> None:
    stage.driver.given.code_entry_opened(person, profile)


@given("{person} открыл(а) ввод кода на сайте и в приложении")
def entry_opened_twice(stage: Stage, person: Person) -> None:
    stage.driver.given.code_entry_opened_twice(person)


@given(
    "{person} прикреплён/прикреплена к клинике {quoted}",
    "submit_code",
    "grant",
    "document_delivered",
    "suspend",
    "resume",
    "withdraw",
)
def attached(stage: Stage, person: Person, clinic: str) -> None:
    stage.driver.given.attached(person, clinic)


@given("{person} прикрепил(а) {person} к клинике {quoted}", "clinic_attached", "came_of_age", "delete")
def attached_relative(stage: Stage, person: Person, profile: Person, clinic: str) -> None:
    stage.driver.given.attached(person, clinic, profile)


@given("{person} отозвал(а) право клиники {quoted}", "withdraw", "document_delivered")
def right_withdrawn(stage: Stage, person: Person, clinic: str) -> None:
    stage.driver.given.right_withdrawn(person, clinic)


@when("{person} выбирает карту {person}", "choose_profile")
def chooses_profile(stage: Stage, person: Person, profile: Person) -> None:
    stage.driver.when.choose_profile(person, profile)


@when("{person} вводит {code}", "submit_code", "attempts_exhausted", "activate", "grant", "clinic_attached")
def submits(stage: Stage, person: Person, code: TypedCode) -> None:
    stage.driver.when.submit_code(person, code)


@when("{person} дважды подряд вводит {code}")
def submits_twice(stage: Stage, person: Person, code: TypedCode) -> None:
    stage.driver.when.submit_code(person, code, times=2)


@when("{person} вводит {code} на сайте и в приложении одновременно")
def submits_everywhere(stage: Stage, person: Person, code: TypedCode) -> None:
    stage.driver.when.submit_code_everywhere(person, code)


@when("{person} отзывает право клиники {quoted}", "withdraw")
def withdraws_right(stage: Stage, person: Person, clinic: str) -> None:
    stage.driver.when.withdraw_right(person, clinic)


@given("портал поднимает тревогу после {int} неверных кодов за час")
def alarm_after(stage: Stage, count: int) -> None:
    stage.driver.given.alarm_after(count)


@then("{person} {attached} к клинике {quoted}", "clinic_right")
def is_attached(stage: Stage, person: Person, expected: bool, clinic: str) -> None:
    right = dict(stage.driver.then.rights(person)).get(clinic)
    expect(right, "granted" if expected else None, f"{person}: право «{clinic}»")


@then("право клиники {quoted} у {person} приостановлено", "clinic_right")
def is_suspended(stage: Stage, clinic: str, person: Person) -> None:
    expect(dict(stage.driver.then.rights(person)).get(clinic), "suspended", f"{person}: право «{clinic}»")


@then("у {person} одно право клиники {quoted}")
def one_right(stage: Stage, person: Person, clinic: str) -> None:
    rights = [state for name, state in stage.driver.then.rights(person) if name == clinic]
    expect(rights, ["granted"], f"{person}: права «{clinic}»")


@then("у {person} осталась/осталось {int} попытка/попытки/попыток")
def attempts_left(stage: Stage, person: Person, count: int) -> None:
    expect(stage.driver.then.attempts_left(person), count, f"{person}: осталось попыток")

"""What becomes of the data once the consent is withdrawn."""

from __future__ import annotations

from registratura.features.cast import Person
from registratura.features.stage import Stage, expect, given, then, when


@given("данные {person} уничтожены по акту {quoted}", "data_destroyed")
def destroyed(stage: Stage, person: Person, act: str) -> None:
    stage.driver.given.data_destroyed(person, act)


@when("оператор уничтожает данные {person} и составляет акт {quoted}", "data_destroyed")
def destroys(stage: Stage, person: Person, act: str) -> None:
    stage.driver.when.destroy_data(person, act)


@when("оператор оставляет часть данных {person} по закону {quoted}", "law_obliges_to_keep")
def keeps(stage: Stage, person: Person, law: str) -> None:
    stage.driver.when.keep_data(person, law)


@then("обработка данных {person} прекращена", "consent_withdrawal")
def processing_stopped(stage: Stage, person: Person) -> None:
    expect(stage.driver.then.processing_stopped(person), True, f"{person}: обработка прекращена")


@then("данные {person} уничтожат не позже чем через {int} дней")
def erasure_within(stage: Stage, person: Person, days: int) -> None:
    term = stage.driver.then.erasure_within(person).total_seconds() / 86_400
    expect(0 < term <= days, True, f"{person}: дней до уничтожения {term}")


@then("данные {person} уничтожены по акту {quoted}", "consent_withdrawal")
def is_destroyed(stage: Stage, person: Person, act: str) -> None:
    expect(stage.driver.then.withdrawal(person), ("erased", act), f"{person}: чем кончился отзыв согласия")


@then("часть данных {person} хранится по закону {quoted}", "consent_withdrawal")
def is_kept(stage: Stage, person: Person, law: str) -> None:
    expect(stage.driver.then.withdrawal(person), ("kept_by_law", law), f"{person}: чем кончился отзыв согласия")

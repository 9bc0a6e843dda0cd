"""Double clicks, retries, and what a stop of the portal leaves."""

from __future__ import annotations

from registratura.features.cast import Person
from registratura.features.deeds import Deed
from registratura.features.stage import Stage, expect, then, when


@when("{person} дважды подряд {does}")
def acts_twice(stage: Stage, person: Person, deed: Deed) -> None:
    stage.driver.when.act_twice(person, deed)


@when("{person} повторяет последнее действие")
def repeats(stage: Stage, person: Person) -> None:
    stage.driver.when.repeat_last(person)


@when("{person} повторяет тот же запрос с регионом {quoted}")
def repeats_with_region(stage: Stage, person: Person, region: str) -> None:
    stage.driver.when.repeat_with_region(person, region)


@then("оба ответа {person} одинаковы")
def same_answers(stage: Stage, person: Person) -> None:
    answers = stage.driver.then.answers(person)
    expect((len(answers), len(set(answers))), (2, 1), f"{person}: ответов и разных среди них")

"""Where people are, what they do without saying more, what they are told."""

from __future__ import annotations

from registratura.features.cast import Person
from registratura.features.deeds import Deed
from registratura.features.faults import Fault
from registratura.features.places import Place
from registratura.features.stage import Stage, expect, given, then, when


@given("{person} дошёл/дошла до шага {place}")
def reached(stage: Stage, person: Person, place: Place) -> None:
    stage.driver.given.reached(person, place)


@given("{person} {did}")
def acted(stage: Stage, person: Person, deed: Deed) -> None:
    stage.driver.given.acted(person, deed)


@given("{fault}")
def fault_given(stage: Stage, fault: Fault) -> None:
    stage.driver.given.fault(fault)


@when("{fault}")
def fault_happens(stage: Stage, fault: Fault) -> None:
    stage.driver.when.fault(fault)


@when("{person} {does}")
def acts(stage: Stage, person: Person, deed: Deed) -> None:
    stage.driver.when.act(person, deed)


@when("{person} пытается {deed}")
def tries(stage: Stage, person: Person, deed: Deed) -> None:
    stage.driver.when.act(person, deed)


@when("{person} возвращается на портал")
def returns(stage: Stage, person: Person) -> None:
    stage.driver.when.return_to_portal(person)


@then("{person} на шаге {place}", "registration", "sign_in", "attachment")
def is_at(stage: Stage, person: Person, place: Place) -> None:
    actual = stage.driver.then.place(person)
    expect(actual, Place(place.chart or actual.chart, place.state), f"{person}: шаг")


@then("{person} может {deed}")
def may(stage: Stage, person: Person, deed: Deed) -> None:
    actions = stage.driver.then.actions(person)
    expect(deed in actions, True, f"{person} может {deed.event} среди {[action.event for action in actions]}")


@then("{person} сказано: сейчас это сделать нельзя")
def not_allowed(stage: Stage, person: Person) -> None:
    expect(stage.driver.then.not_allowed(person), True, f"{person}: сейчас нельзя")


@then("{person} сказано, что можно сделать сейчас")
def told_what_is_allowed(stage: Stage, person: Person) -> None:
    named = set(stage.driver.then.named_allowed(person))
    allowed = {deed.event for deed in stage.driver.then.actions(person)}
    expect(bool(named) and allowed <= named, True, f"{person}: названо {sorted(named)}, можно {sorted(allowed)}")


@then("{person} объяснено: {reason}")
def told_why(stage: Stage, person: Person, code: str) -> None:
    reasons = stage.driver.then.reasons(person)
    expect(code in reasons, True, f"{person}: {code} среди {reasons}")


@then("{person} {shown} {quoted}")
def shown(stage: Stage, person: Person, expected: bool, text: str) -> None:
    screen = stage.driver.then.shown(person)
    expect(text.casefold() in screen.casefold(), expected, f"{person}: «{text}» на экране «{screen}»")


@then("{person} видит {view}")
@then("{person} видит, {view}")
def sees(stage: Stage, person: Person, view: str) -> None:
    expect(stage.driver.then.sees(person, view), True, f"{person} видит {view}")


@then("операторам сообщено: {alarm}", "consent_withdrawal", "registration", "sign_in", "attachment")
def operators_told(stage: Stage, alarm: str) -> None:
    expect(stage.driver.then.alarms(), (alarm,), "операторам сообщено")


@then("операторам ни о чём не сообщено")
def operators_not_told(stage: Stage) -> None:
    expect(stage.driver.then.alarms(), (), "операторам сообщено")


@then("ничего не изменилось")
def unchanged(stage: Stage) -> None:
    expect(stage.driver.then.unchanged(), True, "записанное осталось прежним")


@then("у {person} одна учётная запись и одна карта")
def one_account(stage: Stage, person: Person) -> None:
    expect(stage.driver.then.balance(person), (1, 1), f"{person}: учётных записей и карт")


@then("у {person} нет ни учётной записи, ни карты")
def no_account(stage: Stage, person: Person) -> None:
    expect(stage.driver.then.balance(person), (0, 0), f"{person}: учётных записей и карт")

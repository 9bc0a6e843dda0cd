"""Cards: one's own and those of one's family."""

from __future__ import annotations

from registratura.features.cast import Person
from registratura.features.stage import Stage, expect, given, then, when


@given("в клиниках {count} карта/карты {person}", "identity_confirmed")
def clinic_cards(stage: Stage, count: int, person: Person) -> None:
    stage.driver.given.clinic_cards(person, count)


@given(
    "{person} добавил(а) карту {person}",
    "add_relative",
    "delete",
    "confirm",
    "came_of_age",
    "choose_profile",
    "clinic_attached",
    "edit",
)
def added(stage: Stage, person: Person, relative: Person) -> None:
    stage.driver.given.added_card(person, relative)


@given("{person} подтвердил(а) карту {person}", "confirm", "came_of_age")
def confirmed(stage: Stage, person: Person, profile: Person) -> None:
    stage.driver.given.confirmed_card(person, profile)


@given("{person} удалил(а) карту {person}", "delete", "identity_confirmed")
def deleted(stage: Stage, person: Person, profile: Person) -> None:
    stage.driver.given.deleted_card(person, profile)


@given(
    "{person} открыл(а) карту на двух устройствах и на первом исправил(а) {field} на {quoted}", "edit", "correct_card"
)
def edited_elsewhere(stage: Stage, person: Person, field: str, value: str) -> None:
    stage.driver.given.edited_elsewhere(person, field, value)


@given("{person} исправил(а) {field} на {quoted}", "edit", "correct_card")
def edited(stage: Stage, person: Person, field: str, value: str) -> None:
    stage.driver.given.card_edited(person, field, value)


@given("{person} исполнилось 18 лет", "came_of_age")
def came_of_age(stage: Stage, child: Person) -> None:
    stage.driver.given.came_of_age(child)


@when("оператор выбирает верную карту {person}", "ambiguity_resolved")
def operator_chooses(stage: Stage, person: Person) -> None:
    stage.driver.when.operator_chooses_card(person)


@when("{person} исправляет {field} на {quoted}", "edit", "correct_card")
def edits(stage: Stage, person: Person, field: str, value: str) -> None:
    stage.driver.when.edit_card(person, field, value)


@when("{person} на втором устройстве исправляет {field} на {quoted}", "edit")
def edits_stale(stage: Stage, person: Person, field: str, value: str) -> None:
    stage.driver.when.edit_card(person, field, value, stale=True)


@when("{person} добавляет карту {person}", "add_relative")
def adds(stage: Stage, person: Person, relative: Person) -> None:
    stage.driver.when.add_card(person, relative)


@when("{person} подтверждает карту {person}", "confirm")
def confirms(stage: Stage, person: Person, profile: Person) -> None:
    stage.driver.when.confirm_card(person, profile)


@when("{person} удаляет карту {person}", "delete")
def deletes(stage: Stage, person: Person, profile: Person) -> None:
    stage.driver.when.delete_card(person, profile, confirmed=True)


@when("{person} удаляет карту {person}, не подтвердив этого", "delete")
def deletes_unconfirmed(stage: Stage, person: Person, profile: Person) -> None:
    stage.driver.when.delete_card(person, profile, confirmed=False)


@when("{person} исполняется 18 лет", "came_of_age")
def comes_of_age(stage: Stage, child: Person) -> None:
    stage.driver.when.come_of_age(child)


@then("карта {person} {card_state}", "patient_card")
def state(stage: Stage, profile: Person, expected: str) -> None:
    expect(stage.driver.then.card_state(profile), expected, f"карта {profile}")


@then("карта {person} заполнена данными Госуслуг")
def from_gosuslugi(stage: Stage, profile: Person) -> None:
    expect(stage.driver.then.card_is_from_gosuslugi(profile), True, f"карта {profile} из данных Госуслуг")


@then("в карте {person} нет {field}")
def missing(stage: Stage, profile: Person, field: str) -> None:
    expect(stage.driver.then.card_field(profile, field), ("", "missing"), f"карта {profile}: {field}")


@then("в карте {person} {field} {quoted}", "patient_card")
def value(stage: Stage, profile: Person, field: str, expected: str) -> None:
    expect(stage.driver.then.card_field(profile, field).value, expected, f"карта {profile}: {field}")


@then("в карте {person} {field} {field_status}")
def status(stage: Stage, profile: Person, field: str, expected: str) -> None:
    expect(stage.driver.then.card_field(profile, field).status, expected, f"карта {profile}: {field}")


@then("карта {person} связана с картой клиники")
def is_clinic_card(stage: Stage, profile: Person) -> None:
    expect(stage.driver.then.card_is_clinics(profile), True, f"карта {profile} связана с картой клиники")


@then("у {person} {there} карта/карты {person}", "patient_card")
def has_card(stage: Stage, person: Person, expected: bool, profile: Person) -> None:
    expect(profile in stage.driver.then.cards(person), expected, f"у {person} есть карта {profile}")

"""Region, consent and its evidence."""

from __future__ import annotations

from registratura.features.cast import Person
from registratura.features.places import Place
from registratura.features.stage import Stage, expect, given, then, when


@given("{person} дошёл/дошла до шага {place} в регионе {quoted}")
def reached_in_region(stage: Stage, person: Person, place: Place, chosen: str) -> None:
    stage.driver.given.reached(person, place, chosen)


@given(
    "{person} зарегистрирован(а)",
    "begin_sign_in",
    "identity_confirmed",
    "gosuslugi_data_changed",
    "choose_profile",
    "begin_cabinet",
    "begin_attachment",
    "request_withdrawal",
    "add_relative",
)
def registered(stage: Stage, person: Person) -> None:
    stage.driver.given.registered(person)


@given("{person} тем временем зарегистрировался/зарегистрировалась на другом устройстве", "ambiguity_resolved")
def registered_elsewhere(stage: Stage, person: Person) -> None:
    stage.driver.given.registered_elsewhere(person)


@given("{person}, перечитывая данные, дошёл/дошла до шага {place}", "identity_confirmed", "expire")
def reached_again(stage: Stage, person: Person, place: Place) -> None:
    stage.driver.given.reached_again(person, place)


@given(
    "{person} зарегистрирован(а), но карту не проверил(а)",
    "confirm",
    "edit",
    "gosuslugi_data_changed",
    "open_cabinet",
    "delete",
)
def registered_unchecked(stage: Stage, person: Person) -> None:
    stage.driver.given.registered(person, card_checked=False)


@given("{person} выбрал(а) регион {quoted}", "choose_region")
def chose_region(stage: Stage, person: Person, region: str) -> None:
    stage.driver.given.chose_region(person, region)


@given("текст согласия {purpose} обновили", "accept_consent", "decline_consent", "submit_code", "add_relative")
def consent_renewed(stage: Stage, purpose: str) -> None:
    stage.driver.given.consent_renewed(purpose)


@when("{person} выбирает регион {quoted}", "choose_region")
def chooses_region(stage: Stage, person: Person, region: str) -> None:
    stage.driver.when.choose_region(person, region)


@when("{person} приходит на портал заново", "begin_registration")
def starts_over(stage: Stage, person: Person) -> None:
    stage.driver.when.start_over(person)


@then("ни одно согласие не записано")
def no_consent(stage: Stage) -> None:
    expect(stage.driver.then.evidence(), (), "записи о согласиях")


@then("записан/записано {count} {evidence}")
def consents(stage: Stage, count: int, evidence: tuple[str, str]) -> None:
    expect(stage.driver.then.evidence().count(evidence), count, f"записей {evidence}")


@then("запись согласия хранит показанный текст и его версию")
def evidence_keeps_text(stage: Stage) -> None:
    expect(stage.driver.then.evidence_keeps_text(), True, "запись согласия называет версию и отпечаток текста")


@then("в записи отказа нет персональных данных")
def evidence_is_impersonal(stage: Stage) -> None:
    expect(stage.driver.then.evidence_is_impersonal(), True, "запись отказа безлична")


@then("за {person} согласился/согласилась {person}")
def consented_for(stage: Stage, subject: Person, representative: Person) -> None:
    expect(stage.driver.then.consented_for(subject), representative, f"кто согласился за {subject}")

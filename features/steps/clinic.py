"""The clinic's side: codes, documents, coming and going."""

from __future__ import annotations

from registratura.features.cast import Person
from registratura.features.codes import TypedCode
from registratura.features.stage import Stage, expect, given, then, when

OWN, PREVIOUS = TypedCode("own"), TypedCode("previous")


@given(
    "клиника {quoted} {ordered} код {person}",
    "issue",
    "revoke",
    "reissue",
    "submit_code",
    "activate",
    "grant",
    "clinic_attached",
)
def clinic_ordered(stage: Stage, clinic: str, order: str, person: Person) -> None:
    stage.driver.given.clinic_ordered(clinic, person, order)


@given("клиника {quoted} ушла с портала", "issue", "reissue", "suspend", "resume", "submit_code")
def clinic_left(stage: Stage, clinic: str) -> None:
    stage.driver.given.clinic_left(clinic)


@given("клиника {quoted} передала {person} документ {quoted}", "document_delivered")
def delivered(stage: Stage, clinic: str, person: Person, document: str) -> None:
    stage.driver.given.delivered(clinic, person, document)


@when("клиника {quoted} {order} код {person}", "issue", "revoke", "reissue")
def clinic_orders(stage: Stage, clinic: str, order: str, person: Person) -> None:
    stage.driver.when.clinic_orders(clinic, person, order)


@when("клиника {quoted} выдаёт код, не назвав пациента", "issue")
def clinic_issues_to_nobody(stage: Stage, clinic: str) -> None:
    stage.driver.when.clinic_issues_to_nobody(clinic)


@when("клиника {quoted} {move}", "suspend", "resume")
def clinic_moves(stage: Stage, clinic: str, move: str) -> None:
    stage.driver.when.clinic_moves(clinic, move)


@when("клиника {quoted} передаёт {person} документ {quoted}", "document_delivered")
def delivers(stage: Stage, clinic: str, person: Person, document: str) -> None:
    stage.driver.when.deliver(clinic, person, document)


@then("код {person} состоит только из цифр, их {int}")
def code_is_digits(stage: Stage, person: Person, length: int) -> None:
    code = stage.driver.then.code(person, OWN) or ""
    expect((code.isascii() and code.isdigit(), len(code)), (True, length), f"код {person}: цифры и длина")


@then("код {person} {code_state}", "attachment_code")
def code_state(stage: Stage, person: Person, expected: str) -> None:
    expect(stage.driver.then.code_state(person, OWN), expected, f"код {person}")


@then("прежний код {person} {code_state}", "attachment_code")
def previous_code_state(stage: Stage, person: Person, expected: str) -> None:
    expect(stage.driver.then.code_state(person, PREVIOUS), expected, f"прежний код {person}")


@then("коды {person} и {person} разные")
def codes_differ(stage: Stage, one: Person, other: Person) -> None:
    codes = [stage.driver.then.code(person, OWN) for person in (one, other)]
    expect(None not in codes and len(set(codes)) == 2, True, f"коды {one} и {other} разные")


@then("клинике {quoted} сообщено, что код {person} вводил другой человек")
def clinic_warned(stage: Stage, clinic: str, person: Person) -> None:
    expect(stage.driver.then.clinic_warned(clinic, person), True, f"«{clinic}» знает о чужой попытке")


@then("клинике {quoted} объяснено: {reason}")
def clinic_told_why(stage: Stage, clinic: str, code: str) -> None:
    reasons = stage.driver.then.clinic_reasons(clinic)
    expect(code in reasons, True, f"«{clinic}»: {code} среди {reasons}")


@then("в медкарте {person} есть документ {quoted}", "clinic_right")
def has_document(stage: Stage, person: Person, document: str) -> None:
    documents = stage.driver.then.documents(person)
    expect(document in documents, True, f"{person}: «{document}» среди {documents}")


@then("в медкарте {person} {documents}")
def count_documents(stage: Stage, person: Person, count: int) -> None:
    expect(len(stage.driver.then.documents(person)), count, f"{person}: документов в медкарте")


@then("выгрузка из клиники {quoted} {export}")
def export(stage: Stage, clinic: str, expected: tuple[int, int]) -> None:
    expect(stage.driver.then.exports(clinic), expected, f"«{clinic}»: выгрузок ждёт и началось")

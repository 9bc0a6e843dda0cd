"""The cabinet and its sections."""

from __future__ import annotations

from registratura.features.cast import Person
from registratura.features.places import SECTIONS
from registratura.features.stage import Stage, expect, given, then, when


@given("{person} вошёл/вошла, но кабинет ещё не открыл(а)", "identity_confirmed", "begin_cabinet", "open_cabinet")
def signed_in(stage: Stage, person: Person) -> None:
    stage.driver.given.signed_in(person)


@given(
    "{person}( снова) вошёл/вошла в личный кабинет",
    "identity_confirmed",
    "gosuslugi_data_changed",
    "request_withdrawal",
    "add_relative",
    "withdraw",
    "edit",
)
def in_cabinet(stage: Stage, person: Person) -> None:
    stage.driver.given.in_cabinet(person)


@given("{person} вошёл/вошла в личный кабинет в мобильном приложении", "open_code_entry")
def in_mobile_cabinet(stage: Stage, person: Person) -> None:
    stage.driver.given.in_cabinet(person, "mobile")


@given("вход {person} закончился", "identity_confirmed", "gosuslugi_data_changed", "begin_cabinet", "begin_attachment")
def session_ended(stage: Stage, person: Person) -> None:
    stage.driver.given.session_ended(person)


@given(
    "{person} открыл(а) раздел {section}",
    "open_section",
    "set_password",
    "change_password",
    "add_clinic",
    "open_code_entry",
    "edit",
    "delete",
)
def opened(stage: Stage, person: Person, section: str) -> None:
    stage.driver.given.opened_section(person, section)


@when("{person} открывает личный кабинет {channel}", "begin_cabinet", "open_cabinet")
def opens_cabinet(stage: Stage, person: Person, channel: str) -> None:
    stage.driver.when.open_cabinet(person, channel)


@when("{person} открывает раздел {section}", "open_section")
def opens_section(stage: Stage, person: Person, section: str) -> None:
    stage.driver.when.open_section(person, section)


@when("{person} переходит из раздела {section} в каждый другой и обратно")
def opens_sections_from(stage: Stage, person: Person, section: str) -> None:
    stage.driver.when.open_sections_from(person, section)


@when("{person} добавляет клинику {quoted}", "add_clinic")
def adds_clinic(stage: Stage, person: Person, clinic: str) -> None:
    stage.driver.when.add_clinic(person, clinic)


@when("{person} открывает ввод кода {entry}", "open_code_entry", "begin_attachment")
def opens_code_entry(stage: Stage, person: Person, entry: str) -> None:
    stage.driver.when.open_code_entry(person, entry)


@then("{person} в разделе {section}", "cabinet")
def is_in(stage: Stage, person: Person, section: str) -> None:
    expect(stage.driver.then.section(person), section, f"{person}: раздел")


@then("{person} побывал(а) в каждом разделе и вернулся/вернулась в раздел {section}")
def has_been_everywhere(stage: Stage, person: Person, section: str) -> None:
    there_and_back = [place for other in SECTIONS.values() if other != section for place in (other, section)]
    expect(list(stage.driver.then.sections(person)), there_and_back, f"{person}: разделы по порядку")


@then("личный кабинет {person} закрыт", "cabinet")
def closed(stage: Stage, person: Person) -> None:
    expect(stage.driver.then.section(person), "closed", f"{person}: раздел")


@then("{quoted} есть в списке клиник {person}", "cabinet")
def listed(stage: Stage, clinic: str, person: Person) -> None:
    clinics = stage.driver.then.listed_clinics(person)
    expect(clinic in clinics, True, f"«{clinic}» среди клиник {clinics}")

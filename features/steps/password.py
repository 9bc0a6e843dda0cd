"""The portal's password, and signing in by it."""

from __future__ import annotations

from registratura.features.cast import Person
from registratura.features.passwords import Choice
from registratura.features.places import Place
from registratura.features.stage import Stage, expect, given, then, when


@given("{person}, не выходя из кабинета, дошёл/дошла до шага {place}", "identity_confirmed")
def reached_signed_in(stage: Stage, person: Person, place: Place) -> None:
    stage.driver.given.reached_signed_in(person, place)


@given("{person} при входе дошёл/дошла до шага {place}")
def reached_signing_in(stage: Stage, person: Person, place: Place) -> None:
    stage.driver.given.reached_signing_in(person, place)


@given(
    "{person} задал(а) пароль портала {quoted}", "set_password", "change_password", "forget_password", "submit_password"
)
def password_set(stage: Stage, person: Person, password: str) -> None:
    stage.driver.given.password_set(person, password)


@given("{person} пытался/пыталась задать {password}", "set_password")
def tried(stage: Stage, person: Person, choice: Choice) -> None:
    stage.driver.given.password_tried(person, choice(person))


@given("портал требует усиленный пароль")
def hardened(stage: Stage) -> None:
    stage.driver.given.hardened_passwords()


@given("{person} вошёл/вошла и на другом устройстве")
def signed_in_elsewhere(stage: Stage, person: Person) -> None:
    stage.driver.given.signed_in_elsewhere(person)


@given("вход {person} по паролю закрыт {ordinal}")
def locked(stage: Stage, person: Person, times: int) -> None:
    stage.driver.given.password_locked(person, times)


@given("{person} {int} раз(а) ошибся/ошиблась {secret}", "attempts_exhausted")
def guessed_wrong(stage: Stage, person: Person, times: int, secret: str) -> None:
    stage.driver.given.guessed_wrong(person, times, secret)


@given("на другом устройстве {person} {int} раз(а) ошибся/ошиблась {secret}")
def guessed_wrong_elsewhere(stage: Stage, person: Person, times: int, secret: str) -> None:
    stage.driver.given.guessed_wrong(person, times, secret, elsewhere=True)


@when("{person} задаёт {password}", "set_password")
def sets(stage: Stage, person: Person, choice: Choice) -> None:
    stage.driver.when.set_password(person, choice(person), choice(person))


@when("{person} задаёт {password} с повтором {quoted}", "set_password")
def sets_with_repeat(stage: Stage, person: Person, choice: Choice, repeat: str) -> None:
    stage.driver.when.set_password(person, choice(person), repeat)


@when("{person} меняет пароль {quoted} на {quoted}", "change_password")
def changes(stage: Stage, person: Person, current: str, new: str) -> None:
    stage.driver.when.change_password(person, current, new)


@when("{person} входит по паролю {quoted}", "submit_password", "attempts_exhausted")
def signs_in(stage: Stage, person: Person, password: str) -> None:
    stage.driver.when.sign_in_by_password(person, password)


@when("{person} входит с логином {quoted} и паролем {quoted}", "submit_password")
def signs_in_as(stage: Stage, person: Person, login: str, password: str) -> None:
    stage.driver.when.sign_in_by_password(person, password, login)


@when("{person} одновременно с {int} устройств входит по паролю {quoted}")
def signs_in_from_devices(stage: Stage, person: Person, devices: int, password: str) -> None:
    stage.driver.when.sign_in_from_devices(person, password, devices)


@when(
    "{person} входит в личный кабинет через Госуслуги",
    "begin_sign_in",
    "begin_cabinet",
    "open_cabinet",
    "gosuslugi_data_changed",
    "identity_confirmed",
    "choose_gosuslugi",
    "go_to_gosuslugi",
)
def enters_cabinet(stage: Stage, person: Person) -> None:
    stage.driver.when.enter_cabinet(person)


@then("{person} {can} входить по паролю {quoted}")
def password_works(stage: Stage, person: Person, expected: bool, password: str) -> None:
    expect(stage.driver.then.password_works(person, password), expected, f"{person} может входить по паролю {password}")


@then("у {person} {there} пароль/пароля портала", "portal_password")
def has_password(stage: Stage, person: Person, expected: bool) -> None:
    expect(stage.driver.then.has_password(person), expected, f"{person}: пароль задан")


@then("самого пароля {person} портал не хранит")
def password_is_nowhere(stage: Stage, person: Person) -> None:
    expect(stage.driver.then.password_is_nowhere(person), True, f"{person}: пароля нет в хранилище")


@then("вход {person} на другом устройстве закончен")
def session_ended(stage: Stage, person: Person) -> None:
    expect(stage.driver.then.session_elsewhere(person), False, f"{person}: вход на другом устройстве")


@then("{person} вошёл/вошла на {int} устройствах")
def all_signed_in(stage: Stage, person: Person, count: int) -> None:
    expect(stage.driver.then.signed_in_count(person), count, f"{person}: удавшихся входов")

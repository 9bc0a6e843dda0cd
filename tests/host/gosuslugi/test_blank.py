"""The stand-in's forms with nothing in them, with marks that nobody sees, and with what is no code."""

import re

import pytest
from support.gosuslugi import World, inbox, said


@pytest.mark.parametrize(
    ("form", "text", "fields"),
    [
        ({}, "Введите логин и пароль.", ["login", "password"]),
        ({"login": " ", "password": "\u200b"}, "Введите логин и пароль.", ["login", "password"]),
        ({"login": "sms"}, "Введите пароль.", ["password"]),
        ({"login": "\u202e ", "password": "sms"}, "Введите логин.", ["login"]),
    ],
)
def test_what_was_left_blank_is_no_wrong_password(
    world: World, form: dict[str, str], text: str, fields: list[str]
) -> None:
    page = world.http.post(world.visit(), data=form).text
    assert said(page) == text
    assert re.findall(r'<input id="(\w+)"[^>]*aria-invalid', page) == fields


def test_every_other_blank_is_named_too(world: World, at_sms: str) -> None:
    assert said(world.http.post(f"{world.visit()}/another", data={"login": " "}).text) == "Введите логин."
    assert said(world.http.post(f"{at_sms}/sms", data={"code": "\u200b"}).text) == "Введите код из СМС."
    assert said(world.http.post(f"{at_sms}/support/sms", data={"text": "\u200b "}).text).startswith("Опишите")


def test_a_login_is_right_with_marks_that_nobody_sees(world: World) -> None:
    there = world.http.post(world.visit(), data={"login": "\u200e sms\ufeff", "password": "sms"})
    assert there.headers["location"].endswith("/sms")


def test_what_is_no_code_stays_in_its_field_and_a_wrong_code_does_not(world: World, at_sms: str) -> None:
    page = world.http.post(f"{at_sms}/sms", data={"code": "12345"}).text
    assert 'value="12345"' in page
    assert said(page).startswith("Это не похоже на код")
    wrong = str((int(inbox(world)[-1]) + 1) % 10**6).zfill(6)
    assert wrong not in world.http.post(f"{at_sms}/sms", data={"code": wrong}).text


def test_a_telephone_is_written_in_one_way(world: World) -> None:
    for path in ("/", "/phone"):
        assert "+7 (908) 000-00-12" in world.http.get(path).text

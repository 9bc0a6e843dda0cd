"""Which password a person chooses, in the words of the features."""

from __future__ import annotations

import re
from collections.abc import Callable

from registratura.features.cast import Person

Choice = Callable[[Person], str]

_CHARACTERS = "Sneg1Zimoy5Dozhd7Letom9Veter3Grom"
ALIENS = {
    # A Cyrillic «о» in a Latin word: nobody sees the difference.
    "русская буква, похожая на латинскую": "\u043e",
    "пробел": " ",
    "знак препинания": "!",
    "цифра другой письменности": "\u0663",
}
OWN = {
    "свой телефон": lambda person: person.phone.removeprefix("+"),
    "свой СНИЛС": lambda person: re.sub(r"\D", "", person.snils),
    "свою дату рождения": lambda person: f"{person.birth_date:%d%m%Y}",
}
PATTERN = (
    r"пароль портала «[^»]*»|пароль портала из \d+ символов"
    rf"|пароль портала, в котором есть (?:{'|'.join(ALIENS)})|паролем портала (?:{'|'.join(OWN)})"
)


def of_length(length: int) -> str:
    """A password that only its length can speak against."""
    return (_CHARACTERS * (length // len(_CHARACTERS) + 1))[:length]


def chosen_password(said: str) -> Choice:
    """The password that the phrase means, for the person who chooses it."""
    for phrase, own in OWN.items():
        if said.endswith(phrase):
            return own
    return lambda person: _of_nobody(said)


def _of_nobody(said: str) -> str:
    if quoted := re.search("«(.*)»", said):
        return quoted[1]
    if length := re.search(r"\d+", said):
        return of_length(int(length[0]))
    return "Sneg1" + next(sign for phrase, sign in ALIENS.items() if said.endswith(phrase)) + "Zimoy"

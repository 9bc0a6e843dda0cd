"""What a draft says where a sentence leaves room."""

from __future__ import annotations

from collections.abc import Mapping

from registratura.features.cast import CLINICS, MARGARITA, OTHER_OPERATORS_REGION, PYOTR, REGION

PASSWORD, OTHER_PASSWORD, WRONG_PASSWORD = "Sneg1Zimoy", "Dozhd7Letom", "Grom5Vesnoy"

# What is quoted and what is counted, by the name of the step's parameter.
NAMED: Mapping[str, tuple[str, ...]] = {
    "region": (REGION, "Атлантида", "Московская область", OTHER_OPERATORS_REGION),
    "clinic": (CLINICS[0], "Клиника без договора"),
    "document": ("Общий анализ крови",),
    "act": ("12-П",),
    "law": ("Об основах охраны здоровья граждан",),
    # Three ways to give a password: the right one, another one, a wrong one.
    "password": (PASSWORD, WRONG_PASSWORD),
    "current": (PASSWORD, WRONG_PASSWORD),
    "new": (OTHER_PASSWORD,),
    "repeat": (OTHER_PASSWORD,),
    "login": ("nikogo@example.ru",),
    # Enough, one less than enough, and what else people do.
    "times": ("5", "4", "1", "2", "3"),
    "count": ("6",),
}
# The rest, by the type of the slot, where not every word of the type will do.
TYPED: Mapping[str, tuple[str, ...]] = {
    "password": (f"пароль портала «{PASSWORD}»", "пароль портала из 5 символов"),
    "duration": ("60 секунд",),
    "code": ("свой код", "код, которого никто не выдавал", "прежний код"),
    "sms": ("код из СМС", "неверный код из СМС", "прежний код из СМС"),
    "answer": ("вход отменён", "учётная запись не подтверждена"),
    "ordinal": ("в первый раз",),
    "count": ("две",),
}
GUESSES: Mapping[str, str] = {
    "password": "submit_password",
    "current_password": "change_password",
    "attachment_code": "submit_code",
    "one_time_code": "submit_one_time_code",
}
"""By which event a secret is guessed."""
VALUES: Mapping[str, tuple[str, ...]] = {
    "policy": (MARGARITA.oms, PYOTR.oms),
    "last_name": ("Кузнецова", "Соколова"),
    "birth_date": (),
}
"""Of each field that something is said of, the values that it may have."""

"""The periods and numbers of the settings, in Russian: what people wait for, how often they may try."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from typing import Any

from registratura.domain.values import Value
from registratura.features.spec.release import Term
from registratura.features.spec.words import count, title_of
from registratura.flows.catalogue import FLOWS
from registratura.flows.settings import Settings

OWNERS = {
    "lives": "сколько процесс ждёт, пока его закончат",
    "erasure_term": "Отзыв согласия: за сколько данные уничтожат",
    "one_time_codes": "Код из СМС",
    "attachment_codes": "Код прикрепления",
    "password_policy": "Пароль портала",
    "attempts.password": "Попытки войти по паролю",
    "attempts.code.profile": "Попытки ввести код прикрепления к одной карте",
    "attempts.code.account": "Попытки ввести код прикрепления из одной учётной записи",
    "attempts.code.address": "Попытки ввести код прикрепления с одного адреса сети",
    "attempts.code.total": "Попытки ввести код прикрепления на всём портале",
}
FIELDS = {
    "length": "сколько цифр",
    "life": "сколько действует",
    "attempts": "сколько раз можно ошибиться",
    "resend_after": "через сколько можно отправить ещё раз",
    "resends_per_hour": "сколько раз в час можно отправить ещё раз",
    "daily_cap": "сколько раз в день можно отправить",
    "bound": "только для своей клиники и своего пациента",
    "limit": "сколько их",
    "window": "за какое время",
    "locks": "на сколько потом закрывается ввод",
    "calm": "через сколько всё забывается",
    "alarm_only": "только тревога, без запрета",
    "name": "правила",
    "min_length": "не меньше скольких знаков",
    "max_length": "не больше скольких знаков",
    "alphabet": "какие знаки",
}
VALUES = {"documented": "как в инструкции портала", "hardened": "строгие", "any": "любые"}
# What is no period and no number: texts, clinics and regions are each installation's own.
OTHERS = frozenset({"served_regions", "consents", "timezone", "clinics", "clinic_cards"})
UNITS = (
    (timedelta(days=1), ("день", "дня", "дней")),
    (timedelta(hours=1), ("час", "часа", "часов")),
    (timedelta(minutes=1), ("минута", "минуты", "минут")),
    (timedelta(seconds=1), ("секунда", "секунды", "секунд")),
)


def terms(settings: Settings) -> dict[str, Term]:
    """All of them, by where they stand in the settings."""
    return {
        id: term
        for field in fields(settings)
        if field.name not in OTHERS
        for id, term in _terms(field.name, getattr(settings, field.name))
    }


def said(value: Any) -> str:
    """A value of the settings, in Russian."""
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, tuple):
        return ", ".join(map(said, value)) or "не закрывается"
    if isinstance(value, timedelta):
        return " ".join(_parts(value)) or "сразу"
    return "без срока" if value is None else VALUES.get(value, str(value))


def _terms(id: str, value: Any) -> Iterator[tuple[str, Term]]:
    if id == "lives":
        for flow, life in value.items():
            yield f"{id}.{flow}", Term(title=f"{title_of(FLOWS[flow])}: {OWNERS[id]}", said=said(life))
    elif id == "attempts":
        for name, policy in value.items():
            yield from _terms(f"{id}.{name}", policy)
    elif isinstance(value, Value):
        for name in type(value).model_fields:
            yield f"{id}.{name}", Term(title=f"{OWNERS[id]}: {FIELDS[name]}", said=said(getattr(value, name)))
    else:
        yield id, Term(title=OWNERS[id], said=said(value))


def _parts(period: timedelta) -> Iterator[str]:
    for unit, forms in UNITS:
        number, period = divmod(period, unit)
        if number:
            # Up to two days people count in hours.
            if unit == UNITS[0][0] and number == 1:
                period += unit
            else:
                yield count(number, *forms)

"""The people of the features: invented, with numbers whose check digits are right.

A name may stand in a sentence in any of its Russian cases, so each person lists the forms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Person:
    """One actor. `key` names the person in drivers; the rest is what Gosuslugi knows, unless a step says otherwise."""

    key: str
    forms: tuple[str, ...]
    surname: str
    first_name: str
    patronymic: str
    birth_date: date
    gender: str
    snils: str
    oms: str
    phone: str
    email: str

    def __str__(self) -> str:
        return self.forms[0]

    def case(self, name: str) -> str:
        """The name in a Russian case."""
        return self.forms[(_LIKE_A_WOMANS if self.forms[0].endswith("а") else _LIKE_A_MANS)[name]]


# Where each case stands among the forms.
_LIKE_A_WOMANS = {"nominative": 0, "genitive": 1, "dative": 2, "accusative": 3, "prepositional": 2}
_LIKE_A_MANS = {"nominative": 0, "genitive": 1, "dative": 2, "accusative": 1, "prepositional": 4}


MARGARITA = Person(
    key="margarita",
    forms=("Маргарита", "Маргариты", "Маргарите", "Маргариту", "Маргаритой"),
    surname="Алексеева",
    first_name="Маргарита",
    patronymic="Викторовна",
    birth_date=date(2000, 8, 12),
    gender="F",
    snils="112-233-445 95",
    oms="7455310895000014",
    phone="+79000000001",
    email="margarita@example.ru",
)

PYOTR = Person(
    key="pyotr",
    forms=("Пётр", "Петра", "Петру", "Петром", "Петре"),
    surname="Иванов",
    first_name="Пётр",
    patronymic="Сергеевич",
    birth_date=date(1985, 3, 4),
    gender="M",
    snils="145-678-912 08",
    oms="7455310895000022",
    phone="+79080000012",
    email="pyotr@example.ru",
)

OLGA = Person(
    key="olga",
    forms=("Ольга", "Ольги", "Ольге", "Ольгу", "Ольгой"),
    surname="Смирнова",
    first_name="Ольга",
    patronymic="Игоревна",
    birth_date=date(1988, 11, 21),
    gender="F",
    snils="156-789-013 12",
    oms="7455310895000030",
    phone="+79120000034",
    email="olga@example.ru",
)

MISHA = Person(
    key="misha",
    forms=("Миша", "Миши", "Мише", "Мишу", "Мишей"),
    surname="Смирнов",
    first_name="Михаил",
    patronymic="Андреевич",
    birth_date=date(2016, 5, 15),
    gender="M",
    snils="087-654-303 00",
    oms="7455310895001012",
    phone="",
    email="",
)

CAST = (MARGARITA, PYOTR, OLGA, MISHA)
BY_FORM = {form: person for person in CAST for form in person.forms}

REGION = "Челябинская область"
OTHER_OPERATORS_REGION = "Свердловская область"
CLINICS = ("Уральская клиника", "Поликлиника на Цвиллинга")

"""Who and what the stand-ins know from the start: people at Gosuslugi, clinics and their documents.

All are made up; the numbers have right check digits. They come to the demonstration and to `registratura play`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from registratura.domain.clinics import Clinic, Document
from registratura.domain.identity import Identity, PersonName, Policy
from registratura.domain.regions import REGIONS
from registratura.host.standins.gosuslugi import Citizen

ISSUER = "stand-in"
REGION = "74"
CLOSED_REGION = "87"
SERVED_REGIONS = frozenset(REGIONS) - {CLOSED_REGION}

CLINICS: Mapping[str, Clinic] = MappingProxyType(
    {
        clinic.id: clinic
        for clinic in (
            Clinic(id="uralskaya", title="Уральская клиника", region=REGION),
            Clinic(id="tsvillinga", title="Поликлиника на Цвиллинга", region=REGION),
        )
    }
)

DOCUMENTS: Mapping[str, tuple[Document, ...]] = MappingProxyType(
    {
        "uralskaya": (
            Document(title="Общий анализ крови", kind="lab", issued_on=date(2025, 9, 3), body="Всё в пределах нормы."),
            Document(title="Осмотр терапевта", kind="visit", issued_on=date(2025, 9, 5), body="Жалоб нет."),
        ),
        "tsvillinga": (
            Document(title="Флюорография", kind="study", issued_on=date(2025, 6, 17), body="Без патологии."),
        ),
    }
)

MARGARITA = Identity(
    issuer=ISSUER,
    oid="1001",
    trusted=True,
    name=PersonName(last="Алексеева", first="Маргарита", middle="Викторовна"),
    birth_date=date(2000, 8, 12),
    gender="F",
    snils="112-233-445 95",
    phone="+79000000001",
    email="margarita@example.ru",
)
PYOTR = Identity(
    issuer=ISSUER,
    oid="1002",
    trusted=True,
    name=PersonName(last="Иванов", first="Пётр", middle="Сергеевич"),
    birth_date=date(1985, 3, 4),
    gender="M",
    snils="145-678-912 08",
    phone="+79080000012",
    email="pyotr@example.ru",
    policy=Policy(number="7455310895000022"),
)
OLGA = Identity(
    issuer=ISSUER,
    oid="1003",
    trusted=False,
    name=PersonName(last="Смирнова", first="Ольга", middle="Игоревна"),
    phone="+79120000034",
)
ORGANISATION = Identity(
    issuer=ISSUER,
    oid="1004",
    trusted=True,
    kind="organisation",
    name=PersonName(last="Кузнецов", first="Андрей", middle="Павлович"),
    phone="+79190000056",
)


def citizens() -> tuple[Citizen, ...]:
    """Four accounts, made anew: an adult, one whose SMS does not come, one not confirmed, and an organisation's."""
    return (
        Citizen("rita", "rita2000", MARGARITA),
        Citizen("pyotr", "pyotr1985", PYOTR, sms_arrives=0),
        Citizen("olga", "olga1988", OLGA),
        Citizen("ooo", "ooo2010", ORGANISATION),
    )

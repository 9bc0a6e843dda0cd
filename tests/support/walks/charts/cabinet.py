"""The cabinet: from each section to each, on the site and on the telephone, with a card that is checked or not."""

from __future__ import annotations

from typing import Any

from support.walks.charts.common import begin, known, person
from support.walks.paths import Plan, Way

from registratura.flows.cabinet import (
    AddClinic,
    AskHowTo,
    BeginCabinet,
    Cabinet,
    CloseCabinet,
    OpenCabinet,
    OpenCodeEntry,
    OpenSection,
    Section,
)
from registratura.flows.registration import ConfirmCard

NOBODY = "Кто не вошёл, чужого кабинета не видит и ничего в нём не делает."


def _opened(**channel: Any) -> tuple[Way, Way]:
    return Way(needs="unchecked", yes="card_is_unchecked", **channel), Way(**channel)


PLAN = Plan(
    Cabinet,
    begins=(
        begin("goes to the cabinet", BeginCabinet(), Cabinet, lambda world: known(world, events=(ConfirmCard(),))),
        begin("goes to the cabinet, her card unchecked", BeginCabinet(), Cabinet, known, Way(adds="unchecked")),
    ),
    deeds=(
        person(OpenCabinet(channel="web"), *_opened(drops="mobile")),
        person(OpenCabinet(channel="mobile"), *_opened(adds="mobile"), name="open_cabinet on the telephone"),
        *(
            person(OpenSection(section=section), Way(yes=f"goes_to_{section}"), name=f"goes to {section}")
            for section in Section
        ),
        person(AddClinic(clinic="ural")),
        person(AddClinic(clinic="nowhere"), Way(why="clinic.unknown"), name="adds a clinic that there is not"),
        person(AskHowTo),
        person(OpenCodeEntry(by="button")),
        person(
            OpenCodeEntry(by="plus"),
            Way(at="settings.clinic_rights", needs="mobile"),
            Way(at="settings.clinic_rights", why="entry.mobile_only"),
            Way(why="entry.unknown"),
            name="presses the plus",
        ),
        person(CloseCabinet),
    ),
    never={
        "* > closed/open_cabinet/refused": NOBODY,
        "closed/open_cabinet/refused > *": NOBODY,
    },
)

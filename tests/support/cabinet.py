"""A cabinet for tests, and what stands in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from support.portal import (
    CONSENTS,
    Scene,
    submitting,
)

from registratura.domain.card import FieldName
from registratura.domain.clinics import PatientRef
from registratura.domain.consent import Purpose
from registratura.domain.identity import PersonName
from registratura.flows.attachment import ChooseProfile
from registratura.flows.cabinet import (
    BeginCabinet,
    Cabinet,
    OpenCabinet,
    OpenSection,
    Section,
)
from registratura.flows.event import Event
from registratura.flows.patient_card import AddRelative, PatientCard
from registratura.host import Caller, FlowView

MARGARITA, DARYA = "Алексеева Маргарита Викторовна", "Алексеева Дарья"
PERSONAL, MEDICAL = CONSENTS[Purpose.PERSONAL_DATA], CONSENTS[Purpose.MEDICAL_DATA]
PLUS, BUTTON = "open_code_entry.plus", "open_code_entry.button"
TO_ADD = {"ural": "Уральская клиника", "volga": "Волжская клиника"}


def cabinet(scene: Scene, caller: Caller, *events: Event, channel: str = "web") -> FlowView:
    """The cabinet after these."""
    flow = scene.portal.start(Cabinet, BeginCabinet(), caller=caller)
    return scene.walk(flow.id, OpenCabinet(channel=channel), *events, caller=caller)


def section(scene: Scene, caller: Caller, name: str, **given: Any) -> dict[str, Any]:
    return dict(cabinet(scene, caller, OpenSection(section=Section(name)), **given).screen.items)


def relative(scene: Scene, caller: Caller) -> str:
    """The card of Darya, whom Margarita answers for."""
    fields = {FieldName.LAST_NAME: "Алексеева", FieldName.FIRST_NAME: "Дарья", FieldName.BIRTH_DATE: "2015-04-05",
              FieldName.GENDER: "F"}  # fmt: skip
    event = AddRelative(fields=fields, text_version=PERSONAL.version, text_sha256=PERSONAL.sha256)
    return scene.portal.start(PatientCard, event, caller=caller).id


def own(scene: Scene, caller: Caller) -> str:
    """The id of Margarita's own card."""
    with scene.storage.unit() as unit:
        cards = [scene.portal.engine.record(row.id) for row in unit.flows_of(caller.account, "patient_card")]
    return next(card.id for card in cards if not card.data.relative)


def attach_child(scene: Scene, caller: Caller, child: str) -> str:
    """The right that a clinic gets to Darya's card."""
    ref = PatientRef(name=PersonName(last="Алексеева", first="Дарья"), birth_date=date(2015, 4, 5))
    flow = scene.walk(scene.at_code_entry(caller).id, ChooseProfile(card=child), caller=caller)
    flow = scene.walk(flow.id, submitting(scene.desk.issue(ref).code), caller=caller)
    return str(flow.screen.items["right"])


def left(scene: Scene) -> None:
    """All clinics leave the portal."""
    tools = scene.portal.engine.tools
    scene.portal.engine.tools = replace(tools, settings=replace(tools.settings, clinics={}))

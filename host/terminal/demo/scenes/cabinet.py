"""What there is in the cabinet."""

from __future__ import annotations

from registratura.domain.card import FieldName
from registratura.domain.consent import Purpose
from registratura.flows.cabinet import AddClinic, AskHowTo, Section
from registratura.flows.patient_card import AddRelative, Delete, Edit, PatientCard
from registratura.host.terminal.demo.scenes.steps import goes_to, in_cabinet
from registratura.host.terminal.demo.stage import Stage

CHILD = {
    FieldName.LAST_NAME: "Алексеев",
    FieldName.FIRST_NAME: "Михаил",
    FieldName.BIRTH_DATE: "15.05.2016",
    FieldName.GENDER: "M",
}


def keeps_cards(stage: Stage) -> None:
    """A card is corrected, a child's is added and deleted; the last one cannot be."""
    rita = stage.people["rita"]
    with stage.briefly():
        cabinet = in_cabinet(stage, rita)
    cabinet = goes_to(stage, rita, cabinet, Section.CARDS, expect="cards")
    own = stage.look(rita, next(iter(cabinet.screen.items["cards"])), expect="confirmed")
    policy = Edit(changes={FieldName.POLICY: "7455310895000014"}, revision=own.screen.items["revision"])
    own = stage.act(rita, own, policy, expect="confirmed", note="вписан полис ОМС")
    text = stage.world.portal.parts.settings.consents[Purpose.PERSONAL_DATA]
    add = AddRelative(fields=CHILD, text_version=text.version, text_sha256=text.sha256)
    child = stage.start(rita, PatientCard, add, expect="unverified")
    stage.act(rita, child, Delete(confirmed=True), expect="deleted", note="карта ребёнка")
    stage.act(rita, own, Delete(confirmed=True), expect="confirmed", refused=("card.last",), note="своя карта")


def looks_around(stage: Stage) -> None:
    """The five sections below, a clinic added, the advice asked for."""
    rita = stage.people["rita"]
    with stage.briefly():
        cabinet = in_cabinet(stage, rita)
    stage.look(rita, cabinet.id, expect="health")
    for section in (Section.MESSAGES, Section.MEDICINES, Section.MENU, Section.HEALTH):
        with stage.briefly():
            cabinet = goes_to(stage, rita, cabinet, section, expect=section.value)
    cabinet = goes_to(stage, rita, cabinet, Section.CLINICS, expect="clinics")
    cabinet = stage.act(rita, cabinet, AddClinic(clinic="uralskaya"), expect="clinics", note="Уральская клиника")
    stage.act(rita, cabinet, AskHowTo(), expect="clinics")

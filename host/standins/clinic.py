"""A stand-in for a clinic's desk, in process: it issues codes, and delivers what it has once a right is granted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from registratura.domain.clinics import Clinic, Document, PatientRef
from registratura.flows.effects import AlarmAmbiguousCard, AlarmSpraying, StartExport, StopExport, WarnClinic
from registratura.flows.step import Effect
from registratura.host.gateways import IssuedCode
from registratura.host.portal import Registratura


class StandInClinicDesk:
    """The desk of a clinic: the other side of `portal.clinics`.

    `down`: its system does not answer, and exports wait (U52). `warnings` are the codes that somebody else tried (U45).
    `rights` are those under which it exports now, `granted` all that it ever had.
    """

    def __init__(self, portal: Registratura, clinic: Clinic) -> None:
        self.portal, self.clinic = portal, clinic
        self.down = False
        self.documents: list[Document] = []
        self.rights: list[str] = []
        self.granted: list[str] = []
        self.delivered: list[str] = []
        self.warnings: list[str] = []

    def issue(self, patient: PatientRef | None) -> IssuedCode:
        """A code for a patient who stands at the desk."""
        return self.portal.clinics.issue_code(self.clinic.id, patient)

    def hold(self, *documents: Document) -> None:
        """Documents that the clinic has; they go out once it has a right."""
        self.documents += documents

    def remember(self, right: str, *, living: bool) -> None:
        """Keep a right in mind."""
        for rights in (self.granted, self.rights) if living else (self.granted,):
            if right not in rights:
                rights.append(right)

    def start_export(self, right: str) -> None:
        """Deliver everything that is held. A delivery has the same name in every repetition, under a new right too."""
        if self.down:
            raise ConnectionError("the clinic's system does not answer")
        self.remember(right, living=True)
        card = self.portal.engine.record(right).data.card
        for number, document in enumerate(self.documents):
            name = f"{card}/{number}"
            self.portal.clinics.deliver(right, name, document)
            self.delivered.append(name)


def clinic_handlers(desks: Mapping[str, StandInClinicDesk]) -> dict[type[Effect], Callable[[Any, str], None]]:
    """The handlers of the effects that concern clinics, for `portal.handlers`."""

    def start(effect: StartExport, effect_id: str) -> None:
        desks[effect.clinic].start_export(effect.right)

    def stop(effect: StopExport, effect_id: str) -> None:
        desk = desks[effect.clinic]
        desk.rights = [right for right in desk.rights if right != effect.right]

    def warn(effect: WarnClinic, effect_id: str) -> None:
        desks[effect.clinic].warnings.append(effect.code)

    def alarm(effect: Effect, effect_id: str) -> None:
        """The stand-in has no operators to wake."""

    return {StartExport: start, StopExport: stop, WarnClinic: warn, AlarmSpraying: alarm, AlarmAmbiguousCard: alarm}

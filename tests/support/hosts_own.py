"""A flow that only a host's own catalogue has, under a name of its own: a visit to a doctor."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from statemachine import State
from support.portal import KEYS, Scene

from registratura.domain.values import Personal, Secret
from registratura.flows.catalogue import FLOWS
from registratura.flows.chart import Chart, inside
from registratura.flows.event import Facts, PersonEvent, TimeEvent
from registratura.flows.flow import Counted, Flow
from registratura.flows.ports import Ask
from registratura.flows.record import FlowData, FlowRecord
from registratura.flows.step import Case, Claim, Move
from registratura.flows.texts import Texts
from registratura.flows.versions import Catalogue
from registratura.host import Registratura

SOON = timedelta(hours=1)


class AskForVisit(PersonEvent, title="Записаться на приём"):
    """What hurts."""

    complaint: Annotated[str, Personal] = ""


class NameNumber(PersonEvent, title="Назвать номер направления"):
    """A guess."""

    judged = True
    number: Annotated[str, Secret]


class VisitPassed(TimeEvent, title="Время приёма прошло"):
    """Nobody came."""


class VisitChart(Chart):
    """Asked for, and over."""

    asked = State("Приём назначен", initial=True)
    over = State("Приём прошёл", final=True)

    name_number = inside(asked)
    visit_passed = asked.to(over)


class VisitData(FlowData):
    """What hurts."""

    complaint: Annotated[str, Personal] = ""


class Visit(Flow[VisitData]):
    """Запись на приём."""

    name = "visit"
    chart = VisitChart
    data = VisitData
    begins = (AskForVisit,)
    events = (NameNumber, VisitPassed)


@Visit.decides(AskForVisit)
def note_it(case: Case[VisitData, AskForVisit, Facts]) -> Move:
    return Move(
        changes={"complaint": case.event.complaint},
        claims=(Claim("visit", case.record.id, case.record.id),),
        timers={VisitPassed.name: case.now + SOON},
    )


@Visit.counts(NameNumber)
def whose_attempts(record: FlowRecord[VisitData], event: NameNumber, ask: Ask) -> tuple[Counted, ...]:
    return (Counted("code.account", f"{record.account}"),)


OWN = Catalogue(*FLOWS.values(), Visit)
TEXTS = Texts.russian(Path(__file__).with_suffix(".toml"))


def of_the_host(scene: Scene) -> Scene:
    """The host's own program on the same database."""
    parts = replace(scene.portal.parts, flows=OWN, texts=TEXTS)
    return Scene(Registratura(scene.storage, KEYS, parts=parts), scene.clock)

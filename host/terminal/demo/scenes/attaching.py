"""The second journey: a code from the clinic, every place to enter it, and the documents that come."""

from __future__ import annotations

from registratura.domain.codes import format_code
from registratura.flows.attachment import SubmitCode
from registratura.flows.cabinet import OpenCodeEntry, Section
from registratura.flows.common import Cancel
from registratura.flows.engine import FlowView
from registratura.host.terminal.demo.scenes.steps import goes_to, in_cabinet
from registratura.host.terminal.demo.stage import Actor, Stage


def attaches(stage: Stage) -> None:
    """Margarita tries every entry, and attaches from the hint on the main screen."""
    rita = stage.people["rita"]
    for name in ("rita", "pyotr"):
        gets_a_code(stage, name)
    web = in_cabinet(stage, rita)
    with stage.briefly():
        web = goes_to(stage, rita, web, Section.CLINICS, expect="clinics")
        closes(stage, rita, stage.act(rita, web, OpenCodeEntry(), expect="clinics"))
    web = goes_to(stage, rita, web, Section.CLINIC_RIGHTS, expect="settings.clinic_rights")
    with stage.briefly():
        closes(stage, rita, stage.act(rita, web, OpenCodeEntry(), expect="settings.clinic_rights"))
        plus, note = OpenCodeEntry(by="plus"), "на сайте, где этой кнопки нет"
        stage.act(rita, web, plus, expect=web.state, refused=("entry.mobile_only",), note=note)
        phone = in_cabinet(stage, rita, channel="mobile")
        phone = goes_to(stage, rita, phone, Section.CLINIC_RIGHTS, expect="settings.clinic_rights")
        closes(stage, rita, stage.act(rita, phone, OpenCodeEntry(by="plus"), expect=phone.state))
        web = goes_to(stage, rita, web, Section.HEALTH, expect="health")
    web = stage.act(rita, web, OpenCodeEntry(), expect="health")
    window = stage.look(rita, web.started["attachment"], expect="code_entry")
    window = stage.act(rita, window, submits(window, stage.kept["code rita"]), expect="attached", note="свой код")
    receives(stage, rita, web, window)


def receives(stage: Stage, who: Actor, cabinet: FlowView, attached: FlowView) -> None:
    """The right is there at once, the documents once the clinic's system has been asked."""
    right = attached.screen.items["right"]
    cabinet = goes_to(stage, who, cabinet, Section.RECORD, expect="record")
    portal, worker = stage.world.portal, stage.people["worker"]
    worker.account = who.account

    def ask_the_clinic() -> None:
        portal.run_due()

    stage.outside(worker, "передаёт поручение клинике, та присылает документы", right, ask_the_clinic, expect="granted")
    stage.look(who, cabinet.id, expect="record")
    with stage.briefly():
        cabinet = goes_to(stage, who, cabinet, Section.CLINIC_RIGHTS, expect="settings.clinic_rights")
    stage.look(who, cabinet.id, expect="settings.clinic_rights")


def gets_a_code(stage: Stage, name: str, clinic: str = "uralskaya") -> None:
    """A clinic's desk prints a code for a patient; the portal keeps only its digest."""
    desk, who, portal = stage.world.desks[clinic], stage.people[name], stage.world.portal

    def issue() -> FlowView:
        issued = desk.issue(who.patient)
        stage.kept[f"code {name}"] = issued.code
        return portal.get(issued.id)

    with stage.briefly():
        stage.outside(stage.people["clinic"], f"выдаёт код, пациент: {who.name}", "", issue, expect="issued")
    stage.report.note(f"   на бумаге: {format_code(stage.kept[f'code {name}'])}; портал хранит только отпечаток", "dim")


def submits(window: FlowView, code: str) -> SubmitCode:
    """«Подключить», to the consent on the screen."""
    items = window.screen.items
    return SubmitCode(code=code, text_version=items["text_version"], text_sha256=items["text_sha256"])


def closes(stage: Stage, who: Actor, cabinet: FlowView) -> None:
    """The window that was opened is closed again."""
    window = stage.look(who, cabinet.started["attachment"], expect="code_entry")
    stage.act(who, window, Cancel(), expect="cancelled")

"""Codes and passwords that are not one's own."""

from __future__ import annotations

from datetime import timedelta

from registratura.flows.cabinet import OpenCodeEntry
from registratura.flows.engine import FlowView
from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword
from registratura.host.terminal.demo.scenes.attaching import gets_a_code, receives, submits
from registratura.host.terminal.demo.scenes.registering import PASSWORD
from registratura.host.terminal.demo.scenes.steps import in_cabinet
from registratura.host.terminal.demo.stage import Actor, Stage

NOT_ACCEPTED = ("code.not_accepted",)


def uses_foreign_codes(stage: Stage) -> None:
    """One text for whatever a stranger must not learn; the code of another stays good for its owner."""
    rita, pyotr = stage.people["rita"], stage.people["pyotr"]
    _, window = _window(stage, pyotr)
    stage.mistypes(pyotr, window, submits(window, "12-34"), note="четыре цифры", also=("U42",))
    used = submits(window, stage.kept["code rita"])
    note = "код Маргариты, уже использованный"
    window = stage.act(pyotr, window, used, expect="code_entry", refused=NOT_ACCEPTED, note=note, also=("U44",))
    stage.kept["window pyotr"] = window.id
    _, hers = _window(stage, rita)
    foreign = submits(hers, stage.kept["code pyotr"])
    note = "код Петра, ещё живой"
    hers = stage.act(rita, hers, foreign, expect="code_entry", refused=NOT_ACCEPTED, note=note, also=("U45",))
    _warns(stage)
    gets_a_code(stage, "rita")
    second = submits(hers, stage.kept["code rita"])
    note = "второй код той же клиники"
    stage.act(rita, hers, second, expect="code_entry", refused=("already_attached",), note=note)


def guesses_codes(stage: Stage) -> None:
    """The fifth guess closes the window for a minute; then the right code opens it."""
    pyotr = stage.people["pyotr"]
    window = stage.look(pyotr, stage.kept["window pyotr"], expect="code_entry")
    for number in range(2, 6):
        guess = submits(window, f"{number}" * 8)
        expect = "locked" if number == 5 else "code_entry"
        note = f"наугад, попытка {number} из 5"
        with stage.briefly():
            window = stage.act(pyotr, window, guess, expect=expect, refused=NOT_ACCEPTED, note=note)
    stage.look(pyotr, window.id, expect="locked")
    stage.time_passes(timedelta(minutes=1), "Прошла минута")
    window = stage.look(pyotr, window.id, expect="code_entry")
    window = stage.act(pyotr, window, submits(window, stage.kept["code pyotr"]), expect="attached", note="свой код")
    with stage.briefly():
        receives(stage, pyotr, in_cabinet(stage, pyotr), window)


def guesses_passwords(stage: Stage) -> None:
    """The lock is the account's; Gosuslugi stays open, and time ends it."""
    guest, rita = stage.people["somebody"], stage.people["rita"]
    assert rita.citizen is not None
    flow = stage.start(guest, SignIn, expect="method")
    flow = stage.act(guest, flow, ChoosePassword(), expect="password")
    for number in range(1, 6):
        guess = SubmitPassword(login=rita.citizen.phone, password=f"guess{number}")
        expect = "locked" if number == 5 else "password"
        note = f"чужой логин, попытка {number} из 5"
        flow = stage.act(guest, flow, guess, expect=expect, refused=("sign_in.failed",), note=note)
    stage.time_passes(timedelta(minutes=1), "Прошла минута")
    flow = stage.look(guest, flow.id, expect="password")
    right = SubmitPassword(login=rita.citizen.phone, password=PASSWORD)
    stage.act(rita_as(guest, rita), flow, right, expect="signed_in", note="теперь вводит сама хозяйка")


def rita_as(guest: Actor, rita: Actor) -> Actor:
    """Margarita at the guest's computer: her name, its browser."""
    return Actor(rita.name, session=guest.session)


def _window(stage: Stage, who: Actor) -> tuple[FlowView, FlowView]:
    with stage.briefly():
        cabinet = in_cabinet(stage, who)
        cabinet = stage.act(who, cabinet, OpenCodeEntry(), expect="health")
    return cabinet, stage.look(who, cabinet.started["attachment"], expect="code_entry")


def _warns(stage: Stage) -> None:
    portal, desk = stage.world.portal, stage.world.desks["uralskaya"]
    portal.run_due()
    stage.report.note(f"   клиника предупреждена о чужой попытке: предупреждений {len(desk.warnings)}", "yellow")

"""The first journey, as the portal's document tells it."""

from __future__ import annotations

from registratura.flows.cabinet import CloseCabinet, Section
from registratura.flows.portal_password import SetPassword
from registratura.flows.registration import (
    Back,
    CannotSignIn,
    ChooseRegion,
    ConfirmCard,
    ContactSupport,
    GoToGosuslugi,
    Register,
    Registration,
    SkipPassword,
)
from registratura.flows.registration import SignIn as PressSignIn
from registratura.flows.sign_in import ChooseGosuslugi, ChoosePassword, SignIn, SubmitPassword
from registratura.host.standins.people import REGION
from registratura.host.terminal.demo.scenes.steps import accepts, first_stage, goes_to, in_cabinet, second_stage
from registratura.host.terminal.demo.stage import Stage

PASSWORD = "Sosna7"


def registers(stage: Stage) -> None:
    """From the region to the card, with a look at help on the way."""
    rita = stage.people["rita"]
    flow = stage.start(rita, Registration, expect="region")
    flow = stage.act(rita, flow, ChooseRegion(region=REGION), expect="main_page", note="Челябинская область")
    flow = stage.act(rita, flow, Register(), expect="consent")
    flow = stage.act(rita, flow, accepts(flow), expect="gosuslugi.entry")
    flow = stage.act(rita, flow, GoToGosuslugi(via="link"), expect="gosuslugi.first_stage")
    flow = stage.act(rita, flow, CannotSignIn(), expect="gosuslugi.sign_in_help")
    flow = stage.act(rita, flow, ContactSupport(), expect="gosuslugi.sign_in_support")
    with stage.briefly():
        flow = stage.act(rita, flow, Back(), expect="gosuslugi.sign_in_help")
        flow = stage.act(rita, flow, Back(), expect="gosuslugi.first_stage")
        flow = stage.act(rita, flow, Back(), expect="gosuslugi.entry")
        flow = stage.act(rita, flow, GoToGosuslugi(via="button"), expect="gosuslugi.first_stage")
    flow = first_stage(stage, rita, flow, expect="gosuslugi.sms_code")
    flow = second_stage(stage, rita, flow, expect="card_review")
    flow = stage.act(rita, flow, ConfirmCard(), expect="password_offer")
    stage.act(rita, flow, SkipPassword(), expect="registered")


def sets_a_password(stage: Stage) -> None:
    """The password is set where the document says: in the settings of the cabinet."""
    rita = stage.people["rita"]
    rita.account = None
    with stage.briefly():
        start = stage.start(rita, Registration, expect="region")
        start = stage.act(rita, start, ChooseRegion(region=REGION), expect="main_page")
    stage.act(rita, start, PressSignIn(), expect="sign_in_chosen")
    flow = stage.start(rita, SignIn, expect="method")
    flow = stage.act(rita, flow, ChooseGosuslugi(), expect="gosuslugi.entry")
    with stage.briefly():
        flow = stage.act(rita, flow, GoToGosuslugi(), expect="gosuslugi.first_stage")
        flow = first_stage(stage, rita, flow, expect="gosuslugi.sms_code")
    second_stage(stage, rita, flow, expect="signed_in")
    cabinet = in_cabinet(stage, rita)
    cabinet = goes_to(stage, rita, cabinet, Section.SETTINGS, expect="settings.overview")
    cabinet = goes_to(stage, rita, cabinet, Section.PASSWORD, expect="settings.password")
    password = stage.look(rita, cabinet.screen.items["password"], expect="absent")
    chosen = SetPassword(password=PASSWORD, repeat=PASSWORD)
    stage.act(rita, password, chosen, expect="present", note="шесть знаков, дважды")
    stage.act(rita, cabinet, CloseCabinet(), expect="closed")
    rita.account = None
    flow = stage.start(rita, SignIn, expect="method")
    flow = stage.act(rita, flow, ChoosePassword(), expect="password")
    assert rita.citizen is not None
    submitted = SubmitPassword(login=rita.citizen.phone, password=PASSWORD)
    flow = stage.act(rita, flow, submitted, expect="signed_in", note="телефон и пароль портала")
    rita.account = flow.account

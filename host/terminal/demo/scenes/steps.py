"""Ways that several scenes go."""

from __future__ import annotations

from registratura.flows.cabinet import Cabinet, OpenCabinet, OpenSection, Section
from registratura.flows.engine import FlowView
from registratura.flows.registration import (
    AcceptConsent,
    ChooseRegion,
    DeclineConsent,
    GoToGosuslugi,
    Register,
    Registration,
)
from registratura.host.standins.people import REGION
from registratura.host.terminal.demo.stage import Actor, Stage


def accepts(view: FlowView) -> AcceptConsent:
    """«Да, я согласен», to the text on the screen."""
    items = view.screen.items
    return AcceptConsent(text_version=items["text_version"], text_sha256=items["text_sha256"])


def declines(view: FlowView) -> DeclineConsent:
    """«Нет, я отказываюсь», to the text on the screen."""
    items = view.screen.items
    return DeclineConsent(text_version=items["text_version"], text_sha256=items["text_sha256"])


def at_gosuslugi(stage: Stage, who: Actor) -> FlowView:
    """From the start to Gosuslugi, as shown in the first scene."""
    with stage.briefly():
        flow = stage.start(who, Registration, expect="region")
        flow = stage.act(who, flow, ChooseRegion(region=REGION), expect="main_page")
        flow = stage.act(who, flow, Register(), expect="consent")
        flow = stage.act(who, flow, accepts(flow), expect="gosuslugi.entry")
        return stage.act(who, flow, GoToGosuslugi(), expect="gosuslugi.first_stage")


def first_stage(stage: Stage, who: Actor, flow: FlowView, *, expect: str) -> FlowView:
    """The person types Gosuslugi's login and password there."""
    assert who.citizen is not None
    login, password = who.citizen.login, who.citizen.password
    sign_in = stage.world.gosuslugi.sign_in
    what = "вводит на Госуслугах логин и пароль"
    return stage.outside(who, what, flow.id, lambda: sign_in(flow.id, login, password), expect=expect)


def second_stage(stage: Stage, who: Actor, flow: FlowView, *, expect: str) -> FlowView:
    """The person types the code from the SMS; whoever is known by then is signed in."""
    assert who.citizen is not None
    code = who.citizen.phone_inbox[-1]
    enter = stage.world.gosuslugi.enter_code
    what = "вводит на Госуслугах код из СМС"
    flow = stage.outside(who, what, flow.id, lambda: enter(flow.id, code), expect=expect)
    who.account = flow.account or who.account
    return flow


def in_cabinet(stage: Stage, who: Actor, *, channel: str = "web", expect: str = "health") -> FlowView:
    """The person opens their cabinet on a new device."""
    flow = stage.start(who, Cabinet, expect="closed")
    opened = OpenCabinet(channel="mobile" if channel == "mobile" else "web")
    return stage.act(who, flow, opened, expect=expect)


def goes_to(stage: Stage, who: Actor, flow: FlowView, section: Section, *, expect: str) -> FlowView:
    """The person opens a section."""
    return stage.act(who, flow, OpenSection(section=section), expect=expect)

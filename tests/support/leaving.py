"""Somebody who leaves: withdraws the consent, and comes back in another browser."""

from __future__ import annotations

from support.portal import Scene

from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.event import Event
from registratura.flows.sign_in import SignIn
from registratura.host import Caller, FlowView

AFRESH = Caller(session="another browser")


def withdrawn(scene: Scene, caller: Caller) -> str:
    """The withdrawal of the caller's consent."""
    return scene.portal.start(ConsentWithdrawal, caller=caller).id


def signed_in(scene: Scene, *events: Event) -> FlowView:
    """A sign-in in another browser, these events on."""
    flow = scene.portal.start(SignIn, caller=AFRESH)
    return scene.walk(flow.id, *events, caller=AFRESH)

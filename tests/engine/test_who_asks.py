"""A code by SMS is asked for by who asks, and not in another's name."""

import pytest
from support.portal import Caller, Scene

from registratura.flows.errors import StartRefused
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode

IN_ANOTHERS_NAME = SendOneTimeCode(phone="+79001234567", person="victim")


def test_only_the_host_names_who_asks(scene: Scene) -> None:
    assert scene.portal.start(OneTimeCode, IN_ANOTHERS_NAME).account == "victim"


def test_who_is_signed_in_asks_for_themselves(scene: Scene) -> None:
    flow = scene.portal.start(OneTimeCode, IN_ANOTHERS_NAME, caller=Caller(account="mallory", session="s"))
    assert (flow.account, flow.subject) == ("mallory", "mallory")


def test_who_is_not_asks_for_their_session(scene: Scene) -> None:
    """Neither the victim's flows nor the victim's daily cap are touched; the session has a cap of its own."""
    caller = Caller(session="s")
    flow = scene.portal.start(OneTimeCode, IN_ANOTHERS_NAME, caller=caller)
    assert flow.account != "victim"
    assert scene.portal.get(flow.id, caller=caller).state == "sent"
    assert scene.portal.verify(flow.id).sound
    with pytest.raises(StartRefused, match="too_soon"):
        scene.portal.start(OneTimeCode, IN_ANOTHERS_NAME, caller=caller)
    assert scene.portal.start(OneTimeCode, IN_ANOTHERS_NAME).account == "victim"

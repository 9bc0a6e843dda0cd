"""Who may see a flow: its caller decides, and its id opens nothing."""

from __future__ import annotations

import pytest
from support.portal import AT_HOME, Scene, accepting

from registratura.flows.errors import (
    UnknownFlow,
)
from registratura.flows.registration import ChooseRegion, Registration
from registratura.host import Caller

URAL = ChooseRegion(region="74")


def test_an_id_opens_nothing_by_itself(scene: Scene) -> None:
    caller = scene.registered()
    attachment = scene.attached(caller)
    strangers = [Caller(), Caller(session="another"), Caller(account="another"), Caller(session="nobody")]
    for flow_id in scene.storage.flow_ids(limit=100):
        for stranger in strangers:
            with pytest.raises(UnknownFlow):
                scene.portal.get(flow_id, caller=stranger)
            with pytest.raises(UnknownFlow):
                scene.portal.send(flow_id, accepting(), caller=stranger)
    assert scene.portal.get(attachment.id, caller=caller).state == "attached"


def test_what_the_unknown_may_not_see_is_told_in_the_same_words_as_what_is_not_there(scene: Scene) -> None:
    flow = scene.portal.start(Registration, caller=AT_HOME).id
    said = []
    for flow_id in (flow, "x" * len(flow)):
        with pytest.raises(UnknownFlow) as raised:
            scene.portal.get(flow_id, caller=Caller(session="another"))
        said.append(str(raised.value).replace(flow_id, "…"))
    assert said[0] == said[1]


def test_the_session_that_registered_sees_its_flow_till_somebody_else_signs_in(scene: Scene) -> None:
    flow = scene.at_card()
    assert scene.portal.get(flow.id, caller=AT_HOME).state == "card_review"
    assert scene.portal.get(flow.id, caller=Caller(session="x", account=flow.account)).state == "card_review"
    with pytest.raises(UnknownFlow):
        scene.portal.get(flow.id, caller=Caller(session=AT_HOME.session, account="another"))

"""Promise 7: the log is the truth. Folding it gives what is stored, and whatever is changed by hand is found."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.portal import AT_HOME, BORIS, CLINIC, CONSENTS, MARGARITA, PASSWORD, Scene, scene_of
from support.samples import pairs, placed

from registratura.domain.card import FieldName
from registratura.domain.consent import Purpose
from registratura.flows.cabinet import Cabinet, OpenCabinet, Section
from registratura.flows.catalogue import FLOWS
from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.errors import InvalidPayload, UnknownFlow
from registratura.flows.event import Event, Origin
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode
from registratura.flows.registration import DeclineConsent, Registration
from registratura.flows.sign_in import SignIn
from registratura.host import Caller

MARRIED = MARGARITA.model_copy(update={"name": BORIS.name.model_copy(update={"last": "Лебедева"})})
NEVER = {"activate", "clinic_attached"}  # Sent by other flows only, with ids that a walk does not make up.

ENDS = {"cancel", "delete", "withdraw", "decline_consent", "sign_in", "identity_confirmed", "revoke", "reissue"}


class Walk:
    """Somebody who does anything that is possible, with payloads that are right, wrong or in between."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene, self.dice = scene, random.Random(seed)
        self.done: Counter[tuple[str, str, str]] = Counter()
        self.numbers = iter(range(10**6))

    def step(self, flow_id: str, caller: Caller | None) -> None:
        self.scene.clock.turn(timedelta(seconds=self.dice.choice([0, 0, 1])))
        record = self.scene.portal.engine.record(flow_id)
        flow = FLOWS[record.flow]
        possible = [name for name in flow.answers.events(record.state) if name not in NEVER]
        possible = [name for name in possible if flow.by_name[name].origin is not Origin.TIME]
        if not possible:
            return
        # What was seldom done is done next, and an end comes seldom, so that walks are long.
        if self.dice.random() < 0.8:
            possible = [name for name in possible if name not in ENDS] or possible
        weights = [1 / (1 + self.done[flow.name, record.state, name]) ** 2 for name in possible]
        (name,) = self.dice.choices(possible, weights)
        self.done[flow.name, record.state, name] += 1
        event = self.event(flow.by_name[name], record)
        with suppress(InvalidPayload, UnknownFlow):
            self.scene.portal.engine.send(flow_id, event, caller=caller, origin=event.origin)

    def event(self, kind: type[Event], record: Any) -> Event:
        pick = self.dice.choice
        personal, medical = CONSENTS[Purpose.PERSONAL_DATA], CONSENTS[Purpose.MEDICAL_DATA]
        text_ = medical if record.flow == "attachment" else personal
        answer = f"answer {next(self.numbers)}"
        payloads: dict[str, dict[str, Any]] = {
            "choose_region": {"region": pick(["74", "00", "77"])},
            "accept_consent": {"text_version": pick(["1", "1", "0"]), "text_sha256": text_.sha256},
            "decline_consent": {"text_version": "1", "text_sha256": text_.sha256},
            "go_to_gosuslugi": {"via": pick(["button", "link"])},
            "first_stage_passed": {"method": pick(["password", "other"])},
            "identity_confirmed": {"identity": pick([MARGARITA, MARRIED, BORIS, UNTRUSTED]), "answer_id": answer},
            "identity_denied": {"reason": pick(["outage", "cancelled"])},
            "gosuslugi_data_changed": {"identity": pick([MARGARITA, MARRIED])},
            "correct_card": {"changes": {FieldName.POLICY: pick(["1234567890123452", "1"])}, "revision": pick([1, 2])},
            "edit": {"changes": {FieldName.EMAIL: pick(["a@example.org", None])}, "revision": pick([1, 2, 3])},
            "set_password": {"password": PASSWORD, "repeat": pick([PASSWORD, "other"])},
            "change_password": {"current": pick([PASSWORD, "no"]), "password": PASSWORD, "repeat": PASSWORD},
            "submit_password": {"login": pick(["margarita@example.org", "nobody"]), "password": pick([PASSWORD, "no"])},
            "submit_code": {"code": "00000000", "text_version": pick(["1", "0"]), "text_sha256": text_.sha256},
            "submit_one_time_code": {"code": pick(["000000", "111111"])},
            "choose_profile": {"card": pick([record.data.card if record.flow == "attachment" else "", "no card"])},
            "open_section": {"section": pick(list(Section))},
            "add_clinic": {"clinic": pick([CLINIC.id, "no clinic"])},
            "open_code_entry": {"by": pick(["button", "plus"])},
            "delete": {"confirmed": pick([True, False])},
            "reissue": {"code": f"{next(self.numbers) + 10**7:08}"},
            "document_delivered": {"delivery_id": pick(["1", "2"]), "document": DOCUMENT},
            "data_destroyed": {"act": "1"},
            "law_obliges_to_keep": {"law": "323-ФЗ"},
            "ambiguity_resolved": {"card": pick(["card 1", None])},
            "attempts_exhausted": {},
        }  # fmt: skip
        return kind(**payloads.get(kind.name, {}))


UNTRUSTED = MARGARITA.model_copy(update={"trusted": False, "verifying": True})
DOCUMENT = {"title": "Рентген", "kind": "xray", "issued_on": "2026-02-01"}


def lives(scene: Scene) -> Iterator[tuple[str, Caller | None]]:
    """A flow of each kind, to be walked."""
    caller = scene.registered()
    attached = scene.attached(caller)
    yield scene.portal.start(Registration, caller=AT_HOME).id, AT_HOME
    yield scene.at_gosuslugi().id, AT_HOME
    yield scene.at_card(BORIS).id, AT_HOME
    yield scene.portal.start(SignIn).id, None
    cabinet = scene.portal.start(Cabinet, caller=caller).id
    yield scene.walk(cabinet, OpenCabinet(channel="mobile"), caller=caller).id, caller
    yield scene.flow_of(caller, "patient_card"), caller
    yield scene.flow_of(caller, "portal_password"), caller
    yield scene.at_code_entry(caller).id, caller
    yield scene.code().id, None
    yield attached.screen.items["right"], caller
    yield scene.portal.start(OneTimeCode, SendOneTimeCode(phone="+79001234567", person="somebody")).id, None
    yield scene.portal.start(ConsentWithdrawal, caller=scene.registered(OTHER)).id, None


OTHER = BORIS.model_copy(update={"oid": "3", "phone": None, "email": None})


def all_flows(scene: Scene) -> list[str]:
    return list(scene.storage.flow_ids(limit=10_000))


@pytest.mark.parametrize("seed", range(2))
def test_folding_the_log_gives_what_is_stored_wherever_somebody_walked(scene: Scene, seed: int) -> None:
    walk, walked = Walk(scene, seed), list(lives(scene))
    assert {scene.portal.engine.record(flow_id).flow for flow_id, _ in walked} == set(FLOWS)
    for flow_id, caller in walked:
        for _ in range(25):
            walk.step(flow_id, caller)
    found = [scene.portal.verify(flow_id) for flow_id in all_flows(scene)]
    assert [verdict for verdict in found if not verdict.sound] == []
    assert sum(verdict.entries for verdict in found) > 100


def test_walks_take_most_transitions_that_there_are(tmp_path: Path) -> None:
    """So that the test above does not pass for want of anything to fold."""
    scene, taken = scene_of("memory", tmp_path), set()
    walk = Walk(scene, 1)
    walked = list(lives(scene))
    for _ in range(40):
        walked += [(scene.portal.start(flow, caller=AT_HOME).id, AT_HOME) for flow in (Registration, SignIn)]
    for flow_id, caller in walked:
        for _ in range(25):
            walk.step(flow_id, caller)
    for flow_id in all_flows(scene):
        with scene.storage.unit() as unit:
            name = unit.flow(flow_id).flow
        taken |= {(name, transition.split("/")[1]) for transition in scene.events(flow_id)}
    events = {(flow.name, e.name) for flow in FLOWS.values() for e in flow.events if e.origin is not Origin.TIME}
    assert len(taken & events) / len(events) > 0.8, events - taken


def test_what_is_logged_says_who_when_what_and_how_it_ended(scene: Scene) -> None:
    flow = scene.at_consent().id
    refused = DeclineConsent(text_version="0", text_sha256="0" * 64)
    scene.portal.send(flow, refused, caller=AT_HOME)
    entry = scene.log(flow)[-1]
    assert (entry.seq, entry.event, entry.transition) == (4, "decline_consent", "consent/decline_consent/refused")
    assert entry.by == '{"account":null,"channel":"web"}'
    assert '"refusals":[{"code":"consent.stale"' in entry.outcome
    assert [e.previous for e in scene.log(flow)[1:]] == [e.hash for e in scene.log(flow)[:-1]]


def test_every_final_and_open_state_can_be_stored_and_read(scene: Scene) -> None:
    for flow, state in pairs():
        assert scene.portal.engine.record(placed(scene, flow, state)).state == state

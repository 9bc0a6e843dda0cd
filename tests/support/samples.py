"""One valid payload for every event there is, and flows put straight into any state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from support.people import identity
from support.portal import CHEST_XRAY, Scene, patient
from support.rows import entry

from registratura.domain.card import FieldName, card_from_identity
from registratura.flows import (
    attachment,
    attachment_code,
    cabinet,
    clinic_right,
    common,
    consent_withdrawal,
    gosuslugi,
    one_time_code,
    patient_card,
    portal_password,
    registration,
    sign_in,
)
from registratura.flows.catalogue import FLOWS
from registratura.flows.engine.codec import flow_row, split
from registratura.flows.event import Event
from registratura.flows.flow import AnyFlow
from registratura.flows.record import FlowRecord
from registratura.flows.rows import Changes, KeyRow

SHA = "0" * 64
OWNER = "the account"
SAMPLES: dict[type[Event], dict[str, Any]] = {
    registration.ChooseRegion: {"region": "74"},
    registration.AcceptConsent: {"text_version": "1", "text_sha256": SHA},
    registration.DeclineConsent: {"text_version": "1", "text_sha256": SHA},
    registration.CorrectCard: {"changes": {FieldName.POLICY: "1"}, "revision": 1},
    gosuslugi.IdentityConfirmed: {"identity": identity(), "answer_id": "answer"},
    gosuslugi.IdentityDenied: {"reason": "outage"},
    portal_password.OpenPassword: {},
    portal_password.SetPassword: {"password": "Zqx81kk", "repeat": "Zqx81kk"},
    portal_password.ChangePassword: {"current": "Zqx81kk", "password": "Zqx81kl", "repeat": "Zqx81kl"},
    sign_in.SubmitPassword: {"login": "margarita@example.org", "password": "Zqx81kk"},
    cabinet.OpenSection: {"section": "clinics"},
    cabinet.AddClinic: {"clinic": "ural"},
    patient_card.OpenCard: {"card": card_from_identity(identity())},
    patient_card.AddRelative: {"fields": {}, "text_version": "1", "text_sha256": SHA},
    patient_card.Edit: {"changes": {FieldName.POLICY: "1"}, "revision": 1},
    patient_card.GosuslugiDataChanged: {"identity": identity()},
    patient_card.ClinicAttached: {"right": "right"},
    attachment.BeginAttachment: {"entry": "clinics"},
    attachment.ChooseProfile: {"card": "card"},
    attachment.SubmitCode: {"code": "12345678", "text_version": "1", "text_sha256": SHA},
    attachment_code.Issue: {"clinic": "ural", "code": "12345678", "patient": patient()},
    attachment_code.Activate: {"card": "card", "right": "right", "subject": "subject"},
    attachment_code.Reissue: {"code": "12345679"},
    clinic_right.Grant: {"clinic": "ural", "card": "card", "code": "code"},
    clinic_right.DocumentDelivered: {"delivery_id": "1", "document": CHEST_XRAY},
    consent_withdrawal.DataDestroyed: {"act": "1"},
    consent_withdrawal.LawObligesToKeep: {"law": "323-ФЗ"},
    one_time_code.SendOneTimeCode: {"phone": "+79001234567", "person": "margarita"},
    one_time_code.SubmitOneTimeCode: {"code": "123456"},
    common.AttemptsExhausted: {},
}


def sample(event: type[Event]) -> Event:
    """A valid one of these."""
    return event(**SAMPLES.get(event, {}))


def pairs() -> Iterator[tuple[AnyFlow, str]]:
    """Every flow in every state."""
    for flow in FLOWS.values():
        for state in flow.answers.places:
            yield flow, state


def placed(scene: Scene, flow: AnyFlow, state: str, **data: Any) -> str:
    """The id of a flow that stands in the state, however hard that is to reach. It has one made-up log entry."""
    tools = scene.portal.engine.tools
    flow_id = tools.ids.new(scene.clock.now)
    key = KeyRow(f"key of {flow_id}".replace(" ", "-"), None, "")
    key = key._replace(wrapped=tools.keys.new_data_key(key.id))
    record: FlowRecord[Any] = FlowRecord(
        id=flow_id,
        flow=flow.name,
        chart_version=flow.version,
        state=state,
        version=1,
        data=flow.data(**data),
        created_at=scene.clock.now,
        changed_at=scene.clock.now,
        account=OWNER,
        key_id=key.id,
    )
    row = flow_row(record, split(record.data), (tools.keys, key.id, key.wrapped))
    with scene.storage.unit() as unit:
        unit.write(Changes(flows=((row, 0),), log=(entry(flow_id),), keys=(key,)))
    return flow_id

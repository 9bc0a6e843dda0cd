"""The log `registratura.events`: one line for each event that was answered, and for each that time brought."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from support.portal import AT_HOME, BORIS, NOON, Scene, accepting

from registratura.domain.card import FieldName
from registratura.flows.errors import NotAllowedNow, RegistraturaError, UnknownFlow
from registratura.flows.patient_card import AddRelative, PatientCard
from registratura.flows.registration import AcceptConsent, ChooseRegion, Registration, SetPassword
from registratura.host import Caller

EVENTS = "registratura.events"


@pytest.fixture(autouse=True)
def listening(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, EVENTS)


def fields(record: logging.LogRecord) -> dict[str, Any]:
    standard = vars(logging.makeLogRecord({})).keys() | {"message"}
    return {name: value for name, value in vars(record).items() if name not in standard}


def last(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    record = [record for record in caplog.records if record.name == EVENTS][-1]
    said = fields(record)
    assert record.levelno == logging.INFO
    assert record.getMessage() == f"{said.get('flow', '?')}.{said['event']}"
    assert said.pop("milliseconds", 1) > 0
    return said


def test_a_start_and_an_event_have_a_line_each(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    flow = scene.portal.start(Registration, caller=AT_HOME)
    said = {"flow": "registration", "chart": 1, "channel": "web", "refusals": [], "flow_id": flow.id}
    begun = {"event": "begin_registration", "transition": "begin/begin_registration/region", "version": 1}
    assert last(caplog) == said | begun
    scene.portal.send(flow.id, ChooseRegion(region="74"))
    chosen = {"event": "choose_region", "transition": "region/choose_region/main_page", "version": 2}
    assert last(caplog) == said | chosen | {"channel": "host"}
    assert len(caplog.records) == 2


def test_a_refusal_is_told_by_its_code(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    flow = scene.at_consent()
    scene.portal.send(flow.id, AcceptConsent(text_version="old", text_sha256="0" * 64), caller=AT_HOME)
    said = last(caplog)
    assert (said["transition"], said["refusals"]) == ("consent/accept_consent/refused", ["consent.stale"])


def test_a_call_that_cannot_be_is_told_by_the_code_of_its_error(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    flow = scene.at_consent()
    with pytest.raises(NotAllowedNow):
        scene.portal.send(flow.id, SetPassword(password="Zqx81kk", repeat="Zqx81kk"), caller=AT_HOME)
    said = {"event": "set_password", "channel": "web", "flow": "registration", "flow_id": flow.id}
    assert last(caplog) == said | {"error": "not_allowed_now"}


def test_a_start_that_is_refused_is_told_with_its_reasons(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    consent = accepting()
    relative = AddRelative(
        fields={FieldName.LAST_NAME: "Ёлкина"}, text_version=consent.text_version, text_sha256=consent.text_sha256
    )
    with pytest.raises(RegistraturaError) as raised:
        scene.portal.start(PatientCard, relative, caller=Caller(session="nobody's"))
    said = last(caplog)
    assert (said["flow"], said["error"]) == ("patient_card", raised.value.code)
    assert said["refusals"] == [refusal.code for refusal in getattr(raised.value, "refusals", ())] != []


def test_an_id_that_none_of_ours_could_be_is_not_repeated(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(UnknownFlow):
        scene.portal.send(f"{BORIS.snils}", ChooseRegion(region="74"), caller=AT_HOME)
    assert last(caplog) == {"event": "choose_region", "channel": "web", "error": "unknown_flow"}


def test_a_fact_of_a_gateway_has_its_line(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    scene.at_card()
    said = last(caplog)
    assert (said["flow"], said["event"], said["channel"]) == ("registration", "identity_confirmed", "host")


@pytest.mark.parametrize("by", ["worker", "look"])
def test_what_time_brings_has_its_line_whoever_carries_it_out(
    scene: Scene, caplog: pytest.LogCaptureFixture, by: str
) -> None:
    flow = scene.at_consent()
    caplog.clear()
    scene.clock.now = NOON + timedelta(days=40)
    scene.portal.run_due() if by == "worker" else scene.portal.get(flow.id)
    lines = [fields(record) for record in caplog.records if record.name == EVENTS]
    assert [(line["flow_id"], line["event"], line["channel"]) for line in lines] == [(flow.id, "expire", "time")]


def test_nobody_who_does_not_listen_has_lines_made_for_them(
    scene: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.WARNING, EVENTS)
    monkeypatch.setattr("registratura.host.observing._line", lambda said: pytest.fail("a line was made"))
    scene.at_card()
    scene.clock.now = NOON + timedelta(days=40)
    scene.portal.run_due()
    assert caplog.records == []


def test_what_nobody_expected_is_told_by_its_name_alone(
    scene: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = scene.at_consent()

    def broken(*_: object) -> None:
        raise ZeroDivisionError(BORIS.snils)

    monkeypatch.setattr("registratura.flows.engine.engine.plan_event", broken)
    with pytest.raises(ZeroDivisionError):
        scene.portal.send(flow.id, accepting(), caller=AT_HOME)
    said = last(caplog)
    assert (said["error"], said["exception"]) == ("unexpected", "ZeroDivisionError")
    assert str(BORIS.snils) not in str(fields(caplog.records[-1]))

"""What a host that has set up OpenTelemetry receives."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from opentelemetry.trace import StatusCode
from support.portal import AT_HOME, NOON, Scene, accepting
from support.telemetry import Received

from registratura.flows.effects import DeliverCode
from registratura.flows.engine.due import TRIES
from registratura.flows.errors import NotAllowedNow
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode
from registratura.flows.registration import AcceptConsent, ChangeRegion, ChooseRegion, Register, Registration


@pytest.fixture
def received() -> Iterator[Received]:
    made = Received()
    yield made
    made.close()


@pytest.fixture
def watched(make_scene: Any, received: Received) -> Scene:
    """A scene that is observed."""
    return make_scene(telemetry=received.telemetry)  # type: ignore[no-any-return]


def fail(*_: object) -> None:
    raise OSError("+79080000012")


def test_an_event_is_a_span(watched: Scene, received: Received) -> None:
    flow = watched.portal.start(Registration, caller=AT_HOME)
    watched.portal.send(flow.id, ChooseRegion(region="74"), caller=AT_HOME)
    span = received.named("registration.choose_region")
    said = {name.removeprefix("registratura."): value for name, value in (span.attributes or {}).items()}
    assert said.pop("milliseconds") > 0
    assert said == {
        "flow": "registration",
        "chart": 1,
        "event": "choose_region",
        "transition": "region/choose_region/main_page",
        "refusals": (),
        "channel": "web",
        "version": 2,
        "flow_id": flow.id,
    }
    assert span.status.status_code is StatusCode.UNSET


def test_a_call_that_cannot_be_is_no_failure_of_the_portal(watched: Scene, received: Received) -> None:
    flow = watched.at_consent()
    with pytest.raises(NotAllowedNow):
        watched.portal.send(flow.id, ChooseRegion(region="74"), caller=AT_HOME)
    failed = [span for span in received.spans() if "error.type" in (span.attributes or {})]
    assert [(span.name, span.status.status_code) for span in failed] == [
        ("registration.choose_region", StatusCode.UNSET)
    ]
    assert received.value("errors", code="not_allowed_now") == 1


def test_what_nobody_expected_is_a_failure_and_what_it_says_is_kept_back(
    watched: Scene, received: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = watched.at_consent()
    monkeypatch.setattr("registratura.flows.engine.engine.plan_event", fail)
    with pytest.raises(OSError, match="79080000012"):
        watched.portal.send(flow.id, accepting(), caller=AT_HOME)
    span = received.spans()[-1]
    assert (span.status.status_code, (span.attributes or {})["error.type"]) == (StatusCode.ERROR, "unexpected")
    assert span.events == ()
    assert "79080000012" not in received.text()


def test_every_step_of_every_flow_is_counted_once(watched: Scene, received: Received) -> None:
    caller = watched.registered()
    watched.portal.run_due()
    steps = [
        (watched.portal.engine.record(flow_id).flow, entry.transition)
        for flow_id in watched.storage.flow_ids(limit=100)
        for entry in watched.log(flow_id)
    ]
    counted = {(given["flow"], given["transition"]): value for given, value in received.points("events")}
    assert caller.account is not None
    assert counted == {step: steps.count(step) for step in steps}


def test_a_repeated_request_is_not_counted_again(watched: Scene, received: Received) -> None:
    flow = watched.portal.start(Registration, caller=AT_HOME)
    for _ in range(2):
        watched.portal.send(flow.id, ChooseRegion(region="74"), caller=AT_HOME, idempotency_key="k")
    assert received.value("events", transition="region/choose_region/main_page") == 1


def test_refusals_are_counted_by_their_code(watched: Scene, received: Received) -> None:
    flow = watched.at_consent()
    watched.portal.send(flow.id, AcceptConsent(text_version="old", text_sha256="0" * 64), caller=AT_HOME)
    assert received.points("refusals") == [({"flow": "registration", "code": "consent.stale"}, 1)]


def test_a_state_is_timed_from_when_it_was_entered_to_when_it_is_left(watched: Scene, received: Received) -> None:
    """What happens inside it, a refusal for one, does not begin it anew."""
    flow = watched.at_consent()
    watched.clock.turn(timedelta(seconds=40))
    for _ in range(7):
        watched.portal.send(flow.id, AcceptConsent(text_version="old", text_sha256="0" * 64), caller=AT_HOME)
    watched.clock.turn(timedelta(seconds=2))
    assert received.value("state.duration", state="consent") == 0
    watched.walk(flow.id, accepting(), caller=AT_HOME)
    assert received.value("state.duration", flow="registration", state="consent") == 42


def test_a_state_that_is_entered_twice_is_timed_twice(watched: Scene, received: Received) -> None:
    flow = watched.portal.start(Registration, caller=AT_HOME)
    for seconds in (5, 7):
        watched.clock.turn(timedelta(seconds=seconds))
        watched.walk(flow.id, ChooseRegion(region="74"), caller=AT_HOME)
        watched.walk(flow.id, ChangeRegion(), caller=AT_HOME)
    assert received.value("state.duration", state="region") == 12


def test_a_state_that_has_lasted_for_too_many_entries_is_not_timed_wrongly(
    watched: Scene, received: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registratura.host.telemetry.LOOKED_BACK", (2, 3))
    flow = watched.at_consent()
    for _ in range(3):
        watched.portal.send(flow.id, AcceptConsent(text_version="old", text_sha256="0" * 64), caller=AT_HOME)
    watched.clock.turn(timedelta(seconds=9))
    watched.walk(flow.id, accepting(), caller=AT_HOME)
    assert [given for given, _ in received.points("state.duration") if given["state"] == "consent"] == []


def test_what_time_brings_is_counted_and_its_lateness_told(watched: Scene, received: Received) -> None:
    flow = watched.at_consent()
    (due,) = watched.portal.engine.record(flow.id).timers.values()
    watched.clock.now = due.due + timedelta(seconds=90)
    watched.portal.run_due()
    assert received.points("due.lag") == [({}, 90)]
    assert received.value("events", transition="consent/expire/expired") == 1
    assert (received.named("registratura.round").attributes or {})["registratura.timers"] == 1
    assert received.value("state.duration", state="consent") == (watched.clock.now - NOON).total_seconds()


def test_where_nothing_is_due_nothing_is_told(watched: Scene, received: Received) -> None:
    watched.portal.run_due()
    assert received.spans() == ()
    assert received.points("due.lag") == []


def test_a_handler_is_a_span_of_its_round_in_whatever_thread(watched: Scene, received: Received) -> None:
    watched.portal.handlers[DeliverCode] = lambda effect, effect_id: worker.stop()
    watched.portal.start(OneTimeCode, SendOneTimeCode(phone="+79001234567", person="somebody"))
    worker = watched.portal.worker()
    worker.run()
    handler, round_ = received.named("effect.DeliverCode"), received.named("registratura.round")
    assert handler.parent is not None
    assert handler.parent.span_id == round_.get_span_context().span_id
    assert (round_.attributes or {})["registratura.delivered"] == 1


def test_an_effect_that_is_given_up_is_counted_and_its_failures_say_nothing(watched: Scene, received: Received) -> None:
    watched.portal.handlers[DeliverCode] = fail
    watched.portal.start(OneTimeCode, SendOneTimeCode(phone="+79080000012", person="somebody"))
    for _ in range(TRIES):
        watched.portal.run_due()
        watched.clock.turn(timedelta(minutes=5))
    handlers = [span for span in received.spans() if span.name == "effect.DeliverCode"]
    assert [(span.status.status_code, (span.attributes or {})["error.type"]) for span in handlers] == [
        (StatusCode.ERROR, "OSError")
    ] * TRIES
    assert received.value("effects.dead") == 1
    assert "79080000012" not in received.text()


def test_measuring_that_fails_stops_no_event(
    watched: Scene, received: Received, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(received.telemetry, "_count", fail)
    flow = watched.at_consent()
    assert watched.walk(flow.id, accepting(), caller=AT_HOME).state == "gosuslugi.entry"
    assert "could not be measured: OSError" in caplog.text
    assert "79080000012" not in caplog.text


def test_metrics_have_no_id_and_nobody_in_them(watched: Scene, received: Received) -> None:
    caller = watched.registered()
    watched.attached(caller)
    watched.portal.run_due()
    names = ("events", "refusals", "errors", "state.duration", "due.lag", "effects.dead")
    given = [attributes for name in names for attributes, _ in received.points(name)]
    assert len(given) > 20
    assert {key for attributes in given for key in attributes} <= {"flow", "transition", "code", "state"}


def test_in_a_hosts_transaction_what_was_entered_in_it_is_timed_too(stored: Scene, received: Received) -> None:
    stored.portal.engine._telemetry = received.telemetry
    with stored.storage.engine.connect() as connection:
        flow = stored.portal.start(Registration, caller=AT_HOME, within=connection)
        stored.clock.turn(timedelta(seconds=3))
        for event in (ChooseRegion(region="74"), Register()):
            stored.portal.send(flow.id, event, caller=AT_HOME, within=connection)
        connection.commit()
    assert received.value("state.duration", state="region") == 3


def test_without_a_hosts_telemetry_the_library_is_not_even_imported() -> None:
    program = "import sys; from registratura.host import Registratura; print('opentelemetry' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"

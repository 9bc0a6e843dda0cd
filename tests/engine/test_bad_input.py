"""Promise 3, and whatever else may be put in: a typed error with cause and cure, and nothing is written."""

from __future__ import annotations

from typing import Any

import pytest
from support.portal import AT_HOME, NOON, Scene, codes, submitting, tables

from registratura.domain.clinics import PatientRef
from registratura.domain.identity import Identity
from registratura.flows import errors
from registratura.flows.attachment import Attachment, BeginAttachment
from registratura.flows.attachment_code import AttachmentCode, Issue
from registratura.flows.cabinet import Cabinet, OpenSection
from registratura.flows.catalogue import FLOWS
from registratura.flows.errors import (
    InvalidPayload,
    NotAllowedNow,
    NotAPersonsEvent,
    NotStartedByHosts,
    RegistraturaError,
    StartRefused,
    UnknownEvent,
    UnknownFlow,
)
from registratura.flows.flow import Flow
from registratura.flows.patient_card import PatientCard
from registratura.flows.portal_password import OpenPassword, PortalPassword
from registratura.flows.registration import (
    BeginRegistration,
    ChooseRegion,
    ConfirmCard,
    IdentityConfirmed,
    Register,
    Registration,
    SetPassword,
)
from registratura.flows.sign_in import SignIn
from registratura.host import Caller

URAL = ChooseRegion(region="74")
BEGIN = BeginAttachment(entry="clinics")


def raises(error: type[RegistraturaError], *words: str) -> Any:
    return pytest.raises(error, match=".*".join(words))


def is_told(error: RegistraturaError) -> None:
    """Cause and cure are both said; no library's exception hangs on it."""
    cause, cure = type(error).cause, type(error).cure
    assert cause
    assert cure
    assert "{" not in str(error)
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


CALLS: list[tuple[str, type[RegistraturaError], Any]] = [
    ("an unknown flow", UnknownFlow, lambda s, f: s.portal.send("no such flow", URAL)),
    ("an empty id", UnknownFlow, lambda s, f: s.portal.get("")),
    ("an id with quotes", UnknownFlow, lambda s, f: s.portal.get("' OR '1'='1")),
    ("its history", UnknownFlow, lambda s, f: s.portal.history("no such flow")),
    ("its log", UnknownFlow, lambda s, f: s.portal.verify("no such flow")),
    ("its attempt", UnknownFlow, lambda s, f: s.portal.attempt("no such flow", submitting("12345678"))),
    ("another session's flow", UnknownFlow, lambda s, f: s.portal.send(f, URAL, caller=Caller(session="another"))),
    ("nobody's caller", UnknownFlow, lambda s, f: s.portal.get(f, caller=Caller())),
    ("an account's caller", UnknownFlow, lambda s, f: s.portal.history(f, caller=Caller(account="another"))),
    ("an unknown event by name", UnknownEvent, lambda s, f: s.portal.parse(f, "fly")),
    ("another flow's event", UnknownEvent, lambda s, f: s.portal.send(f, OpenSection(section="menu"), caller=AT_HOME)),
    ("an event that begins", UnknownEvent, lambda s, f: s.portal.send(f, BeginRegistration(), caller=AT_HOME)),
    ("a beginning of another flow", UnknownEvent, lambda s, f: s.portal.start(SignIn, BeginRegistration())),
    ("no event at all", InvalidPayload, lambda s, f: s.portal.send(f, "choose_region")),
    ("a dictionary", InvalidPayload, lambda s, f: s.portal.send(f, {"region": "74"})),
    ("nothing", InvalidPayload, lambda s, f: s.portal.send(f, None)),
    ("a wrong type", InvalidPayload, lambda s, f: ChooseRegion(region=74)),
    ("a missing field", InvalidPayload, lambda s, f: s.portal.parse(f, "choose_region", {})),
    ("a field too many", InvalidPayload, lambda s, f: s.portal.parse(f, "register", {"now": True})),
    ("a field named like our own", InvalidPayload, lambda s, f: s.portal.parse(f, "choose_region", {"self": 1})),
    ("a list", InvalidPayload, lambda s, f: s.portal.parse(f, "choose_region", ["74"])),
    ("a text", InvalidPayload, lambda s, f: s.portal.parse(f, "choose_region", "74")),
    ("a wrong word", InvalidPayload, lambda s, f: s.portal.parse(f, "go_to_gosuslugi", {"via": "back door"})),
    ("half a surrogate pair", InvalidPayload, lambda s, f: s.portal.send(f, ChooseRegion(region="\ud83d"))),
    ("not allowed now", NotAllowedNow, lambda s, f: s.portal.send(f, Register(), caller=AT_HOME)),
    ("a fact", NotAPersonsEvent, lambda s, f: s.portal.send(f, confirmed(), caller=AT_HOME)),
    ("time", NotAPersonsEvent, lambda s, f: s.portal.send(f, FLOWS["registration"].by_name["expire"]())),
    ("a stale version", errors.ConcurrentUpdate, lambda s, f: s.portal.send(f, URAL, expected_version=7)),
    ("a flow's name", errors.NotAFlow, lambda s, f: s.portal.start("registration", caller=AT_HOME)),
    ("a flow's id", errors.NotAFlow, lambda s, f: s.portal.start(f)),
    ("no flow", errors.NotAFlow, lambda s, f: s.portal.start(None)),
    ("a flow of another engine", errors.NotAFlow, lambda s, f: s.portal.start(Flow)),
    ("a flow of others", NotStartedByHosts, lambda s, f: s.portal.start(PortalPassword)),
    ("a flow of others, by its event", NotStartedByHosts, lambda s, f: s.portal.start(PortalPassword, OpenPassword())),
    ("a clinic's code", NotStartedByHosts, lambda s, f: s.portal.start(AttachmentCode, issue())),
    ("a card without its data", InvalidPayload, lambda s, f: s.portal.start(PatientCard)),
    ("an attachment by nobody", StartRefused, lambda s, f: s.portal.start(Attachment, BEGIN)),
    ("a cabinet by nobody", StartRefused, lambda s, f: s.portal.start(Cabinet, caller=AT_HOME)),
    ("a code by a clinic that left", StartRefused, lambda s, f: s.portal.clinics.issue_code("gone", patient())),
    ("a code for nobody", StartRefused, lambda s, f: s.portal.clinics.issue_code("ural")),
    ("an answer to no flow", UnknownFlow, lambda s, f: s.portal.gosuslugi.denied("no such flow", "outage")),
    ("an answer too early", NotAllowedNow, lambda s, f: s.portal.gosuslugi.returned(f, confirmed().identity, "1")),
    ("an unjudged attempt", errors.NotJudged, lambda s, f: s.portal.attempt(f, URAL, caller=AT_HOME)),
]  # fmt: skip


def confirmed() -> IdentityConfirmed:
    identity = Identity(issuer="i", oid="o", trusted=True, name={"last": "Ёлкин", "first": "Борис"})
    return IdentityConfirmed(identity=identity, answer_id="1")


def patient() -> PatientRef:
    return PatientRef(name={"last": "Ёлкин", "first": "Борис"}, birth_date=NOON.date())


def issue() -> Issue:
    return Issue(clinic="ural", code="12345678", patient=patient())


@pytest.mark.parametrize(("what", "error", "call"), CALLS, ids=[name for name, _, _ in CALLS])
def test_it_is_a_typed_error_and_nothing_is_written(
    scene: Scene, what: str, error: type[RegistraturaError], call: Any
) -> None:
    flow = scene.portal.start(Registration, caller=AT_HOME).id
    before = tables(scene)
    with pytest.raises(error) as raised:
        call(scene, flow)
    assert type(raised.value) is error
    is_told(raised.value)
    assert tables(scene) == before
    assert scene.walk(flow, URAL, caller=AT_HOME).state == "main_page"


def test_an_error_names_what_is_allowed_now(scene: Scene) -> None:
    flow = scene.portal.start(Registration).id
    with raises(NotAllowedNow, "'register'", "'region'", "registration", "choose_region, cancel") as raised:
        scene.portal.send(flow, Register())
    assert raised.value.allowed == ("choose_region", "cancel")
    view = scene.portal.get(flow)
    assert view.action("choose_region") is view.actions[0]
    with raises(NotAllowedNow, "'register'", "'region'", "registration", "choose_region, cancel") as raised:
        view.action("register")
    assert raised.value.allowed == ("choose_region", "cancel")
    with raises(UnknownEvent, "has no event 'fly'", "choose_region"):
        scene.portal.parse(flow, "fly")
    code = scene.code()
    scene.portal.clinics.revoke_code(code.id)
    with raises(NotAllowedNow, "'revoke'", "'revoked'", "Allowed now: nothing"):
        scene.portal.clinics.revoke_code(code.id)


def test_all_reasons_are_told_at_once(scene: Scene) -> None:
    flow = scene.walk(scene.at_card().id, ConfirmCard(), caller=AT_HOME)
    view = scene.portal.send(flow.id, SetPassword(password="абв", repeat="abc"), caller=AT_HOME)
    assert set(codes(view)) == {"password.differ", "password.alphabet", "password.too_short"}
    assert all(refusal.text for refusal in view.refusals)


def test_a_refusal_is_an_outcome_and_is_logged(scene: Scene) -> None:
    flow = scene.portal.start(Registration).id
    view = scene.portal.send(flow, ChooseRegion(region="00"))
    assert (view.version, view.state, view.transition) == (2, "region", "region/choose_region/refused")
    assert scene.log(flow)[-1].transition == view.transition

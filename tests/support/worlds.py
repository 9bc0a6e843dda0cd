"""The worlds that are explored: who is there, and everything that may happen next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from support.explorer import Act, Look, ended
from support.portal import (
    AT_HOME,
    BORIS,
    CHEST_XRAY,
    CONSENTS,
    MARGARITA,
    PASSWORD,
    Scene,
    accepting,
    scene_of,
    submitting,
)

from registratura.domain.attempts import AttemptsPolicy
from registratura.domain.card import FieldName
from registratura.domain.consent import Purpose
from registratura.domain.matching import ClinicCard
from registratura.flows.attachment import Attachment, BeginAttachment, Entry
from registratura.flows.catalogue import FLOWS
from registratura.flows.consent_withdrawal import ConsentWithdrawal, RequestWithdrawal
from registratura.flows.flow import AnyRecord
from registratura.flows.gosuslugi import Denial
from registratura.flows.patient_card import Delete, Edit
from registratura.flows.portal_password import ChangePassword, SetPassword
from registratura.flows.registration import AcceptConsent, ChooseRegion, CorrectCard, DeclineConsent, Registration
from registratura.flows.sign_in import SignIn, SubmitPassword
from registratura.host import Caller

UNCONFIRMED = MARGARITA.model_copy(update={"trusted": False})
STALE = {"text_version": "0", "text_sha256": "0" * 64}
TEXT = CONSENTS[Purpose.PERSONAL_DATA]
SHOWN = {"text_version": TEXT.version, "text_sha256": TEXT.sha256}
BORN = date(2000, 8, 12)
FEW = AttemptsPolicy(limit=2, locks=(timedelta(minutes=10),))
WINDOWS = 2
ALONE = frozenset({"cannot_sign_in", "sms_not_arriving", "contact_support", "correct_card", "set_password"})
"""What changes nothing between two browsers."""
Acts = Callable[[Scene, Look], Iterator[Act]]

# What a person may put into an event: what fits, and what does not.
PAYLOADS: dict[str, Sequence[Any]] = {
    "choose_region": (ChooseRegion(region="74"), ChooseRegion(region="00")),
    "accept_consent": (accepting(), AcceptConsent(**STALE)),
    "decline_consent": (DeclineConsent(**SHOWN), DeclineConsent(**STALE)),
    "correct_card": tuple(CorrectCard(changes={FieldName.EMAIL: to}, revision=1) for to in ("m@example.org", "1")),
    "edit": tuple(Edit(changes={FieldName.EMAIL: to}, revision=1) for to in ("m@example.org", "1")),
    "set_password": (SetPassword(password=PASSWORD, repeat=PASSWORD), SetPassword(password="1", repeat="2")),
    "change_password": (ChangePassword(current=PASSWORD, password=PASSWORD, repeat=PASSWORD),),
    "submit_password": tuple(
        SubmitPassword(login=MARGARITA.email or "", password=password) for password in (PASSWORD, "wrong")
    ),
    "delete": (Delete(confirmed=True), Delete()),
}


def persons_acts(scene: Scene, flow_id: str, caller: Caller, without: frozenset[str] = frozenset()) -> Iterator[Act]:
    """Every event of a person that the chart has here, allowed or not, with each payload."""
    record = scene.portal.engine.record(flow_id)
    flow = FLOWS[record.flow]
    for name in flow.answers.events(record.state):
        event_type = flow.by_name[name]
        if event_type.origin != "person" or name in without:
            continue
        for number, event in enumerate(PAYLOADS.get(name) or (event_type(),)):
            send = partial(scene.portal.send, flow_id, event, caller=caller)
            yield Act(f"{name}{' wrongly' * number}", send, flow_id)


def gosuslugi_acts(scene: Scene, flow_id: str) -> Iterator[Act]:
    """What Gosuslugi may answer; the same answer may come again."""
    facts = scene.portal.gosuslugi
    for who, identity in (("the person", MARGARITA), ("somebody unconfirmed", UNCONFIRMED)):
        yield Act(f"Gosuslugi says: {who}", partial(facts.returned, flow_id, identity, f"{who} {flow_id}"), flow_id)
    yield Act("Gosuslugi says no", partial(facts.denied, flow_id, Denial.CANCELLED), flow_id)
    yield Act("first stage passed", partial(facts.progress, flow_id, "password"), flow_id)


def time_acts(scene: Scene, look: Look) -> Iterator[Act]:
    """The next appointment comes; and the worker comes by."""
    due = [timer.due for record in look.flows.values() if not ended(record) for timer in record.timers.values()]
    later = min((moment for moment in due if moment > look.now), default=None)
    if later is not None:
        yield Act("time passes", partial(_turn, scene, later))
    yield Act("the worker comes by", partial(_work, scene))


def _turn(scene: Scene, to: Any) -> None:
    scene.clock.now = to


def _work(scene: Scene) -> None:
    scene.portal.run_due()


def at_the_door() -> tuple[Scene, Acts]:
    """Somebody registers, from the first page on."""
    scene = scene_of("memory", Path())

    def acts(scene: Scene, look: Look) -> Iterator[Act]:
        begun = look.of("registration")
        if not begun:
            yield Act("comes", partial(scene.portal.start, Registration, caller=AT_HOME))
        for record in begun:
            yield from persons_acts(scene, record.id, _known(AT_HOME, record))
            yield from gosuslugi_acts(scene, record.id)
        yield from time_acts(scene, look)

    return scene, acts


def from_two_browsers() -> tuple[Scene, Acts]:
    """One person is at Gosuslugi from two browsers, and clinics keep two cards that may be theirs."""
    kept = tuple(ClinicCard(ref=ref, name=MARGARITA.name, birth_date=MARGARITA.birth_date or BORN) for ref in "ab")
    scene = scene_of("memory", Path(), clinic_cards=lambda identity: kept)
    browsers = [Caller(session=f"browser {number}") for number in (1, 2)]
    for browser in browsers:
        scene.at_gosuslugi(browser)

    def acts(scene: Scene, look: Look) -> Iterator[Act]:
        for record, browser in zip(look.of("registration"), browsers, strict=True):
            yield from persons_acts(scene, record.id, _known(browser, record), ALONE)
            answer = partial(scene.portal.gosuslugi.returned, record.id, MARGARITA, f"about {record.id}")
            yield Act("Gosuslugi says who it is", answer, record.id)
            chosen = partial(scene.portal.operator.resolve_ambiguity, record.id, "a")
            yield Act("support has found the card", chosen, record.id)
        yield from time_acts(scene, look)

    return scene, acts


def at_the_sign_in() -> tuple[Scene, Acts]:
    """Somebody registered signs in; the second wrong password closes the entry for ten minutes."""
    scene = scene_of("memory", Path(), attempts={"password": FEW})
    scene.registered()

    def acts(scene: Scene, look: Look) -> Iterator[Act]:
        begun = look.of("sign_in")
        if not begun:
            yield Act("comes to sign in", partial(scene.portal.start, SignIn, caller=AT_HOME))
        for record in begun:
            yield from persons_acts(scene, record.id, _known(AT_HOME, record))
            yield from gosuslugi_acts(scene, record.id)
        for record in look.of("portal_password"):
            yield from persons_acts(scene, record.id, Caller(account=record.account))
        yield from time_acts(scene, look)

    return scene, acts


def with_a_code() -> tuple[Scene, Acts]:
    """A patient, a clinic with a code for them and one for somebody else, windows to enter them one after another."""
    scene = scene_of("memory", Path())
    caller = scene.registered()
    own, foreign = scene.code(), scene.code(BORIS)

    def acts(scene: Scene, look: Look) -> Iterator[Act]:
        yield from windows(scene, look, caller, {"the code": own.code, "a foreign code": foreign.code})
        yield Act("the clinic revokes the code", partial(scene.portal.clinics.revoke_code, own.id), own.id)
        for record in look.of("clinic_right"):
            yield from persons_acts(scene, record.id, caller)
            yield from clinics_acts(scene, record.id)
        yield from time_acts(scene, look)

    return scene, acts


def leaving() -> tuple[Scene, Acts]:
    """A patient with an attached clinic and another code, who may withdraw the consent or delete the card."""
    scene = scene_of("memory", Path())
    caller = scene.registered()
    scene.attached(caller)
    code = scene.code()

    def acts(scene: Scene, look: Look) -> Iterator[Act]:
        yield from windows(scene, look, caller, {"the code": code.code})
        for record in (*look.of("clinic_right"), *look.of("patient_card")):
            yield from persons_acts(scene, record.id, caller, frozenset({"edit"}))
        for record in look.of("clinic_right"):
            yield from clinics_acts(scene, record.id)
        if not look.of("consent_withdrawal"):
            withdraw = partial(scene.portal.start, ConsentWithdrawal, RequestWithdrawal(), caller=caller)
            yield Act("withdraws the consent", withdraw)
        for record in look.of("consent_withdrawal"):
            yield Act("the data is destroyed", partial(scene.portal.operator.data_destroyed, record.id, "1"), record.id)
        yield from time_acts(scene, look)

    return scene, acts


def guessing_codes() -> tuple[Scene, Acts]:
    """A patient who enters wrong codes and right ones; the second wrong one closes the window for ten minutes."""
    scene = scene_of("memory", Path(), attempts={"code.profile": FEW})
    caller = scene.registered()
    code = scene.code()

    def acts(scene: Scene, look: Look) -> Iterator[Act]:
        yield from windows(scene, look, caller, {"a wrong code": "00000000", "the code": code.code}, at_once=WINDOWS)
        yield from time_acts(scene, look)

    return scene, acts


def windows(scene: Scene, look: Look, caller: Caller, codes: Mapping[str, str], at_once: int = 1) -> Iterator[Act]:
    """The windows for codes: so many in all, so many at once."""
    begun = look.of("attachment")
    if len(begun) < WINDOWS and len([record for record in begun if not ended(record)]) < at_once:
        begin = BeginAttachment(entry=Entry.HEALTH_HINT)
        yield Act("opens a window", partial(scene.portal.start, Attachment, begin, caller=caller))
    for record in begun:
        yield from persons_acts(scene, record.id, caller, frozenset({"submit_code", "choose_profile"}))
        for name, code in codes.items():
            send = partial(scene.portal.send, record.id, submitting(code), caller=caller)
            yield Act(f"enters {name}", send, record.id)


def clinics_acts(scene: Scene, right: str) -> Iterator[Act]:
    """What a clinic does with its right."""
    clinics = scene.portal.clinics
    yield Act("a document comes", partial(clinics.deliver, right, "the same", CHEST_XRAY), right)
    yield Act("the right is suspended", partial(clinics.suspend, right), right)
    yield Act("the right is resumed", partial(clinics.resume, right), right)


def _known(caller: Caller, record: AnyRecord) -> Caller:
    """The browser that began the flow, signed in if the flow has found out who it is."""
    return replace(caller, account=record.account)

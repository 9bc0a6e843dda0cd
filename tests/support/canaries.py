"""Both journeys with a canary in every personal field, and what must therefore be nowhere in clear."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel
from support.people import identity
from support.portal import (
    AT_HOME,
    BORIS,
    CHEST_XRAY,
    CONSENTS,
    MARGARITA,
    PASSWORD,
    Scene,
    submitting,
)

from registratura.domain.card import FieldName
from registratura.domain.consent import Purpose
from registratura.domain.identity import Identity
from registratura.domain.matching import ClinicCard
from registratura.domain.values import personal_fields
from registratura.flows.catalogue import FLOWS
from registratura.flows.effects import EFFECTS
from registratura.flows.engine import codec, write
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode, SubmitOneTimeCode
from registratura.flows.patient_card import AddRelative, Delete, Edit, KeepCurrent, PatientCard
from registratura.flows.portal_password import ChangePassword
from registratura.flows.registration import ConfirmCard, CorrectCard, DeclineConsent, GoToGosuslugi, SetPassword
from registratura.flows.sign_in import ChooseGosuslugi, ChoosePassword, SignIn, SubmitPassword
from registratura.host import Caller

CHILD = {FieldName.LAST_NAME: "Канарейкина", FieldName.FIRST_NAME: "Дарья", FieldName.BIRTH_DATE: "2015-04-05",
         FieldName.GENDER: "F"}  # fmt: skip
TYPED = "Wq7canary"
BODY = "диагноз-канарейка"
SESSION, MOVED, EDITED = "canary-session-7", "moved.canary@example.org", "Канариния"
AGLAYA = identity(oid="1000777111", name={"last": "Птицына", "first": "Аглая"}, snils="160-722-394 60", policy=None,
                  phone="+7(901)5550101", email="aglaya@example.org", birth_date=date(1971, 7, 17))  # fmt: skip


def two_cards(of: Identity) -> tuple[ClinicCard, ...]:
    """Of one person a clinic keeps two cards."""
    if of.oid != AGLAYA.oid:
        return ()
    cards = ("канарейкина карта 1", "канарейкина карта 2")
    return tuple(ClinicCard(ref=ref, name=of.name, birth_date=of.birth_date, snils=of.snils) for ref in cards)


def left(words: Iterable[str], *texts: str) -> list[str]:
    """The words that are in the texts. A short number is one where it stands by itself: a digest has any six digits."""
    return [word for word in words if any(_stands(word, text) for text in texts)]


def _stands(word: str, text: str) -> bool:
    if not (word.isdigit() and len(word) < 10):
        return word in text
    return word in text and re.search(rf"(?<![0-9A-Za-z.]){word}(?![0-9A-Za-z])", text) is not None


def canaries(*more: str) -> list[str]:
    """Whatever names somebody, in each of its forms; and every secret."""
    people = [word for person in (MARGARITA, BORIS) for word in _of(person)]
    found = [*people, *CHILD.values(), PASSWORD, TYPED, BODY, CHEST_XRAY.title, AT_HOME.session or "", *more]
    return [word for word in dict.fromkeys(found) if len(word) > 3]


def _of(person: Any) -> Iterator[str]:
    yield from (person.oid, person.name.last, person.name.first, person.snils, person.email, person.phone)
    yield re.sub(r"\D", "", person.phone)
    yield re.sub(r"\D", "", person.snils)
    yield str(person.birth_date)
    if person.policy:
        yield person.policy.number


def everything_happens(scene: Scene) -> list[str]:
    """Both journeys, a child, a document, wrong passwords, a decline; gives the codes that were in play."""
    caller = scene.registered()
    flow = scene.at_card(BORIS)
    scene.portal.send(flow.id, CorrectCard(changes={"last_name": "Канарейкина"}, revision=1), caller=AT_HOME)
    text = CONSENTS[Purpose.PERSONAL_DATA]
    relative = AddRelative(fields=CHILD, text_version=text.version, text_sha256=text.sha256)
    scene.portal.start(PatientCard, relative, caller=caller)
    code = scene.code()
    entry = scene.at_code_entry(caller)
    scene.portal.send(entry.id, submitting("31415926"), caller=caller, idempotency_key="1")
    scene.walk(entry.id, submitting(code.code), caller=caller)
    scene.desk.hold(CHEST_XRAY.model_copy(update={"body": BODY}))
    scene.portal.run_due()
    signing_in = scene.walk(scene.portal.start(SignIn, caller=AT_HOME).id, ChoosePassword(), caller=AT_HOME)
    for password in (TYPED, PASSWORD):
        event = SubmitPassword(login=MARGARITA.email or "", password=password)
        scene.portal.send(signing_in.id, event, caller=AT_HOME, idempotency_key=f"k{len(password)}")
    portals = scene.flow_of(caller, "portal_password")
    scene.portal.send(portals, ChangePassword(current=TYPED, password=TYPED, repeat=TYPED), caller=caller)
    consent = scene.at_consent()
    scene.walk(consent.id, DeclineConsent(text_version=text.version, text_sha256=text.sha256), caller=AT_HOME)
    sms = scene.portal.start(OneTimeCode, SendOneTimeCode(phone=MARGARITA.phone or "", person="somebody"))
    scene.portal.send(sms.id, SubmitOneTimeCode(code="271828"))
    scene.gosuslugi.sign_in(scene.at_gosuslugi().id, "margarita", "pw")
    return [code.code, "31415926", "271828"]


def the_rest_happens(scene: Scene) -> None:
    """Two cards that a clinic keeps of one person, support that names one, a new password, news of Gosuslugi."""
    flow = scene.portal.operator.resolve_ambiguity(scene.at_card(AGLAYA).id, "канарейкина карта 2")
    new = SetPassword(password=PASSWORD, repeat=PASSWORD)
    caller = Caller(session=SESSION, account=scene.walk(flow.id, ConfirmCard(), new, caller=AT_HOME).account)
    change = ChangePassword(current=PASSWORD, password=TYPED, repeat=TYPED)
    scene.walk(scene.flow_of(caller, "portal_password"), change, caller=caller)
    signs_in(scene, AGLAYA.model_copy(update={"email": MOVED}))
    card = scene.walk(scene.flow_of(caller, "patient_card"), KeepCurrent(), caller=caller).id
    text = CONSENTS[Purpose.PERSONAL_DATA]
    relative = AddRelative(fields=CHILD, text_version=text.version, text_sha256=text.sha256)
    child = scene.portal.start(PatientCard, relative, caller=caller).id
    revision = scene.portal.engine.record(child).data.revision
    scene.walk(child, Edit(changes={FieldName.FIRST_NAME: EDITED}, revision=revision), caller=caller)
    scene.walk(card, Delete(confirmed=True), caller=caller)
    signs_in(scene, AGLAYA)
    scene.portal.run_due()


def signs_in(scene: Scene, person: Identity) -> None:
    flow = scene.portal.start(SignIn, caller=AT_HOME)
    scene.walk(flow.id, ChooseGosuslugi(), GoToGosuslugi(), caller=AT_HOME)
    scene.portal.gosuslugi.returned(flow.id, person, f"answer to {flow.id}")


class Sealed:
    """What the engine seals while the journeys are played: each personal field, and each text in one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fields: set[tuple[str, str]] = set()
        self.words: set[str] = set()
        split = codec.split

        def noting(model: BaseModel) -> codec.Parts:
            clear, personal = split(model)
            self.fields |= {(type(model).__name__, name) for name in personal}
            self.words |= {word for word in _words(personal) if len(word) > 3}
            return clear, personal

        monkeypatch.setattr(codec, "split", noting)
        monkeypatch.setattr(write, "split", noting)


def _words(value: Any, name: str = "") -> Iterator[str]:
    """Its texts, but those that are words of ours: where a field came from, and how far it is trusted."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _words(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner, name)
    elif isinstance(value, str) and name not in ("source", "status", "kind"):
        yield value


def declared() -> set[tuple[str, str]]:
    """Every personal field of what is stored."""
    stored = [model for flow in FLOWS.values() for model in (flow.data, *flow.begins, *flow.events)]
    return {(model.__name__, name) for model in (*stored, *EFFECTS.values()) for name in personal_fields(model)}

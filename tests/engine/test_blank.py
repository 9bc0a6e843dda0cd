"""What was left blank is no answer: it is said which field, no attempt is counted, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.portal import Scene, scene_of, submitting, tables

from registratura.domain.passwords import DOCUMENTED, HARDENED, PasswordPolicy
from registratura.flows.attachment import ChooseProfile
from registratura.flows.cabinet import AddClinic, Cabinet, OpenCabinet, OpenSection, Section
from registratura.flows.errors import InvalidPayload
from registratura.flows.event import Event
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode, SubmitOneTimeCode
from registratura.flows.portal_password import ChangePassword
from registratura.flows.registration import ChooseRegion, Registration
from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword
from registratura.flows.texts import Texts

TEXTS = Texts.russian()
BLANKS = ["", "   ", "\u200b\u202e \ufeff"]


def told(scene: Scene, flow: str, event: Event) -> list[str]:
    """What the person reads; nothing was written, and as many attempts are left as before."""
    before = tables(scene)
    with pytest.raises(InvalidPayload) as error:
        scene.portal.send(flow, event)
    assert tables(scene) == before
    return [TEXTS.problem(event.name, *problem) for problem in error.value.problems]


@pytest.mark.parametrize("policy", [DOCUMENTED, HARDENED], ids=lambda policy: policy.name)
@pytest.mark.parametrize("blank", BLANKS, ids=repr)
def test_an_empty_sign_in_is_no_wrong_password(tmp_path: Path, blank: str, policy: PasswordPolicy) -> None:
    scene = scene_of("memory", tmp_path, password_policy=policy)
    flow = scene.walk(scene.portal.start(SignIn).id, ChoosePassword()).id
    assert told(scene, flow, SubmitPassword(login=blank, password=blank)) == ["Введите логин.", "Введите пароль."]
    assert told(scene, flow, SubmitPassword(login=blank, password="x")) == ["Введите логин."]
    assert told(scene, flow, SubmitPassword(login="margarita@example.org", password=blank)) == ["Введите пароль."]


def a_code_entry(scene: Scene) -> str:
    return scene.at_code_entry(scene.registered()).id


def in_clinics(scene: Scene) -> str:
    cabinet = scene.portal.start(Cabinet, caller=scene.registered())
    return scene.walk(cabinet.id, OpenCabinet(), OpenSection(section=Section.CLINICS)).id


ENTRIES: list[tuple[Callable[[Scene], str], Callable[[str], Event], str]] = [
    (lambda scene: scene.portal.start(Registration).id, lambda blank: ChooseRegion(region=blank), "Выберите регион."),
    (a_code_entry, lambda blank: ChooseProfile(card=blank), "Выберите, чья карта."),
    (
        in_clinics,
        lambda blank: AddClinic(clinic=blank),
        "Выберите клинику.",
    ),
    (
        lambda scene: scene.portal.start(OneTimeCode, SendOneTimeCode(phone="+79001234567", person="somebody")).id,
        lambda blank: SubmitOneTimeCode(code=blank),
        "Введите код из СМС.",
    ),
]


@pytest.mark.parametrize("blank", BLANKS, ids=repr)
@pytest.mark.parametrize(("where", "event", "text"), ENTRIES, ids=[text for *_, text in ENTRIES])
def test_an_empty_field_is_told_in_words_of_its_own(
    scene: Scene, where: Callable[[Scene], str], event: Callable[[str], Event], text: str, blank: str
) -> None:
    assert told(scene, where(scene), event(blank)) == [text]


def test_an_empty_attachment_code_is_told_as_such(scene: Scene) -> None:
    assert told(scene, a_code_entry(scene), submitting(" ")) == ["Введите код."]


def test_an_empty_change_of_the_password_counts_nothing(scene: Scene) -> None:
    caller = scene.registered()
    password = scene.flow_of(caller, "portal_password")
    empty = ChangePassword(current="", password=" ", repeat="")
    assert told(scene, password, empty) == ["Введите прежний пароль.", "Введите новый пароль."]


def test_a_field_that_is_not_there_at_all_reads_alike() -> None:
    with pytest.raises(InvalidPayload) as error:
        SubmitPassword()
    problems = error.value.problems
    assert [TEXTS.problem("submit_password", *problem) for problem in problems] == ["Введите логин.", "Введите пароль."]

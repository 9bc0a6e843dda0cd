"""`registratura spec --from-flow`: a support case becomes a scenario that ends as it did, and names nobody."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from support.drafts import pasted
from support.portal import AT_HOME, BORIS, CLINIC, PASSWORD, Scene, accepting, patient, scene_of, submitting

from registratura.features.spec.drafts.command import case_of
from registratura.features.spec.drafts.make import Drafts
from registratura.features.spec.drafts.retold import Case
from registratura.features.spec.drafts.trial import entry_of
from registratura.features.spec.drafts.writing import Draft, feature
from registratura.features.terminal import main
from registratura.flows.cabinet import BeginCabinet, Cabinet, OpenCabinet, OpenSection
from registratura.flows.clinic_right import Withdraw
from registratura.flows.common import Back
from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.gosuslugi import CannotSignIn, SmsNotArriving
from registratura.flows.patient_card import Delete
from registratura.flows.registration import AcceptConsent, ConfirmCard, DeclineConsent, Registration, SetPassword
from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword
from registratura.host import Caller
from registratura.host.terminal.opening import world


def declined(scene: Scene) -> str:
    """The text they had before them was an old one."""
    flow = scene.at_consent()
    stale = AcceptConsent(text_version="old", text_sha256="0" * 64)
    assert scene.portal.send(flow.id, stale, caller=AT_HOME).refusals
    text = accepting()
    no = DeclineConsent(text_version=text.text_version, text_sha256=text.text_sha256)
    return scene.walk(flow.id, no, caller=AT_HOME).id


def without_sms(scene: Scene) -> str:
    flow = scene.at_gosuslugi()
    return scene.walk(flow.id, CannotSignIn(), Back(), SmsNotArriving(), caller=AT_HOME).id


def too_short_a_password(scene: Scene) -> str:
    flow = scene.walk(scene.at_card(BORIS).id, ConfirmCard(), caller=AT_HOME)
    assert scene.portal.send(flow.id, SetPassword(password="Zqx8", repeat="Zqx8"), caller=AT_HOME).refusals
    return flow.id


def waited(scene: Scene) -> str:
    flow = scene.at_gosuslugi()
    scene.clock.turn(timedelta(hours=25))
    return scene.portal.get(flow.id, caller=AT_HOME).id


def wrong_then_right(scene: Scene) -> str:
    scene.registered(BORIS)
    flow = scene.portal.start(SignIn, caller=AT_HOME)
    scene.walk(flow.id, ChoosePassword(), caller=AT_HOME)
    for password in ("Wrong1pass", PASSWORD):
        scene.portal.send(flow.id, SubmitPassword(login=str(BORIS.phone), password=password), caller=AT_HOME)
    return flow.id


def locked_out(scene: Scene) -> str:
    scene.registered(BORIS)
    flow = scene.portal.start(SignIn, caller=AT_HOME)
    scene.walk(flow.id, ChoosePassword(), caller=AT_HOME)
    for number in range(5):
        guess = SubmitPassword(login=str(BORIS.phone), password=f"Wrong{number}pass")
        scene.portal.send(flow.id, guess, caller=AT_HOME)
    return flow.id


def wrong_code_then_right(scene: Scene) -> str:
    caller = scene.registered(BORIS)
    flow = scene.at_code_entry(caller)
    assert scene.portal.send(flow.id, submitting(scene.code().code), caller=caller).refusals
    return scene.walk(flow.id, submitting(scene.code(BORIS).code), caller=caller).id


def attached_already(scene: Scene) -> str:
    caller = scene.registered(BORIS)
    scene.walk(scene.at_code_entry(caller).id, submitting(scene.code(BORIS).code), caller=caller)
    flow = scene.at_code_entry(caller)
    assert scene.portal.send(flow.id, submitting(scene.code(BORIS).code), caller=caller).refusals
    return flow.id


def right_withdrawn(scene: Scene) -> str:
    caller = scene.registered(BORIS)
    scene.walk(scene.at_code_entry(caller).id, submitting(scene.code(BORIS).code), caller=caller)
    return scene.walk(scene.flow_of(caller, "clinic_right"), Withdraw(), caller=caller).id


def looked_around(scene: Scene) -> str:
    caller = scene.registered(BORIS)
    flow = scene.portal.start(Cabinet, BeginCabinet(), caller=caller)
    scene.walk(flow.id, OpenCabinet(), OpenSection(section="clinics"), OpenSection(section="menu"), caller=caller)
    return flow.id


def the_last_card(scene: Scene) -> str:
    caller = scene.registered(BORIS)
    card = scene.flow_of(caller, "patient_card")
    assert scene.portal.send(card, Delete(confirmed=True), caller=caller).refusals
    return card


def password_set(scene: Scene) -> str:
    return scene.flow_of(scene.registered(BORIS), "portal_password")


def consent_withdrawn(scene: Scene) -> str:
    return scene.portal.start(ConsentWithdrawal, caller=scene.registered(BORIS)).id


def code_revoked(scene: Scene) -> str:
    code = scene.portal.clinics.issue_code(CLINIC.id, patient(BORIS))
    scene.portal.clinics.revoke_code(code.id)
    return code.id


# What happened, and how many of its entries the scenario leaves out.
CASES: dict[Callable[[Scene], str], int] = {
    declined: 0,
    without_sms: 0,
    too_short_a_password: 0,
    waited: 0,
    wrong_then_right: 0,
    locked_out: 0,
    wrong_code_then_right: 0,
    attached_already: 0,
    right_withdrawn: 0,
    looked_around: 0,
    the_last_card: 0,
    password_set: 0,
    consent_withdrawn: 0,
    code_revoked: 0,
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Case, Draft]]:
    """Each case and its draft, by its name."""
    drafts, found = Drafts(), {}
    for happen in CASES:
        scene = scene_of("memory", tmp_path_factory.mktemp("scene"))
        flow = happen(scene)
        log = scene.log(flow)
        with scene.storage.unit() as unit:
            row = unit.flow(flow)
        found[happen.__name__] = (case_of(row, log), drafts.of_case(case_of(row, log)))
    return found


def test_a_case_is_told_from_its_beginning(told: dict[str, tuple[Case, Draft]]) -> None:
    assert {name: draft.left_out for name, (_, draft) in told.items()} == {f.__name__: n for f, n in CASES.items()}


def test_a_draft_that_is_pasted_ends_as_the_case_did(told: dict[str, tuple[Case, Draft]], tmp_path: Path) -> None:
    drafts = [draft._replace(title=name) for name, (_, draft) in told.items()]
    played = {scenario.scenario: scenario for scenario in pasted(feature("Проба", drafts), tmp_path).scenarios}
    assert list(played) == list(told)
    for name, (case, _) in told.items():
        last = case.log[-1]
        ended = [h for h in played[name].fired if (h.chart, h.transition) == (case.chart, last.transition)]
        assert (ended[-1].target, frozenset(ended[-1].refusals)) == (last.state, last.refusals), name


def test_nothing_of_the_person_is_in_a_draft(told: dict[str, tuple[Case, Draft]]) -> None:
    assert BORIS.birth_date
    values = [*BORIS.name.model_dump().values(), BORIS.snils, BORIS.phone, BORIS.email, BORIS.oid, PASSWORD]
    values += [str(BORIS.birth_date), f"{BORIS.birth_date:%d.%m.%Y}", "Wrong1pass", "Zqx8"]
    text = feature("Проба", [draft for _, draft in told.values()])
    assert [value for value in values if value and str(value) in text] == []


def test_of_an_entry_neither_who_nor_what_was_typed_is_read(tmp_path: Path) -> None:
    scene = scene_of("memory", tmp_path)
    log = scene.log(scene.at_card(BORIS).id)
    erased = [row._replace(payload="", sealed=None, by="") for row in log]
    assert list(map(entry_of, erased)) == list(map(entry_of, log))


@pytest.fixture
def flow_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A registration that has begun, in a database of its own."""
    monkeypatch.chdir(tmp_path)
    with world("portal.db", None) as made:
        return made.portal.start(Registration, caller=Caller(session="s")).id


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["spec", "--database", "portal.db", *arguments])
    out, err = capsys.readouterr()
    return code, out, " ".join(err.split())


def changed(statement: str) -> None:
    with closing(sqlite3.connect("portal.db")) as connection, connection:
        assert connection.execute(statement).rowcount > 0


def test_a_flow_of_the_database_is_printed(flow_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "--from-flow", flow_id[-8:])
    assert (code, err) == (0, "")
    assert "Когда Маргарита приходит на портал заново\n      Тогда Маргарита на шаге «Выбор региона»\n" in out


def test_what_was_typed_is_not_needed(flow_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    changed("UPDATE registratura_log SET payload='{}', sealed=NULL")
    assert said(capsys, "--from-flow", flow_id)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--from-flow", "moon"), "Такого процесса в базе нет."),
        (("--from-flow", "", "--entry", "7"), "Записи 7 в журнале этого процесса нет: они от 1 до 1."),
        (("--from-flow", "", "--keys", "other.key"), "Нет ключа other.key"),
        (("--from-flow", "", "--database", "other.db"), "Базы данных нет"),
        (("--from-flow", "", "--drafts", "portal.db"), "уже есть"),
    ],
)
def test_bad_input_has_a_cause_and_a_cure(
    arguments: tuple[str, ...], told: str, flow_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, *(flow_id if part == "" else part for part in arguments))
    assert (code, out) == (1, "")
    assert told in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registratura_log SET chart_version=0",
        "UPDATE registratura_log SET transition='begin/begin_registration/moon'",
        "UPDATE registratura_flows SET flow='moon'",
    ],
)
def test_a_flow_of_other_charts_is_not_told(statement: str, flow_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    changed(statement)
    code, out, err = said(capsys, "--from-flow", flow_id)
    assert (code, out) == (1, "")
    assert f"Процесс {flow_id} записан по другой версии схемы" in err
    assert f"registratura flows show {flow_id}" in err

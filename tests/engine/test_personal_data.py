"""Promises 8 and 10: what is personal is sealed, what is secret is nowhere, and neither is said in passing."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.api import client_of
from support.canaries import (
    AGLAYA,
    CHILD,
    EDITED,
    MOVED,
    SESSION,
    TYPED,
    Sealed,
    canaries,
    declared,
    everything_happens,
    left,
    the_rest_happens,
    two_cards,
)
from support.portal import (
    AT_HOME,
    CONSENTS,
    Scene,
    submitting,
    tables,
)
from support.telemetry import Received

from registratura.domain.consent import Purpose
from registratura.flows.errors import RegistraturaError
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode
from registratura.flows.patient_card import AddRelative, PatientCard
from registratura.flows.registration import CorrectCard, SetPassword
from registratura.host import Caller
from registratura.host.terminal.logs import JsonLines, TextLines
from registratura.host.web.api import api_app


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> Sealed:
    return Sealed(monkeypatch)


def test_every_personal_field_is_filled_and_none_of_it_leaves_in_clear(
    make_scene: Callable[..., Scene], sealed: Sealed, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Neither to files, tables (the outbox with them), the API, logs, spans and metrics, nor in a `repr`."""
    caplog.set_level(logging.DEBUG)
    received = Received()
    scene = make_scene(clinic_cards=two_cards, telemetry=received.telemetry)
    words = canaries(*everything_happens(scene), SESSION)
    the_rest_happens(scene)
    assert declared() - sealed.fields == set()
    words = sorted({*words, *sealed.words})
    assert {MOVED, EDITED, AGLAYA.snils, "канарейкина карта 1"} <= set(words)
    api = api_app(scene.portal, lambda: Caller(session=words[0], account=words[0]))
    flow = scene.storage.flow_ids(limit=1)[0]
    typed = [
        client_of(api).post(f"flows/{flow}/events", json={"event": "edit", "payload": payload}).text
        for word in words
        for payload in ({word: word}, {"changes": {"email": word}, "revision": word}, {"changes": {word: [word]}})
    ]
    said = [
        repr(vars(record)) + JsonLines().format(record) + TextLines().format(record)
        for record in caplog.records
        if record.name != "httpx"
    ]
    said += [repr(row) for row in tables(scene).values()]
    said += [repr(scene.portal.get(flow_id)) for flow_id in scene.storage.flow_ids(limit=100)]
    told = "\n".join([*said, *typed, received.text()])
    files = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    received.close()
    assert len(told) > 100_000
    assert left(words, told) == []
    assert left(words, *(data.decode("utf-8", "replace") for data in files)) == []


def test_nothing_personal_or_secret_is_in_the_database_in_clear(sqlite: Scene, tmp_path: Path) -> None:
    """In its bytes, the log that is written ahead of it included, as whoever copies the files reads them."""
    words = canaries(*everything_happens(sqlite))
    files = [file.read_bytes() for file in tmp_path.iterdir()]
    assert len(files) >= 2
    for word in words:
        for form in {word, word.lower(), word.encode("unicode_escape").decode()}:
            for stored in (form.encode(), form.encode("utf-16-le")):
                assert not [True for data in files if stored in data], word


def test_nothing_personal_or_secret_is_in_any_row(scene: Scene) -> None:
    words = canaries(*everything_happens(scene))
    rows = repr(tables(scene))
    assert len(rows) > 10_000
    assert [word for word in words if word in rows] == []


def test_nothing_personal_or_secret_is_logged_or_shown_by_repr(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    words = canaries(*everything_happens(scene))
    said = [record.getMessage() for record in caplog.records]
    for flow_id in scene.storage.flow_ids(limit=1000):
        record = scene.portal.engine.record(flow_id)
        said += [repr(record), str(record), repr(record.data), str(record.data), repr(scene.portal.history(flow_id))]
        said += [repr(scene.portal.verify(flow_id)), repr(scene.portal.get(flow_id))]
    said.append(repr(Caller(session=words[0], address=words[0])))
    text = "\n".join(said)
    assert [word for word in words if word in text] == []


MISTAKES: list[Any] = [
    lambda scene, flow: SetPassword(password=TYPED, repeat=5),
    lambda scene, flow: SetPassword(**{"password": TYPED, TYPED: TYPED}),
    lambda scene, flow: CorrectCard(changes={"Канарейкина": "Дарья"}, revision=1),
    lambda scene, flow: CorrectCard(changes={"Канарейкина": 5}, revision=1),
    lambda scene, flow: CorrectCard(changes={"last_name": ["Канарейкина"]}, revision="Дарья"),
    lambda scene, flow: scene.portal.parse(flow, "correct_card", {"Канарейкина": {"Дарья": 1}}),
    lambda scene, flow: scene.portal.parse(flow, "correct_card", ["Канарейкина"]),
    lambda scene, flow: scene.portal.parse(flow, "set_password", {"password": TYPED, "repeat": None}),
    lambda scene, flow: scene.portal.send(flow, SetPassword(password=TYPED, repeat=TYPED), caller=AT_HOME),
    lambda scene, flow: scene.portal.send(flow, SetPassword(password=TYPED, repeat="\ud800"), caller=AT_HOME),
    lambda scene, flow: scene.portal.send(flow, {"password": TYPED}, caller=AT_HOME),
    lambda scene, flow: scene.portal.get(flow, caller=Caller(session=TYPED)),
    lambda scene, flow: scene.portal.start(OneTimeCode, SendOneTimeCode(phone=TYPED, person="somebody")),
]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_no_error_says_what_was_put_in(scene: Scene, mistake: Any) -> None:
    flow = scene.at_card()
    before = tables(scene)
    with pytest.raises(RegistraturaError) as raised:
        mistake(scene, flow.id)
    error = raised.value
    said = repr(error) + str(error) + repr(error.params) + repr(getattr(error, "problems", ""))
    assert [word for word in canaries() if word in said] == []
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    assert tables(scene) == before


def test_a_known_field_is_named_and_an_unknown_one_is_not() -> None:
    with pytest.raises(RegistraturaError) as raised:
        CorrectCard(**{"changes": {"last_name": 5, "Канарейкина": 5}, "revision": "x", "Дарья": 1})
    problems = getattr(raised.value, "problems", ())
    assert {field for field, _ in problems} == {"changes", "changes.last_name", "revision", ""}


def test_what_belongs_to_a_person_is_sealed_under_that_persons_key(scene: Scene) -> None:
    """So that destroying the key destroys it all. A relative is a person of their own."""
    caller = scene.registered()
    text = CONSENTS[Purpose.PERSONAL_DATA]
    child = scene.portal.start(
        PatientCard, AddRelative(fields=CHILD, text_version=text.version, text_sha256=text.sha256), caller=caller
    )
    code = scene.code()
    attachment = scene.walk(scene.at_code_entry(caller).id, submitting(code.code), caller=caller)
    with scene.storage.unit() as unit:
        linked = {}
        for flow_id in scene.storage.flow_ids(limit=100):
            row = unit.flow(flow_id)
            linked[row.flow, row.id] = unit.key(row.key_id).subject
    own = {flow: subject for (flow, flow_id), subject in linked.items() if flow_id != child.id}
    assert {flow for flow, subject in own.items() if subject != caller.account} == {"attachment", "cabinet"}
    assert linked["patient_card", child.id] == child.subject not in (None, caller.account)
    # These two hold nothing personal.
    for flow_id in (attachment.id, scene.flow_of(caller, "cabinet")):
        assert all(entry.sealed is None for entry in scene.log(flow_id))


def test_without_its_key_a_flow_cannot_be_read_and_its_log_still_stands(sqlite: Scene) -> None:
    caller = sqlite.registered()
    card = sqlite.flow_of(caller, "patient_card")
    with sqlite.storage.engine.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM registratura_keys WHERE subject = '{caller.account}'")
    with pytest.raises(RegistraturaError, match=f"the data of flow {card} cannot be read"):
        sqlite.portal.get(card)
    with sqlite.storage.unit() as unit:
        assert [entry.transition for entry in unit.log(card)] == [
            "begin/open_card/unverified",
            "unverified/confirm/confirmed",
        ]

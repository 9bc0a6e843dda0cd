"""What an event asks of the database and of the keys, counted; how long it takes is for benchmarks/ to say."""

import gc
import re
from typing import Any

import pytest
from sqlalchemy import event
from support.people import identity
from support.portal import AT_HOME, Scene

from registratura.domain.card import FieldName
from registratura.flows.registration import ChangeRegion, ChooseRegion, ConfirmCard, CorrectCard, Registration
from registratura.storage import keyring


@pytest.fixture
def said(sqlite: Scene) -> list[str]:
    """What the database is told from now on: the word and the table."""
    words: list[str] = []

    def heard(text: str) -> None:
        table = re.search(r"registratura_(\w+)", text)
        words.append(" ".join((text.split()[0], table[1] if table else "")).strip())

    sqlite.storage.engine.dispose()
    event.listen(sqlite.storage.engine, "connect", lambda connection, _: connection.set_trace_callback(heard))
    sqlite.storage.flow_ids(limit=1)
    words.clear()
    return words


def correcting(scene: Scene) -> tuple[str, CorrectCard]:
    """Somebody whose e-mail Gosuslugi does not know, and who types it."""
    flow = scene.at_card(identity(email=None))
    revision: int = flow.screen.items["revision"]
    return flow.id, CorrectCard(changes={FieldName.EMAIL: "new@example.org"}, revision=revision)


def test_an_event_reads_twice_and_writes_its_rows_in_one_transaction(sqlite: Scene, said: list[str]) -> None:
    flow = sqlite.walk(sqlite.portal.start(Registration, caller=AT_HOME).id, ChooseRegion(region="74"), caller=AT_HOME)
    said.clear()
    sqlite.portal.send(flow.id, ChangeRegion(), caller=AT_HOME, idempotency_key="k")
    reads, writes = ["SELECT idempotency", "SELECT flows"], ["INSERT idempotency", "UPDATE flows", "INSERT log"]
    assert said == [*reads, "BEGIN", *writes, "COMMIT"]


def test_an_event_of_two_flows_reads_each_once_and_still_writes_once(sqlite: Scene, said: list[str]) -> None:
    flow_id, correct = correcting(sqlite)
    said.clear()
    sqlite.portal.send(flow_id, correct, caller=AT_HOME)
    # The flow, the card, and whether the consent is withdrawn; then that it was not withdrawn meanwhile.
    reads, unmoved = ["SELECT flows"] * 4, ["SELECT flows"]
    writes = ["INSERT log", "INSERT log"]
    begun, moved = said.index("BEGIN"), said[len(reads) + 1 : -3]
    assert said[:begun] == reads
    assert sorted(moved) == [*unmoved, "UPDATE flows", "UPDATE flows"]
    assert said[-3:] == [*writes, "COMMIT"]


def test_a_data_key_is_unwrapped_once_for_an_event(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    flow_id, correct = correcting(scene)
    unwrapped: list[str] = []
    opened = keyring._opened

    def noting(version: str, *rest: Any) -> bytes:
        unwrapped.append(version)
        return opened(version, *rest)

    monkeypatch.setattr(keyring, "_opened", noting)
    scene.portal.send(flow_id, correct, caller=AT_HOME)
    assert unwrapped.count("w1") == 1
    scene.portal.send(flow_id, correct, caller=AT_HOME)
    assert unwrapped.count("w1") == 2


def test_data_that_an_event_leaves_alone_keeps_its_bytes(scene: Scene) -> None:
    flow = scene.at_card()
    card = flow.screen.items["card"]
    with scene.storage.unit() as unit:
        before = unit.flow(card)
    scene.walk(flow.id, ConfirmCard(), caller=AT_HOME)
    with scene.storage.unit() as unit:
        after = unit.flow(card)
    assert (after.state, after.version) == ("confirmed", before.version + 1)
    assert before.sealed
    assert (after.data, after.sealed) == (before.data, before.sealed)
    assert scene.portal.verify(card).sound


def test_a_keyring_of_an_event_is_gone_with_it_and_waits_for_no_collector(scene: Scene) -> None:
    def keyrings() -> int:
        return sum(isinstance(thing, keyring.SecretKeyring) for thing in gc.get_objects())

    flow_id, correct = correcting(scene)
    gc.collect()
    gc.disable()
    try:
        before = keyrings()
        assert not scene.portal.send(flow_id, correct, caller=AT_HOME).refusals
        assert scene.portal.send(flow_id, correct, caller=AT_HOME).refusals
        assert keyrings() == before
    finally:
        gc.enable()

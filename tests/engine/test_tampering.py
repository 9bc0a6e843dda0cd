"""Promise 7: whatever is changed by hand is found, and what cannot be understood is a clear error."""

from typing import Any

import pytest
from support.portal import AT_HOME, BORIS, Scene, accepting

from registratura.flows.engine.audit import Problem
from registratura.flows.engine.codec import log_hash
from registratura.flows.errors import DataDamaged, RegistraturaError, UnknownStoredState
from registratura.flows.registration import ChooseRegion, Registration
from registratura.flows.rows import Changes
from registratura.storage.tables import METADATA

SESSION = "d1.somebody.elses"
CHANGES: list[tuple[str, str, str]] = [
    ("flows", "state", "'main_page'"),
    ("flows", "version", "version + 1"),
    ("flows", "account", "'somebody else'"),
    ("flows", "subject", "'somebody else'"),
    ("flows", "session", f"'{SESSION}'"),
    ("flows", "data", "replace(data, '\"accepted\":true', '\"accepted\":false')"),
    ("flows", "timers", "replace(timers, '\"expire\":[', '\"expire\":[1')"),
    ("flows", "created_at", "created_at - 1"),
    ("flows", "changed_at", "changed_at + 1"),
    ("flows", "head", "replace(head, substr(head, 1, 1), 'g')"),
    ("flows", "evidence", "evidence - 1"),
    ("flows", "evidence_head", "substr(evidence_head, 2) || '0'"),
    ("log", "seq", "seq + 100"),
    ("log", "chart_version", "chart_version + 1"),
    ("log", "event", "'register'"),
    ("log", "event_version", "event_version + 1"),
    ("log", "transition", "'consent/decline_consent/declined'"),
    ("log", "by", '\'{"account":null,"channel":"mobile"}\''),
    ("log", "payload", "payload || ' '"),
    ("log", "sealed", "coalesce(sealed, '') || 'A'"),
    ("log", "outcome", "replace(outcome, 'gosuslugi.entry', 'card_review')"),
    ("log", "at", "at - 1"),
    ("log", "previous", "substr(previous, 2) || '0'"),
    ("log", "hash", "substr(hash, 2) || '0'"),
    ("evidence", "entry", "replace(entry, '\"web\"', '\"mobile\"')"),
    ("evidence", "entry", "replace(entry, '{', '{ ')"),
    ("evidence", "entry", "'no JSON'"),
    ("evidence", "number", "number + 100"),
    ("evidence", "previous", "substr(previous, 2) || '1'"),
    ("evidence", "hash", "substr(hash, 2) || '0'"),
    ("evidence", "signature", "substr(signature, 1, length(signature) - 1) || 'g'"),
]
FIRST = {"log": "seq = 4", "evidence": "number = 1"}


def change(scene: Scene, statement: str) -> None:
    with scene.storage.engine.begin() as connection:
        assert connection.exec_driver_sql(statement).rowcount


def consented(scene: Scene) -> str:
    """A flow with evidence, and nobody known."""
    return scene.walk(scene.at_consent().id, accepting(), caller=AT_HOME).id


@pytest.mark.parametrize(("table", "column", "value"), CHANGES)
def test_a_change_in_any_column_is_found(sqlite: Scene, table: str, column: str, value: str) -> None:
    flow = consented(sqlite)
    assert sqlite.portal.verify(flow).sound
    of_it = f"id = '{flow}'" if table == "flows" else f"flow_id = '{flow}' AND {FIRST[table]}"
    change(sqlite, f'UPDATE registratura_{table} SET "{column}" = {value} WHERE {of_it}')
    assert sqlite.portal.verify(flow).problems


def test_each_column_is_tried(sqlite: Scene) -> None:
    """All but those that say which row it is, and those whose change makes a row unreadable (below)."""
    tried = {(table, column) for table, column, _ in CHANGES}
    named = {"flows": {"id", "flow", "chart_version", "key_id", "sealed"}, "log": {"flow_id"}, "evidence": {"flow_id"}}
    for table, others in named.items():
        columns = {column.name for column in METADATA.tables[f"registratura_{table}"].c}
        assert {column for name, column in tried if name == table} == columns - others


@pytest.mark.parametrize(
    ("column", "value", "error"),
    [
        ("flow", "'nobody knows'", UnknownStoredState),
        ("flow", "'cabinet'", UnknownStoredState),
        ("chart_version", "99", UnknownStoredState),
        ("state", "'gosuslugi'", UnknownStoredState),
        ("state", "'nobody knows'", UnknownStoredState),
        ("state", "''", UnknownStoredState),
        ("data", "'{'", DataDamaged),
        ("data", "'[]'", DataDamaged),
        ("data", '\'{"nobody":"knows"}\'', DataDamaged),
        ("sealed", "'v1.a.b.c'", DataDamaged),
        ("sealed", "substr(sealed, 1, length(sealed) - 4) || 'AAAA'", DataDamaged),
        ("key_id", "'another'", DataDamaged),
        ("timers", "'{\"expire\":[1]}'", DataDamaged),
        ("timers", "'no JSON'", DataDamaged),
        ("created_at", "9223372036854775807", DataDamaged),
        ("changed_at", "'no number'", DataDamaged),
    ],
)
def test_a_row_that_cannot_be_understood_is_a_clear_error_everywhere(
    sqlite: Scene, column: str, value: str, error: type[RegistraturaError]
) -> None:
    password = sqlite.flow_of(sqlite.registered(), "portal_password")
    if error is UnknownStoredState and column == "state":
        password = consented(sqlite)
    change(sqlite, f"UPDATE registratura_flows SET {column} = {value} WHERE id = '{password}'")
    before = stored(sqlite, password)
    for use in (
        sqlite.portal.get,
        sqlite.portal.verify,
        lambda flow: sqlite.portal.send(flow, ChooseRegion(region="74")),
        lambda flow: sqlite.portal.parse(flow, "choose_region"),
    ):
        with pytest.raises(error, match=password) as raised:
            use(password)
        assert raised.value.__cause__ is None
        assert raised.value.__suppress_context__ or raised.value.__context__ is None
    assert stored(sqlite, password) == before


def stored(scene: Scene, flow: str) -> Any:
    with scene.storage.unit() as unit:
        return unit.flow(flow), unit.log(flow)


def test_a_missing_last_entry_is_found(sqlite: Scene) -> None:
    flow = consented(sqlite)
    change(sqlite, f"DELETE FROM registratura_log WHERE flow_id = '{flow}' AND seq = 4")
    assert any("log" in problem.code for problem in sqlite.portal.verify(flow).problems)


def test_a_missing_piece_of_evidence_is_found(sqlite: Scene) -> None:
    flow = consented(sqlite)
    change(sqlite, f"DELETE FROM registratura_evidence WHERE flow_id = '{flow}'")
    assert sqlite.portal.verify(flow).problems == (Problem("consent_end", 0),)


def test_an_entry_sealed_for_another_place_does_not_open_in_this_one(sqlite: Scene) -> None:
    flow = sqlite.at_card().id
    card = sqlite.portal.get(flow).screen.items["card"]
    sealed = f"SELECT sealed FROM registratura_log WHERE flow_id = '{flow}' AND sealed IS NOT NULL LIMIT 1"
    change(sqlite, f"UPDATE registratura_log SET sealed = ({sealed}) WHERE flow_id = '{card}' AND seq = 1")
    assert any("cannot be replayed" in str(problem) for problem in sqlite.portal.verify(card).problems)


def test_an_outcome_that_would_be_decided_otherwise_is_found_though_its_hashes_fit(sqlite: Scene) -> None:
    """Somebody who knows how the chain is made writes an entry that the rules would never have made."""
    flow = sqlite.portal.start(Registration).id
    sqlite.portal.send(flow, ChooseRegion(region="00"))
    with sqlite.storage.unit() as unit:
        row, entry = unit.flow(flow), unit.log(flow)[-1]
    forged = entry._replace(
        transition="region/choose_region/main_page", outcome='{"patch":{"region":"00"},"state":"main_page"}'
    )
    forged = forged._replace(hash=log_hash(forged))
    change(sqlite, f"DELETE FROM registratura_log WHERE flow_id = '{flow}' AND seq = 2")
    moved = row._replace(state="main_page", head=forged.hash, data=row.data.replace('"region":null', '"region":"00"'))
    with sqlite.storage.unit() as unit:
        unit.write(Changes(flows=((moved, 2),), log=(forged,)))
    assert sqlite.portal.verify(flow).problems == (Problem("log_decided_otherwise", 2),)


LIVE = [
    ("UPDATE registratura_timers SET due = due + 1 WHERE flow_id = '{registration}'", Problem("timers")),
    ("UPDATE registratura_timers SET kind = 'retry' WHERE flow_id = '{registration}'", Problem("timers")),
    ("DELETE FROM registratura_timers WHERE flow_id = '{registration}'", Problem("timers")),
    ("DELETE FROM registratura_claims WHERE kind = 'account'", Problem("claims", 6)),
    ("UPDATE registratura_claims SET target = 'another' WHERE kind = 'account'", Problem("claims", 6)),
    ("UPDATE registratura_claims SET flow_id = 'another' WHERE kind = 'account'", Problem("claims", 6)),
    ("DELETE FROM registratura_effects WHERE flow_id = '{right}' AND seq = 1", Problem("effects", 1)),
    ("UPDATE registratura_effects SET kind = 'StopExport' WHERE seq = 1", Problem("effects", 1)),
    (
        "UPDATE registratura_effects SET payload = replace(payload, 'ural', 'volga') WHERE seq = 2",
        Problem("effects", 2),
    ),
    ("UPDATE registratura_effects SET payload = '{{' WHERE seq = 2", Problem("effects", 2)),
    ("UPDATE registratura_effects SET seq = 9 WHERE seq = 2", Problem("effects", 2)),
    (
        "INSERT INTO registratura_effects SELECT id || '0', flow_id, 7, kind, payload, sealed, key_id, status,"
        " attempts, due, error FROM registratura_effects WHERE seq = 2",
        Problem("effects", 7),
    ),
]


@pytest.mark.parametrize(("statement", "problem"), LIVE)
def test_what_lives_beside_the_log_must_be_what_the_log_says(sqlite: Scene, statement: str, problem: Problem) -> None:
    registration = sqlite.at_card(BORIS).id
    caller = sqlite.registered()
    sqlite.attached(caller)
    right = sqlite.flow_of(caller, "clinic_right")
    sqlite.portal.clinics.suspend(right)
    flows = sqlite.storage.flow_ids(limit=1000)
    assert all(sqlite.portal.verify(flow).sound for flow in flows)
    change(sqlite, statement.format(registration=registration, right=right))
    found = [sqlite.portal.verify(flow).problems for flow in flows]
    assert problem in sum(found, ())
    assert all(problems in ((), (problem,)) for problems in found), "only that is said, and of nobody else"


def test_what_was_carried_out_is_still_what_the_log_says(sqlite: Scene) -> None:
    caller = sqlite.registered()
    sqlite.attached(caller)
    assert sqlite.portal.run_due().delivered == 1
    assert all(sqlite.portal.verify(flow).sound for flow in sqlite.storage.flow_ids(limit=1000))

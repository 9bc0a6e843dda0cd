"""What an audit says: of which flow, which entry and which kind of wrong, and why a history cannot be decided again."""

from collections.abc import Callable
from typing import Any

import pytest
from support.cabinet import relative
from support.leaving import withdrawn
from support.portal import AT_HOME, MARGARITA, Scene, accepting
from support.second import Registration2, beside

from registratura.domain.matching import ClinicCard
from registratura.flows.catalogue import FLOWS
from registratura.flows.common import Cancel
from registratura.flows.engine.audit import PROBLEMS, Problem, Verdict
from registratura.flows.errors import DataDamaged, Erased, RegistraturaError, UnknownFlow
from registratura.flows.step import Stays
from registratura.flows.texts import Texts
from registratura.flows.versions import Catalogue, UnknownVersion


def change(scene: Scene, statement: str) -> None:
    with scene.storage.engine.begin() as connection:
        assert connection.exec_driver_sql(statement).rowcount


def consented(scene: Scene) -> str:
    return scene.walk(scene.at_consent().id, accepting(), caller=AT_HOME).id


def test_a_verdict_says_of_which_flow_it_is_and_how_much_was_looked_at(scene: Scene) -> None:
    flow = consented(scene)
    assert scene.portal.verify(flow) == Verdict(flow, "registration", "gosuslugi.entry", 4, 1)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE registratura_log SET transition = 'a/b/c' WHERE seq = 2", Problem("log_changed", 2)),
        ("DELETE FROM registratura_log WHERE seq = 4", Problem("log_end", 3)),
        ("DELETE FROM registratura_log", Problem("log_end", 0)),
        ("DELETE FROM registratura_log", Problem("log_empty")),
        ("UPDATE registratura_log SET outcome = '{}' WHERE seq = 2", Problem("log_not_replayed", 2)),
        ("UPDATE registratura_flows SET changed_at = 1", Problem("log_fold")),
        ("UPDATE registratura_evidence SET entry = '{}'", Problem("consent_changed", 1)),
        ("UPDATE registratura_evidence SET previous = 'a'", Problem("consent_changed", 1)),
        ("UPDATE registratura_evidence SET hash = 'a'", Problem("consent_changed", 1)),
        ("UPDATE registratura_evidence SET signature = 'a'", Problem("consent_signature")),
    ],
)
def test_the_first_entry_that_is_wrong_is_named(sqlite: Scene, statement: str, problem: Problem) -> None:
    flow = consented(sqlite)
    change(sqlite, statement)
    assert problem in sqlite.portal.verify(flow).problems


def test_timers_are_looked_at_whatever_is_sealed(sqlite: Scene) -> None:
    card = relative(sqlite, sqlite.registered())
    change(sqlite, f"DELETE FROM registratura_timers WHERE flow_id = '{card}'")
    assert sqlite.portal.verify(card).problems == (Problem("timers"),)


def test_an_entry_that_was_changed_hides_no_claim_that_is_lost_after_it(sqlite: Scene) -> None:
    flow = sqlite.at_card().id
    change(sqlite, f"UPDATE registratura_log SET outcome = 'no JSON' WHERE flow_id = '{flow}' AND seq = 2")
    change(sqlite, "DELETE FROM registratura_claims")
    assert Problem("claims", 6) in sqlite.portal.verify(flow).problems


def test_a_migration_that_would_be_none_now_is_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    flow, second = scene.at_consent().id, beside(scene)
    second.portal.migrate(flow)
    monkeypatch.setitem(Registration2.migrations, 1, lambda old, now: Stays("не сейчас"))
    assert second.portal.verify(flow).problems == (Problem("log_decided_otherwise", 4),)


@pytest.fixture
def nobodys(make_scene: Callable[..., Scene]) -> tuple[Scene, str]:
    """A flow that ended before it was known whose it was: its personal data is destroyed, and nothing else."""
    kept = [ClinicCard(ref=str(n), name=MARGARITA.name, birth_date=MARGARITA.birth_date) for n in range(2)]
    scene = make_scene(clinic_cards=lambda person: tuple(kept))
    waiting = scene.at_card()
    assert waiting.state == "ambiguous_card"
    return scene, scene.walk(waiting.id, Cancel(), caller=AT_HOME).id


def test_of_whom_nobody_knew_the_claims_stay(nobodys: tuple[Scene, str]) -> None:
    scene, flow = nobodys
    assert scene.portal.verify(flow).sound
    if hasattr(scene.storage, "rows"):
        scene.storage.rows.claims.clear()
    else:
        change(scene, "DELETE FROM registratura_claims")
    assert [problem.code for problem in scene.portal.verify(flow).problems] == ["claims"]


def failure(scene: Scene, use: Callable[[str], Any], flow: str) -> tuple[type[RegistraturaError], dict[str, Any]]:
    with pytest.raises(RegistraturaError) as caught:
        use(flow)
    return type(caught.value), caught.value.params


def test_a_history_that_is_not_there_or_destroyed_is_decided_by_nobody(scene: Scene) -> None:
    caller = scene.registered()
    card = scene.flow_of(caller, "patient_card")
    assert scene.portal.replay(card) == ()
    scene.portal.operator.data_destroyed(withdrawn(scene, caller), "12-П")
    assert failure(scene, scene.portal.replay, card) == (Erased, {"flow_id": card})
    assert [entry.event for entry in scene.portal.history(card)][:2] == ["open_card", "confirm"], "the act stays"
    for use in (scene.portal.replay, scene.portal.verify):
        assert failure(scene, use, "nobody's") == (UnknownFlow, {"flow_id": "nobody's"})


def test_an_entry_that_does_not_open_is_told_as_damaged(sqlite: Scene) -> None:
    card = sqlite.flow_of(sqlite.registered(), "patient_card")
    change(sqlite, f"UPDATE registratura_log SET sealed = 'v1.a.b.c' WHERE flow_id = '{card}' AND sealed IS NOT NULL")
    assert failure(sqlite, sqlite.portal.replay, card) == (DataDamaged, {"what": "the log", "flow_id": card})


def test_a_program_that_does_not_know_a_flow_at_all_decides_none_of_its_history(scene: Scene) -> None:
    card = scene.flow_of(scene.registered(), "patient_card")
    others = Catalogue(*(flow for name, flow in FLOWS.items() if name != "patient_card"))
    unknown = {"flow_id": card, "flow": "patient_card", "chart_version": 1, "known": "none"}
    assert failure(scene, beside(scene, others).portal.replay, card) == (UnknownVersion, unknown)


def test_each_problem_is_told_in_words_and_has_a_text_for_people() -> None:
    keys = Texts.russian().keys()
    assert {f"problem.{code}" for code in PROBLEMS} == {key for key in keys if key.startswith("problem.")}
    assert all(str(Problem(code, 7)) for code in PROBLEMS)

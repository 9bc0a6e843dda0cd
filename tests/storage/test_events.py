"""The rows of an event: written together, read back as they were, or not there at all."""

from dataclasses import replace
from typing import Any

import pytest
from support.rows import (
    answer,
    begun,
    claim,
    contents,
    effect,
    entry,
    evidence,
    flow,
    key,
    moved,
    ticket,
    timer,
)

from registratura.domain.attempts import Attempts
from registratura.flows.engine.codec import moment
from registratura.flows.ports import Lost, Storage
from registratura.flows.rows import AttemptChange, Changes


def test_what_was_written_is_read_back(storage: Any) -> None:
    rows = begun(
        claims=(claim(),),
        timers=(("flow-1", (timer(), timer("resend", 5))),),
        effects=(effect(),),
        evidence=(evidence(), evidence(2)),
        idempotency=answer(),
    )
    with storage.unit() as unit:
        unit.write(rows)
        assert unit.flow("flow-1") == flow(wrapped="wrapped-flow-1")
        assert list(unit.log("flow-1")) == [entry()]
        assert unit.log_entry("flow-1", 1) == entry()
        assert list(unit.evidence("flow-1")) == [evidence(), evidence(2)]
        assert unit.claim("account", "digest-1") == claim()
        assert unit.idempotent("host:flow-1", "answer-1") == answer()
        assert unit.key("key-of-flow-1") == key()
        assert sorted(unit.timers("flow-1")) == [timer(), timer("resend", 5)]
    assert list(storage.effects()) == [effect()]


def test_what_is_not_there_is_nothing(storage: Any) -> None:
    with storage.unit() as unit:
        assert unit.flow("flow-1") is unit.claim("account", "x") is unit.idempotent("a", "b") is None
        assert unit.key("x") is unit.key_of("x") is unit.ticket("x") is None
        assert unit.attempts("x") is unit.log_entry("flow-1", 1) is None
        assert list(unit.log("flow-1")) == list(unit.evidence("flow-1")) == list(unit.flows_of("a", "b")) == []


def test_a_flow_moves_from_the_version_expected(storage: Any) -> None:
    with storage.unit() as unit:
        unit.write(begun())
        unit.write(moved(2))
        unit.write(moved(5, expected=2))
        assert unit.flow("flow-1") == flow(version=5, wrapped="wrapped-flow-1")
        assert [row.seq for row in unit.log("flow-1")] == [1, 2, 5]


def test_the_log_is_read_in_parts(storage: Any) -> None:
    with storage.unit() as unit:
        unit.write(begun())
        for version in (2, 3, 4):
            unit.write(moved(version))
        assert [row.seq for row in unit.log("flow-1", after=1)] == [2, 3, 4]
        assert [row.seq for row in unit.log("flow-1", after=1, limit=2)] == [2, 3]
        assert unit.log_entry("flow-1", 3) == entry(seq=3)
        assert unit.log_entry("flow-1", 5) is None


def test_flows_are_found_by_their_account_the_oldest_first(storage: Any) -> None:
    with storage.unit() as unit:
        for name in ("flow-2", "flow-1"):
            unit.write(begun(name))
        unit.write(Changes(flows=((flow("flow-3", account="account-2"), 0),), log=()))
        unit.write(Changes(flows=((flow("flow-4", flow="sign_in"), 0),), log=()))
        found, every = unit.flows_of("account-1", "registration"), unit.flows_of("account-1")
    assert [row.id for row in every] == ["flow-1", "flow-2", "flow-4"]
    assert [(row.id, row.wrapped) for row in found] == [("flow-1", "wrapped-flow-1"), ("flow-2", "wrapped-flow-2")]


def test_a_flow_whose_key_was_destroyed_is_still_there(storage: Any) -> None:
    with storage.unit() as unit:
        unit.write(begun(keys=()))
        assert unit.flow("flow-1") == flow(wrapped=None)


def test_a_key_is_linked_to_a_person_and_found_by_them(storage: Any) -> None:
    with storage.unit() as unit:
        unit.write(begun())
        assert unit.key_of("person-1") is None
        unit.write(moved(2, linked_keys=(("key-of-flow-1", "person-1"),)))
        assert unit.key_of("person-1") == key(subject="person-1")
        unit.write(begun("flow-0", keys=(key("flow-0", "person-1"),)))
        assert unit.key_of("person-1") == key("flow-0", "person-1"), "of several keys the oldest is used"


def test_timers_replace_those_of_their_flow_only(storage: Any) -> None:
    with storage.unit() as unit:
        unit.write(begun(timers=(("flow-1", (timer(), timer("resend", 5))),)))
        unit.write(begun("flow-2", timers=(("flow-2", (timer(flow_id="flow-2"),)),)))
        unit.write(moved(2, timers=(("flow-1", (timer("remind", 7, epoch=3),)),)))
        assert [*unit.timers("flow-1"), *unit.timers("flow-2")] == [
            timer("remind", 7, epoch=3),
            timer(flow_id="flow-2"),
        ]
        unit.write(moved(3, timers=(("flow-1", ()),)))
        assert [*unit.timers("flow-1"), *unit.timers("flow-2")] == [timer(flow_id="flow-2")]


def test_two_flows_move_together(storage: Any) -> None:
    with storage.unit() as unit:
        unit.write(begun())
        unit.write(begun("flow-2"))
        both = Changes(
            flows=((flow(version=2), 1), (flow("flow-2", 2), 1), (flow("flow-3"), 0)),
            log=(entry(seq=2), entry("flow-2", 2), entry("flow-3")),
        )
        unit.write(both)
        assert [unit.flow(name).version for name in ("flow-1", "flow-2", "flow-3")] == [2, 2, 1]


LOCKED = Attempts(count=5, lock_level=1, locked_until=moment(1_000_000))
SOME: dict[str, Any] = {
    "claims": (claim("digest-2"),),
    "effects": (effect("effect-2"),),
    "evidence": (evidence(2),),
    "idempotency": answer("answer-2"),
    "keys": (key("flow-9"),),
    "linked_keys": (("key-of-flow-1", "person-1"),),
    "timers": (("flow-1", (timer("resend"),)),),
    "attempts": (AttemptChange("free", Attempts(), 1),),
    "ticket": "ticket-2",
    "finished_effect": "effect-1",
}
LOSSES: dict[str, tuple[Changes, str]] = {
    "idempotency": (moved(2, **SOME | {"idempotency": answer()}), "answer-1"),
    "ticket spent": (moved(2, **SOME | {"ticket": "ticket-1"}), "ticket-1"),
    "ticket unknown": (moved(2, **SOME | {"ticket": "ticket-9"}), "ticket-9"),
    "flow moved": (moved(2, expected=7, **SOME), "flow-1"),
    "flow there": (moved(2, expected=0, **SOME), "flow-1"),
    "flow not there": (moved(2, "flow-9", **SOME), "flow-9"),
    "watched": (moved(2, watched=(("flow-2", 7),), **SOME), "flow-2"),
    "watched not there": (moved(2, watched=(("flow-9", 1),), **SOME), "flow-9"),
    "claim": (moved(2, **SOME | {"claims": (claim("digest-2"), claim(target="target-2"))}), "account"),
    "claim twice": (moved(2, **SOME | {"claims": (claim("digest-2"), claim("digest-2"))}), "account"),
    "attempt": (
        moved(2, **SOME | {"attempts": (SOME["attempts"][0], AttemptChange("locked", Attempts(), 999_999))}),
        "locked",
    ),
    "effect done": (moved(2, **SOME | {"finished_effect": "effect-done"}), "effect-done"),
    "effect unknown": (moved(2, **SOME | {"finished_effect": "effect-9"}), "effect-9"),
}


def prepared(storage: Storage) -> None:
    """A database in which somebody was first with everything."""
    for name in ("ticket-1", "ticket-2"):
        storage.count_attempts(ticket(name), ["free", "locked"], lambda now: ("", {**now, "locked": LOCKED}))
    with storage.unit() as unit:
        unit.write(
            begun(
                claims=(claim(),),
                idempotency=answer(),
                effects=(effect(), effect("effect-done", status="done")),
                evidence=(evidence(),),
                timers=(("flow-1", (timer(),)),),
                ticket="ticket-1",
            )
        )
        unit.write(begun("flow-2"))


@pytest.mark.parametrize("case", LOSSES)
def test_who_comes_second_is_told_so_and_nothing_is_written(storage: Any, case: str) -> None:
    prepared(storage)
    before = contents(storage)
    changes, which = LOSSES[case]
    with storage.unit() as unit, pytest.raises(Lost) as lost:
        unit.write(changes)
    assert (lost.value.what, lost.value.which) == (case.split()[0], which)
    assert contents(storage) == before


def test_the_same_rows_are_written_when_nobody_was_first(storage: Any) -> None:
    prepared(storage)
    before = contents(storage)
    with storage.unit() as unit:
        unit.write(moved(2, watched=(("flow-2", 1),), **SOME))
        assert unit.ticket("ticket-2").spent == 1
        assert unit.flow("flow-1").version == 2
    done = {row.id: row for row in storage.effects("done")}
    assert done["effect-1"].sealed is None, "what was handed over does not stay"
    after = contents(storage)
    assert all(
        after[name] != before[name]
        for name in before
        if not name.endswith(("meta", "security_events", "security", "attempts"))
    )


def test_what_is_lost_is_looked_at_in_one_order(storage: Any) -> None:
    prepared(storage)
    changes = moved(2, expected=7, watched=(("flow-1", 7),), idempotency=answer(), ticket="ticket-1", claims=(claim(),))
    order = []
    for field, blank in (("idempotency", None), ("ticket", None), ("flows", ()), ("watched", ()), ("claims", ())):
        with storage.unit() as unit, pytest.raises(Lost) as lost:
            unit.write(changes)
        order.append(lost.value.what)
        changes = replace(changes, **{field: blank})  # type: ignore[arg-type]
    assert order == ["idempotency", "ticket", "flow", "watched", "claim"]

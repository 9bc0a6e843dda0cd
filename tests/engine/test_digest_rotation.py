"""The digest key is changed while the portal runs: nobody gets a second account, a code or a guess more by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.leaving import withdrawn
from support.portal import AT_HOME, PASSWORD, Scene, codes, opened, submitting
from support.rotating import (
    BOTH,
    FIRST,
    LAST,
    NUMBERS,
    ONE,
    SECOND,
    THIRD,
    accounts,
    both_ways,
    process,
    somebody,
    tried,
    under,
)

from registratura.flows.effects import DeliverCode
from registratura.flows.errors import IdempotencyConflict, KeyWrong
from registratura.flows.keyring import DigestKeyNotPrepared, DigestKeyNotRotated
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode, SubmitOneTimeCode
from registratura.flows.registration import ChooseRegion, Registration
from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword
from registratura.storage import SecretKeyring
from registratura.storage.keyring import Key, Keys


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    """A portal as it was before there was a second key."""
    with opened(request.param, tmp_path, keys=SecretKeyring(ONE)) as made:
        yield made


# ─── What one process began, another goes on with ────────────────────────────────────────────────────────────────────


def test_whoever_is_known_to_one_process_is_known_to_the_other(scene: Scene) -> None:
    known = [somebody()]
    scene.registered(known[0])
    for one, other in both_ways(scene):
        known.append(somebody())
        one.registered(known[-1])
        for person in known:
            assert tried(other, person).state == "signed_in"
            assert other.at_card(person).state == "already_registered"
    assert len(accounts(scene)) == len(known)


def test_guesses_count_on(scene: Scene) -> None:
    """Of five guesses at a login, those before the change are gone; a lock is one in every process."""
    half, locked = somebody(), somebody()
    for person, number in ((half, 4), (locked, 5)):
        scene.registered(person)
        for _ in range(number):
            tried(scene, person, "wrong")
    for one, other in both_ways(scene):
        assert codes(tried(one, locked)) == codes(tried(other, locked)) == ["attempts.exhausted"]
        fresh = somebody()
        one.registered(fresh)
        for guesser in (one, other, one, other, one):
            assert codes(tried(guesser, fresh, "wrong")) == ["sign_in.failed"]
        assert codes(tried(other, fresh)) == codes(tried(one, fresh)) == ["attempts.exhausted"]
        forgiven = somebody()
        other.registered(forgiven)
        for guesser in (one, other, one, other):
            tried(guesser, forgiven, "wrong")
        assert tried(one, forgiven).state == "signed_in"
        assert codes(tried(other, forgiven, "wrong")) == ["sign_in.failed"]
    assert codes(tried(other, half, "wrong")) == ["sign_in.failed"]
    assert codes(tried(other, half)) == ["attempts.exhausted"]


def test_a_clinics_code_is_good_in_every_process_and_once(scene: Scene) -> None:
    person = somebody()
    owner = scene.registered(person)
    early, ways = scene.code(person), list[str]()
    for one, other in both_ways(scene):
        who = somebody()
        caller, code = one.registered(who), one.code(who)
        flow = other.at_code_entry(caller)
        assert other.portal.send(flow.id, submitting(code.code), caller=caller).state == "attached"
        stranger = other.registered(somebody())
        again = one.portal.send(one.at_code_entry(stranger).id, submitting(code.code), caller=stranger)
        assert again.refusals
        ways.append(code.id)
    flow = other.at_code_entry(owner)
    assert other.portal.send(flow.id, submitting(early.code), caller=owner).state == "attached"
    assert [other.events(way).count("issued/activate/activated") for way in ways] == [1] * len(ways)


def test_a_code_by_sms_a_session_and_a_repeated_request_live_on(scene: Scene) -> None:
    for one, other in both_ways(scene):
        got: list[str] = []
        one.portal.handlers[DeliverCode] = lambda effect, effect_id, got=got: got.append(effect.code)  # type: ignore[misc]
        asked = SendOneTimeCode(phone="+79001234567", person=f"person {next(NUMBERS)}")
        flow = one.portal.start(OneTimeCode, asked, caller=None)
        one.portal.run_due()
        assert other.portal.send(flow.id, SubmitOneTimeCode(code=got[0])).state == "passed"
        flow = one.portal.start(Registration, caller=AT_HOME, idempotency_key=(key := f"start {next(NUMBERS)}"))
        assert other.portal.start(Registration, caller=AT_HOME, idempotency_key=key).id == flow.id
        click = ChooseRegion(region="74")
        first = one.portal.send(flow.id, click, caller=AT_HOME, idempotency_key="click")
        again = other.portal.send(flow.id, click, caller=AT_HOME, idempotency_key="click")
        assert (again.transition, len(one.log(flow.id))) == (first.transition, 2)
        with pytest.raises(IdempotencyConflict):
            other.portal.send(flow.id, ChooseRegion(region="63"), caller=AT_HOME, idempotency_key="click")


def test_an_attempt_that_one_process_counted_another_redeems_once(scene: Scene) -> None:
    person = somebody()
    caller = scene.registered(person)
    early = scene.at_code_entry(caller).id
    kept = scene.portal.attempt(early, submitting("00000000"), caller=caller, idempotency_key="early")
    for one, other in both_ways(scene):
        owner = one.registered(somebody())
        flow, guess = one.at_code_entry(owner).id, submitting("00000001")
        ticket = one.portal.attempt(flow, guess, caller=owner, idempotency_key="guess")
        assert other.portal.attempt(flow, guess, caller=owner, idempotency_key="guess") == ticket
        with other.storage.unit() as unit:
            assert unit.ticket(ticket).spent == 0
        other.portal.send(flow, guess, caller=owner, ticket=ticket)
        with one.storage.unit() as unit:
            assert unit.ticket(ticket).spent == 1
    view = other.portal.send(early, submitting("00000000"), caller=caller, ticket=kept)
    assert codes(view) == ["code.not_accepted"]


def test_a_right_password_that_was_counted_in_time_is_not_locked_out_by_the_change(scene: Scene) -> None:
    """U46: a lock that began because more came than there are guesses is none for what was counted before it."""
    for one, other in both_ways(scene):
        person = somebody()
        one.registered(person)
        flow = one.walk(one.portal.start(SignIn).id, ChoosePassword()).id
        right = SubmitPassword(login=str(person.email), password=PASSWORD)
        ticket, *_ = [one.portal.attempt(flow, right) for _ in range(7)]
        assert other.portal.send(flow, right, ticket=ticket).state == "signed_in"


def test_erasure_reaches_what_was_claimed_under_either_key(scene: Scene) -> None:
    person = somebody()
    leaving = [(person, scene.registered(person))]
    for one, other in both_ways(scene):
        leaving.append((person := somebody(), one.registered(person)))
        person, caller = leaving.pop(0)
        assert tried(one, person).state == "signed_in"
        other.portal.operator.data_destroyed(withdrawn(other, caller), "12-П")
        assert codes(tried(one, person)) == codes(tried(other, person)) == ["sign_in.failed"]
        again = one.registered(person)
        assert again.account != caller.account
        one.clock.turn(timedelta(days=1))
    assert all(other.portal.verify(flow_id).sound for flow_id in scene.storage.flow_ids(limit=10_000))


def test_a_process_that_was_not_started_again_gives_no_guess_back(scene: Scene) -> None:
    """What it finds by was let go; it goes on from where the others are."""
    by_first = process(scene, BOTH)
    asked = SendOneTimeCode(phone="+79001234567", person=f"person {next(NUMBERS)}")
    flow = by_first.portal.start(OneTimeCode, asked, caller=None).id

    def guessed(guesser: Scene) -> str:
        return guesser.portal.send(flow, SubmitOneTimeCode(code="000000")).state

    assert [guessed(by_first), guessed(by_first)] == ["sent", "sent"]
    by_first.portal.operator.rekey_digests()
    process(scene, BOTH).portal.operator.drop_digests()
    last = process(scene, LAST)
    assert [guessed(each) for each in (by_first, last, by_first)] == ["sent", "sent", "exhausted"]


def test_what_one_process_forgave_no_other_counts_on(scene: Scene) -> None:
    """It finds by the new key, and still writes under the former one, of which the last no longer knows."""
    process(scene, BOTH).portal.operator.rekey_digests()
    by_second, person = process(scene, BOTH), somebody()
    by_second.registered(person)
    by_second.portal.operator.drop_digests()
    last = process(scene, LAST)
    for _ in range(4):
        assert codes(tried(by_second, person, "wrong")) == ["sign_in.failed"]
    assert tried(last, person).state == "signed_in"
    assert codes(tried(by_second, person, "wrong")) == ["sign_in.failed"]
    assert tried(last, person).state == "signed_in"


def test_who_was_erased_gets_nothing_back_when_the_command_is_repeated(scene: Scene) -> None:
    """What a process that was not started again wrote under the former key goes with the person too."""
    process(scene, BOTH).portal.operator.rekey_digests()
    not_again = process(scene, BOTH)
    not_again.portal.operator.drop_digests()
    person = somebody()
    caller = not_again.registered(person)
    last = process(scene, LAST)
    last.portal.operator.data_destroyed(withdrawn(last, caller), "12-П")
    last.portal.operator.drop_digests()
    last.clock.turn(timedelta(days=1))
    assert last.registered(person).account != caller.account


# ─── What the commands do ────────────────────────────────────────────────────────────────────────────────────────────


def test_in_the_end_nothing_is_under_the_former_key(scene: Scene) -> None:
    scene.registered()
    tried(scene, somebody(), "wrong")
    scene.portal.start(Registration, caller=AT_HOME, idempotency_key="click")
    before = under(scene, FIRST)
    assert before > 5
    with_both = process(scene, BOTH)
    with_both.portal.operator.rekey_digests()
    assert under(scene, FIRST) > 0
    by_second = process(scene, BOTH)
    by_second.portal.operator.drop_digests()
    assert (under(scene, FIRST), under(scene, SECOND)) == (0, before)
    # One that still writes under both leaves something behind, until it is started again.
    tried(by_second, somebody(), "wrong")
    assert under(scene, FIRST) > 0
    last = process(scene, LAST)
    last.portal.operator.drop_digests()
    assert under(scene, FIRST) == 0
    assert all(last.portal.verify(flow_id).sound for flow_id in scene.storage.flow_ids())


def test_the_key_may_be_changed_again_and_again(scene: Scene) -> None:
    known = [somebody()]
    scene.registered(known[0])
    newest, older = ONE.digest[0], list[Any]()
    for key in (SECOND, THIRD):
        process(scene, Keys(ONE.master, (key, newest), ONE.sign, inner=tuple(older))).portal.operator.rekey_digests()
        process(scene, Keys(ONE.master, (key, newest), ONE.sign, inner=tuple(older))).portal.operator.drop_digests()
        newest, older = key, [newest, *older]
        last = process(scene, Keys(ONE.master, (newest,), ONE.sign, inner=tuple(older)))
        assert all(tried(last, person).state == "signed_in" for person in known)
        known.append(somebody())
        last.registered(known[-1])
    assert len(accounts(last)) == 3
    assert under(last, FIRST) == under(last, SECOND) == 0
    assert all(last.portal.verify(flow_id).sound for flow_id in scene.storage.flow_ids(limit=1000))


def test_a_process_with_the_keys_of_another_stage_is_not_started(scene: Scene) -> None:
    with pytest.raises(KeyWrong):
        process(scene, LAST)
    with pytest.raises(DigestKeyNotPrepared):
        scene.portal.operator.rekey_digests()
    with_both = process(scene, BOTH)
    with pytest.raises(DigestKeyNotRotated):
        with_both.portal.operator.drop_digests()
    with_both.portal.operator.rekey_digests()
    with pytest.raises(KeyWrong):
        process(scene, ONE)
    process(scene, BOTH).portal.operator.rewrap_keys()
    assert process(scene, BOTH).portal.operator.rekey_digests() is None
    with pytest.raises(KeyWrong):
        process(scene, ONE)


@pytest.mark.parametrize(
    ("first", "batch", "second"), [("rewrap", "rewrap", "rekey"), ("rekey", "rekey_claims", "rewrap")]
)
def test_both_kinds_of_keys_may_be_changed_at_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, first: str, batch: str, second: str
) -> None:
    """One begins, the other one begins and ends, and the first ends: the database has the check value of both."""
    scene.registered(person := somebody())
    next_master = Key("next", bytes([9]) * 32)
    here = process(scene, replace(BOTH, master=next_master, former=(ONE.master,)))
    there = process(scene, replace(BOTH, coming=next_master))
    changes = {"rewrap": here.portal.operator.rewrap_keys, "rekey": there.portal.operator.rekey_digests}
    real, begun = getattr(scene.storage, batch), list[str]()

    def in_the_middle(*args: Any, **more: Any) -> Any:
        if not begun:
            begun.append(second)
            changes[second]()
        return real(*args, **more)

    monkeypatch.setattr(scene.storage, batch, in_the_middle)
    changes[first]()
    assert begun
    last = process(scene, replace(LAST, master=next_master))
    assert tried(last, person).state == "signed_in"
    for former in (BOTH, replace(ONE, master=next_master)):
        with pytest.raises(KeyWrong):
            process(scene, former)

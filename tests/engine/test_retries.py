"""Promise 2: a retry gives the first answer; of two writers one wins."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.faults import meddling
from support.portal import AT_HOME, MARGARITA, PASSWORD, Scene, accepting, codes, submitting, tables
from support.rows import contents

from registratura.flows.errors import (
    ConcurrentUpdate,
    IdempotencyConflict,
    InvalidPayload,
    NotAllowedNow,
    RegistraturaError,
    UnknownFlow,
)
from registratura.flows.registration import BeginRegistration, ChangeRegion, ChooseRegion, Register, Registration
from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword
from registratura.host import Caller

URAL = ChooseRegion(region="74")
NOWHERE = ChooseRegion(region="00")


def answer(view: Any) -> tuple[Any, ...]:
    """The outcome, without the view that is drawn anew."""
    return view.id, view.transition, view.refusals, view.started


def started(scene: Scene) -> str:
    return scene.portal.start(Registration, caller=AT_HOME).id


def test_the_same_key_and_payload_get_the_recorded_answer(scene: Scene) -> None:
    flow = started(scene)
    first = scene.portal.send(flow, URAL, caller=AT_HOME, idempotency_key="k")
    everything = contents(scene.storage)
    again = [scene.portal.send(flow, URAL, caller=AT_HOME, idempotency_key="k") for _ in range(3)]
    assert again == [first] * 3
    assert contents(scene.storage) == everything


def test_a_refusal_is_recorded_with_its_reasons(scene: Scene) -> None:
    flow = started(scene)
    first = scene.portal.send(flow, NOWHERE, caller=AT_HOME, idempotency_key="k")
    assert codes(first) == ["region.unknown"]
    scene.walk(flow, URAL, caller=AT_HOME)
    again = scene.portal.send(flow, NOWHERE, caller=AT_HOME, idempotency_key="k")
    assert answer(again) == answer(first)


def test_the_view_of_a_retry_is_drawn_now(scene: Scene) -> None:
    flow = started(scene)
    first = scene.portal.send(flow, URAL, caller=AT_HOME, idempotency_key="k")
    now = scene.walk(flow, Register(), caller=AT_HOME)
    again = scene.portal.send(flow, URAL, caller=AT_HOME, idempotency_key="k")
    assert (again.state, again.version, again.screen) == ("consent", now.version, now.screen)
    assert answer(again) == answer(first)


def test_the_same_key_with_another_payload_is_a_conflict_and_writes_nothing(scene: Scene) -> None:
    flow = started(scene)
    scene.portal.send(flow, URAL, caller=AT_HOME, idempotency_key="k")
    before = contents(scene.storage)
    for other in (NOWHERE, ChangeRegion()):
        with pytest.raises(IdempotencyConflict):
            scene.portal.send(flow, other, caller=AT_HOME, idempotency_key="k")
    assert contents(scene.storage) == before


def test_a_start_with_a_key_starts_one_flow(scene: Scene) -> None:
    flows = {scene.portal.start(Registration, caller=AT_HOME, idempotency_key="k").id for _ in range(3)}
    assert len(flows) == 1
    assert len(scene.storage.flow_ids()) == 1


def test_a_key_that_started_one_flow_starts_no_other(scene: Scene) -> None:
    scene.portal.start(Registration, caller=AT_HOME, idempotency_key="k")
    with pytest.raises(IdempotencyConflict):
        scene.portal.start(SignIn, caller=AT_HOME, idempotency_key="k")


def test_a_start_tells_what_it_started_again(scene: Scene) -> None:
    caller = scene.registered()
    first = scene.attached(caller)
    assert first.state == "attached"
    flow = scene.at_gosuslugi()
    once = scene.portal.gosuslugi.returned(flow.id, MARGARITA, "an answer")
    assert scene.portal.gosuslugi.returned(flow.id, MARGARITA, "an answer") == once


def test_keys_of_other_callers_and_flows_are_other_keys(scene: Scene) -> None:
    one, two = started(scene), scene.portal.start(Registration).id
    scene.portal.send(one, URAL, caller=AT_HOME, idempotency_key="k")
    assert scene.portal.send(two, NOWHERE, idempotency_key="k").refusals
    assert scene.portal.send(one, Register(), idempotency_key="k").state == "consent"
    other = scene.portal.start(Registration, caller=Caller(session="host"), idempotency_key="k")
    assert other.id not in (one, two, scene.portal.start(Registration, idempotency_key="k").id)


def test_the_event_that_signs_somebody_in_is_known_again_by_the_session_they_had(scene: Scene) -> None:
    scene.registered()
    flow = scene.portal.start(SignIn, caller=AT_HOME).id
    scene.walk(flow, ChoosePassword(), caller=AT_HOME)
    login = SubmitPassword(login=MARGARITA.email or "", password=PASSWORD)
    first = scene.portal.send(flow, login, caller=AT_HOME, idempotency_key="k")
    now = Caller(session="a new one", account=first.account, formerly=AT_HOME.session)
    assert answer(scene.portal.send(flow, login, caller=now, idempotency_key="k")) == answer(first)
    with pytest.raises(NotAllowedNow):
        scene.portal.send(flow, login, caller=replace(now, formerly="another"), idempotency_key="k")


def test_an_empty_key_is_a_key(scene: Scene) -> None:
    caller = scene.registered()
    flow = scene.at_code_entry(caller)
    for _ in range(7):
        view = scene.portal.send(flow.id, submitting("00000000"), caller=caller, idempotency_key="")
    assert (view.state, len(scene.log(flow.id))) == ("code_entry", 2)


@pytest.mark.parametrize("key", ["к" * 501, "a\0b", "\ud800"])
def test_a_key_that_nothing_could_store_is_the_callers_mistake(scene: Scene, key: str) -> None:
    with pytest.raises(InvalidPayload, match="idempotency_key"):
        scene.portal.start(Registration, idempotency_key=key)
    assert scene.storage.flow_ids() == []


def test_a_key_may_be_long_and_in_any_letters(scene: Scene) -> None:
    first, again = (scene.portal.start(Registration, idempotency_key="ключ" * 125) for _ in range(2))
    assert first.id == again.id


def test_errors_are_not_recorded(scene: Scene) -> None:
    flow = started(scene)
    with pytest.raises(NotAllowedNow):
        scene.portal.send(flow, Register(), caller=AT_HOME, idempotency_key="k")
    scene.walk(flow, URAL, caller=AT_HOME)
    assert scene.portal.send(flow, Register(), caller=AT_HOME, idempotency_key="k").state == "consent"


def test_the_answer_stays_when_the_flow_has_ended(scene: Scene) -> None:
    flow = scene.at_consent()
    first = scene.portal.send(flow.id, accepting(), caller=AT_HOME, idempotency_key="k")
    scene.clock.turn(timedelta(hours=24))
    again = scene.portal.send(flow.id, accepting(), caller=AT_HOME, idempotency_key="k")
    assert again.state == "expired"
    assert answer(again) == answer(first)


def test_a_retry_shows_a_flow_only_to_those_who_may_see_it(scene: Scene) -> None:
    """Callers that nothing tells apart have one space of keys, and what became somebody's is not the others'."""
    nobody = Caller()
    flow = scene.portal.start(Registration, BeginRegistration(), caller=nobody, idempotency_key="k")
    scene.walk(flow.id, URAL, Register(), accepting())
    scene.portal.gosuslugi.returned(flow.id, MARGARITA, "1")
    with pytest.raises(UnknownFlow):
        scene.portal.start(Registration, BeginRegistration(), caller=nobody, idempotency_key="k")


def test_an_answer_is_kept_for_a_week(scene: Scene) -> None:
    flow = scene.portal.start(SignIn, caller=AT_HOME, idempotency_key="k")
    caller = scene.registered()
    guess = submitting("00000000")
    entry = scene.at_code_entry(caller)
    scene.portal.send(entry.id, guess, caller=caller, idempotency_key="k")
    scene.clock.turn(timedelta(days=7))
    scene.portal.run_due()
    assert scene.portal.start(SignIn, caller=AT_HOME, idempotency_key="k").id == flow.id
    scene.clock.turn(timedelta(microseconds=1))
    scene.portal.run_due()
    assert {name for name in ("idempotency", "tickets") if tables(scene)[name]} == set()
    assert scene.portal.start(SignIn, caller=AT_HOME, idempotency_key="k").id != flow.id


# ─── Twice at once ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("moment", ["idempotent", "write"])
@pytest.mark.parametrize("expected", [None, 1])
def test_a_request_sent_twice_at_once_gets_one_answer(scene: Scene, moment: str, expected: int | None) -> None:
    """Whether the other one is done before this one looks at the flow, or after it has decided."""
    flow = started(scene)
    found: list[Any] = []

    def send() -> Any:
        return scene.portal.send(flow, URAL, caller=AT_HOME, idempotency_key="k", expected_version=expected)

    def meanwhile(changes: Any = None) -> Any:
        found.append(send())
        return changes

    with meddling(scene.storage, **{moment: meanwhile}) as left:
        found.append(send())
    assert not left
    assert found[0] == found[1]
    assert scene.events(flow) == ["begin/begin_registration/region", "region/choose_region/main_page"]


@pytest.mark.parametrize("moment", ["idempotent", "write"])
@pytest.mark.parametrize("right", [True, False])
def test_a_guess_sent_twice_at_once_is_one_guess(scene: Scene, moment: str, right: bool) -> None:
    caller = scene.registered()
    flow, code = scene.at_code_entry(caller), scene.code().code if right else "00000000"
    found: list[Any] = []

    def send() -> Any:
        return scene.portal.send(flow.id, submitting(code), caller=caller, idempotency_key="press")

    def meanwhile(changes: Any = None) -> Any:
        found.append(send())
        return changes

    with meddling(scene.storage, **{moment: meanwhile}) as left:
        found.append(send())
    assert not left
    assert answer(found[0]) == answer(found[1])
    assert len(scene.log(flow.id)) == 2
    assert len(tables(scene)["tickets"]) == 1


def test_of_two_writers_without_a_key_one_must_look_again(scene: Scene) -> None:
    flow = started(scene)

    def meanwhile(changes: Any) -> Any:
        scene.portal.send(flow, URAL, caller=AT_HOME)
        return changes

    with meddling(scene.storage, write=meanwhile), pytest.raises(ConcurrentUpdate) as caught:
        scene.portal.send(flow, NOWHERE, caller=AT_HOME)
    assert caught.value.params == {"flow_id": flow, "expected": "the one read"}
    assert scene.events(flow)[1:] == ["region/choose_region/main_page"]


def test_a_stale_version_is_told_and_writes_nothing(scene: Scene) -> None:
    flow = started(scene)
    scene.walk(flow, URAL, caller=AT_HOME)
    before = contents(scene.storage)
    for version in (0, 1, 3):
        with pytest.raises(ConcurrentUpdate, match=str(version)):
            scene.portal.send(flow, Register(), caller=AT_HOME, expected_version=version)
    assert contents(scene.storage) == before
    assert scene.portal.send(flow, Register(), caller=AT_HOME, expected_version=2).state == "consent"


def test_of_sixteen_writers_one_wins(scene: Scene) -> None:
    flow = started(scene)

    def send(_: int) -> str:
        try:
            return scene.portal.send(flow, URAL, caller=AT_HOME).state
        except RegistraturaError as error:
            return error.code

    with ThreadPoolExecutor(16) as pool:
        ends = list(pool.map(send, range(16)))
    assert ends.count("main_page") == 1
    assert set(ends) <= {"main_page", "concurrent_update", "not_allowed_now"}
    assert len(scene.log(flow)) == 2


def test_sixteen_repetitions_of_one_request_get_one_answer(scene: Scene) -> None:
    flow = started(scene)
    with ThreadPoolExecutor(16) as pool:
        send = scene.portal.send
        views = list(pool.map(lambda _: send(flow, URAL, caller=AT_HOME, idempotency_key="k"), range(16)))
    assert all(answer(view) == answer(views[0]) for view in views)
    assert len(scene.log(flow)) == 2


def test_several_right_passwords_at_once_all_let_in(scene: Scene) -> None:
    """U35."""
    scene.registered()
    flows = [scene.walk(scene.portal.start(SignIn).id, ChoosePassword()).id for _ in range(5)]
    event = SubmitPassword(login="+7 900 123-45-67", password=PASSWORD)
    with ThreadPoolExecutor(5) as pool:
        views = list(pool.map(lambda flow: scene.portal.send(flow, event), flows))
    assert [view.state for view in views] == ["signed_in"] * 5

"""Counters as they are kept: under which name, and until when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from support.portal import Scene, codes, submitting

from registratura.domain.attempts import AttemptsPolicy
from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword

GUESS = SubmitPassword(login="margarita@example.org", password="wrong")


def signing_in(scene: Scene) -> str:
    return scene.walk(scene.portal.start(SignIn).id, ChoosePassword()).id


def test_without_locks_the_guesses_come_back_when_the_window_is_over(make_scene: Callable[..., Scene]) -> None:
    window = timedelta(hours=3)
    scene = make_scene(attempts={"password": AttemptsPolicy(limit=2, window=window, locks=())})
    flow = signing_in(scene)
    free_at = scene.clock.now + window
    for _ in range(2):
        assert codes(scene.portal.send(flow, GUESS)) == ["sign_in.failed"]
        scene.clock.turn(timedelta(minutes=1))
    other = signing_in(scene)
    (refusal,) = scene.portal.send(other, GUESS).refusals
    assert (refusal.code, refusal.retry_at) == ("attempts.exhausted", free_at)
    scene.clock.now = free_at
    assert codes(scene.portal.send(signing_in(scene), GUESS)) == ["sign_in.failed"]


def test_a_counter_is_kept_under_the_same_name_for_ever(scene: Scene) -> None:
    """Else a new release would forgive everybody."""
    caller = scene.registered()
    scene.portal.send(scene.at_code_entry(caller).id, submitting("00000000"), caller=caller)
    scope = scene.portal.engine.tools.keys.digest("attempts", "code.total:all")
    with scene.storage.unit() as unit:
        assert unit.attempts(scope).count == 1

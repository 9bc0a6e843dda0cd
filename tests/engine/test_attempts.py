"""Promises 6 and 10: a guess is counted before it is judged, and nothing gives it back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from support.faults import DiskFull, fails, meddling
from support.portal import BORIS, PASSWORD, Scene, codes, submitting, tables

from registratura.domain.codes import AttachmentCodePolicy
from registratura.flows.clinic_right import Withdraw
from registratura.flows.effects import DeliverCode
from registratura.flows.errors import (
    InvalidPayload,
    RegistraturaError,
)
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode, SubmitOneTimeCode
from registratura.flows.portal_password import ChangePassword
from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword
from registratura.host import Caller

WRONG = "00000000"
LOGIN = "margarita@example.org"


def sms(scene: Scene) -> tuple[str, str]:
    """A flow that waits for a code by SMS, and the code."""
    got: list[Any] = []
    scene.portal.handlers[DeliverCode] = lambda effect, effect_id: got.append(effect.code)
    flow = scene.portal.start(OneTimeCode, SendOneTimeCode(phone="+79001234567", person="somebody"))
    scene.portal.run_due()
    return flow.id, got[-1]


def not_it(code: str) -> str:
    return str((int(code) + 1) % 10**6).zfill(6)


def signing_in(scene: Scene) -> str:
    return scene.walk(scene.portal.start(SignIn).id, ChoosePassword()).id


def guess(password: str = "wrong", login: str = LOGIN) -> SubmitPassword:
    return SubmitPassword(login=login, password=password)


def judged(scene: Scene, flow: str, refusal: str) -> int:
    return sum(f'"{refusal}"' in entry.outcome for entry in scene.log(flow))


# ─── Sixteen at once ─────────────────────────────────────────────────────────────────────────────────────────────────


def at_once(number: int, send: Callable[[int], Any]) -> list[Any]:
    """What sixteen threads get, errors too."""

    def tried(n: int) -> Any:
        try:
            return send(n)
        except RegistraturaError as error:
            return error

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(tried, range(number)))


def test_of_sixteen_guesses_at_an_sms_code_at_most_five_are_judged(scene: Scene) -> None:
    flow, code = sms(scene)
    ends = at_once(16, lambda _: scene.portal.send(flow, SubmitOneTimeCode(code=not_it(code))))
    assert len(ends) == 16
    assert judged(scene, flow, "one_time_code.wrong") <= 5
    assert scene.portal.verify(flow).sound
    later = at_once(1, lambda _: scene.portal.send(flow, SubmitOneTimeCode(code=code)))
    assert getattr(later[0], "state", "") != "passed"


def test_of_sixteen_right_sms_codes_one_passes(scene: Scene) -> None:
    flow, code = sms(scene)
    ends = at_once(16, lambda _: scene.portal.send(flow, SubmitOneTimeCode(code=code)))
    assert [getattr(end, "transition", "") for end in ends].count("sent/submit_one_time_code/passed") <= 1
    assert scene.state(flow) in ("passed", "exhausted")
    assert scene.portal.verify(flow).sound


def test_sixteen_times_the_right_sms_code_under_one_key_is_one_guess(scene: Scene) -> None:
    flow, code = sms(scene)
    ends = at_once(16, lambda _: scene.portal.send(flow, SubmitOneTimeCode(code=code), idempotency_key="k"))
    assert {end.transition for end in ends} == {"sent/submit_one_time_code/passed"}
    assert len(tables(scene)["tickets"]) == 1


def test_sixteen_windows_with_one_attachment_code_get_one_right(scene: Scene) -> None:
    """U46: from the web and the telephone, from several places at once; the owner gets the first answer everywhere."""
    caller = scene.registered()
    code = scene.code()
    flows = [scene.at_code_entry(caller).id for _ in range(16)]
    ends = at_once(16, lambda n: scene.portal.send(flows[n], submitting(code.code), caller=caller))
    right = scene.flow_of(caller, "clinic_right")
    attached = [end for end in ends if getattr(end, "state", "") == "attached"]
    assert 1 <= len(attached) <= 16
    assert {end.screen.items["right"] for end in attached} == {right}
    assert scene.events(code.id).count("issued/activate/activated") == 1
    with scene.storage.unit() as unit:
        assert sum(len(unit.evidence(flow)) for flow in flows) == 1
    assert all(scene.portal.verify(flow_id).sound for flow_id in scene.storage.flow_ids(limit=1000))


def test_of_two_people_with_one_code_that_is_bound_to_nobody_one_gets_the_right(scene_unbound: Scene) -> None:
    scene = scene_unbound
    both = [scene.registered(), scene.registered(BORIS)]
    code = scene.desk.issue(None)
    flows = [(caller, scene.at_code_entry(caller).id) for _ in range(4) for caller in both]
    ends = at_once(8, lambda n: scene.portal.send(flows[n][1], submitting(code.code), caller=flows[n][0]))
    with scene.storage.unit() as unit:
        rights = [len(unit.flows_of(caller.account, "clinic_right")) for caller in both]
    assert sorted(rights) == [0, 1]
    states = [getattr(end, "state", "") for end in ends]
    assert {state for n, state in enumerate(states) if not rights[n % 2]} == {"code_entry"}
    assert "attached" in states


@pytest.fixture
def scene_unbound(make_scene: Callable[..., Scene]) -> Scene:
    return make_scene(attachment_codes=AttachmentCodePolicy(length=12, bound=False))


# ─── Counted first ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_sixth_guess_is_not_judged_even_if_it_is_right(scene: Scene) -> None:
    """U26."""
    flow, code = sms(scene)
    for _ in range(4):
        assert codes(scene.portal.send(flow, SubmitOneTimeCode(code=not_it(code)))) == ["one_time_code.wrong"]
    last = scene.portal.send(flow, SubmitOneTimeCode(code=not_it(code)))
    assert (codes(last), last.state) == (["one_time_code.wrong"], "exhausted")


def test_the_fifth_guess_is_judged(scene: Scene) -> None:
    flow, code = sms(scene)
    for _ in range(4):
        scene.portal.send(flow, SubmitOneTimeCode(code=not_it(code)))
    assert scene.portal.send(flow, SubmitOneTimeCode(code=code)).state == "passed"


def test_a_guess_whose_write_fails_is_counted_all_the_same(scene: Scene) -> None:
    flow, code = sms(scene)
    for _ in range(5):
        with meddling(scene.storage, write=fails), pytest.raises(DiskFull):
            scene.portal.send(flow, SubmitOneTimeCode(code=code))
    view = scene.portal.send(flow, SubmitOneTimeCode(code=code))
    assert (codes(view), view.state) == (["attempts.exhausted"], "exhausted")


def test_a_malformed_code_burns_no_attempt(scene: Scene) -> None:
    """U42."""
    caller = scene.registered()
    flow = scene.at_code_entry(caller)
    before = tables(scene)
    for code in ("-", "1234567", "123456789", "1234567a", "１２３４５６７８", "12345678\n\t9"):
        with pytest.raises(InvalidPayload, match=r"code\.format"):
            scene.portal.send(flow.id, submitting(code), caller=caller)
    assert tables(scene) == before


def test_an_event_that_is_not_possible_burns_no_attempt(scene: Scene) -> None:
    flow = scene.portal.start(SignIn).id
    before = tables(scene)
    with pytest.raises(RegistraturaError, match="not possible"):
        scene.portal.send(flow, guess())
    with pytest.raises(RegistraturaError, match="not possible"):
        scene.portal.attempt(flow, guess())
    assert tables(scene) == before


def test_a_locked_account_is_locked_for_its_right_password_too_and_in_every_window(scene: Scene) -> None:
    """U34."""
    scene.registered()
    flow, other = signing_in(scene), signing_in(scene)
    ends = [scene.portal.send(flow, guess()) for _ in range(5)]
    assert [codes(end) for end in ends] == [["sign_in.failed"]] * 5
    assert ends[-1].state == "locked"
    right = scene.portal.send(other, guess(PASSWORD, "8 900 123-45-67"))
    assert (codes(right), right.state) == (["attempts.exhausted"], "locked")
    assert right.refusals[0].retry_at == scene.clock.now + timedelta(minutes=1)
    assert "Попробуйте снова через 1 минуту, в " in right.refusals[0].text
    assert "Он снова откроется через 1 минуту, в " in right.screen.text
    scene.clock.turn(timedelta(minutes=1))
    assert scene.portal.send(other, guess(PASSWORD)).state == "signed_in"


def test_what_is_unknown_locks_just_as_what_is_known(scene: Scene) -> None:
    """U33: the same texts in the same order."""
    scene.registered()
    known, unknown = signing_in(scene), signing_in(scene)
    for _ in range(5):
        one = scene.portal.send(known, guess())
        two = scene.portal.send(unknown, guess(login="nobody@example.org"))
        assert (codes(one), one.state, one.screen) == (codes(two), two.state, two.screen)


def test_a_success_forgives_what_was_wrong_before(scene: Scene) -> None:
    scene.registered()
    for _ in range(3):
        flow = signing_in(scene)
        for _ in range(4):
            scene.portal.send(flow, guess())
        assert scene.portal.send(flow, guess(PASSWORD)).state == "signed_in"


def test_good_attachment_codes_buy_no_guesses_for_the_account(scene: Scene) -> None:
    """There are fifteen, for all its people together; a good code forgives only the profile's own and itself."""
    caller = scene.registered()
    ends = []
    for press in range(1, 21):
        flow = scene.at_code_entry(caller)
        code = WRONG if press % 4 else scene.code().code
        view = scene.portal.send(flow.id, submitting(code), caller=caller)
        if view.state == "attached":
            scene.walk(view.screen.items["right"], Withdraw(), caller=caller)
        ends.append(codes(view))
    assert ends == [*[["code.not_accepted"], ["code.not_accepted"], ["code.not_accepted"], []] * 4,
                    *[["code.not_accepted"]] * 3, ["attempts.exhausted"]]  # fmt: skip


def vars_of(caller: Caller) -> dict[str, Any]:
    return {name: getattr(caller, name) for name in ("channel", "session", "account")}


def test_an_attempt_of_another_address_is_another_counter(scene: Scene) -> None:
    caller = scene.registered()
    flow = scene.at_code_entry(caller)
    near, far = (Caller(**vars_of(caller), address=address) for address in ("203.0.113.7", "2001:db8::1"))
    for one in (near, far):
        scene.portal.send(flow.id, submitting(WRONG), caller=one)
    counts = sorted(scopes(scene))
    # Profile, account and all count both; each prefix of addresses its own.
    assert counts == [1, 1, 2, 2, 2]
    assert "203.0.113" not in repr(tables(scene))


def scopes(scene: Scene) -> list[int]:
    """What each counter has counted."""
    if hasattr(scene.storage, "rows"):
        return [attempts.count for attempts in scene.storage.rows.attempts.values()]
    with scene.storage.engine.connect() as connection:
        return [row[0] for row in connection.execute(text("SELECT count FROM registratura_attempts"))]


def test_a_wrong_current_password_is_a_guess_and_a_new_one_that_is_too_short_is_none(scene: Scene) -> None:
    caller = scene.registered()
    password = scene.flow_of(caller, "portal_password")

    def change(current: str, new: str) -> Any:
        return scene.portal.send(password, ChangePassword(current=current, password=new, repeat=new), caller=caller)

    for _ in range(3):
        assert codes(change(PASSWORD, "abc")) == ["password.too_short"]
    assert change(PASSWORD, "Qwx72mm").state == "present"
    for _ in range(5):
        assert codes(change("wrong", "Qwx72mk")) == ["password.wrong_current"]
    assert codes(change("Qwx72mm", "Qwx72mk")) == ["attempts.exhausted"]


def test_a_code_is_stored_and_logged_nowhere_in_clear(scene: Scene) -> None:
    caller = scene.registered()
    code = scene.code()
    flow = scene.at_code_entry(caller)
    scene.portal.send(flow.id, submitting(code.code), caller=caller, idempotency_key="press")
    everything = repr(tables(scene))
    assert code.code not in everything
    assert code.code not in repr(submitting(code.code)) + repr(code)

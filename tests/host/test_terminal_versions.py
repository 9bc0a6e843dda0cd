"""`registratura flows replay` and `migrate`: a new version of a chart is judged, and takes flows over, in words."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.portal import AT_HOME, Scene, opened, tables
from support.second import LIFE, Registration2, at_offer, beside
from support.terminal import Ran, Run

from registratura.flows.registration import ChooseRegion, Registration, SkipPassword
from registratura.flows.step import Stays
from registratura.flows.versions import UnknownVersion

HOST = """
from support.second import portal_of_both

def portal():
    return portal_of_both("sqlite:///portal.db")
"""


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A database with flows of the first version, and a host's module whose portal has both."""
    (tmp_path / "a_host.py").write_text(HOST)
    with opened("sqlite", tmp_path) as made:
        yield made
    sys.modules.pop("a_host", None)


@pytest.fixture
def told(run: Run, scene: Scene) -> Any:
    """What a command says with the host's portal, its lines in one."""

    def ran(*command: str) -> Ran:
        done = run("flows", *command, "--portal", "a_host:portal")
        return Ran(done.code, " ".join(done.out.split()), " ".join(done.err.split()))

    return ran


def test_what_would_go_otherwise_is_said_in_words(scene: Scene, told: Any) -> None:
    same, other = scene.at_consent().id, at_offer(scene)
    done = told("replay")
    assert (done.code, done.out) == (1, "")
    assert f"≠ {other} (Регистрация на портале, версия 1 → 2), запись 7, «Подтвердить данные карты»:" in done.err
    assert "сроки: было «Время истекло» 03.03.26 12:00:00; стало бы " in done.err
    assert "«Напомнить о пароле» 02.03.26 13:00:00" in done.err
    assert same not in done.err
    assert "Пошли бы иначе: 1 из 4. Не прочитано: 0." in done.err
    assert told("replay", same[-8:]).out == "По схемам этой программы всё пошло бы так же: процессов 1."


def test_each_flow_is_told_beforehand_what_would_become_of_it(scene: Scene, told: Any) -> None:
    flow, asked = at_offer(scene), scene.at_consent().id
    before = tables(scene)
    done = told("migrate", "--dry-run")
    assert done.code == 0
    assert f"→ {flow} (Регистрация на портале): версия 1 → 2, шаг прежний, «Пароль для портала" in done.out
    assert "Срок «Напомнить о пароле»: 02.03.2026 13:00 UTC." in done.out
    assert f"→ {asked} (Регистрация на портале): версия 1 → 2" in done.out
    assert "Срок «Время истекло»: 02.03.2026 14:00 UTC." in done.out
    assert "Перешли бы на новую версию: 2. Остались бы при своей: 0." in done.out
    assert tables(scene) == before


def test_a_batch_at_a_time_and_no_flow_twice(scene: Scene, told: Any) -> None:
    flows = [scene.at_consent().id for _ in range(3)]
    ended = scene.walk(at_offer(scene), SkipPassword(), caller=AT_HOME).id
    assert "Перешли на новую версию: 2." in told("migrate", "--limit", "2").out
    assert "Перешли на новую версию: 1." in told("migrate", "--limit", "2").out
    assert "Переводить нечего" in told("migrate").out
    second = beside(scene)
    assert [second.portal.get(flow).chart_version for flow in (*flows, ended)] == [2, 2, 2, 1]
    assert "Всё сходится" in told("verify").out


def test_one_that_fails_leaves_the_others_to_go_on(scene: Scene, told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    flows, good = [scene.at_consent().id for _ in range(3)], Registration2.migrations[1]

    def fails(old: Any, now: Any) -> Any:
        return good(old, now) if old.id != flows[1] else {}["+79001234567"]

    monkeypatch.setitem(Registration2.migrations, 1, fails)
    done = told("migrate")
    assert done.code == 1
    assert f"✗ {flows[1]}: переход не вычислился: KeyError, {__file__}:{fails.__code__.co_firstlineno + 1} " in done.err
    assert "+7900" not in done.err + done.out, "what a migration stumbles over may be the person's own"
    assert "Перешли на новую версию: 2. Остались при своей: 0." in done.out
    assert "Не удалось: 1. Эти процессы остались, какими были." in done.err
    assert [beside(scene).portal.get(flow).chart_version for flow in flows] == [2, 1, 2]


def test_why_a_flow_stays_is_said(scene: Scene, told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = scene.at_consent().id
    monkeypatch.setitem(Registration2.migrations, 1, lambda old, now: Stays("ждёт ответа"))
    done = told("migrate")
    assert (done.code, done.err) == (0, "")
    assert f"{flow} (Регистрация на портале): остаётся при версии 1: ждёт ответа." in done.out
    assert "Перешли на новую версию: 0. Остались при своей: 1." in done.out


def test_two_processes_with_other_versions_share_a_database(scene: Scene, run: Run, tmp_path: Path) -> None:
    """The other one starts a flow of the second version; this one leaves it alone, and says what it is."""
    script = (
        "from a_host import portal; from registratura.flows.registration import Registration\n"
        "made = portal(); print(made.start(Registration).id); made.close()"
    )
    folders = [str(tmp_path), str(Path(__file__).parents[1])]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {folders}\n{script}"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    theirs, ours = done.stdout.strip(), scene.portal.start(Registration, caller=AT_HOME).id
    with pytest.raises(UnknownVersion):
        scene.portal.send(theirs, ChooseRegion(region="74"))
    scene.clock.turn(LIFE)
    left = scene.portal.run_due()
    assert (left.timers, left.broken, scene.state(ours)) == (1, 0, "expired")
    assert beside(scene).portal.run_due().timers == 1

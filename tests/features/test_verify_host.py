"""`registratura verify-host`: a driver of a host's own, found, looked over, played; what it cannot play is excused."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.spec import LEDGER, Page
from support.terminal import Run
from support.verified import verifying

from registratura.features.cast import MISHA
from registratura.features.drivers.given import Given
from registratura.features.drivers.host import CannotPlay, HostDriver
from registratura.features.spec.ledger import Ledger, read
from registratura.features.spec.lint import FOLDER

CAUTIOUS = """
class Cautious(Driver):
    @property
    def then(self):
        return HostDriver(None, None, None).then
"""
BLIND = """
class Blind(Driver):
    @property
    def then(self):
        then = super().then
        then.actions = lambda person: ()
        return then
"""
BARE = """
from registratura.features.cast import MISHA
from registratura.features.drivers.given import Given
from registratura.features.drivers.host import HostDriver


class Preparations(Given):
    def fault(self, fault):
        pass


class Complete(HostDriver):
    def __init__(self, settings):
        super().__init__(Preparations(), None, None)


class Lacking(Complete):
    def __init__(self, settings):
        self.given = Preparations()
        self.when = HostDriver(None, None, None).when


class Unknown(Complete):
    cannot = {"R999": "Такого номера нет."}


class Broken(Complete):
    def __init__(self, settings):
        raise OSError("портал не отвечает")


NOTHING = 0
"""


@pytest.fixture
def verify(tmp_path: Path) -> Run:
    return verifying(tmp_path, CAUTIOUS + BLIND)


def ledger(tmp_path: Path) -> Ledger:
    return read(tmp_path / "new" / "host.json")


def test_what_the_driver_plays_stands_on_the_page_and_in_the_ledger(verify: Run, tmp_path: Path) -> None:
    done = verify("--driver", "mine:Driver", "-D", "name=Стенд")
    assert (done.code, done.err) == (0, "")
    found = ledger(tmp_path)
    assert (found.driver, found.settings) == ("mine:Driver", {"name": "Стенд"})
    excused = [one for one in found.scenarios if "R4" in one.tags]
    assert {(one.status, one.why) for one in excused} == {("skipped", "Отказываться мы не умеем.")}
    assert f"{len(excused)} не выполнялось: Отказываться мы не умеем." in done.out
    passed = [one for one in found.scenarios if one.status == "passed"]
    assert f"Прошло сценариев: {len(passed)}. Не прошло: 0." in done.out
    made = Page((tmp_path / "new" / "host.html").read_text("utf-8"))
    assert "✓ показано" in made.text_of("R1")
    assert "Отказываться мы не умеем." in made.text_of("lacks")


def test_a_portal_that_does_something_else_is_told_and_fails(verify: Run, tmp_path: Path) -> None:
    done = verify("--driver", "mine:Blind", "-D", "name=Стенд")
    assert done.code == 1
    failed = [one for one in ledger(tmp_path).scenarios if one.status == "failed"]
    assert failed
    assert f"Не прошло: {len(failed)}." in done.out
    for one in failed:
        assert f"✗ features/{one.feature}:{one.line} «{one.scenario}»: Тогда" in done.err.replace(" И ", " Тогда ")
    assert "Traceback" not in done.err


def test_what_cannot_be_played_is_excused_with_its_reason_and_verifies_nothing(verify: Run, tmp_path: Path) -> None:
    done = verify("--driver", "mine:Cautious", "-D", "name=Стенд")
    assert done.code == 1
    assert "Ни один сценарий не выполнен: портал не проверен." in done.err
    assert {one.status for one in ledger(tmp_path).scenarios} == {"skipped"}
    assert "драйвер этого не умеет: then.place" in {one.why for one in ledger(tmp_path).scenarios}
    behave = [
        sys.executable,
        "-m",
        "behave",
        "-f",
        "null",
        "-D",
        "driver=mine:Cautious",
        "-D",
        "name=Стенд",
        "features",
    ]
    done_there = subprocess.run(behave, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert done_there.returncode == 0, done_there.stdout
    assert "0 scenarios passed, 0 failed" in done_there.stdout


def test_the_ledger_of_another_driver_is_kept(verify: Run, tmp_path: Path) -> None:
    LEDGER.write(kept := tmp_path / "new" / "host.json")
    before = kept.read_bytes()
    done = verify("--driver", "mine:Driver", "-D", "name=Стенд")
    assert (done.code, "журнал другого драйвера, engine, и новый стёр бы его" in done.err) == (1, True), done.err
    assert kept.read_bytes() == before


@pytest.mark.parametrize(
    ("out", "there", "said"),
    [
        ("page.json", "", "здесь будет журнал прогона"),
        ("page.html", "page.json", "стёр бы этот файл"),
        ("notes.txt", "notes.txt", "не страница спецификации"),
    ],
)
def test_nothing_else_is_written_over(run: Run, tmp_path: Path, out: str, there: str, said: str) -> None:
    if there:
        (tmp_path / there).write_text("my own work", encoding="utf-8")
    done = run("verify-host", "--driver", "bare:Complete", "--out", out)
    assert (done.code, said in " ".join(done.err.split())) == (1, True), done.err
    assert [file.read_text("utf-8") for file in tmp_path.glob("*.*")] == ["my own work"] * bool(there)


@pytest.mark.parametrize(
    ("driver", "said"),
    [
        ("nowhere.at_all:Driver", "Модуля nowhere.at_all нет"),
        ("bad:Driver", "Модуль bad не загрузился: SyntaxError"),
        ("needs:Driver", "Модуль needs не загрузился: ModuleNotFoundError: No module named 'not_installed'"),
        ("bare:Gone", "в модуле bare нет Gone. Классы в нём: Preparations"),
        ("bare:NOTHING", "NOTHING — не класс драйвера"),
        ("bare:", "назовите и модуль, и класс"),
        ("collections:Counter", "не хватает: given, when, then, fired, pressed, seen, requests, about_to_act, acted"),
        ("bare:Lacking", "не хватает: given.reached, given.reached_signed_in"),
        ("bare:Lacking", "given.one_time_codes_sent, then."),
        ("bare:Unknown", "метки, которых нет ни у одного сценария: R999"),
        ("bare:Broken", "драйвер не начал работу: OSError: портал не отвечает"),
        ("http", "назовите свой драйвер"),
    ],
)
def test_a_driver_that_will_not_do_is_told_before_anything_is_played(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, driver: str, said: str
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name, text in (("bare", BARE), ("bad", "class Driver(:"), ("needs", "import not_installed")):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.delitem(sys.modules, name, raising=False)
    done = run("verify-host", "--driver", driver, "--out", "host.html")
    assert done.code == 1
    assert said in " ".join(done.err.split())
    assert "Traceback" not in done.err
    assert "given.fault," not in done.err
    assert not (tmp_path / "host.html").exists()


@pytest.mark.parametrize(
    ("setting", "said"), [("url", "-D имя=значение"), ("=x", "-D =x:"), ("ledger=a", "задают ключами")]
)
def test_a_setting_that_will_not_do_is_told(run: Run, setting: str, said: str) -> None:
    done = run("verify-host", "--driver", "bare:Complete", "-D", setting)
    assert done.code == 1
    assert said in " ".join(done.err.split())


def test_behave_tells_it_too_and_writes_no_ledger(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "behave",
        "-f",
        "null",
        "-D",
        "driver=nobody",
        "-D",
        "ledger=led.json",
        str(FOLDER),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 1
    assert "Драйвера nobody нет. Есть: engine, http, browser" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / "led.json").exists()


class Prepared(Given):
    """A part of a port."""

    def came_of_age(self, child: object) -> None:
        raise ValueError(child)


def test_a_part_of_a_port_has_its_own_methods_and_says_what_it_lacks() -> None:
    driver = HostDriver(Prepared(), None, None)  # type: ignore[abstract]  # that is what it is about
    with pytest.raises(ValueError, match="Миша"):
        driver.given.came_of_age(MISHA)
    with pytest.raises(CannotPlay, match=r"не умеет: given\.clinic_left"):
        driver.given.clinic_left("Уральская клиника")
    with pytest.raises(CannotPlay, match=r"не умеет: when\.start_over"):
        driver.when.start_over(MISHA)
    assert not hasattr(driver.given, "nothing_of_the_port")

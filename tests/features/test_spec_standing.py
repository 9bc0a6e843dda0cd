"""What becomes of the flows that are open in a database: `registratura spec --compare OLD --database FILE`."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from support.spec import LEDGER, RELEASE, as_of, without
from support.terminal import Run

from registratura.features.spec.changes import NOTHING
from registratura.features.spec.release import Release, Way
from registratura.features.spec.releasing import release
from registratura.features.spec.standing import Standing, become
from registratura.flows.registration import ChooseRegion, Registration
from registratura.flows.settings import Settings
from registratura.host.terminal.opening import world

DATABASE = "portal.db"


@pytest.fixture
def stood(tmp_path: Path) -> list[str]:
    """Registrations: two choose a region, one is further, one is nowhere we know, one of a chart to come, one ended."""
    with world(str(tmp_path / DATABASE), None) as made:
        portal = made.portal
        ids = [portal.start(Registration).id for _ in range(6)]
        for id in ids[2:]:
            portal.send(id, ChooseRegion(region="74"))
        portal.send(ids[5], Registration.parse("cancel"))
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection, connection:
        connection.execute("UPDATE registratura_flows SET state='moon' WHERE id=?", (ids[3],))
        connection.execute("UPDATE registratura_flows SET chart_version=7 WHERE id=?", (ids[4],))
    return ids


def compared(run: Run, tmp_path: Path, old: Release) -> str:
    as_of(old).write(tmp_path / "old.json")
    LEDGER.write(tmp_path / "new.json")
    done = run("spec", "--ledger", "new.json", "--compare", "old.json", "--database", DATABASE, "--out", "spec.html")
    assert (done.code, done.err) == (0, "")
    assert "Что изменилось с прошлого выпуска" in (tmp_path / "spec.html").read_text("utf-8")
    return " ".join(done.out.split())


def test_what_becomes_of_open_flows_is_counted_and_nobody_is_named(run: Run, stood: list[str], tmp_path: Path) -> None:
    old = without(RELEASE, "registration", "main_page/register/consent", Way(id="main_page/register/region"))
    there = old.charts["registration"]
    moon = there.model_copy(update={"states": there.states | {"moon": "Луна"}})
    said = compared(run, tmp_path, old.model_copy(update={"charts": old.charts | {"registration": moon}}))
    assert (
        "Процессы в базе, которые портал больше не прочтёт: 2 "
        "«Регистрация на портале», шаг «Луна»: 1 процесс — такого шага в схеме больше нет"
    ) in said
    assert "шаг «Главная страница портала»: 1 процесс — записаны по схеме версии 7, а теперь версия 1" in said
    register = RELEASE.charts["registration"].events["register"]
    assert (
        "Открытые процессы, у которых дальше по-другому: 1 «Регистрация на портале», "
        f"шаг «Главная страница портала»: 1 процесс — больше нет: «Главная страница портала» — {register} → "
        "«Выбор региона»; теперь:"
    ) in said
    assert (
        "Открытые процессы, которые идут дальше как прежде: 1 «Регистрация на портале», шаг «Выбор региона»: 2 процесса"
    ) in said
    assert "прекращена" not in said
    assert not any(id in said for id in stood)


def test_flows_of_an_earlier_version_that_is_still_there_go_on_by_it() -> None:
    new = without(RELEASE, "registration", "main_page/register/consent", Way(id="main_page/register/region"))
    second = new.charts["registration"].model_copy(update={"version": 2})
    new = new.model_copy(update={"charts": new.charts | {"registration": second}})
    found = [Standing("registration", version, "main_page", True, True, 1) for version in (1, 2)]
    titles = [section.title for section in become(found, RELEASE, new)]
    assert titles == [
        "Открытые процессы, у которых дальше по-другому",
        "Открытые процессы, которые идут дальше как прежде",
    ]


@pytest.mark.usefixtures("stood")
def test_terms_that_flows_have_stay_when_the_settings_change(run: Run, tmp_path: Path) -> None:
    longer = release(settings=Settings(lives={"registration": timedelta(days=2)}))
    assert "уже назначены, остаются прежними" in compared(run, tmp_path, longer)
    assert "уже назначены" not in compared(run, tmp_path, RELEASE)


def test_a_database_without_flows_says_so(run: Run, tmp_path: Path) -> None:
    with world(str(tmp_path / DATABASE), None):
        pass
    assert f"{NOTHING} Открытых процессов в базе нет" in compared(run, tmp_path, RELEASE)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--database", DATABASE), "--compare"),
        (("--keys", "portal.key"), "--compare"),
        (("--compare", "old.json", "--keys", "portal.key"), "--database"),
        (("--compare", "old.json", "--database", "nowhere.db"), "nowhere.db"),
    ],
)
def test_what_does_not_go_together_is_said(run: Run, tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    LEDGER.write(tmp_path / "old.json")
    done = run("spec", "--ledger", "old.json", *options, "--out", "spec.html")
    assert done.code == 1
    assert said in done.err
    assert not (tmp_path / "spec.html").exists()

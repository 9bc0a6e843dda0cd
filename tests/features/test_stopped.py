"""A run through a host's driver that does not come to its end: it is told where and why, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.terminal import Run
from support.verified import verifying

STOPPED = """
import sys
import time


class Hangs(Driver):
    def about_to_act(self):
        time.sleep(600)


class Ends(Driver):
    def about_to_act(self):
        sys.exit(3)


class EndsInAStep(Driver):
    @property
    def then(self):
        sys.exit(3)


class Interrupted(Driver):
    def about_to_act(self):
        raise KeyboardInterrupt


class NeverMade(Driver):
    def __init__(self, settings):
        time.sleep(600)


class MadeNoMore(Driver):
    def __init__(self, settings):
        sys.exit(3)


class BreaksAtTheEnd(Driver):
    closed = 0

    def close(self):
        super().close()
        BreaksAtTheEnd.closed += 1
        if BreaksAtTheEnd.closed > 2:  # it was looked over twice before it plays
            raise OSError("портал не закрылся")


class Raises(Driver):
    def about_to_act(self):
        raise ValueError("портала нет")
"""


@pytest.fixture
def verify(tmp_path: Path) -> Run:
    return verifying(tmp_path, STOPPED)


FIRST = "features/01_registration.feature:8 «После выбора региона открывается главная страница»"


@pytest.mark.parametrize(
    ("driver", "code", "said"),
    [
        ("Hangs", 1, f"не ответил за 10 с: {FIRST}"),
        ("Ends", 1, f"завершил программу (sys.exit): {FIRST}"),
        ("EndsInAStep", 1, "завершил программу (sys.exit)"),
        ("Interrupted", 130, "До свидания!"),
        ("NeverMade", 1, "драйвер не начал работу за 10 с"),
        ("MadeNoMore", 1, "завершил программу (sys.exit)"),
        ("BreaksAtTheEnd", 1, "Сценарии выполнить не удалось"),
    ],
)
def test_of_a_run_that_was_stopped_halfway_nothing_is_written(
    verify: Run, tmp_path: Path, driver: str, code: int, said: str
) -> None:
    page, journal = tmp_path / "new" / "host.html", tmp_path / "new" / "host.json"
    page.parent.mkdir()
    page.write_text("<title>Живая спецификация: прежняя", encoding="utf-8")
    limit = ["--timeout", "10"] if "10 с" in said else []
    done = verify("--driver", f"mine:{driver}", "-D", "name=Стенд", *limit)
    assert (done.code, said in done.out + done.err) == (code, True), done
    assert "Traceback" not in done.err
    assert page.read_text("utf-8") == "<title>Живая спецификация: прежняя"
    assert not journal.exists()


def test_what_a_driver_raises_is_told(verify: Run) -> None:
    assert (
        "Когда Маргарита выбирает регион «Челябинская область»: портала нет"
        in verify("--driver", "mine:Raises", "-D", "name=Стенд").err
    )

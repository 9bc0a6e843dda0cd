"""A run through a host's driver that does not come to its end: it is told where and why, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.terminal import Run
from support.verified import verifying

STOPPED = """
import os
import signal
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
        os.kill(os.getpid(), signal.SIGINT)


class NeverMade(Driver):
    def __init__(self, settings):
        time.sleep(600)


class MadeNoMore(Driver):
    def __init__(self, settings):
        sys.exit(3)


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
        ("Hangs", 1, f"не ответил за 1 с: {FIRST}"),
        ("Ends", 1, f"завершил программу (sys.exit): {FIRST}"),
        ("EndsInAStep", 1, "завершил программу (sys.exit)"),
        ("Interrupted", 130, "До свидания!"),
        ("NeverMade", 1, "драйвер не начал работу за 1 с"),
        ("MadeNoMore", 1, "завершил программу (sys.exit)"),
    ],
)
def test_of_a_run_that_was_stopped_halfway_nothing_is_written(
    verify: Run, tmp_path: Path, driver: str, code: int, said: str
) -> None:
    page, journal = tmp_path / "new" / "host.html", tmp_path / "new" / "host.json"
    page.parent.mkdir()
    page.write_text("<!DOCTYPE html>the page of before", encoding="utf-8")
    done = verify("--driver", f"mine:{driver}", "-D", "name=Стенд", "--timeout", "1")
    assert (done.code, said in done.out + done.err) == (code, True), done
    assert "Traceback" not in done.err
    assert page.read_text("utf-8") == "<!DOCTYPE html>the page of before"
    assert not journal.exists()


def test_what_a_driver_raises_is_told(verify: Run) -> None:
    assert (
        "Когда Маргарита выбирает регион «Челябинская область»: портала нет"
        in verify("--driver", "mine:Raises", "-D", "name=Стенд").err
    )

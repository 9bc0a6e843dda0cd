"""A small suite of features in a folder of its own, for what plays suites."""

from __future__ import annotations

from pathlib import Path

STEPS = """
from behave import step


@step("готово")
@step("делают")
@step("верно")
def works(context):
    pass


@step("неверно")
def fails(context):
    assert False, "вышло </script> не то"
"""


def suite_in(folder: Path, feature: str, hooks: str) -> None:
    """Write the feature, steps for its sentences, and the hooks."""
    (folder / "steps").mkdir()
    (folder / "01_try.feature").write_text(feature, encoding="utf-8")
    (folder / "steps" / "steps.py").write_text(STEPS, encoding="utf-8")
    (folder / "environment.py").write_text(hooks, encoding="utf-8")

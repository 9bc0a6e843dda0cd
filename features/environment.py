"""behave's hooks: which driver plays the portal, and where *Когда* begins and ends.

`behave -D driver=<name>` takes `driver()` from the module `registratura.features.drivers.<name>`; the default
is `engine`. behave calls no hook in a dry run.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from behave.cucumber_expression import use_step_matcher_for_cucumber_expressions  # type: ignore[import-untyped]  # behave has no type hints

from registratura.features import parameters

use_step_matcher_for_cucumber_expressions()
parameters.define_once()


def before_all(context: Any) -> None:
    """Find the driver, so that a wrong name fails before the first scenario."""
    name = context.config.userdata.get("driver", "engine")
    context.make_driver = import_module(f"registratura.features.drivers.{name}").driver


def before_scenario(context: Any, scenario: object) -> None:
    """A fresh portal for every scenario."""
    context.driver = context.make_driver()


def before_step(context: Any, step: Any) -> None:
    """Only what fires while *Когда* runs is what a scenario shows."""
    if step.step_type == "when":
        context.driver.about_to_act()


def after_step(context: Any, step: Any) -> None:
    """The end of *Когда*."""
    if step.step_type == "when":
        context.driver.acted()


def after_scenario(context: Any, scenario: object) -> None:
    """Close the scenario's portal."""
    context.driver.close()

"""behave's hooks: which driver plays the portal, and where *Когда* begins and ends.

`behave -D driver=<name>` takes `driver(settings)` from the module `registratura.features.drivers.<name>`; the default
is `engine`, and the settings are all that `-D` says. `-D ledger=<file>` writes what each scenario did in its *Когда*
and read in its *Тогда* (spec/ledger.py). A scenario with an active tag (`@use.with_driver=http`) is played by the
drivers it names: see drivers.toml. behave calls no hook in a dry run.
"""

from __future__ import annotations

import gc
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from behave.cucumber_expression import use_step_matcher_for_cucumber_expressions  # type: ignore[import-untyped]  # behave has no type hints
from behave.tag_matcher import ActiveTagMatcher  # type: ignore[import-untyped]  # behave has no type hints

from registratura.features import parameters
from registratura.features.drivers.meant import why_not
from registratura.features.spec.recording import played, run

# A run of seconds needs nobody to look for cycles again and again: it took a seventh of them.
gc.disable()
use_step_matcher_for_cucumber_expressions()
parameters.define_once()


def before_all(context: Any) -> None:
    """Find the driver, so that a wrong name fails before the first scenario."""
    settings = dict(context.config.userdata)
    name = settings.get("driver", "engine")
    module = import_module(f"registratura.features.drivers.{name}")
    context.meant = ActiveTagMatcher({"driver": name, "progress": settings.get("progress", "yes")})
    context.make_driver = partial(module.driver, settings)
    context.records, context.ledger = "ledger" in settings, []


def before_scenario(context: Any, scenario: Any) -> None:
    """A fresh portal for every scenario that is meant for the driver."""
    context.driver, context.act = None, ""
    if context.meant.should_skip_with_tags(scenario.effective_tags):
        scenario.skip(why_not(scenario.name))
    else:
        context.driver = context.make_driver()


def before_step(context: Any, step: Any) -> None:
    """Only what fires while *Когда* runs is what a scenario shows."""
    if step.step_type == "when":
        context.act = step.name
        context.driver.about_to_act()


def after_step(context: Any, step: Any) -> None:
    """The end of *Когда*; and if the step failed, what it looked like."""
    if step.step_type == "when":
        context.driver.acted()
    if step.status.is_failure():
        context.driver.failed(context.scenario.name)


def after_scenario(context: Any, scenario: Any) -> None:
    """Write the scenario down, and close its portal."""
    if context.records:
        context.ledger.append(played(scenario, context.act, context.driver))
    if context.driver is not None:
        context.driver.close()


def after_all(context: Any) -> None:
    """Write the ledger down where it is asked for."""
    if file := context.config.userdata.get("ledger"):
        run(context.config.userdata, context.ledger).write(Path(file))

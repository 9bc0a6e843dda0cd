"""behave's hooks: which driver plays the portal, and where *Когда* begins and ends.

`behave -D driver=<name>` takes `driver(settings)` from the module `registratura.features.drivers.<name>`; the default
is `engine`, and the settings are all that `-D` says. A host's own is `-D driver=<module>:<class>` (drivers/host.py).
`-D ledger=<file>` writes what each scenario did in its *Когда* and read in its *Тогда* (spec/ledger.py). A scenario
with an active tag (`@use.with_driver=http`) is played by the drivers it names: see drivers.toml. behave calls no hook
in a dry run.
"""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

from behave.cucumber_expression import use_step_matcher_for_cucumber_expressions  # type: ignore[import-untyped]  # behave has no type hints
from behave.model_type import Status  # type: ignore[import-untyped]  # behave has no type hints
from behave.tag_matcher import ActiveTagMatcher  # type: ignore[import-untyped]  # behave has no type hints

from registratura.features import parameters
from registratura.features.drivers.host import CannotPlay
from registratura.features.drivers.loading import chosen
from registratura.features.drivers.meant import why_not
from registratura.features.spec.recording import played, run

# A run of seconds needs nobody to look for cycles again and again: it took a seventh of them.
gc.disable()
use_step_matcher_for_cucumber_expressions()
parameters.define_once()


def before_all(context: Any) -> None:
    """Find the driver, so that a wrong name fails before the first scenario."""
    settings = dict(context.config.userdata)
    context.ledger = None
    context.chosen = chosen(settings)
    known = {"driver": context.chosen.plays_as, "progress": settings.get("progress", "yes")}
    context.meant = ActiveTagMatcher(known)
    context.ledger = []


def before_scenario(context: Any, scenario: Any) -> None:
    """A fresh portal for every scenario that is meant for the driver."""
    context.driver, context.act = None, ""
    if context.meant.should_skip_with_tags(scenario.effective_tags):
        scenario.skip(why_not(scenario.name))
    elif why := context.chosen.excuse(scenario.effective_tags):
        scenario.skip(why)
    else:
        context.driver = context.chosen.make()


def before_step(context: Any, step: Any) -> None:
    """Only what fires while *Когда* runs is what a scenario shows."""
    if step.step_type == "when":
        context.act = step.name
        context.driver.about_to_act()


def after_step(context: Any, step: Any) -> None:
    """The end of *Когда*; what the driver cannot play is over; and if the step failed, what it looked like."""
    if isinstance(step.exception, CannotPlay):
        step.status = Status.skipped
        context.scenario.skip(str(step.exception))
        return
    if step.step_type == "when":
        context.driver.acted()
    if step.status.is_failure():
        context.driver.failed(context.scenario.name)


def after_scenario(context: Any, scenario: Any) -> None:
    """Write the scenario down, and close its portal."""
    if "ledger" in context.config.userdata:
        context.ledger.append(played(scenario, context.act, context.driver))
    if context.driver is not None:
        context.driver.close()


def after_all(context: Any) -> None:
    """Write the ledger down where it is asked for; never that of a run that was stopped halfway."""
    file = context.config.userdata.get("ledger")
    if file and context.ledger is not None and not context.aborted:
        run(context.config.userdata, context.ledger).write(Path(file))

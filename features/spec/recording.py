"""What behave knows of a scenario that has just been played, as the ledger has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from registratura.features.drivers.port import Driver
from registratura.features.spec.ledger import Ledger, Played
from registratura.features.spec.releasing import release


def played(scenario: Any, when: str, driver: Driver | None) -> Played:
    """A scenario of behave's; one that was skipped was not meant for this driver, or it could not play it."""
    ended: Literal["passed", "failed"] = "passed" if scenario.status.name == "passed" else "failed"
    skipped = bool(scenario.should_skip)
    did: dict[str, Any] = {} if skipped or driver is None else _did(driver)
    return Played(
        feature=Path(scenario.filename).name,
        rule=_rule(scenario),
        scenario=scenario.name.strip(),
        line=scenario.line,
        tags=tuple(str(tag) for tag in scenario.effective_tags),
        status="skipped" if skipped else ended,
        why=str(scenario.skip_reason or "") if skipped else _failure(scenario),
        when=when,
        **did,
    )


def run(settings: Mapping[str, str], scenarios: Sequence[Played]) -> Ledger:
    """The ledger of a whole run."""
    told = {name: value for name, value in settings.items() if name not in ("driver", "ledger")}
    driver = settings.get("driver", "engine")
    return Ledger(release=release(), driver=driver, settings=told, scenarios=tuple(scenarios))


def _did(driver: Driver) -> dict[str, Any]:
    names = ("fired", "pressed", "seen", "requests")
    return {name: tuple(getattr(driver, name)) for name in names}


def _rule(scenario: Any) -> str:
    """The rule around it; an example has its outline in between."""
    around = scenario.parent
    while around is not None and around.type != "rule":
        around = getattr(around, "parent", None)
    return around.name if around is not None else ""


def _failure(scenario: Any) -> str:
    """The step that failed, and what it said; or what kept the scenario from beginning."""
    failed = (step for step in scenario.all_steps if step.status.is_failure() or step.status.is_error())
    return next(
        (f"{step.keyword} {step.name}: {step.error_message or step.exception or step.status.name}" for step in failed),
        scenario.error_message or "",
    )

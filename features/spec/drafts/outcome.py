"""*Тогда* of a draft: why not, and what is true afterwards and was not before."""

from __future__ import annotations

from collections.abc import Iterator

from registratura.features.reasons import REASONS
from registratura.features.spec.drafts.grammar import slots
from registratura.features.spec.drafts.search import Goal, Plan
from registratura.features.spec.drafts.trial import Trial, Walk
from registratura.features.spec.drafts.vocabulary import Said, about, sentences


def outcome(trial: Trial, goal: Goal, plan: Plan) -> Walk:
    """What is seen then; empty if the sentences have no words for it."""
    fired = trial.fired(plan.given, plan.when)
    codes = [code for happened in fired for code in happened.refusals]
    reasons = [said for code in dict.fromkeys(codes) for said in _naming(code, plan)]
    shown = about("then", plan.people, goal.chart)
    true = trial.holds(plan.given, plan.when, (*reasons, *shown))
    before = trial.holds(plan.given, None, shown)
    states = sorted((said for said in true if said in shown), key=lambda said: said in before)
    told = tuple(said for said in reasons if said in true)
    return (*told[:2], *states[:1])


def _naming(code: str, plan: Plan) -> Iterator[Said]:
    """That somebody was told this reason."""
    for said in sentences("then", plan.people):
        if "reason" in slots(said.step.pattern) and REASONS[said.text.partition(": ")[2]] == code:
            yield said

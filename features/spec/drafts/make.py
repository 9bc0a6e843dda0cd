"""A draft for a goal: a plan, what is seen then, and what whoever pastes it has to know."""

from __future__ import annotations

from itertools import islice

from registratura.features.spec.drafts.outcome import outcome
from registratura.features.spec.drafts.search import Goal, Plan, Search
from registratura.features.spec.drafts.trial import Trial, Walk
from registratura.features.spec.drafts.vocabulary import ALONE, about
from registratura.features.spec.drafts.writing import Draft, tags, titled
from registratura.features.spec.lint import MOST

SEVERAL = 20
"""So many plans are looked at for one with which a scenario can end."""
PROGRESS = "use.with_progress=yes"
NOTED = "Метку {tag} объясните в features/drivers.toml: без этого проверка её не примет."


class Drafts:
    """Makes them; what one has learned, the next one knows."""

    def __init__(self) -> None:
        self.search = Search()
        self._silent = Trial(progress=False)

    def of(self, goal: Goal) -> Draft:
        """The draft of a transition."""
        found = ((plan, outcome(self.search.trial, goal, plan)) for plan in islice(self.search.plans(goal), SEVERAL))
        plan, then = next(((plan, then) for plan, then in found if then and fits(plan, then)), (None, ()))
        if plan is None:
            return Draft(goal, None, notes=(_lack(goal),))
        only = self._only(goal, plan)
        notes = tuple(NOTED.format(tag=f"@{tag}") for tag in only)
        return Draft(goal, plan, then, titled(goal), notes, (*tags(goal), *only))

    def _only(self, goal: Goal, plan: Plan) -> tuple[str, ...]:
        """The tags of who can play it."""
        drivers = tuple(dict.fromkeys(tag for said in (*plan.given, plan.when) for tag in said.played_by))
        progress = () if goal.is_in(self._silent.fired(plan.given, plan.when)) else (PROGRESS,)
        return (*drivers, *progress)


def fits(plan: Plan, then: Walk) -> bool:
    """Whether it is no longer than a scenario may be."""
    return len(plan.given) + 1 + len(then) <= MOST


def _lack(goal: Goal) -> str:
    """What is missing, as far as that can be known."""
    if not about("when", ALONE, goal.event):
        return f'Нет предложения Когда об этом событии: добавьте шаг @when(…, "{goal.event}").'
    return f'Из предложений, которые есть, этого не сложить: нужен шаг @given(…, "{goal.event}"), который это готовит.'

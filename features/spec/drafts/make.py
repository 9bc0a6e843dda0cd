"""A draft for a goal: a plan, what is seen then, and what whoever pastes it has to know."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import islice

from registratura.features.spec.drafts.outcome import outcome
from registratura.features.spec.drafts.retold import Case, Retelling
from registratura.features.spec.drafts.search import ENOUGH, MUCH, Goal, Plan, Search
from registratura.features.spec.drafts.trial import Trial
from registratura.features.spec.drafts.vocabulary import ALONE, FAMILY, about
from registratura.features.spec.drafts.writing import Draft, tags, titled
from registratura.features.spec.lint import MOST, features, scenarios_in

SEVERAL = 20
"""So many plans are looked at for one with which a scenario can end."""
PROGRESS = "use.with_progress=yes"
NOTED = "Метку {tag} объясните в features/drivers.toml: без этого проверка её не примет."


class Drafts:
    """Makes them; what one has learned, the next one knows."""

    def __init__(self) -> None:
        self.search = Search()
        self._retelling = Retelling(self.search.trial)
        self._silent = Trial(progress=False)

    def of(self, goal: Goal, enough: int = ENOUGH) -> Draft:
        """The draft of a transition."""
        return self._draft(goal, self.search.plans(goal, enough)) or Draft(goal, None, notes=(_lack(goal),))

    def of_case(self, case: Case) -> Draft:
        """The draft of what is recorded: of all of it, or else of as much of its end as a scenario has room for."""
        last = len(case.log) - 1
        wholes = ((0, ALONE, False), (0, ALONE, True), (0, FAMILY, False))
        ends = [(n, ALONE, helped) for helped in (False, True) for n in range(max(1, last - MOST), last)]
        for left_out, people, helped in (*wholes, *ends):
            part = case._replace(left_out=left_out)
            if draft := self._draft(case.goal, islice(self._retelling.plans(part, people, helped), 1)):
                return _told_from(draft, left_out)
        draft = self.of(case.goal, MUCH)
        whole = draft.plan and self._retelling.is_told_by(case, draft.plan)
        return _told_from(draft, 0 if whole else last)

    def _draft(self, goal: Goal, plans: Iterable[Plan]) -> Draft | None:
        """The first of the plans with which a scenario can end."""
        for plan in islice(plans, SEVERAL):
            then = outcome(self.search.trial, goal, plan)
            if then and len(plan.given) + 1 + len(then) <= MOST:
                only = self._only(goal, plan)
                notes = tuple(NOTED.format(tag=f"@{tag}") for tag in only)
                return Draft(goal, plan, then, unused(titled(goal)), notes, (*tags(goal), *only))
        return None

    def _only(self, goal: Goal, plan: Plan) -> tuple[str, ...]:
        """The tags of who can play it."""
        drivers = tuple(dict.fromkeys(tag for said in (*plan.given, plan.when) for tag in said.played_by))
        progress = () if goal.is_in(self._silent.fired(plan.given, plan.when)) else (PROGRESS,)
        return (*drivers, *progress)


def _told_from(draft: Draft, left_out: int) -> Draft:
    if not left_out:
        return draft
    told = f"Записи журнала до {left_out}-й сценарий не повторяет: он начинает там, куда они привели."
    return draft._replace(notes=(*draft.notes, told), left_out=left_out)


def unused(title: str) -> str:
    """The title, unless a scenario has it already."""
    return title if title not in _titles() else f"{title} (черновик)"


@cache
def _titles() -> frozenset[str]:
    return frozenset(scenario.name for text in features().values() for scenario in scenarios_in(text))


def _lack(goal: Goal) -> str:
    """What is missing, as far as that can be known."""
    if not about("when", ALONE, goal.event):
        return f'Нет предложения «Когда» об этом событии: добавьте шаг @when(…, "{goal.event}").'
    if not about("then", ALONE, goal.chart):
        return f'Нет предложения «Тогда», которое читает {goal.chart}: добавьте шаг @then(…, "{goal.chart}").'
    return f'Из предложений, которые есть, этого не сложить: нужен шаг @given(…, "{goal.event}"), который это готовит.'

"""What verifying finds has a text for developers and one for people."""

import pytest

from registratura.flows.engine.audit import PROBLEMS, Problem
from registratura.flows.texts import Texts


@pytest.mark.parametrize("code", PROBLEMS)
def test_each_problem_has_both_texts(code: str) -> None:
    problem = Problem(code, 7)
    text = Texts.russian()(f"problem.{code}", entry=7)
    assert ("7" in str(problem)) == ("7" in text)
    assert text.isprintable()

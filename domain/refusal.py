"""A refusal: why a rule said no. It is an outcome, not an exception.

The code is stable for ever and is the stem of the text's key in the catalogue: `password.too_short` is shown as
`refusal.password.too_short`. Parameters fill the `{name}` places of that text and are never personal data.
"""

from __future__ import annotations

from pydantic import Field

from registratura.domain.moments import Moment
from registratura.domain.values import Value


class Refusal(Value):
    """One reason why not.

    `retry_at` (UTC) is given where time alone cures it.
    """

    code: str
    params: dict[str, str | int] = Field(default_factory=dict)
    retry_at: Moment | None = None

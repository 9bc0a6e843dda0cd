"""A moment is the same before and after it was stored."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import TypeAdapter, ValidationError

from registratura.domain.moments import Moment

KEPT = TypeAdapter(Moment)


def test_a_moment_is_kept_in_utc_wherever_the_portal_runs() -> None:
    here = datetime(2026, 3, 2, 14, 30, tzinfo=timezone(timedelta(hours=5)))
    kept = KEPT.validate_python(here)
    assert kept == here
    assert kept.tzinfo is UTC


def test_a_moment_without_a_zone_is_none() -> None:
    with pytest.raises(ValidationError, match="timezone_aware"):
        KEPT.validate_python(datetime(2026, 3, 2))  # noqa: DTZ001  # that is what is refused

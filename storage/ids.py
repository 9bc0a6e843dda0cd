"""New ids and random numbers from the operating system's randomness."""

from __future__ import annotations

import secrets
from datetime import datetime

from registratura.domain.ids import RANDOM_BYTES, uuid7
from registratura.flows.ports import Ids


class RandomIds(Ids):
    """UUIDs of version 7, and numbers that nobody can foresee."""

    def new(self, now: datetime) -> str:
        return uuid7(now, secrets.token_bytes(RANDOM_BYTES))

    def number(self, below: int) -> int:
        return secrets.randbelow(below)

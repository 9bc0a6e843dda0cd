"""Passwords hashed with argon2id, as the OWASP Password Storage Cheat Sheet advises: 19 MiB, 2 passes, 1 lane."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from registratura.flows.ports import Hasher

MEMORY_KIB = 19 * 1024


class Argon2Hasher(Hasher):
    """argon2id. Tests may give cheap parameters; a stored hash names the ones it was made with."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = 2, lanes: int = 1) -> None:
        self._argon2 = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)

    def hash(self, password: str) -> str:
        return self._argon2.hash(password)

    def verify(self, hashed: str | None, password: str) -> bool:
        if hashed is None:
            # One hash costs what one verification costs, so that a stranger cannot tell who has an account.
            self._argon2.hash(password)
            return False
        try:
            return self._argon2.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

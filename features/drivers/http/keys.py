"""Keys take long to make: each side has its own, once for the process."""

from __future__ import annotations

from functools import cache

from registratura.host.gosuslugi import RsaSigner
from registratura.host.standins.web.gosuslugi_tokens import TokenMaker


@cache
def signer() -> RsaSigner:
    """The portal's."""
    return RsaSigner.generate()


@cache
def tokens(issuer: str) -> TokenMaker:
    """Those of Gosuslugi that calls itself so."""
    return TokenMaker(issuer)

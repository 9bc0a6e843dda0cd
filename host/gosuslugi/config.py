"""What a portal and Gosuslugi know of each other: agreed when the portal is registered there."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field

from registratura.domain.values import Value

ISSUER = "http://esia.gosuslugi.ru/"
SCOPES = ("openid", "fullname", "birthdate", "gender", "snils", "mobile", "email", "id_doc", "medical_doc")
ASYMMETRIC = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})


def _only_signatures(algorithms: tuple[str, ...]) -> tuple[str, ...]:
    # With `none` there is no signature, and with HS… whoever knows the public key can make one.
    wrong = sorted(set(algorithms) - ASYMMETRIC)
    if wrong:
        raise ValueError(f"not an asymmetric signature: {', '.join(wrong)}")
    return algorithms


class GosuslugiConfig(Value):
    """A portal's registration at Gosuslugi.

    `keys` are Gosuslugi's public keys in PEM: two while one replaces the other. `certificate_hash` is that of our own
    certificate. Test stand and production differ by host: see `at`.
    """

    client_id: str
    redirect_uri: str
    authorise_url: str
    token_url: str
    person_url: str
    certificate_hash: str
    keys: Annotated[tuple[str, ...], Field(min_length=1)]
    algorithms: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_only_signatures)] = ("RS256",)
    issuer: str = ISSUER
    scopes: tuple[str, ...] = SCOPES
    leeway: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(seconds=60))] = timedelta(seconds=30)

    @classmethod
    def at(cls, base_url: str, **registered: object) -> Self:
        """The registration at the host `base_url`, with the protocol's own paths."""
        base = base_url.rstrip("/")
        urls = {
            "authorise_url": f"{base}/aas/oauth2/v2/ac",
            "token_url": f"{base}/aas/oauth2/v3/te",
            "person_url": f"{base}/rs/prns",
        }
        return cls.model_validate({**urls, **registered})

    @property
    def scope(self) -> str:
        """The scopes as they are signed and sent."""
        return " ".join(self.scopes)

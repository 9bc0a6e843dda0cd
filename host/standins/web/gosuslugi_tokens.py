"""The tokens of the stand-in Gosuslugi, and every way to forge one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.jwk import RSAKey

from registratura.domain.identity import Identity
from registratura.host.standins.web.gosuslugi_faults import Forgery

LIFE = timedelta(hours=1)
_TYPES = {"person": "P", "organisation": "L", "employee": "E"}
_KEY_BITS = 2048
_STRANGER = "999999999"
# The header has words of Gosuslugi's own.
_REGISTRY = jws.JWSRegistry(algorithms=["RS256", "RS512"], strict_check_header=False)


class TokenMaker:
    """Signs what the portal may know."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._key = RSAKey.generate_key(_KEY_BITS)
        self._another_key: RSAKey | None = None

    @property
    def public_pem(self) -> str:
        """The key that portals check tokens with."""
        return self._key.as_pem(private=False).decode()

    def id_token(self, identity: Identity, client_id: str, now: datetime, forgery: Forgery = Forgery.NONE) -> str:
        """Who signed in."""
        oid = _STRANGER if forgery is Forgery.OTHER_PERSON else identity.oid
        about = {"typ": _TYPES[identity.kind], "is_tru": identity.trusted, "oid": int(oid), "nam": f"OID.{oid}"}
        claims = {
            "aud": "SOMEBODY_ELSE" if forgery is Forgery.WRONG_AUDIENCE else client_id,
            "sub": int(oid),
            "amr": ["PWD"],
            "urn:esia:sbj": {f"urn:esia:sbj:{name}": value for name, value in about.items()},
        }
        return self._token("id", {**self._common(now, forgery), **claims}, forgery)

    def access_token(self, identity: Identity, client_id: str, now: datetime, forgery: Forgery = Forgery.NONE) -> str:
        """What the portal may read."""
        claims = {
            "client_id": "SOMEBODY_ELSE" if forgery is Forgery.WRONG_AUDIENCE else client_id,
            "urn:esia:sbj_id": int(_STRANGER if forgery is Forgery.OTHER_PERSON else identity.oid),
        }
        return self._token("access", {**self._common(now, forgery), **claims}, forgery)

    def _common(self, now: datetime, forgery: Forgery) -> dict[str, Any]:
        begins = {Forgery.EXPIRED: now - 2 * LIFE, Forgery.NOT_YET: now + LIFE}.get(forgery, now)
        return {
            "iss": "http://impostor.test/" if forgery is Forgery.WRONG_ISSUER else self.issuer,
            "iat": int(min(begins, now).timestamp()),
            "nbf": int(begins.timestamp()),
            "exp": int((begins + LIFE).timestamp()),
        }

    def _token(self, kind: str, claims: dict[str, Any], forgery: Forgery) -> str:
        header = {"alg": "RS256", "ver": 1, "sbt": kind, "typ": "JWT"}
        match forgery:
            case Forgery.ALG_NONE:
                return f"{_unsigned({**header, 'alg': 'none'}, claims)}."
            case Forgery.ALG_HS256:
                return self._signed_with_the_public_key({**header, "alg": "HS256"}, claims)
            case Forgery.GARBAGE:
                return "это не токен"
            case Forgery.ALG_OTHER:
                return _signed({**header, "alg": "RS512"}, claims, self._key)
            case Forgery.WRONG_KEY:
                return _signed(header, claims, self._stranger())
            case _:
                return _signed(header, claims, self._key)

    def _signed_with_the_public_key(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """Whoever takes the algorithm from the token takes our public key for a shared secret."""
        text = _unsigned(header, claims)
        return f"{text}.{_base64(hmac.new(self.public_pem.encode(), text.encode(), hashlib.sha256).digest())}"

    def _stranger(self) -> RSAKey:
        self._another_key = self._another_key or RSAKey.generate_key(_KEY_BITS)
        return self._another_key


def _signed(header: dict[str, Any], claims: dict[str, Any], key: RSAKey) -> str:
    return jwt.encode(header, claims, key, registry=_REGISTRY)


def _unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return ".".join(_base64(json.dumps(part).encode()) for part in (header, claims))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")

"""The tokens of an answer: who signed them, for whom, when, and about whom (U13, U15).

ASVS 5.0: 9.1.1–9.2.3, 10.5.4. Whatever does not fit is `Rejected`; there is no second opinion.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, ClaimError, ConflictAlgorithmError, JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, RSAKey

from registratura.domain.values import Personal, Value
from registratura.flows.gosuslugi import Denial
from registratura.host.gosuslugi.answers import Denied, Rejected, Stop
from registratura.host.gosuslugi.config import GosuslugiConfig

SUBJECT = "urn:esia:sbj"
SUBJECT_ID = "urn:esia:sbj_id"
PERSON = "P"


class Subject(Value):
    """Whom the tokens are about: a person, with a confirmed account or not."""

    oid: Annotated[str, Personal]
    trusted: bool


class Tokens:
    """Checks tokens by what was agreed with Gosuslugi.

    Raises:
        ValueError: a key of the configuration is no public key in PEM.
    """

    def __init__(self, config: GosuslugiConfig) -> None:
        self._config = config
        self._keys = tuple(_public_key(pem) for pem in config.keys)
        # Not strict: Gosuslugi puts words of its own (`ver`, `sbt`) into the header; `crit` is checked all the same.
        self._registry = jws.JWSRegistry(algorithms=list(config.algorithms), strict_check_header=False)

    def subject(self, id_token: str, access_token: str, now: datetime) -> Subject:
        """Whom both tokens are about.

        Raises:
            Stop: a token cannot be verified, the two are about different people, or it is no person's account.
        """
        identified = self._claims(id_token, now, aud=self._config.client_id)
        allowed = self._claims(access_token, now, client_id=self._config.client_id)
        oid, about = str(identified.get("sub", "")), _about(identified)
        ids = {oid, str(about.get("oid", oid)), str(allowed.get(SUBJECT_ID, oid))}
        if len(ids) > 1 or not _is_oid(oid):
            raise _rejected("subject")
        if about.get("typ") != PERSON:
            raise Stop(Denied(reason=Denial.ORGANISATION))
        return Subject(oid=oid, trusted=about.get("is_tru") is True)

    def _claims(self, token: str, now: datetime, **ours: str) -> Mapping[str, Any]:
        claims = self._verified(token)
        must = {"iss": self._config.issuer, **ours}
        options: dict[str, jwt.ClaimsOption] = {name: {"essential": True, "value": must[name]} for name in must}
        options["exp"] = {"essential": True}
        leeway = int(self._config.leeway.total_seconds())
        rules = jwt.JWTClaimsRegistry(int(now.timestamp()), leeway, **options)
        try:
            rules.validate(claims)
        except ClaimError as error:
            raise _rejected(error.claim) from None
        return claims

    def _verified(self, token: str) -> dict[str, Any]:
        for key in self._keys:
            try:
                claims = jwt.decode(token, key, registry=self._registry).claims
            except BadSignatureError:
                continue
            except (UnsupportedAlgorithmError, ConflictAlgorithmError):
                raise _rejected("algorithm") from None
            except (JoseError, ValueError, TypeError, RecursionError):
                raise _rejected("format") from None
            # Gosuslugi's `sub` is a number, which RFC 7519 does not know.
            return {**claims, "sub": str(claims["sub"])} if isinstance(claims.get("sub"), int) else claims
        raise _rejected("signature")


def _public_key(pem: str) -> RSAKey | ECKey:
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError:
        raise ValueError("a key of Gosuslugi is no public key in PEM") from None
    if isinstance(key, rsa.RSAPublicKey):
        return RSAKey.import_key(pem)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return ECKey.import_key(pem)
    raise ValueError("a key of Gosuslugi is neither RSA nor EC")


def _about(claims: Mapping[str, Any]) -> Mapping[str, Any]:
    """The claims about the subject, without the prefix that each of them repeats."""
    found = claims.get(SUBJECT)
    known = found if isinstance(found, dict) else {}
    return {str(name).removeprefix(f"{SUBJECT}:"): value for name, value in known.items()}


def _is_oid(text: str) -> bool:
    """It becomes a part of an address."""
    return text.isascii() and text.isdigit() and len(text) <= 20


def _rejected(what: str) -> Stop:
    return Stop(Rejected(reason=f"token.{what}"))

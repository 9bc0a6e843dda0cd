"""The portal's side of the protocol: send the person there, and judge what they come back with.

authorise:  client_id, scope, timestamp, state, redirect_uri, signed   → the browser goes to Gosuslugi
callback:   code + state, or error + state                             → the browser comes back
token:      the code, signed anew                                      → id token, access token
person:     /rs/prns/{oid}, /ctts, /docs                               → an Identity
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx

from registratura.domain.identity import Identity
from registratura.flows.gosuslugi import Denial
from registratura.host.gosuslugi.answers import Answer, Confirmed, Denied, Rejected, Stop
from registratura.host.gosuslugi.config import GosuslugiConfig
from registratura.host.gosuslugi.errors import OUTAGE, denial_of
from registratura.host.gosuslugi.person import identity_of
from registratura.host.gosuslugi.signer import Signer
from registratura.host.gosuslugi.tokens import Subject, Tokens
from registratura.host.gosuslugi.wire import ask, hide_people, text

LONGEST_CODE = 8_000

log = logging.getLogger("registratura.gosuslugi")


class GosuslugiClient:
    """Gosuslugi, as a portal sees it. It keeps nothing: `state` belongs to the flow and the browser's session.

    Args:
        config: the portal's registration.
        signer: who signs for the portal.
        http: a client with timeouts that follows nobody: `open_http()`.
        clock: the time, in UTC.
    """

    def __init__(
        self, config: GosuslugiConfig, signer: Signer, http: httpx.Client, clock: Callable[[], datetime]
    ) -> None:
        self.config, self._signer, self._http, self._clock = config, signer, http, clock
        self._tokens = Tokens(config)
        hide_people(config.person_url)

    def authorisation_url(self, state: str) -> str:
        """Where the browser goes. `state` is a fresh secret, kept in the browser's session until the answer."""
        query = {**self._signed(state), "response_type": "code", "access_type": "online"}
        return f"{self.config.authorise_url}?{urlencode(query)}"

    def answer(self, params: Mapping[str, str], expected_state: str | None) -> Answer:
        """What the callback's parameters say. It never raises for what the other side does.

        The caller takes `expected_state` out of the session first, so that an answer is judged once (U11).
        """
        if not expected_state or not _same(params.get("state", ""), expected_state):
            return Rejected(reason="state.wrong" if params.get("state") else "state.missing")
        error, code = params.get("error", ""), params.get("code", "")
        if bool(error) == bool(code) or len(code) > LONGEST_CODE:
            return Rejected(reason="answer.format")
        try:
            return self._judged(self._confirmed(code, expected_state) if code else _denied(error, params))
        except Stop as stop:
            return self._judged(stop.answer)

    def _judged(self, answer: Answer) -> Answer:
        if isinstance(answer, Denied) and answer.alarm:
            log.error("Gosuslugi does not accept this portal: %s", answer.code or "no code")
        return answer

    def _confirmed(self, code: str, state: str) -> Answer:
        tokens = ask(self._http, "POST", self.config.token_url, data=self._exchange(code, state))
        id_token, access_token = text(tokens, "id_token"), text(tokens, "access_token")
        if not id_token or not access_token:
            log.warning("Gosuslugi answered without a token")
            return OUTAGE
        if not _same(str(tokens.get("state", state)), state):
            return Rejected(reason="state.exchanged")
        subject = self._tokens.subject(id_token, access_token, self._clock())
        answer_id = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
        try:
            return Confirmed(identity=self._identity(subject, access_token), answer_id=answer_id)
        except ValueError:
            # An unconfirmed account may know nothing of its owner; else the name is not among the agreed scopes.
            reason = Denial.CONFIGURATION if subject.trusted else Denial.UNCONFIRMED
            return Denied(reason=reason, alarm=subject.trusted)

    def _exchange(self, code: str, state: str) -> dict[str, str]:
        more = {"code": code, "grant_type": "authorization_code", "token_type": "Bearer"}
        return {**self._signed(state, code), **more}

    def _signed(self, state: str, code: str = "") -> dict[str, str]:
        """What every request to Gosuslugi says of the portal, and its signature over it."""
        config = self.config
        timestamp = timestamp_of(self._clock())
        plain = signed_text(config.client_id, config.scope, timestamp, state, config.redirect_uri, code)
        return {
            "client_id": config.client_id,
            "scope": config.scope,
            "timestamp": timestamp,
            "state": state,
            "redirect_uri": config.redirect_uri,
            "client_secret": self._signer.sign(plain),
            "client_certificate_hash": config.certificate_hash,
        }

    def _identity(self, subject: Subject, access_token: str) -> Identity:
        url = f"{self.config.person_url}/{subject.oid}"
        headers = {"Authorization": f"Bearer {access_token}"}

        def read(path: str) -> Mapping[str, Any]:
            return ask(self._http, "GET", f"{url}{path}", headers=headers)

        parts = (read(""), read("/ctts?embed=(elements)"), read("/docs?embed=(elements)"))
        return identity_of(self.config.issuer, subject.oid, subject.trusted, *parts)


def timestamp_of(moment: datetime) -> str:
    """`2026.03.02 09:30:00 +0000`."""
    return f"{moment.astimezone(UTC):%Y.%m.%d %H:%M:%S} +0000"


def signed_text(client_id: str, scope: str, timestamp: str, state: str, redirect_uri: str, code: str = "") -> str:
    """What `client_secret` is a signature of; with `code` in the exchange only."""
    return f"{client_id}{scope}{timestamp}{state}{redirect_uri}{code}"


def _denied(error: str, params: Mapping[str, str]) -> Denied:
    return denial_of(error, params.get("error_description", ""))


def _same(given: str, expected: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass"))

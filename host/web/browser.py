"""A browser's session on the server: who it is, where they are, what they are to be told on the next page.

The cookie is a random token. The database has its SHA-256, and the session's data sealed under a key derived from the
token: whoever reads the database can neither become somebody nor read what they typed. The token of a form is an HMAC
under another key derived from it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import Field

from registratura.domain.values import Value
from registratura.flows.engine.codec import micros
from registratura.flows.ports import Caller
from registratura.host.web.options import WebOptions
from registratura.storage.sessions import SessionRow, Sessions, VisitRow, digest

TOKEN = re.compile(r"[0-9A-Za-z_-]{43}")
NONCE_BYTES = 12
LOOKED = timedelta(minutes=1)
"""A look is noted no more often."""


class Flash(Value):
    """What the next page of a flow has to say: why an event was refused, and what the person had typed.

    `event` is empty where nobody sent one: an answer of Gosuslugi was refused.
    """

    flow_id: str
    event: str = ""
    reasons: tuple[tuple[str, str, str], ...] = ()
    """Each as (code, text, field of a card that it is about)."""
    values: Mapping[str, str] = Field(default_factory=dict)


class SessionData(Value):
    """What a session remembers.

    `flows` are the latest of each kind. `known`: Gosuslugi has said who it is, so there is something to guard.
    `next`: the flow that the person wanted when they had to sign in first (U67).
    """

    flows: Mapping[str, str] = Field(default_factory=dict)
    channel: str = "web"
    explains: bool = False
    known: bool = False
    person: str = ""
    next: str = ""
    flash: Flash | None = None


@dataclass(slots=True)
class Browser:
    """One browser's session for the length of a request. `lost`: its cookie opens nothing any more."""

    token: str
    row: SessionRow
    data: SessionData
    stored: bool
    lost: bool = False
    used: bool = False
    """A form was drawn for it, so it has to be kept."""
    fresh: bool = False
    """The browser has to be told the token."""
    ended: bool = False

    @property
    def id(self) -> str:
        return self.row.id

    @property
    def account(self) -> str | None:
        return self.row.account

    def caller(self, address: str | None) -> Caller:
        """As the engine knows the one who calls."""
        return Caller(channel=self.data.channel, address=address, session=self.id, account=self.account)

    def remember(self, **changes: Any) -> None:
        """Change what the session remembers."""
        self.data = self.data.model_copy(update=changes)

    @property
    def form_token(self) -> str:
        """What every form of this session has to bring back."""
        self.used = True
        return hmac.new(_key(self.token, "forms"), b"csrf", hashlib.sha256).hexdigest()


class Browsers:
    """Opens sessions by their cookies, keeps them, gives them new tokens and ends them."""

    def __init__(self, sessions: Sessions, options: WebOptions, clock: Callable[[], datetime]) -> None:
        self.sessions, self._options, self._clock = sessions, options, clock

    def open(self, token: str | None) -> Browser:
        """The session of that cookie, or a new one that is not kept yet."""
        row = self.sessions.get(digest(token)) if token and TOKEN.fullmatch(token) else None
        if row is None or token is None or (data := self._living(token, row)) is None:
            return self._new(lost=bool(token))
        return Browser(token, row, data, stored=True)

    def keep(self, browser: Browser) -> None:
        """Write down what changed. A session that ended meanwhile stays ended: then it is `lost`."""
        if browser.ended or not (browser.stored or browser.used or browser.data != SessionData()):
            return
        row = self._row(browser)
        if row.data and browser.stored:
            browser.row, browser.lost = row, not self.sessions.change(row)
            browser.ended = browser.lost
        elif row.data:
            self.sessions.add(row)
            browser.row, browser.stored, browser.fresh = row, True, True
        elif row.seen_at - browser.row.seen_at >= micros_of(LOOKED):
            self.sessions.touch(row.id, row.seen_at)

    def renew(self, browser: Browser, account: str) -> None:
        """A new token for the same session, at sign-in. Of two that sign it in one finds it gone and is `lost`."""
        now, token = micros(self._clock()), secrets.token_urlsafe(32)
        row = SessionRow(digest(token), account, now, now, _sealed(token, browser.data))
        if not self.sessions.move(browser.id, row):
            browser.lost = browser.ended = True
            return
        browser.token, browser.row, browser.stored, browser.fresh = token, row, True, True

    def end(self, browser: Browser) -> None:
        """Sign out."""
        self.sessions.end(browser.id)
        browser.ended = True

    def depart(self, browser: Browser, flow_id: str) -> str:
        """A fresh `state` for a visit to Gosuslugi, bound to this flow and this browser."""
        self.keep(browser)
        state = secrets.token_urlsafe(32)
        self.sessions.add_visit(VisitRow(digest(state), browser.id, flow_id, micros(self._clock())))
        return state

    def visit(self, state: str) -> VisitRow | None:
        """The visit that this `state` belongs to, whosoever it is."""
        return self.sessions.visit(digest(state))

    def returned(self, browser: Browser, state: str) -> VisitRow | None:
        """The visit, if this browser set out on it and has not come back yet."""
        return self.sessions.spend_visit(digest(state), browser.id)

    def end_others(self, account: str, before: datetime, but: str | None) -> int:
        """End the sessions of the account that began before, but for that one (U32)."""
        return self.sessions.end_of_account(account, micros(before), but)

    def purge(self) -> int:
        """Forget the sessions whose life is over."""
        longest = max(self._options.waiting, self._options.absolute)
        return self.sessions.purge(micros(self._clock() - longest))

    def _living(self, token: str, row: SessionRow) -> SessionData | None:
        data, now = _opened(token, row.data), micros(self._clock())
        if data is None:
            return None
        guarded = row.account is not None or data.known
        idle = self._options.idle if guarded else self._options.waiting
        absolute = self._options.absolute if row.account else self._options.waiting
        alive = now - row.seen_at < micros_of(idle) and now - row.created_at < micros_of(absolute)
        return data if alive else None

    def _new(self, lost: bool) -> Browser:
        token, now = secrets.token_urlsafe(32), micros(self._clock())
        row = SessionRow(digest(token), None, now, now, "")
        return Browser(token, row, SessionData(), stored=False, lost=lost)

    def _row(self, browser: Browser) -> SessionRow:
        """The row as it should be; without data where that did not change."""
        same = browser.stored and _opened(browser.token, browser.row.data) == browser.data
        data = "" if same else _sealed(browser.token, browser.data)
        return browser.row._replace(seen_at=micros(self._clock()), data=data)


def micros_of(span: timedelta) -> int:
    """A span in whole microseconds."""
    return span // timedelta(microseconds=1)


def _key(token: str, use: str) -> bytes:
    return hmac.new(token.encode(), use.encode(), hashlib.sha256).digest()


def _sealed(token: str, data: SessionData) -> str:
    nonce = secrets.token_bytes(NONCE_BYTES)
    text = data.model_dump_json().encode()
    return urlsafe_b64encode(nonce + AESGCM(_key(token, "data")).encrypt(nonce, text, None)).decode()


def _opened(token: str, sealed: str) -> SessionData | None:
    try:
        raw = urlsafe_b64decode(sealed)
        text = AESGCM(_key(token, "data")).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None)
        return SessionData.model_validate_json(text)
    except (InvalidTag, ValueError):
        # Written by another version: the person signs in again.
        return None

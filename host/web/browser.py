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
from registratura.flows.engine.view import FlowView
from registratura.flows.event import Event
from registratura.flows.portal_password import ChangePassword
from registratura.flows.ports import Caller
from registratura.host.web.options import WebOptions
from registratura.storage.sessions import HandoverRow, SessionRow, Sessions, VisitRow, digest

TOKEN = re.compile(r"[0-9A-Za-z_-]{43}")
NONCE_BYTES = 12
SIGNED_IN = frozenset(
    {("registration", "registered"), ("registration", "already_registered"), ("sign_in", "signed_in")}
)
"""Where a flow has made sure who somebody is, and the session becomes theirs."""
LOOKED = timedelta(minutes=1)
"""A look is noted no more often."""
HANDED_OVER = timedelta(minutes=2)
"""So long the request that signed somebody in may be repeated, because its answer was lost."""
LEAST_KEY = 16
"""A request's key that is shorter could be guessed."""


class Flash(Value):
    """What the next page of a flow has to say: why an event was refused, and what the person had typed.

    `event` is empty where it is about no form: an answer of Gosuslugi was refused, or the page was out of date.
    """

    flow_id: str
    event: str = ""
    reasons: tuple[tuple[str, str, str], ...] = ()
    """Each as (code, text, field of a card that it is about)."""
    values: Mapping[str, str] = Field(default_factory=dict)


class SessionData(Value):
    """What a session remembers.

    `flows` are the latest of each kind. `known`: Gosuslugi has said who it is, so there is something to guard.
    `next`: the flow that the person wanted when they had to sign in first (U67). `said`: what the next page has to say
    of what was done.
    """

    flows: Mapping[str, str] = Field(default_factory=dict)
    channel: str = "web"
    explains: bool = False
    known: bool = False
    person: str = ""
    next: str = ""
    said: str = ""
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
    came_with: str = ""
    """The token that the page at hand was drawn for, where that is not `token`."""

    @property
    def id(self) -> str:
        return self.row.id

    @property
    def account(self) -> str | None:
        return self.row.account

    def caller(self, address: str | None) -> Caller:
        """As the engine knows the one who calls."""
        formerly = digest(self.came_with) if self.came_with else None
        return Caller(self.data.channel, address, self.id, self.account, formerly)

    def remember(self, **changes: Any) -> None:
        """Change what the session remembers."""
        self.data = self.data.model_copy(update=changes)

    def comes_over(self, event: Event) -> None:
        """Over what the session goes, from the event on that says so."""
        if channel := getattr(event, "channel", None):
            self.remember(channel=channel)

    @property
    def form_token(self) -> str:
        """What every form of this session has to bring back."""
        self.used = True
        return _form_token(self.token)

    def drew(self, csrf: str) -> bool:
        """Whether this session's own page brought that token back."""
        good = _form_token(self.came_with or self.token)
        return self.stored and hmac.compare_digest(csrf.encode("utf-8", "surrogatepass"), good.encode())


class Browsers:
    """Opens sessions by their cookies, keeps them, gives them new tokens and ends them."""

    def __init__(
        self, sessions: Sessions, options: WebOptions, clock: Callable[[], datetime], stale: Callable[[FlowView], bool]
    ) -> None:
        self.sessions, self._options, self._clock, self._stale = sessions, options, clock, stale

    def open(self, token: str | None, key: str = "") -> Browser:
        """The session of that cookie, or a new one that is not kept yet.

        Args:
            token: what the cookie says.
            key: of the request. The one that signed the session in finds it again by the old token.
        """
        if token is None or not TOKEN.fullmatch(token):
            return self.stranger(lost=bool(token))
        return self._opened(token) or self._handed_over(token, key) or self.stranger(lost=True)

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

    def admit(self, browser: Browser, view: FlowView, key: str = "") -> bool:
        """Sign in, with a new token, where the flow has made sure who it is; whether the session is theirs now."""
        if view.account in (None, browser.account) or (view.flow, view.state) not in SIGNED_IN:
            return False
        browser.remember(known=True)
        self.renew(browser, view.account, key)
        # Looked at once the session is there: a change of the password from now on ends it itself.
        if not browser.lost and self._stale(view):
            self.end(browser)
            browser.lost = True
        return not browser.lost

    def follow(self, browser: Browser, event: Event, view: FlowView) -> None:
        """What an event that was taken means for the account's other sessions."""
        if isinstance(event, ChangePassword) and not view.refusals:
            self.end_others(browser)

    def renew(self, browser: Browser, account: str, key: str = "") -> None:
        """A new token for the same session, at sign-in. Of two that sign it in one finds it gone and is `lost`.

        Whoever planted the old token has no use of it: the new one is handed over only to a repetition of the request
        that signed in, by its key, which stands on a page or in an address that only the person has seen.
        """
        if browser.account not in (None, account):
            # Gosuslugi has said that somebody else sits here now: nothing of the one before is kept.
            browser.data = SessionData(channel=browser.data.channel, explains=browser.data.explains, known=True)
        now, token = micros(self._clock()), secrets.token_urlsafe(32)
        row = SessionRow(digest(token), account, now, now, _sealed(token, browser.data.model_dump_json()))
        both, known = browser.token + key, len(key) >= LEAST_KEY
        handover = HandoverRow(digest(both), now, _sealed(both, token)) if known else None
        if not self.sessions.move(browser.id, row, handover):
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

    def end_others(self, browser: Browser) -> None:
        """End all other sessions of its account, at once: the person is told that they are over (U32)."""
        if browser.account is not None:
            self.end_of_account(browser.account, self._clock(), browser.id)

    def end_of_account(self, account: str, before: datetime, but: str | None) -> int:
        """End the sessions of the account that began before, but for that one (U32)."""
        return self.sessions.end_of_account(account, micros(before), but)

    def purge(self) -> int:
        """Forget the sessions whose life is over."""
        longest = max(self._options.waiting, self._options.absolute)
        return self.sessions.purge(micros(self._clock() - longest))

    def _opened(self, token: str) -> Browser | None:
        row = self.sessions.get(digest(token))
        data = self._living(token, row) if row else None
        return Browser(token, row, data, stored=True) if row and data else None

    def _handed_over(self, old: str, key: str) -> Browser | None:
        """The session that a request with this key has moved from the old token a moment ago."""
        found = self.sessions.handover(digest(old + key)) if len(key) >= LEAST_KEY else None
        if found is None or micros(self._clock()) - found.at >= micros_of(HANDED_OVER):
            return None
        browser = self._opened(_unsealed(old + key, found.token))
        if browser is not None:
            browser.fresh, browser.came_with = True, old
        return browser

    def _living(self, token: str, row: SessionRow) -> SessionData | None:
        data, now = _data(token, row), micros(self._clock())
        if data is None:
            return None
        guarded = row.account is not None or data.known
        idle = self._options.idle if guarded else self._options.waiting
        absolute = self._options.absolute if row.account else self._options.waiting
        alive = now - row.seen_at < micros_of(idle) and now - row.created_at < micros_of(absolute)
        return data if alive else None

    def stranger(self, lost: bool = False) -> Browser:
        """A new session, not kept yet."""
        token, now = secrets.token_urlsafe(32), micros(self._clock())
        row = SessionRow(digest(token), None, now, now, "")
        return Browser(token, row, SessionData(), stored=False, lost=lost)

    def _row(self, browser: Browser) -> SessionRow:
        """The row as it should be; without data where that did not change."""
        same = browser.stored and _data(browser.token, browser.row) == browser.data
        data = "" if same else _sealed(browser.token, browser.data.model_dump_json())
        return browser.row._replace(seen_at=micros(self._clock()), data=data)


def micros_of(span: timedelta) -> int:
    """A span in whole microseconds."""
    return span // timedelta(microseconds=1)


def _key(token: str, use: str) -> bytes:
    return hmac.new(token.encode(), use.encode(), hashlib.sha256).digest()


def _form_token(token: str) -> str:
    return hmac.new(_key(token, "forms"), b"csrf", hashlib.sha256).hexdigest()


def _sealed(secret: str, text: str) -> str:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return urlsafe_b64encode(nonce + AESGCM(_key(secret, "data")).encrypt(nonce, text.encode(), None)).decode()


def _unsealed(secret: str, sealed: str) -> str:
    raw = urlsafe_b64decode(sealed)
    return AESGCM(_key(secret, "data")).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()


def _data(token: str, row: SessionRow) -> SessionData | None:
    try:
        return SessionData.model_validate_json(_unsealed(token, row.data))
    except (InvalidTag, ValueError):
        # Written by another version: the person signs in again.
        return None

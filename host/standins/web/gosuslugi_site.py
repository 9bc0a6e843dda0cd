"""The stand-in Gosuslugi as a site: who visits it, on whose behalf, and what they take back.

The people, their passwords and one-time codes are `StandInGosuslugi`'s, in process. Here its portal is elsewhere: what
it would be told waits until the browser carries it there.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar
from urllib.parse import urlencode

from registratura.domain.codes import OneTimeCodePolicy
from registratura.domain.identity import Identity
from registratura.flows.engine import FlowView
from registratura.flows.engine.view import Screen
from registratura.flows.gosuslugi import Denial
from registratura.flows.settings import Settings
from registratura.host.gateways import GosuslugiGateway
from registratura.host.gosuslugi import GosuslugiConfig
from registratura.host.portal import Parts, Registratura
from registratura.host.standins.gosuslugi import Citizen, StandInGosuslugi
from registratura.host.standins.web.gosuslugi_faults import Faults
from registratura.host.standins.web.gosuslugi_tokens import TokenMaker

# Not the real one's: an account made here must never be taken for one made there.
ISSUER = "http://esia.stand-in.test/"
CODE_LIFE = timedelta(minutes=3)
TOKEN_LIFE = timedelta(hours=1)
MOST_KEPT = 10_000

CANCELLED = "007004"
OUTAGE = "007008"
T = TypeVar("T")
_WORDS = {
    **dict.fromkeys(("007004", "007019"), "access_denied"),
    **{"007007": "server_error", "007008": "temporarily_unavailable", "007011": "invalid_grant"},
}


def error_json(code: str) -> dict[str, str]:
    """An error as the protocol writes it."""
    return {"error": _WORDS.get(code, "invalid_request"), "error_description": f"ESIA-{code}: учебный отказ"}


@dataclass(frozen=True, slots=True)
class RegisteredPortal:
    """A portal that may send people here."""

    client_id: str
    redirect_uris: tuple[str, ...]
    public_key: str
    certificate_hash: str


@dataclass(frozen=True, slots=True)
class WebVisit:
    """One person's way through the site: what the portal asked for."""

    id: str
    state: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code, or an access token, opens, and until when."""

    identity: Identity
    redirect_uri: str
    until: datetime


Report = Callable[[str, Literal["password", "other"]], None]


def _report_nothing(state: str, method: Literal["password", "other"]) -> None:
    """The channel is off."""


def _for_play() -> Parts:
    """Whoever tries the portal signs in often: nobody shall wait a minute for a code, or be out of codes for a day."""
    codes = OneTimeCodePolicy(resend_after=timedelta(seconds=10), resends_per_hour=1_000, daily_cap=1_000)
    return Parts(settings=Settings(one_time_codes=codes))


@dataclass(frozen=True, slots=True)
class SiteOptions:
    """What may be replaced: the issuer and its keys, clock and policies, the channel, how a slow answer waits.

    `report` tells the portal of a passed first stage: (state, method)."""

    tokens: TokenMaker = field(default_factory=lambda: TokenMaker(ISSUER))
    parts: Parts = field(default_factory=_for_play)
    report: Report = _report_nothing
    sleep: Callable[[float], None] = time.sleep


class _Kept(GosuslugiGateway):
    """What the portal would be told, by visit."""

    def __init__(self, portal: Registratura, passed: Callable[[str, Literal["password", "other"]], None]) -> None:
        super().__init__(portal.engine)
        self._passed = passed
        self.answers: dict[str, Identity | Denial] = {}

    def returned(self, flow_id: str, identity: Identity, answer_id: str, *, within: Any = None) -> FlowView:
        self.answers[flow_id] = identity
        return _view(flow_id)

    def denied(self, flow_id: str, reason: Denial, *, within: Any = None) -> FlowView:
        self.answers[flow_id] = reason
        return _view(flow_id)

    def progress(self, flow_id: str, method: Literal["password", "other"], *, within: Any = None) -> FlowView:
        self._passed(flow_id, method)
        return _view(flow_id)


class GosuslugiSite:
    """Everything the stand-in's pages and endpoints know. Turn `faults` to have something go wrong."""

    def __init__(
        self, citizens: tuple[Citizen, ...], portal: RegisteredPortal, options: SiteOptions | None = None
    ) -> None:
        self.portal, self.options = portal, options or SiteOptions()
        self.clock, self.faults = self.options.parts.clock, Faults()
        self.tokens = self.options.tokens
        here = Registratura("memory:", lambda: secrets.token_bytes(32), parts=self.options.parts)
        here.gosuslugi = self._kept = _Kept(here, self._passed)
        self.people = StandInGosuslugi(here, citizens)
        self.texts = self.options.parts.texts
        self.visits: dict[str, WebVisit] = {}
        self.left: dict[str, str] = {}
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, Grant] = {}

    def client_config(self, base_url: str) -> GosuslugiConfig:
        """What the portal must know of this site, if it is reached at `base_url`."""
        return GosuslugiConfig.at(
            base_url,
            client_id=self.portal.client_id,
            redirect_uri=self.portal.redirect_uris[0],
            certificate_hash=self.portal.certificate_hash,
            keys=(self.tokens.public_pem,),
            issuer=self.tokens.issuer,
        )

    def begin(self, state: str, redirect_uri: str) -> WebVisit:
        """Somebody was sent here by a portal whose request is in order."""
        visit = WebVisit(secrets.token_urlsafe(16), state, redirect_uri)
        _keep(self.visits, visit.id, visit)
        return visit

    def leave(self, visit: WebVisit) -> str | None:
        """Where the browser goes now, if the visit is over. Whoever presses twice goes to the same place."""
        answer = self._kept.answers.pop(visit.id, None)
        if answer is not None:
            _keep(self.left, visit.id, self._way_back(visit, answer))
        return self.left.get(visit.id)

    def cancel(self, visit: WebVisit) -> None:
        """The person says no (U7)."""
        self.people.cancel(visit.id)

    def _way_back(self, visit: WebVisit, answer: Identity | Denial) -> str:
        if self.faults.answer_error:
            return self.error_url(visit, self.faults.answer_error)
        if isinstance(answer, Denial):
            return self.error_url(visit, CANCELLED if answer is Denial.CANCELLED else OUTAGE)
        return self._code_url(visit, self.faults.seen(answer))

    def error_url(self, visit: WebVisit, code: str) -> str:
        """The way back with an error."""
        return f"{visit.redirect_uri}?{urlencode({**error_json(code), 'state': visit.state})}"

    def redeem(self, code: str, redirect_uri: str) -> Identity | None:
        """Whom a code stands for. It is good once, for a short time, and where it was sent."""
        grant = self._codes.pop(code, None)
        fits = grant is not None and grant.until > self.clock() and grant.redirect_uri == redirect_uri
        return grant.identity if grant is not None and fits else None

    def allow(self, token: str, identity: Identity) -> None:
        """The access token opens this person's data."""
        _keep(self._tokens, token, Grant(identity, "", self.clock() + TOKEN_LIFE))

    def allowed(self, token: str, oid: str) -> Identity | None:
        """The person whose data the token opens, if it is this one's."""
        grant = self._tokens.get(token)
        fits = grant is not None and grant.until > self.clock() and grant.identity.oid == oid
        return grant.identity if grant is not None and fits else None

    def _code_url(self, visit: WebVisit, identity: Identity) -> str:
        code = secrets.token_urlsafe(32)
        _keep(self._codes, code, Grant(identity, visit.redirect_uri, self.clock() + CODE_LIFE))
        return f"{visit.redirect_uri}?{urlencode({'code': code, 'state': visit.state})}"

    def _passed(self, visit_id: str, method: Literal["password", "other"]) -> None:
        self.options.report(self.visits[visit_id].state, method)


def _keep(kept: dict[str, T], key: str, value: T) -> None:
    """Keep it; the oldest goes when there are too many. A stand-in may run for days."""
    kept[key] = value
    if len(kept) > MOST_KEPT:
        kept.pop(next(iter(kept)))


def _view(flow_id: str) -> FlowView:
    """The stand-in's callers want a view; there is no flow here to have one."""
    return FlowView(
        id=flow_id,
        flow="",
        state="",
        version=0,
        ended=False,
        account=None,
        subject=None,
        screen=Screen(id="", title="", text=""),
        actions=(),
    )

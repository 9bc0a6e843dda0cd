"""What stands before every page and the API: whose request it is allowed to be, how large, how often; and the headers.

host → size → how often → origin → the application → security headers
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Lock
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from registratura.domain.attempts import Attempts, AttemptsPolicy, counted, judgeable
from registratura.host.web.health import PROBES
from registratura.host.web.options import WebOptions

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Refuse = Callable[[Scope, int], Response]
"""A refusal of this status, as a page or as a problem of the API."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
REPORTS = "/gosuslugi/progress"
STATIC = "/static/"
WRITES = re.compile(r"/|/sign-in|/flow/[^/]+/gosuslugi|/gosuslugi/callback")
"""What leaves something in the database though it is a GET: it starts a flow, sends to Gosuslugi, takes its answer."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
DRAINED = 64
"""How many times as long as allowed a body may be and still be read to its end, so that the answer arrives."""
ADDRESSES = 10_000
MINUTE = timedelta(minutes=1)


class Limiter:
    """How often one address may send something in a minute. In memory: each process counts for itself."""

    def __init__(self, per_minute: int, clock: Callable[[], datetime]) -> None:
        self._policy = AttemptsPolicy(limit=per_minute, window=MINUTE, locks=())
        self._counters: dict[str, Attempts] = {}
        self._clock, self._lock = clock, Lock()

    def allows(self, address: str) -> bool:
        """Count one more; False if it is too many."""
        now, key = self._clock(), _subscriber(address)
        with self._lock:
            attempts = counted(self._policy, self._counters.pop(key, Attempts()), now)
            if len(self._counters) >= ADDRESSES:
                # Whoever has been quiet for longest stands first.
                del self._counters[next(iter(self._counters))]
            self._counters[key] = attempts
        return judgeable(self._policy, attempts, now)


class Guard:
    """The middleware. `sent_to` is the origin of Gosuslugi: a form's answer may redirect there."""

    def __init__(
        self, app: App, options: WebOptions, clock: Callable[[], datetime], sent_to: str, refuse: Refuse
    ) -> None:
        self._app, self._options, self._refuse = app, options, refuse
        self._proxies = options.proxies()
        limit = options.writes_per_minute
        self._limiter = Limiter(limit, clock) if limit is not None else None
        self._headers = security_headers(sent_to, options.tls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        address = address_of(scope, headers, self._proxies)
        scope.setdefault("state", {})["address"] = address
        why_not = await self._why_not(scope, headers, address, receive)
        answer: App = self._app if why_not is None else self._refuse(scope, why_not)
        if why_not is None and scope["method"] == "HEAD" and WRITES.fullmatch(scope["path"]):
            answer = Response()
        if why_not is None and scope["method"] in SAFE and self._elsewhere(scope, headers):
            answer = RedirectResponse(f"{self._options.origin}{scope['path']}", 307)
        await answer(scope, self._limited(receive), self._with_headers(scope, send))

    def _elsewhere(self, scope: Scope, headers: Headers) -> bool:
        # A probe follows no redirect: it would take one for a yes.
        return scope["path"] not in PROBES and elsewhere(headers.get("host", ""), self._options.host)

    async def _why_not(self, scope: Scope, headers: Headers, address: str, receive: Receive) -> int | None:
        """The status with which the request is refused at the door."""
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > self._options.longest_body:
            await self._drain(receive)
            return 413
        looks = scope["method"] in SAFE
        if scope["path"] == REPORTS or (looks and not WRITES.fullmatch(scope["path"])):
            return None
        if self._limiter is not None and not self._limiter.allows(address):
            return 429
        return None if looks or comes_from_here(headers, self._options.origin) else 403

    async def _drain(self, receive: Receive) -> None:
        """Read a body that is too long, up to a point: who is still sending does not hear an answer."""
        read = 0
        while read < DRAINED * self._options.longest_body:
            message = await receive()
            read += len(message.get("body", b""))
            if message["type"] != "http.request" or not message.get("more_body"):
                return

    def _limited(self, receive: Receive) -> Receive:
        """A body without a declared length is counted as it comes."""
        read = 0

        async def counting() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._options.longest_body:
                raise HTTPException(413)
            return message

        return counting

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "max-age=3600" if scope["path"].startswith(STATIC) else "no-store")
            await send(message)

        return sending


def security_headers(sent_to: str, tls: bool) -> dict[str, str]:
    """The headers of every answer."""
    policy = f"default-src 'self'; form-action 'self' {sent_to}; frame-ancestors 'none'; base-uri 'none'"
    strict = {"Strict-Transport-Security": "max-age=31536000"} if tls else {}
    return strict | {
        "Content-Security-Policy": f"{policy}; object-src 'none'",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def comes_from_here(headers: Headers, origin: str) -> bool:
    """Whether one of our own pages sent it, as far as the browser says.

    Under `Referrer-Policy: no-referrer` a browser's own form says `Origin: null`; then `Sec-Fetch-Site` decides. A
    program that is no browser says neither, and has no cookie that somebody could misuse.
    """
    said = headers.get("origin")
    if said not in (None, "null"):
        return said == origin
    return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def elsewhere(host: str, ours: str) -> bool:
    """Whether somebody typed another name of this machine: the cookie and the way back from Gosuslugi are ours only."""
    (name, _, port), (our_name, _, our_port) = host.rpartition(":"), ours.rpartition(":")
    return name != our_name and port == our_port and {name, our_name} <= LOOPBACK


def address_of(scope: Scope, headers: Headers, proxies: tuple[IPv4Network | IPv6Network, ...]) -> str:
    """Where the request came from: the last address that no trusted proxy has."""
    peer = (scope.get("client") or ("", 0))[0]
    passed = [part.strip() for part in ",".join(headers.getlist("x-forwarded-for")).split(",") if part.strip()]
    for address in (peer, *reversed(passed)):
        if not _within(address, proxies):
            return address if _is_address(address) or address == peer else peer
    return passed[0] if passed else peer


def _subscriber(address: str) -> str:
    """Whose address it is: of IPv6 one subscriber has a whole /64."""
    ip = ip_address(address) if _is_address(address) else None
    if not isinstance(ip, IPv6Address) or ip.ipv4_mapped:
        return address
    return str(ip_network((int(ip), 64), strict=False))


def _within(address: str, proxies: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in proxies)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True

"""What an installation decides about the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

from registratura.host.web.evenly import STEP


@dataclass(frozen=True, slots=True)
class WebOptions:
    """How the portal is reached, and how careful it is.

    `public_url` is what people type; cookies are `Secure` and `__Host-` where it is https. A session ends `idle` after
    the last look, and `absolute` after it began; before Gosuslugi has said who somebody is, there is nothing to guard
    and it lives for `waiting`: longer than a registration may (`Settings.lives`), or nobody whom Gosuslugi's support
    answered late would be told that a new one is needed (U62). `trusted_proxies` are networks whose `X-Forwarded-For`
    is believed. `writes_per_minute` is how many forms, and looks that begin something, one address may send, which may
    serve a whole clinic; None switches the limiter off. Answers to guesses leave in steps of `even_out`.
    """

    public_url: str = "http://127.0.0.1:8000"
    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)
    waiting: timedelta = timedelta(days=7)
    writes_per_minute: int | None = 600
    even_out: timedelta = STEP
    longest_body: int = 256 * 1024
    trusted_proxies: tuple[str, ...] = ()
    progress_key: bytes | None = None
    explains: bool = True
    """Whether «Как это устроено» may be opened."""

    @property
    def tls(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    @property
    def origin(self) -> str:
        """Scheme and host, as a browser's `Origin` has them."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def host(self) -> str:
        """The host with its port, as a browser's `Host` has it."""
        return urlsplit(self.public_url).netloc

    @property
    def cookie(self) -> str:
        return "__Host-registratura" if self.tls else "registratura"

    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of the trusted proxies."""
        return tuple(ip_network(proxy) for proxy in self.trusted_proxies)

"""One request to Gosuslugi and its JSON, or a `Stop` that says why there is none.

Slow, down, HTML instead of JSON, too much of it: to the person all this is an outage (U9). Nothing is asked twice: a
code that is sent again is dead (U10), and a person who waits can press again.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from typing import Any

import httpx

from registratura.host.gosuslugi.answers import Stop
from registratura.host.gosuslugi.errors import OUTAGE, denial_of

LONGEST_BODY = 1_000_000
LONGEST_WAIT = 30
"""Seconds for one answer as a whole: a server that sends a byte now and then meets every other timeout."""
TIMEOUT = httpx.Timeout(10, connect=5)
_SERVER_ERRORS = 500
_BUSY = 429

log = logging.getLogger("registratura.gosuslugi")


class _HidesPeople(logging.Filter):
    """httpx logs every address, and a person's has their number in it."""

    def __init__(self, person_url: str) -> None:
        super().__init__()
        self.person_url = person_url

    def filter(self, record: logging.LogRecord) -> bool:
        return self.person_url not in record.getMessage()

    def __eq__(self, other: object) -> bool:
        # A logger keeps one of equal filters, however many clients are made.
        return isinstance(other, _HidesPeople) and other.person_url == self.person_url

    def __hash__(self) -> int:
        return hash(self.person_url)


def hide_people(person_url: str) -> None:
    """Keep the addresses of people's data out of httpx's log."""
    logging.getLogger("httpx").addFilter(_HidesPeople(person_url))


def open_http(**more: Any) -> httpx.Client:
    """An httpx client fit for Gosuslugi: it waits a little, follows nobody and takes no proxy from the environment."""
    return httpx.Client(**{"timeout": TIMEOUT, "follow_redirects": False, "trust_env": False, **more})


def ask(http: httpx.Client, method: str, url: str, **request: Any) -> Mapping[str, Any]:
    """The JSON object that Gosuslugi answers with.

    Raises:
        Stop: it answered with an error, or with nothing that can be read.
    """
    status, body = _fetch(http, method, url, request)
    found = _object(body)
    if status != httpx.codes.OK:
        raise Stop(_refused(status, found))
    if found is None:
        log.warning("Gosuslugi answered with something else than a JSON object")
        raise Stop(OUTAGE)
    return found


def _fetch(http: httpx.Client, method: str, url: str, request: Mapping[str, Any]) -> tuple[int, bytes]:
    try:
        with http.stream(method, url, follow_redirects=False, **request) as response:
            return response.status_code, _body(response)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        log.warning("Gosuslugi does not answer: %s", type(error).__name__)
        raise Stop(OUTAGE) from None


def _body(response: httpx.Response) -> bytes:
    body, until = b"", time.monotonic() + LONGEST_WAIT
    for part in response.iter_bytes():
        body += part
        if len(body) > LONGEST_BODY or time.monotonic() > until:
            log.warning("Gosuslugi answers without end: %s bytes so far", len(body))
            raise Stop(OUTAGE)
    return body


def _object(body: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refused(status: int, found: Mapping[str, Any] | None) -> Any:
    """What an error says of itself; without that, the server is at fault."""
    error = text(found, "error") or text(found, "code")
    if status >= _SERVER_ERRORS or status == _BUSY or not error:
        log.warning("Gosuslugi answered with status %s", status)
        return OUTAGE
    return denial_of(error, text(found, "error_description") or text(found, "message"))


def text(found: Mapping[str, Any] | None, name: str) -> str:
    """A text of that name, or nothing."""
    value = (found or {}).get(name)
    return value if isinstance(value, str) else ""

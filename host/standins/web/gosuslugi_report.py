"""How the stand-in tells the portal that the first stage is passed. Real Gosuslugi has nothing like it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Literal

import httpx

from registratura.host.gosuslugi import Progress, write_progress

log = logging.getLogger("registratura.standins")


class HttpReport:
    """Posts reports to the portal. One that does not arrive is no loss."""

    def __init__(self, http: httpx.Client, url: str, key: bytes, clock: Callable[[], datetime]) -> None:
        self._http, self._url, self._key, self._clock = http, url, key, clock

    def __call__(self, state: str, method: Literal["password", "other"]) -> None:
        at = int(self._clock().timestamp())
        progress = Progress(state=state, event="first_stage_passed", method=method, at=at)
        body, headers = write_progress(self._key, progress)
        try:
            self._http.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            log.warning("The portal was not told: %s", type(error).__name__)

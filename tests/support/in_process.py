"""An application behind an httpx client, without a server: each request runs to its end before the next."""

import asyncio
from typing import Any

import httpx


class InProcess(httpx.BaseTransport):
    """What the application raises reaches the test."""

    def __init__(self, app: Any) -> None:
        self._there = httpx.ASGITransport(app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._there.handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

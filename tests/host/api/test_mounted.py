"""The same API in whatever application a host has."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urljoin

import httpx
import pytest
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.applications import Starlette
from starlette.routing import Mount
from support.api import MASTER, Api, caller_of, problem

from registratura.host import Caller, FlowView, Registratura
from registratura.host.web.api import api_app, api_router


def in_fastapi(portal: Registratura) -> Any:
    app = FastAPI()
    app.include_router(api_router(portal, caller_of), prefix="/hospital/api")
    return app


def in_starlette(portal: Registratura) -> Any:
    return Starlette(routes=[Mount("/hospital/api", app=api_app(portal, caller_of))])


def under_a_mount(portal: Registratura) -> Any:
    inner = FastAPI()
    inner.include_router(api_router(portal, caller_of), prefix="/api")
    return Starlette(routes=[Mount("/hospital", app=inner)])


def token_of(request: Request) -> str:
    if "X-Token" not in request.headers:
        raise HTTPException(401, "no token", {"WWW-Authenticate": "Bearer"})
    return request.headers["X-Token"]


async def who(token: Annotated[str, Depends(token_of)]) -> Caller:
    return Caller(session=token)


@pytest.mark.parametrize("mounted", [in_fastapi, in_starlette, under_a_mount])
def test_it_works_wherever_it_is_mounted(mounted: Any) -> None:
    portal = Registratura("memory:", lambda: MASTER)
    api = Api(portal, mounted(portal), "http://portal/hospital/api")
    answer = api.post("flows", {"flow": "registration"})
    where = urljoin(str(answer.url), answer.headers["Location"])
    assert where == f"http://portal/hospital/api/flows/{answer.json()['id']}"
    assert api.get(where).json()["state"] == "region"
    problem(api.send(answer.json()["id"], "register"), 409, "not_allowed_now")
    problem(api.raw("flows", b"{"), 400, "body_not_json")
    problem(api.client.delete("flows"), 405, "method_unknown")


def test_a_host_says_who_calls_in_its_own_way() -> None:
    """With dependencies of its own, under asyncio, and with errors of its own."""
    portal = Registratura("memory:", lambda: MASTER)
    api = Api(portal, api_app(portal, who))
    flow = api.start(headers={"X-Token": "t-1"})
    assert api.get(f"flows/{flow}", **{"X-Token": "t-1"}).status_code == 200
    problem(api.get(f"flows/{flow}", **{"X-Token": "t-2"}), 404, "unknown_flow")
    assert api.get(f"flows/{flow}").status_code == 401


def test_a_host_may_add_to_an_answer() -> None:
    """The cookie of a new session, once it is known who is there."""

    def signed_in(request: Request, response: Response, view: FlowView) -> None:
        response.set_cookie("state", f"{request.method}-{view.state}")

    portal = Registratura("memory:", lambda: MASTER)
    api = Api(portal, api_app(portal, caller_of, on_answer=signed_in))
    started = api.post("flows", {"flow": "registration"})
    assert started.cookies["state"] == "POST-region"
    assert "state" not in api.get(f"flows/{started.json()['id']}").cookies


def test_it_works_over_an_async_engine(tmp_path: Path) -> None:
    async def journey() -> list[tuple[int, str]]:
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'portal.db'}")
        app = api_app(await Registratura.aopen(engine, lambda: MASTER), caller_of)
        headers = {"X-Session": "browser-1"}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://portal", headers=headers
        ) as client:
            answers = [await client.post("flows", json={"flow": "registration"})]
            flow = f"flows/{answers[0].json()['id']}"
            answers.append(
                await client.post(f"{flow}/events", json={"event": "choose_region", "payload": {"region": "74"}})
            )
            answers.append(await client.get(flow))
            told = await client.get(f"{flow}/history")
        await engine.dispose()
        assert len(told.json()["entries"]) == 2
        return [(answer.status_code, answer.json()["state"]) for answer in answers]

    assert asyncio.run(journey()) == [(201, "region"), (200, "main_page"), (200, "main_page")]

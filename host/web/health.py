"""What an orchestrator asks: is the process alive, and can it work? Neither opens a session nor counts against limits.

app.router.routes.extend(health_routes(portal))     # in an application of the host's own
"""

from __future__ import annotations

import logging

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from registratura.flows.errors import OperatorError
from registratura.host.portal import Registratura
from registratura.host.readiness import why_not_ready
from registratura.host.web.api_models import ProblemJson
from registratura.host.web.problems import PROBLEM

HEALTHZ, READYZ = "/healthz", "/readyz"
PROBES = (HEALTHZ, READYZ)
NO_STORE = {"Cache-Control": "no-store"}
log = logging.getLogger("registratura.web")


def health_routes(portal: Registratura) -> list[Route]:
    """`/healthz`, which asks nobody, and `/readyz`, which asks the database."""

    async def ready(request: Request) -> Response:
        code = await portal.arun(why_not_ready, portal)
        return JSONResponse({"status": "ready"}, headers=NO_STORE) if code is None else _not_ready(portal, code)

    return [Route(HEALTHZ, _alive, include_in_schema=False), Route(READYZ, ready, include_in_schema=False)]


async def _alive(request: Request) -> Response:
    return JSONResponse({"status": "alive"}, headers=NO_STORE)


def _not_ready(portal: Registratura, code: str) -> Response:
    """The code says what to look up; where the database is and what it said is nobody's business out there."""
    log.error("The portal is not ready: %s", code)
    problem = ProblemJson(
        type=f"{ProblemJson.prefix}{code}", title=portal.parts.texts.error(OperatorError()), status=503, code=code
    )
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, 503, NO_STORE | {"Retry-After": "5"}, media_type=PROBLEM)

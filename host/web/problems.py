"""Errors as RFC 9457 problems: one stable type, one status, a Russian title, and no value that anybody typed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from registratura.flows.engine.view import shown
from registratura.flows.errors import (
    CallerError,
    ConcurrentUpdate,
    Conflict,
    IdempotencyConflict,
    InvalidPayload,
    NotAllowedNow,
    NotAPersonsEvent,
    NotStartedByHosts,
    OperatorError,
    RegistraturaError,
    StartRefused,
    UnknownEvent,
    UnknownFlow,
)
from registratura.flows.texts import Texts
from registratura.host.web.api_errors import (
    BodyTooLarge,
    MediaTypeUnknown,
    MethodUnknown,
    RequestInvalid,
    SessionRequired,
    VersionStale,
)
from registratura.host.web.api_models import FieldErrorJson, ProblemJson, RefusalJson
from registratura.host.web.strict_json import StrictRequest

LOG = logging.getLogger("registratura.web")
PROBLEM = "application/problem+json"


STATUS: Mapping[type[RegistraturaError], int] = {
    SessionRequired: 403,
    NotAPersonsEvent: 403,
    NotStartedByHosts: 403,
    UnknownFlow: 404,
    NotAllowedNow: 409,
    StartRefused: 409,
    ConcurrentUpdate: 409,
    Conflict: 409,
    VersionStale: 412,
    MethodUnknown: 405,
    BodyTooLarge: 413,
    MediaTypeUnknown: 415,
    UnknownEvent: 422,
    InvalidPayload: 422,
    RequestInvalid: 422,
    IdempotencyConflict: 422,
    CallerError: 400,
    RegistraturaError: 503,
}


def problem_of(error: RegistraturaError, texts: Texts) -> ProblemJson:
    """The problem that tells this error. Of what is an operator's to mend, it tells nothing."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    code, detail = (error.code, str(error)) if status != 503 else (OperatorError.code, None)
    title = texts.error(error if detail else OperatorError())
    return ProblemJson(
        type=f"{ProblemJson.prefix}{code}",
        title=title.partition("\n")[0],
        status=status,
        code=code,
        detail=detail,
        allowed=getattr(error, "allowed", None),
        errors=_field_errors(error, texts),
        refusals=_refusals(error, texts),
    )


def problem_response(error: RegistraturaError, texts: Texts) -> Response:
    """The problem as it goes out. What an operator has to see stands in the log."""
    problem = problem_of(error, texts)
    if problem.status == 503:
        LOG.error("%s: %s", error.code, error)
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, problem.status, {"Cache-Control": "no-store"}, media_type=PROBLEM)


def problem_route(texts: Texts) -> type[APIRoute]:
    """A route that reads strictly and answers every error of ours with its problem, in whatever application."""

    class ProblemRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handler = super().get_route_handler()

            async def told(request: Request) -> Response:
                strict = StrictRequest(request.scope, request.receive)
                try:
                    await strict.load()
                    return await handler(strict)
                except RequestValidationError as error:
                    return problem_response(RequestInvalid(_places(error)), texts)
                except RegistraturaError as error:
                    return problem_response(error, texts)

            return told

    return ProblemRoute


def _places(error: RequestValidationError) -> tuple[tuple[str, str], ...]:
    """Where and what; a name that nobody knows is the sender's text, and is not repeated."""
    found = []
    for one in error.errors():
        where = one["loc"][1:-1] if one["type"] == "extra_forbidden" else one["loc"][1:]
        found.append((".".join(map(str, where)), str(one["type"])))
    return tuple(found)


def _field_errors(error: RegistraturaError, texts: Texts) -> tuple[FieldErrorJson, ...] | None:
    if not isinstance(error, InvalidPayload | RequestInvalid):
        return None
    event = str(error.params.get("event", ""))
    return tuple(FieldErrorJson(field=f, code=c, text=texts.problem(event, f, c)) for f, c in error.problems)


def _refusals(error: RegistraturaError, texts: Texts) -> tuple[RefusalJson, ...] | None:
    if not isinstance(error, StartRefused):
        return None
    return tuple(RefusalJson.model_validate(refusal) for refusal in shown(texts, error.refusals))

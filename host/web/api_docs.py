"""The API's OpenAPI document: summaries, examples and every answer of each operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from registratura.host.web.api_models import (
    DeclaredFlowsJson,
    FlowJson,
    HistoryJson,
    ProblemJson,
)
from registratura.host.web.problems import PROBLEM

KEY = (
    "A name of this request, new for each new one. The same name again gives the first answer and does nothing twice; "
    "with another request it is an error. Kept for 7 days."
)
IF_MATCH = "The `ETag` that the person saw, or `*`. If the flow has moved since, nothing is done and the answer is 412."

_ID = "0198c0de-0000-7000-8000-000000000001"
_CHOOSE = {
    "name": "choose_region",
    "title": "Выбрать регион",
    "available": True,
    "schema": {
        "type": "object",
        "title": "Выбрать регион",
        "properties": {"region": {"type": "string", "title": "Регион"}},
        "required": ["region"],
        "additionalProperties": False,
    },
    "buttons": [{"name": "choose_region", "caption": "Выбрать", "payload": {}}],
    "refusals": [],
}
_FLOW: dict[str, Any] = {
    "id": _ID,
    "flow": "registration",
    "state": "region",
    "version": 1,
    "ended": False,
    "screen": {
        "id": "screen.registration.region",
        "title": "Выбор региона",
        "text": "Выберите регион, в котором получаете медицинскую помощь.",
        "notice": "",
        "items": {"regions": {"74": "Челябинская область"}},
    },
    "actions": [_CHOOSE],
    "refusals": [],
    "transition": "begin/begin_registration/region",
    "started": {},
    "authorisation_url": None,
}
_MAIN_PAGE: dict[str, Any] = {
    **_FLOW,
    "state": "main_page",
    "version": 2,
    "screen": {
        "id": "screen.registration.main_page",
        "title": "Главная страница портала",
        "text": "Ваш регион: Челябинская область. Если вы здесь впервые, нажмите «Зарегистрироваться».",
        "notice": "",
        "items": {"region": "Челябинская область"},
    },
    "actions": [],
    "transition": "region/choose_region/main_page",
}
_AWAY: dict[str, Any] = {
    **_FLOW,
    "state": "gosuslugi.first_stage",
    "version": 5,
    "screen": {
        "id": "screen.gosuslugi.first_stage",
        "title": "Госуслуги: первый этап авторизации",
        "text": "Мы ждём ответа Госуслуг и продолжим, как только он придёт.",
        "notice": "",
        "items": {},
    },
    "actions": [],
    "transition": "gosuslugi.entry/go_to_gosuslugi/gosuslugi.first_stage",
    "authorisation_url": f"https://portal.example.ru/flow/{_ID}/gosuslugi",
}
_REFUSED: dict[str, Any] = {
    **_FLOW,
    "version": 2,
    "transition": "region/choose_region/refused",
    "refusals": [
        {
            "code": "region.unknown",
            "text": "Такого региона нет в списке. Выберите регион из списка.",
            "params": {},
            "retry_at": None,
        }
    ],
}
_ENTRY = {
    "version": 2,
    "at": "2026-03-02T09:30:00Z",
    "event": "choose_region",
    "title": "Выбрать регион",
    "origin": "person",
    "channel": "web",
    "state": "main_page",
    "transition": "region/choose_region/main_page",
    "refusals": [],
}
_DECLARED = {
    "flows": [
        {
            "name": "registration",
            "title": "Регистрация на портале",
            "begins": [{"name": "begin_registration", "title": "Открыть портал", "schema": {"type": "object"}}],
            "events": [{"name": "choose_region", "title": "Выбрать регион", "schema": _CHOOSE["schema"]}],
        }
    ]
}

START_EXAMPLES: Mapping[str, Any] = {
    "registration": {"summary": "Регистрация", "value": {"flow": "registration"}},
    "sign_in": {"summary": "Вход", "value": {"flow": "sign_in"}},
    "attachment": {
        "summary": "Прикрепление к клинике",
        "value": {"flow": "attachment", "event": "begin_attachment", "payload": {"entry": "clinics"}},
    },
}
EVENT_EXAMPLES: Mapping[str, Any] = {
    "choose_region": {"summary": "Выбрать регион", "value": {"event": "choose_region", "payload": {"region": "74"}}},
    "register": {"summary": "Зарегистрироваться", "value": {"event": "register"}},
    "go_to_gosuslugi": {
        "summary": "Перейти на Госуслуги: адрес в authorisation_url",
        "value": {"event": "go_to_gosuslugi", "payload": {"via": "button"}},
    },
}

_PROBLEMS: Mapping[int, tuple[str, dict[str, Any]]] = {
    400: (
        "The body is no JSON, or JSON that can be understood in two ways.",
        {
            "code": "body_not_json",
            "title": "Запрос повреждён и не читается. Отправьте его ещё раз.",
        },
    ),
    403: (
        "There is no session, or what was asked for is not a person's to do: a fact, or a flow that starts by itself.",
        {"code": "not_a_persons_event", "title": "Это происходит само, от вас ничего не требуется."},
    ),
    404: (
        "No such flow, or another session's: the two are not told apart.",
        {"code": "unknown_flow", "title": "Этого здесь нет, или это начинали не вы. Войдите и начните сначала."},
    ),
    409: (
        "Not possible now (`allowed` says what is), or not started (`refusals` say why), or somebody else was first.",
        {
            "code": "not_allowed_now",
            "title": "Сейчас это сделать нельзя. Выберите одно из предложенных действий.",
            "allowed": ["choose_region", "cancel"],
        },
    ),
    412: (
        "The flow has moved since the version in `If-Match`.",
        {
            "code": "version_stale",
            "title": "Пока вы решали, данные изменились. Проверьте, всё ли по-прежнему верно, и повторите.",
        },
    ),
    413: (
        "The body is too long.",
        {
            "code": "body_too_large",
            "title": "Запрос слишком большой. Сократите то, что вы вписали, и отправьте ещё раз.",
        },
    ),
    415: (
        "The body is not `application/json`.",
        {
            "code": "media_type_unknown",
            "title": "Запрос отправлен не в том виде. Попробуйте ещё раз.",
        },
    ),
    422: (
        "A field, a header or the payload is not valid (`errors` say where), the event is unknown, or the idempotency "
        "key was used for another request.",
        {
            "code": "invalid_payload",
            "title": "Не всё заполнено верно. Исправьте и отправьте ещё раз.",
            "errors": [{"field": "region", "code": "missing", "text": "Выберите регион."}],
        },
    ),
    429: (
        "Too many requests, where the host counts them.",
        {"type": "about:blank", "title": "Слишком много запросов подряд"},
    ),
    503: (
        "The portal needs its operator; nothing was written. What is wrong stands in its log.",
        {"code": "operator_error", "title": "Портал временно не работает. Мы уже разбираемся, попробуйте позже."},
    ),
}


def _inline(model: type[BaseModel]) -> dict[str, Any]:
    """The model's JSON Schema in one piece: a router cannot add to its application's components."""
    schema = model.model_json_schema()
    inner = schema.pop("$defs", {})

    def resolved(node: Any) -> Any:
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).removeprefix("#/$defs/")
            return resolved(inner[name]) if name else {key: resolved(value) for key, value in node.items()}
        return [resolved(item) for item in node] if isinstance(node, list) else node

    return dict(resolved(schema))


_PROBLEM = _inline(ProblemJson)


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: _problem(status, *_PROBLEMS[status]) for status in statuses}


def _problem(status: int, description: str, said: dict[str, Any]) -> dict[str, Any]:
    example = {"type": f"{ProblemJson.prefix}{said.get('code')}", "status": status, **said}
    return {"description": description, "content": {PROBLEM: {"schema": _PROBLEM, "example": example}}}


def _found(description: str, *examples: Any, version: bool = True, **more: Any) -> dict[str, Any]:
    named = {f"{number}": {"value": example} for number, example in enumerate(examples, 1)}
    tag = {"ETag": {"description": "The flow's version.", "schema": {"type": "string", "pattern": '^"[0-9]+"$'}}}
    headers = {**(tag if version else {}), **more.pop("headers", {})}
    content = {"application/json": {"examples": named}}
    return {"description": description, "headers": headers, "content": content, **more}


def _link(operation: str) -> dict[str, Any]:
    return {"operationId": f"registratura_{operation}", "parameters": {"flow_id": "$response.body#/id"}}


_LOCATION = {
    "Location": {"description": "The flow, relative to this address.", "schema": {"type": "string"}, "required": True}
}
_LINKS = {"read": _link("read_flow"), "send": _link("send_event"), "history": _link("read_history")}

FLOWS: Mapping[str, Any] = {
    "operation_id": "registratura_declared_flows",
    "summary": "What can be started",
    "response_model": DeclaredFlowsJson,
    "responses": {200: _found("The flows, their beginnings and events.", _DECLARED, version=False), **_problems(429)},
}
START: Mapping[str, Any] = {
    "operation_id": "registratura_start_flow",
    "summary": "Start a flow",
    "status_code": 201,
    "response_model": FlowJson,
    "responses": {
        201: _found("The flow, started.", _FLOW, headers=_LOCATION, links=_LINKS),
        **_problems(400, 403, 409, 413, 415, 422, 429, 503),
    },
}
READ: Mapping[str, Any] = {
    "operation_id": "registratura_read_flow",
    "summary": "A flow as it is now",
    "response_model": FlowJson,
    "responses": {200: _found("The flow.", _FLOW), **_problems(400, 403, 404, 409, 413, 415, 422, 429, 503)},
}
SEND: Mapping[str, Any] = {
    "operation_id": "registratura_send_event",
    "summary": "Send an event",
    "response_model": FlowJson,
    "responses": {
        200: _found(
            "The flow after the event, or why the event did nothing.", _MAIN_PAGE, _AWAY, _REFUSED, links=_LINKS
        ),
        **_problems(400, 403, 404, 409, 412, 413, 415, 422, 429, 503),
    },
}
HISTORY: Mapping[str, Any] = {
    "operation_id": "registratura_read_history",
    "summary": "What happened to a flow, without personal data",
    "response_model": HistoryJson,
    "responses": {
        200: _found("A part of the history.", {"id": _ID, "entries": [_ENTRY]}, version=False),
        **_problems(400, 403, 404, 409, 413, 415, 422, 429, 503),
    },
}

"""The OpenAPI document: every operation with its examples, every answer that there is, every event with its payload."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema_rs import validator_for
from support.api import Api, caller_of

from registratura.flows.catalogue import FLOWS
from registratura.flows.texts import Texts
from registratura.host.web.api import api_router
from registratura.host.web.api_models import SENDS
from registratura.host.web.problems import PROBLEM

TEXTS = Texts.russian()
OPERATIONS = {
    ("get", "/flows"): {200, 429},
    ("post", "/flows"): {201, 400, 403, 409, 413, 415, 422, 429, 503},
    ("get", "/flows/{flow_id}"): {200, 400, 403, 404, 409, 413, 415, 422, 429, 503},
    ("post", "/flows/{flow_id}/events"): {200, 400, 403, 404, 409, 412, 413, 415, 422, 429, 503},
    ("get", "/flows/{flow_id}/history"): {200, 400, 403, 404, 409, 413, 415, 422, 429, 503},
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    told: dict[str, Any] = Api().get("openapi.json").json()
    return told


def parts(document: dict[str, Any], kind: str) -> list[tuple[str, dict[str, Any], Any]]:
    """Of every body or answer: where it stands, its schema, and an example."""
    found = []
    for (method, path), _ in OPERATIONS.items():
        operation = document["paths"][path][method]
        named = {"": operation["requestBody"]} if kind == "body" else operation["responses"]
        for status, part in named.items():
            for media, content in part["content"].items():
                examples = [one["value"] for one in content.get("examples", {}).values()]
                examples += [content["example"]] if "example" in content else []
                assert examples, f"{method} {path} {status} {media} has no example"
                found += [(f"{method} {path} {status}", content["schema"], example) for example in examples]
    return found


def test_every_operation_and_every_answer_is_told(document: dict[str, Any]) -> None:
    told = {
        (method, path): {int(status) for status in operation["responses"]}
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }
    assert told == OPERATIONS


def test_every_example_is_valid(document: dict[str, Any]) -> None:
    bodies = [
        (f"{method} {path}", content["schema"], example["value"])
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if "requestBody" in operation
        for content in operation["requestBody"]["content"].values()
        for example in content["examples"].values()
    ]
    answers = parts(document, "answers")
    assert (len(bodies), len(answers) > 30) == (6, True)
    for where, schema, example in bodies + answers:
        found = validator_for({**schema, "components": document["components"]}).iter_errors(example)
        assert [error.message for error in found] == [], where


def test_the_titles_of_the_examples_are_those_of_the_catalogue(document: dict[str, Any]) -> None:
    told = {
        example["code"]: example["title"]
        for _, _, example in parts(document, "answers")
        if "status" in example and "code" in example
    }
    assert told == {code: TEXTS(f"error.{code}") for code in told}
    assert len(told) == 9


def test_errors_are_problems_and_nothing_else(document: dict[str, Any]) -> None:
    for (method, path), _ in OPERATIONS.items():
        for status, answer in document["paths"][path][method]["responses"].items():
            assert set(answer["content"]) == ({PROBLEM} if int(status) >= 400 else {"application/json"})


def test_every_event_of_a_person_is_told_with_its_payload(document: dict[str, Any]) -> None:
    choices = document["components"]["schemas"]["EventRequest"]["oneOf"]
    told = {choice["properties"]["event"]["const"]: choice["properties"]["payload"] for choice in choices}
    assert set(told) == {event.name for event in SENDS}
    assert told["choose_region"]["required"] == ["region"]
    persons = {event.name for flow in FLOWS.values() for event in flow.events if event.origin == "person"}
    assert set(told) == persons


def test_a_link_names_an_operation_that_there_is(document: dict[str, Any]) -> None:
    names = {operation["operationId"] for item in document["paths"].values() for operation in item.values()}
    links = document["paths"]["/flows"]["post"]["responses"]["201"]["links"]
    assert {link["operationId"] for link in links.values()} < names


def test_in_a_hosts_document_the_hosts_own_models_keep_their_names() -> None:
    app = FastAPI()
    app.include_router(api_router(Api().portal, caller_of), prefix="/portal/api")
    told = app.openapi()
    assert set(told["paths"]) == {f"/portal/api{path}" for _, path in OPERATIONS}
    assert "FlowJson" in told["components"]["schemas"]

"""Walks through whatever the API offers, with payloads half right and half odd: it always answers as it documents."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from support.api import Api, registered
from support.people import SNILS

from registratura.domain.clinics import Clinic
from registratura.host import Parts, Registratura, Settings
from registratura.host.web.api_models import STARTS

STEPS = 40
ODD = ["", "0", "74", "clinic", "🙂", "\u202eтекст", "٣٤٥٦٧٨", "\x00", "x" * 5000, "' OR 1=1", "12.08.2015", SNILS]
LIKELY = [*ODD, "Иванов", "+79001234567", "name@example.ru", "1234567890123452", "123456789012", "aA1aA1", "M", "F"]
CLINIC = Clinic(id="clinic", title="Клиника", region="74")
DOCUMENTED = {200, 201, 403, 404, 409, 422}


class Walker:
    """Somebody who presses whatever there is."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.api = Api(
            Registratura("memory:", lambda: b"w" * 32, parts=Parts(settings=Settings(clinics={"clinic": CLINIC})))
        )
        flow, account = registered(self.api.portal, "browser-1")
        self.api.headers["X-Account"] = account
        self.flows = [flow]

    def step(self) -> tuple[str, int]:
        """Do something; gives what, and the status of the answer."""
        if self.chance.random() < 0.2:
            return self._start(self.chance.choice(list(STARTS)))
        flow = self.api.get(f"flows/{self.chance.choice(self.flows)}").json()
        if not flow["actions"]:
            return self._start("cabinet")
        action = self.chance.choice(flow["actions"])
        answer = self.api.send(flow["id"], action["name"], self._payload(action["schema"], flow["screen"]["items"]))
        self._remember(answer.json())
        return action["name"], answer.status_code

    def _start(self, name: str) -> tuple[str, int]:
        declared = {flow["name"]: flow for flow in self.api.get("flows").json()["flows"]}
        payload = self._payload(declared[name]["begins"][0]["schema"], {})
        answer = self.api.post("flows", {"flow": name, "payload": payload})
        self._remember(answer.json())
        return name, answer.status_code

    def _remember(self, said: Mapping[str, Any]) -> None:
        self.flows += [said["id"]] if "id" in said else []
        self.flows += said.get("started", {}).values()
        items = said.get("screen", {}).get("items", {})
        self.flows += [flow for name in ("cards", "rights") for flow in items.get(name, ())]

    def _payload(self, schema: Mapping[str, Any], items: Mapping[str, Any]) -> dict[str, Any]:
        shown = {name: value for name, value in items.items() if isinstance(value, str | int)}
        fields = schema.get("properties", {}).items()
        made = {name: self._value(field, schema.get("$defs", {})) for name, field in fields}
        return made | {name: shown[name] for name in made if name in shown and self.chance.random() < 0.8}

    def _value(self, schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Any:
        schema = defs.get(str(schema.get("$ref", "")).rpartition("/")[2], schema)
        kinds = {
            "integer": lambda: self.chance.choice([0, 1, 2, -1, 2**53 - 1]),
            "boolean": lambda: self.chance.random() < 0.5,
            "null": lambda: None,
            "object": lambda: {name: self.chance.choice(LIKELY) for name in self._names(schema, defs)},
        }
        if "anyOf" in schema:
            return self._value(self.chance.choice(schema["anyOf"]), defs)
        if "enum" in schema:
            return self.chance.choice(schema["enum"])
        return kinds.get(schema.get("type", ""), lambda: self.chance.choice(LIKELY))()

    def _names(self, schema: Mapping[str, Any], defs: Mapping[str, Any]) -> list[str]:
        names = defs[schema["propertyNames"]["$ref"].rpartition("/")[2]]["enum"]
        return self.chance.sample(names, self.chance.randint(1, len(names)))


@pytest.mark.parametrize("seed", range(6))
def test_a_walk_meets_only_documented_answers(seed: int) -> None:
    walker = Walker(seed)
    met = [walker.step() for _ in range(STEPS)]
    assert [(what, status) for what, status in met if status not in DOCUMENTED] == []
    assert {200, 201} <= {status for _, status in met}, "it has come nowhere"

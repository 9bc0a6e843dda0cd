"""Every key of the catalogue of texts that the code names, read from the code itself."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any, get_args

from pydantic_core.core_schema import ErrorType

from registratura.domain.card import FieldName, FieldSource, FieldStatus
from registratura.flows import errors
from registratura.flows.catalogue import FLOWS
from registratura.flows.engine.audit import PROBLEMS
from registratura.flows.engine.view import person_events
from registratura.flows.errors import InvalidPayload
from registratura.flows.event import Event, Origin
from registratura.flows.gosuslugi import Denial
from registratura.flows.texts import Texts

TEXTS = Texts.russian()
KEYS = sorted(TEXTS.keys())
ROOT = Path(errors.__file__).parents[1]
PLACE = re.compile(r"\{(\w+)")
CODE = re.compile(r"[a-z_]+(\.[a-z_]+)+")
MOMENTS = {f"moment.{kind}": {"minutes", "time", "date"} for kind in ("one", "few", "many", "today", "another_day")}
HINTS = {"hint.retry_at": {"retry_at"}, "hint.field": {"field", "problem"}, **MOMENTS}


@cache
def nodes(*folders: str) -> tuple[ast.AST, ...]:
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8"), path)))


def calls(name: str, *folders: str) -> Iterator[ast.Call]:
    for node in nodes(*folders):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def strings(node: ast.AST | None) -> list[str]:
    found = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)] if node else []
    return [value for value in found if isinstance(value, str)]


def keys_of(node: ast.AST | None) -> set[str]:
    """The names in the dictionaries written there."""
    dicts = [part for part in ast.walk(node) if isinstance(part, ast.Dict)] if node else []
    return {text for table in dicts for key in table.keys if key for text in strings(key)}


def refusals() -> dict[str, set[str]]:
    """Every code of a refusal with the parameters that it always has."""
    found: dict[str, set[str]] = {}
    for call in calls("Refusal", "domain", "flows", "storage", "host"):
        given = {word.arg: word.value for word in call.keywords}
        for code in strings(given.get("code")):
            found[code] = found.get(code, keys_of(given.get("params"))) & keys_of(given.get("params"))
    for call in calls("_refusal", "domain"):
        found[strings(call.args[0])[0]] = set(("field", "reason")[: len(call.args) - 1])
    return found | {code: set() for code in codes_in_variables() if code not in found}


def codes_in_variables() -> set[str]:
    """Codes that stand in a list first, in functions that say `Refusal(code=code)`."""
    functions = [node for node in nodes("domain", "flows") if isinstance(node, ast.FunctionDef)]
    makers = [node for node in functions if node.name != "_refusal" and "Refusal(code=code)" in ast.unparse(node)]
    return {text for maker in makers for text in strings(maker) if CODE.fullmatch(text)}


def invalid_codes() -> set[str]:
    raised = {text for call in calls("invalid", "domain", "flows") for text in strings(call)}
    return raised | {text for call in calls("_refusal", "domain") for part in call.args[2:] for text in strings(part)}


def error_classes() -> dict[str, set[str]]:
    """The code of every class in the tree of errors, with the parameters that its cause and cure name."""
    tree, found = {"RegistraturaError"}, {}
    classes = [node for node in nodes("flows", "storage", "host") if isinstance(node, ast.ClassDef)]
    for _ in range(4):  # generations
        for node in classes:
            if tree & {base.id for base in node.bases if isinstance(base, ast.Name)}:
                tree.add(node.name)
                said = [text for part in node.body if isinstance(part, ast.Assign) for text in strings(part.value)]
                found[re.sub(r"(?<!^)(?=[A-Z])", "_", node.name).lower()] = set(PLACE.findall(" ".join(said)))
    return found


def notices() -> dict[str, set[str]]:
    """Every notice with what is shown beside it."""
    found: dict[str, set[str]] = {}
    for node in nodes("flows"):
        pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
        said = [value for key, value in pairs if key and strings(key) == ["notice"]]
        found |= {text: keys_of(node) for value in said for text in strings(value)}
    found.pop("gosuslugi.")  # A denial's reason is put behind it.
    return found | {f"gosuslugi.{reason}": set() for reason in Denial}


def messages() -> set[str]:
    words = [word for call in calls("NotifyPerson", "flows", "host") for word in call.keywords if word.arg == "about"]
    return {text for word in words for text in strings(word.value)}


def events() -> list[type[Event]]:
    return list(dict.fromkeys(event for flow in FLOWS.values() for event in (*flow.begins, *person_events(flow))))


EVENTS = [event for event in events() if event.origin is Origin.PERSON]
SCREENS = [
    (flow, state, TEXTS.screen_key(flow.name, state)) for flow in FLOWS.values() for state in flow.answers.places
]


def captions(event: type[Event]) -> list[str]:
    return [f"{event.name}.{variant}" for variant in event.variants] or [event.name]


def required() -> set[str]:
    screens = {f"{key}.{part}" for _, _, key in SCREENS for part in ("title", "text")}
    fields = {f"field.{event.name}.{name}" for event in EVENTS for name in event.model_fields}
    fields |= {f"empty.{event.name}.{name}" for event in EVENTS for name in event.filled}
    return (
        screens
        | fields
        | {f"button.{caption}" for event in EVENTS for caption in captions(event)}
        | {f"refusal.{code}" for code in refusals()}
        | {f"invalid.{code}" for code in invalid_codes() | reachable_problems() | {"other"}}
        | {f"error.{code}" for code in error_classes()}
        | {f"problem.{code}" for code in PROBLEMS}
        | {f"notice.{name}" for name in notices()}
        | {f"message.{name}" for name in messages()}
        | {f"field.card.{name}" for name in FieldName}
        | {f"status.{status}" for status in FieldStatus}
        | {f"source.{source}" for source in FieldSource}
        | HINTS.keys()
    )


def optional() -> set[str]:
    """Captions of one screen's own, and what pydantic may say besides what these events make it say."""
    own = {
        f"{key}.button.{caption}"
        for flow, state, key in SCREENS
        for event in flow.allowed(state)
        for caption in captions(flow.by_name[event])
    }
    told = {f"{kind}.{event.name}" for kind in ("confirm", "done") for event in EVENTS}
    return own | told | {f"invalid.{code}" for code in get_args(ErrorType)}


def reachable_problems() -> set[str]:
    """What pydantic says when a field of a person's event is missing, unknown or anything but what it should be."""
    wrong: tuple[Any, ...] = (None, "", "x" * 2000, 1.5, 7, [], {}, {"no": "no"}, {"snils": 1}, object())
    return {
        code
        for event in EVENTS
        for payload in ({}, {"no": 1}, *({name: value} for name in event.model_fields for value in wrong))
        for code in problems_of(event, payload)
    }


def problems_of(event: type[Event], payload: dict[str, Any]) -> list[str]:
    try:
        event(**payload)
    except InvalidPayload as error:
        return [code for _, code in error.problems]
    return []


def shown_names(show: Any, seen: frozenset[Any] = frozenset()) -> set[str]:
    """What a `shows` function may put on the screen, itself or through functions it calls."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(show)))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    called = {value for name in names if isinstance(value := show.__globals__.get(name), FunctionType)} - seen
    ours = {function for function in called if function.__module__.startswith("registratura.flows.")}
    return keys_of(tree).union(*(shown_names(function, seen | ours | {show}) for function in ours))

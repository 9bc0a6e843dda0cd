"""Time, chance and the world outside come in as arguments: into the domain, and into what a flow decides."""

import ast
import builtins
from collections.abc import Iterator

import pytest
from architecture.tree import modules

WORLD = {"asyncio", "io", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket", "sqlite3"}
WORLD |= {"subprocess", "tempfile", "threading", "time", "urllib"}
CHANCE = {"random", "secrets", "time", "os.urandom"}
CLOCKS = {f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")} | {"datetime.date.today"}
IDS = {f"uuid.uuid{version}" for version in (1, 4, 6, 7)}

FORBIDDEN = {
    "domain": WORLD | CLOCKS | IDS | {"open", "print", "input", "importlib.resources"},
    "flows": CHANCE | CLOCKS | IDS | {"print", "input"},
}


def names(text: str) -> Iterator[tuple[int, str]]:
    """Every name that a module imports or uses, in full: `from datetime import datetime as d; d.now` is found too."""
    tree = ast.parse(text)
    known = dict(_imported(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((node.lineno, full) for _, full in _imported(node))
        elif isinstance(node, ast.Attribute | ast.Name):
            parts = _dotted(node)
            if parts and (parts[0] in known or hasattr(builtins, parts[0])):
                yield node.lineno, ".".join([known.get(parts[0], parts[0]), *parts[1:]])


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name.split(".")[0], alias.name if alias.asname else alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _dotted(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return [*inner, node.attr] if inner else []
    return []


def offences(text: str, forbidden: set[str]) -> list[tuple[int, str]]:
    """Where a module uses something forbidden, or anything inside it."""
    return [
        (line, name)
        for line, name in names(text)
        if any(".".join(name.split(".")[: rule.count(".") + 1]) == rule for rule in forbidden)
    ]


@pytest.mark.parametrize("root", FORBIDDEN)
def test_nothing_impure_is_used(root: str) -> None:
    found = {path.as_posix(): offences(text, FORBIDDEN[root]) for path, text in modules(root)}
    assert {path: where for path, where in found.items() if where} == {}


@pytest.mark.parametrize(
    "text",
    [
        "import time",
        "import os.path",
        "from time import monotonic",
        "from datetime import datetime as d\nx = d.now",
        "import datetime\nx = datetime.date.today()",
        "from uuid import uuid4",
        "def f():\n    import secrets",
        "x = open('y')",
    ],
)
def test_each_way_to_the_world_is_seen(text: str) -> None:
    assert offences(text, FORBIDDEN["domain"])


def test_what_only_looks_like_the_world_is_let_through() -> None:
    text = "from datetime import datetime, time\nfrom uuid import UUID\n"
    text += "def f(clock, door, random):\n    door.open(clock.now(), random())"
    assert offences(text, FORBIDDEN["domain"]) == []

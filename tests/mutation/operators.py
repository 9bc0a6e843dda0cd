"""The mutants of a module: each is the module with one small fault, as a programmer might make it.

The operators are the usual ones of the field: a comparison, a connective or a calculation becomes its neighbour, a
constant is another, a condition is negated, a value or an argument is lost, a statement is left out.

Left alone is what does nothing when the program runs: docstrings, annotations (but calls in them, which limit fields),
decorators (a rule without its event), imports, a `strict` of `zip`, which says no to programmers only, what a built-in
exception says, since it says it to them, and `initial` of a chart's state: the first one is it, said or not.
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt},
    **{ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In},
    **{ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And},
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult},
    **{ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr},
    **{ast.Break: ast.Continue, ast.Continue: ast.Break},
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
NAMED = (*FUNCTIONS, ast.ClassDef)
NEGATED_BY_ITSELF = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Constant)
LEAST, MOST = 30, 100
"""A mutation is told with so many characters that one finds it in its function; of more, those around it."""


@dataclass(frozen=True)
class Mutant:
    """One fault: where it is, what stood there and what stands there now.

    `lines` are those of its statement. `tree` is the whole module with the fault, until the next mutant is asked for.
    """

    place: str
    was: str
    now: str
    lines: range
    tree: ast.Module

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it, whatever is edited around it."""
        return self.place, self.was, self.now


@dataclass(frozen=True)
class _Spot:
    """A node, where its parent holds it, and all that it lies in, the innermost last."""

    node: ast.AST
    field: str
    index: int | None
    above: tuple[ast.AST, ...]

    def put(self, node: ast.AST | None) -> None:
        held = getattr(self.above[-1], self.field)
        if self.index is None:
            setattr(self.above[-1], self.field, node)
        elif node is None:
            del held[self.index]
        else:
            held[self.index] = node

    def restore(self, lost: bool) -> None:
        if lost and self.index is not None:
            getattr(self.above[-1], self.field).insert(self.index, self.node)
        else:
            self.put(self.node)

    @property
    def in_a_function(self) -> bool:
        return any(isinstance(node, FUNCTIONS) for node in self.above)


def mutants(text: str) -> Iterator[Mutant]:
    """Every mutant of the module; those that read alike in one function are told apart by a number."""
    tree = ast.parse(text)
    seen: Counter[tuple[str, str, str]] = Counter()
    for spot in list(_spots(tree, ())):
        for other in _others(spot):
            around, place = _around(spot), _place(spot)
            was = _read(around)
            spot.put(other and ast.fix_missing_locations(ast.copy_location(other, spot.node)))
            now = _read(other) if other and around is spot.node else _read(around)
            was, now = _clipped(was, now)
            seen[place, was, now] += 1
            number = seen[place, was, now]
            yield Mutant(place, was if number == 1 else f"{was}  # {number}", now, _lines(spot), tree)
            spot.restore(lost=other is None)


def _spots(node: ast.AST, above: tuple[ast.AST, ...]) -> Iterator[_Spot]:
    for field, value in ast.iter_fields(node):
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and not _left_alone(node, field, child):
                yield _Spot(child, field, index, (*above, node))
                yield from _spots(child, (*above, node))


def _left_alone(parent: ast.AST, field: str, child: ast.AST) -> bool:
    if field in ("annotation", "returns"):
        return not any(isinstance(node, ast.Call) for node in ast.walk(child))
    return (
        field in ("decorator_list", "bases", "format_spec", "ctx")
        or isinstance(child, ast.Import | ast.ImportFrom)
        or (isinstance(child, ast.keyword) and child.arg in ("strict", "initial"))
        or (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant))
        or (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING")
        or (isinstance(child, ast.Call) and ast.unparse(child.func) in ("TypeVar", "cast"))
        or (isinstance(parent, ast.Raise) and _is_built_in(child))
        or (isinstance(child, ast.Assign) and ast.unparse(child.targets[0]) == "__all__")
    )


def _is_built_in(raised: ast.AST) -> bool:
    name = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(name, ast.Name) and hasattr(builtins, name.id)


def _others(spot: _Spot) -> Iterator[ast.AST | None]:
    """What may stand in its place by mistake; None: nothing."""
    node = spot.node
    if type(node) in SWAPPED:
        yield SWAPPED[type(node)]()
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    if isinstance(node, ast.Constant):
        yield from _constants(node.value)
    if spot.field in ("test", "ifs", "guard") and not isinstance(node, NEGATED_BY_ITSELF):
        yield ast.UnaryOp(ast.Not(), node)  # type: ignore[arg-type]  # those fields hold expressions
    yield from _lost(spot)


def _constants(value: object) -> Iterator[ast.AST]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
    elif isinstance(value, str):
        yield ast.Constant("" if value else "XX")
    elif isinstance(value, bytes):
        yield ast.Constant(b"" if value else b"XX")


def _lost(spot: _Spot) -> Iterator[ast.AST | None]:
    node = spot.node
    if isinstance(node, ast.Expr | ast.Raise | ast.AugAssign) and spot.in_a_function:
        # What yields stays a generator, and a local name stays one.
        yield ast.If(ast.Constant(False), [node], [])
    if isinstance(node, ast.keyword) and node.arg and isinstance(spot.above[-1], ast.Call):
        yield None
    is_value = spot.field == "value" and isinstance(spot.above[-1], ast.Return | ast.Assign | ast.AnnAssign)
    is_argument = spot.field == "args" and isinstance(spot.above[-1], ast.Call)
    if (is_value or is_argument) and spot.in_a_function and not isinstance(node, ast.Constant | ast.Starred):
        yield ast.Constant(None)


def _around(spot: _Spot) -> ast.AST:
    """The least that tells it: enough characters, or its statement."""
    for node in (spot.node, *reversed(spot.above)):
        if isinstance(node, ast.stmt | ast.mod) or (isinstance(node, ast.expr) and len(ast.unparse(node)) >= LEAST):
            return node
    raise AssertionError("a module is above all")


def _read(node: ast.AST) -> str:
    """In one line, and of a block its head."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "False":
        return "pass"
    text = ast.unparse(node)
    has_block = isinstance(node, ast.stmt) and hasattr(node, "body")
    return next(line for line in text.splitlines() if line[0] != "@") if has_block else " ".join(text.split())


def _clipped(was: str, now: str) -> tuple[str, str]:
    """Of a long text what differs, with a little on both sides."""
    if max(len(was), len(now)) <= MOST:
        return was, now
    begin = max(0, _alike(was, now) - LEAST)
    end = max(0, _alike(was[begin:][::-1], now[begin:][::-1]) - LEAST)
    return tuple(f"{'…' * bool(begin)}{text[begin : len(text) - end]}{'…' * bool(end)}" for text in (was, now))


def _alike(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _place(spot: _Spot) -> str:
    return ".".join(node.name for node in spot.above if isinstance(node, NAMED)) or "<module>"


def _lines(spot: _Spot) -> range:
    """The lines of its statement; of a block's head those of the node alone."""
    around = next(node for node in (spot.node, *reversed(spot.above)) if hasattr(node, "lineno"))
    for node in (spot.node, *reversed(spot.above)):
        if isinstance(node, ast.stmt):
            around = around if hasattr(node, "body") else node
            break
    return range(around.lineno, around.end_lineno + 1)

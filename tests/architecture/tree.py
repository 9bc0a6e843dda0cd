"""The checkout, as the rules about it see it."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOTS = ("domain", "flows", "storage", "host", "features")


def files(*folders: str) -> list[Path]:
    """Every file that is tracked or about to be, without links: relative to the root, in order."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    ).stdout
    paths = {Path(name) for name in listed.split("\0") if name}
    return sorted(path for path in paths if (ROOT / path).is_file() and not (ROOT / path).is_symlink())


def modules(*folders: str) -> Iterator[tuple[Path, str]]:
    """Every Python file below the folders, with its text."""
    for path in files(*folders):
        if path.suffix == ".py":
            yield path, (ROOT / path).read_text(encoding="utf-8")


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Every function of a module and its length in lines, from `def` to its last line, less its docstring."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, _span(node) - _docstring(node)


def _span(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return _span(node.body[0]) if ast.get_docstring(node, clean=False) is not None and len(node.body) > 1 else 0

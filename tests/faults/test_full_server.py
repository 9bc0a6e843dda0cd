"""The disk of a PostgreSQL server is full: a clear error, and when there is space again the same request succeeds.

All of its data is on a small disk. Before each event that is filled up, but for a few bytes, which may do for the event
or for a part of it. Sometimes the log written ahead must also begin a new file: the server then stops, all of it.
"""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from faults.judge import Found
from faults.servers import Server, own_server
from faults.site import PATIENCE, Site, at
from faults.test_obstacles import against
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

SIZE = "160m"
STOPS = 0.05
"""How often the server's log begins a new file."""


def full_server(folder: Path, times: int) -> Found:
    with small_disk() as disk, own_server(disk / "server") as server, at(server.address, folder) as made:
        # Or it would have old files of its log at hand, and need no space to begin a new one.
        say(server, "ALTER SYSTEM SET wal_recycle = off")
        say(server, "SELECT pg_reload_conf()")

        @contextmanager
        def full(made: Site, chance: random.Random) -> Iterator[None]:
            if stops := chance.random() < STOPS:
                say(server, "SELECT pg_switch_wal()")
            with filled(disk, chance.randrange(30_000)):
                yield
            if stops:
                with suppress(subprocess.CalledProcessError):
                    server.stop()  # It is about to, and would still take a connection now and then.
            revived(server)

        return against(full, made, times)


@contextmanager
def small_disk() -> Iterator[Path]:
    """A disk of its own."""
    disk = Path(tempfile.mkdtemp(prefix="registratura-disk-"))
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "registratura", disk], check=True)
        try:
            (disk / "server").mkdir(mode=0o700)
            yield disk
        finally:
            subprocess.run(["umount", disk], check=True)
    finally:
        disk.rmdir()


@contextmanager
def filled(disk: Path, but_for: int) -> Iterator[None]:
    """While it lasts, there are only so many bytes left."""
    found = os.statvfs(disk)
    ballast = disk / "ballast"
    try:
        with ballast.open("wb") as out, suppress(OSError):
            os.posix_fallocate(out.fileno(), 0, max(found.f_bavail * found.f_frsize - but_for, 1))
        yield
    finally:
        ballast.unlink()


def revived(server: Server) -> None:
    """Wait until it answers and has thrown away its old log. If it stopped, it may come back by itself, or may not."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            server.start()
            return say(server, "CHECKPOINT")
        except (SQLAlchemyError, subprocess.SubprocessError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def say(server: Server, words: str) -> None:
    """Over a connection of its own."""
    engine = create_engine(server.address, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(words))


def missing() -> str:
    """What a small disk needs and is not here; nothing if one can be had."""
    try:
        with small_disk():
            return ""
    except (OSError, subprocess.CalledProcessError):
        return "the right to mount a disk"


def test_a_server_whose_disk_is_full_loses_and_doubles_nothing(tmp_path: Path) -> None:
    if reason := missing():
        pytest.skip(f"not run, for want of {reason}")
    found = full_server(tmp_path, 5)
    assert found.good, found

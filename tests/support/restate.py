"""A Restate of a test's own, by the binary that npm brings, and the service that it calls: processes to be killed.

The binary is the one named by REGISTRATURA_TEST_RESTATE, or what `.ci/run` has installed, or what stands on the path.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.working import TESTS, portal, until

from registratura.host.restate import register, restate_app

NAMED, DEMANDED = "REGISTRATURA_TEST_RESTATE", "REGISTRATURA_DEMAND_RESTATE"
INSTALLED = "build/restate/node_modules/@restatedev/restate-server-*/bin/restate-server"
MISSING = f"no Restate: name its restate-server in {NAMED}, or let .ci/run install it with npm"


def binary() -> str | None:
    """The server's program; what is demanded and is not there is an error."""
    installed = next(map(str, TESTS.parent.glob(INSTALLED)), "restate-server")
    found = shutil.which(os.environ.get(NAMED) or installed)
    assert found or not os.environ.get(DEMANDED), MISSING
    return found


HTTP = httpx.Client(trust_env=False)
with_restate = pytest.mark.skipif(binary() is None, reason=MISSING)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Process:
    """A program that may be killed (-9) and started again where it was."""

    def __init__(self, command: Sequence[str], folder: Path, said: Path, env: dict[str, str]) -> None:
        self._command, self._folder, self._said, self._env = command, folder, said, env
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._said.open("ab") as out:
            self._running = subprocess.Popen(
                self._command, cwd=self._folder, env=os.environ | self._env, stdout=out, stderr=out,
                start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """It and what it has started."""
        running, self._running = self._running, None
        if running is not None:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()

    @property
    def said(self) -> str:
        return self._said.read_text("utf-8", "replace")


class Node(Process):
    """A node of Restate, alone or one of several that replicate to each other."""

    def __init__(self, folder: Path, name: str, fabric: int, peers: Sequence[int] = ()) -> None:
        self.admin, self.ingress = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        settings = {
            "NODE_NAME": name,
            "CLUSTER_NAME": "tests",
            "BASE_DIR": str(folder),
            "LISTEN_MODE": "tcp",
            "BIND_ADDRESS": f"127.0.0.1:{fabric}",
            "ADVERTISED_ADDRESS": f"http://127.0.0.1:{fabric}",
            "ADMIN__BIND_ADDRESS": self.admin.removeprefix("http://"),
            "INGRESS__BIND_ADDRESS": self.ingress.removeprefix("http://"),
            "DEFAULT_NUM_PARTITIONS": "4",
            "DEFAULT_REPLICATION": "2" if len(peers) > 1 else "1",
            "AUTO_PROVISION": str(not peers or peers[0] == fabric).lower(),
            "METADATA_CLIENT__TYPE": "replicated",
            "METADATA_CLIENT__ADDRESSES": json.dumps([f"http://127.0.0.1:{peer}" for peer in peers or (fabric,)]),
            "ROCKSDB_TOTAL_MEMORY_SIZE": "256MB",
            "DISABLE_TELEMETRY": "true",
            "LOG_DISABLE_ANSI_CODES": "true",
        }
        command = [binary() or "", "--no-logo"]
        super().__init__(command, folder, folder / f"{name}.log", {f"RESTATE_{key}": settings[key] for key in settings})

    @property
    def ready(self) -> bool:
        return _answers(f"{self.ingress}/restate/health") and _answers(f"{self.admin}/health")

    def query(self, sql: str) -> list[dict[str, Any]]:
        """What Restate itself says of what it holds."""
        answer = HTTP.post(f"{self.admin}/query", json={"query": sql}, headers={"accept": "application/json"})
        answer.raise_for_status()
        return list(answer.json()["rows"])


class Service(Process):
    """The service over the portal of `support.working`, as a host would serve it."""

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "hypercorn", "--bind", f"127.0.0.1:{port}", "support.restate:served()"]
        super().__init__(command, TESTS, folder / f"service-{port}.log", env)

    @property
    def ready(self) -> bool:
        return _answers(f"{self.address}/health")


def served() -> Any:
    """What hypercorn is given."""
    return restate_app(portal())


def _answers(url: str) -> bool:
    try:
        return HTTP.get(url).is_success
    except httpx.TransportError:
        return False


@contextmanager
def running(*processes: Any) -> Iterator[None]:
    """They run, and are killed at the end."""
    try:
        for process in processes:
            process.start()
        try:
            until(lambda: all(process.ready for process in processes))
        except AssertionError:
            raise AssertionError("\n".join(process.said[-2000:] for process in processes)) from None
        yield
    finally:
        for process in processes:
            process.kill()


def registered(node: Node, service: Service, lanes: int = 0) -> None:
    register(node.admin, service.address, node.ingress, lanes=lanes)

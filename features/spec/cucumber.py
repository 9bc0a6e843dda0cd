"""Cucumber's own view of a run, to be opened inside the page: its program and the messages, packed.

It is a program of 900 kB: nothing of it runs until somebody opens the section.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ASSETS = Path(__file__).with_name("assets")
CUCUMBER = ASSETS / "cucumber"


class Packed(NamedTuple):
    """What the section needs, as gzip in base64."""

    program: str
    style: str
    labels: str
    messages: str


def packed(messages: Sequence[str]) -> Packed:
    """The messages, with the program that shows them."""
    files = (CUCUMBER / "main.js", CUCUMBER / "main.css", ASSETS / "labels.js")
    program, style, labels = (_pack(file.read_bytes()) for file in files)
    return Packed(program, style, labels, _pack(_array(messages).encode()))


def _array(messages: Sequence[str]) -> str:
    return json.dumps([json.loads(message) for message in messages], ensure_ascii=False, separators=(",", ":"))


def _pack(data: bytes) -> str:
    return base64.b64encode(gzip.compress(data, 6, mtime=0)).decode()

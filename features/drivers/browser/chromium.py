"""The Chromium of this machine, without a screen. Nothing is downloaded: it is the one that is installed."""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # One process for all pages: else each way to another site, and from an empty window, begins a new one.
    "--disable-site-isolation-trials",
    "--renderer-process-limit=1",
)
MISSING = f"Chromium не найден: ни {', ни '.join(NAMES)}. На Debian и Ubuntu: apt-get install chromium"


class NoChromium(Exception):
    """There is none on this machine; the message says how to get one."""


def found() -> str | None:
    """Where it is."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """One of one's own. While it is there its event loop runs in this thread, which no `asyncio.run` then may use.

    Raises:
        NoChromium: there is none here.
    """
    path = found()
    if path is None:
        raise NoChromium(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@cache
def chromium() -> Browser:
    """The process's own, started when it is first asked for and there until its end.

    Raises:
        NoChromium: there is none here.
    """
    kept = ExitStack()
    atexit.register(kept.close)
    return kept.enter_context(launched())

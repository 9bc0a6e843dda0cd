"""The README's pictures, taken anew: `make pictures`. The portal runs for it in a folder that is thrown away."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, ViewportSize

from registratura.features.drivers.browser.chromium import chromium

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
HOST = "127.0.0.1"
WIDE = ViewportSize(width=1000, height=700)
TELEPHONE = ViewportSize(width=390, height=760)


@contextmanager
def running() -> Iterator[tuple[str, str]]:
    """The addresses of the portal and of Gosuslugi, as `registratura serve` runs them."""
    taken = [socket.create_server((HOST, 0)) for _ in range(3)]
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    names = ("port", "gosuslugi-port", "clinic-port")
    options = [f"--{name}={port}" for name, port in zip(names, ports, strict=True)]
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-P", "-m", "registratura.host.terminal.main", "serve", *options]
        portal = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE)
        assert portal.stdout is not None
        portal.stdout.readline()
        try:
            yield f"http://{HOST}:{ports[0]}", f"http://{HOST}:{ports[1]}"
        finally:
            portal.terminate()
            portal.communicate(timeout=30)


def take(portal: str, gosuslugi: str) -> None:
    """Walk through the portal, taking three pictures."""
    page = chromium().new_context(viewport=WIDE, locale="ru-RU").new_page()
    page.goto(portal)
    page.select_option("select", label="Челябинская область")
    press(page, "Выбрать")
    press(page, "Зарегистрироваться")
    page.screenshot(path=PICTURES / "consent.png")
    press(page, "Да, я согласен")
    press(page, "госуслуги")
    pass_gosuslugi(page, gosuslugi)
    page.screenshot(path=PICTURES / "cards.png")
    page.set_viewport_size(TELEPHONE)
    for caption in ("Данные верны", "Продолжить без пароля"):
        press(page, caption)
    page.get_by_role("link", name="Открыть личный кабинет").click()
    for caption in ("Открыть в мобильном приложении", "Прикрепление к клинике"):
        press(page, caption)
    page.screenshot(path=PICTURES / "code.png", full_page=True)


def pass_gosuslugi(page: Page, gosuslugi: str) -> None:
    """Sign in there as one of those who live there, with the code from the telephone."""
    page.fill("[name=login]", "rita")
    page.fill("[name=password]", "rita2000")
    press(page, "Войти")
    telephone = page.context.new_page()
    telephone.goto(f"{gosuslugi}/phone/rita")
    code = re.search(r"\d{6}", telephone.inner_text("main"))
    telephone.close()
    assert code is not None
    page.fill("[name=code]", code.group())
    press(page, "Продолжить")


def press(page: Page, caption: str) -> None:
    """Press the button that says so."""
    with page.expect_navigation():
        page.get_by_role("button", name=caption, exact=True).locator("visible=true").first.click()


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    with running() as (portal, gosuslugi):
        take(portal, gosuslugi)

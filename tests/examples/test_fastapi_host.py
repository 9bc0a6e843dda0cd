"""The host example runs from wherever it is copied to, and does what it is there to show."""

from __future__ import annotations

import asyncio
import html
import importlib
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.in_process import InProcess

import registratura.domain.card
import registratura.storage.sql

EXAMPLE = Path(__file__).parents[2] / "examples" / "fastapi_host"
OWN = ("app", "domain", "storage")


def own_modules() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] in OWN]


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    copy = shutil.copytree(EXAMPLE, tmp_path / "clinic", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.syspath_prepend(copy)
    monkeypatch.chdir(copy)
    assert own_modules() == []
    app = importlib.import_module("app").create_app()
    yield app
    asyncio.run(ended(app))
    for name in own_modules():
        del sys.modules[name]


async def ended(app: Any) -> None:
    """What the server has the application do when it stops."""
    async with app.router.lifespan_context(app):
        pass


@pytest.fixture
def visitor(app: Any) -> Iterator[httpx.Client]:
    with httpx.Client(transport=InProcess(app), base_url="http://clinic", follow_redirects=True) as client:
        yield client


def shown(page: httpx.Response) -> str:
    return html.unescape(page.text)


def title(page: httpx.Response) -> str:
    return shown(page).partition("<h1>")[2].partition("</h1>")[0]


def buttons(page: httpx.Response) -> list[str]:
    return re.findall(r"<button>(.*?)</button>", shown(page))


def press(visitor: httpx.Client, page: httpx.Response, caption: str, **filled: str) -> httpx.Response:
    """Press a button of the page: its form's hidden fields go along."""
    forms = page.text.split("<form")[1:]
    form = next(form for form in forms if f"<button>{caption}</button>" in html.unescape(form))
    hidden = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form)
    return visitor.post("/", data={name: html.unescape(value) for name, value in hidden} | filled)


def test_its_packages_and_ours_live_side_by_side(app: Any) -> None:
    ours = [registratura.domain.card, registratura.storage.sql]
    theirs = [sys.modules["domain.interest"], sys.modules["storage.interest"]]
    assert all(Path(str(module.__file__)).is_relative_to(Path.cwd()) for module in theirs)
    assert not any(Path(str(module.__file__)).is_relative_to(Path.cwd()) for module in ours)


def test_a_visitor_registers_on_the_clinics_own_page(visitor: httpx.Client) -> None:
    page = visitor.get("/")
    assert "Поликлиника «Ромашка»" in page.text
    assert title(page) == "Выбор региона"
    page = press(visitor, page, "Выбрать", region="74")
    assert title(page) == "Главная страница портала"
    page = press(visitor, page, "Зарегистрироваться")
    assert title(page) == "Согласие на обработку персональных данных"
    page = press(visitor, page, "Да, я согласен")
    assert title(page) == "Авторизация через Госуслуги"
    assert title(visitor.get("/")) == "Авторизация через Госуслуги"


def test_its_row_and_our_event_are_committed_together(visitor: httpx.Client) -> None:
    press(visitor, visitor.get("/"), "Выбрать", region="74")
    assert "Челябинская область: 1" in visitor.get("/interest").text


def test_what_is_refused_leaves_no_row(visitor: httpx.Client) -> None:
    page = press(visitor, visitor.get("/"), "Выбрать", region="77")
    assert title(page) == "Выбор региона"
    assert "В этом регионе портал пока не работает" in page.text
    assert "<li>" not in visitor.get("/interest").text


def test_if_its_row_fails_our_event_has_not_happened(
    visitor: httpx.Client, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(session: Any, region: str) -> None:
        raise OSError("no room")

    page = visitor.get("/")
    with monkeypatch.context() as broken:
        broken.setattr("storage.interest.add", full)
        with pytest.raises(OSError, match="no room"):
            press(visitor, page, "Выбрать", region="74")
    assert title(visitor.get("/")) == "Выбор региона"
    assert title(press(visitor, page, "Выбрать", region="74")) == "Главная страница портала"


def test_a_stale_page_is_told_in_russian(visitor: httpx.Client) -> None:
    page = visitor.get("/")
    press(visitor, page, "Выбрать", region="74")
    again = press(visitor, page, "Выбрать", region="74")
    assert (again.status_code, title(again)) == (422, "Главная страница портала")
    assert "Сейчас это сделать нельзя" in again.text
    for odd in ({}, {"action": "fly"}, {"action": "register", "x": "1"}, {"action": "identity_confirmed"}):
        assert visitor.post("/", data=odd).status_code == 422


def test_the_api_is_there_for_the_same_visitor(visitor: httpx.Client, app: Any) -> None:
    visitor.get("/")
    address = f"/api/flows/{visitor.cookies['flow']}"
    assert visitor.get(address).json()["state"] == "region"
    with httpx.Client(transport=InProcess(app), base_url="http://clinic") as stranger:
        assert stranger.get(address).status_code == 403
        assert stranger.get(address, headers={"Cookie": "visitor=somebody"}).status_code == 404


def test_another_visitors_flow_is_not_shown(visitor: httpx.Client, app: Any) -> None:
    press(visitor, visitor.get("/"), "Выбрать", region="74")
    with httpx.Client(transport=InProcess(app), base_url="http://clinic") as stranger:
        page = stranger.get("/", headers={"Cookie": f"visitor=somebody; flow={visitor.cookies['flow']}"})
        assert title(page) == "Выбор региона"
        assert page.cookies["flow"] != visitor.cookies["flow"]

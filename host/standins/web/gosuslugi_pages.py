"""How the stand-in's pages are drawn: plain Russian HTML, no JavaScript, visibly a stand-in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from registratura.domain.contacts import format_phone

TEMPLATES = Path(__file__).parent / "templates" / "gosuslugi"
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Pages:
    """The templates."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._templates.filters["phone"] = format_phone

    def page(self, template: str, shown: Mapping[str, Any] | None = None, status: int = 200) -> HTMLResponse:
        """A page, and the headers that each has."""
        return HTMLResponse(self._templates.get_template(template).render(shown or {}), status, headers=_HEADERS)

    @property
    def style(self) -> str:
        """The style sheet."""
        return (TEMPLATES / "style.css").read_text(encoding="utf-8")

"""Texts of the catalogue in paragraphs and lists, as a page shows them."""

from __future__ import annotations

from collections.abc import Iterator

BULLET = "- "


def paragraphs(text: str) -> Iterator[tuple[str, list[str]]]:
    """Pieces of a text: ("p", [its lines as one]) or ("ul", its points).

    Lines of the catalogue are only its width; an empty one begins a new paragraph.
    """
    kind, lines = "p", list[str]()
    for line in text.splitlines():
        now = "ul" if line.startswith(BULLET) else "p" if line else ""
        if now != kind and lines:
            yield kind, _whole(kind, lines)
            lines = []
        kind = now
        lines += [line.removeprefix(BULLET)] if line else []
    if lines:
        yield kind, _whole(kind, lines)


def _whole(kind: str, lines: list[str]) -> list[str]:
    return [" ".join(lines)] if kind == "p" else lines

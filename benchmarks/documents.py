"""A run's tables and verdicts, put where the documents have those of the run before: `python benchmarks --write`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from figures import Part, targets

DOCS = Path(__file__).parents[1] / "docs"
DOCUMENTS = (DOCS / "performance.md", DOCS / "scaling.md", DOCS / "restate.md")
VERDICTS = re.compile(r"(?<=## Targets\n\n```\n).*?(?=```)", re.DOTALL)


def write(parts: Sequence[Part], figures: Mapping[str, float]) -> list[str]:
    """Tables go under their own headings; what was not measured now keeps the words that it has.

    Gives the titles of those that no document has.
    """
    homeless = []
    texts = {document: document.read_text(encoding="utf-8") for document in DOCUMENTS}
    for part in parts:
        table = re.compile(rf"^### {re.escape(part.title)}\n\n(\|.*\n)+", re.MULTILINE)
        if len(part.table) == 1:
            continue
        if not any(table.search(text) for text in texts.values()):
            homeless.append(part.title)
        texts = {document: table.sub(lambda _, part=part: part.words(), text) for document, text in texts.items()}
    for document, text in texts.items():
        verdicts = VERDICTS.sub(lambda block: _verdicts(block[0].splitlines(), figures), text)
        document.write_text(verdicts, encoding="utf-8")
    return homeless


def _verdicts(before: Sequence[str], figures: Mapping[str, float]) -> str:
    lines = []
    for target in targets():
        kept = (line for line in before if f" {target.says}:" in line)
        words = target.words(figures)
        lines.append(words if target.figure in figures else next(kept, words))
    return "\n".join([*lines, ""])

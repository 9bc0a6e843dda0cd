"""What people type and clinics deliver, without the marks that nobody sees.

A number copied from a message or a page brings them along: marks of the direction of writing, spaces of width zero, a
byte order mark (Unicode category Cf). They are no mistake of the person's, and go where outer spaces go.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """The text without invisible marks."""
    # What is printable has no such mark, as Python defines it.
    return text if text.isprintable() else "".join(sign for sign in text if unicodedata.category(sign) != "Cf")


def typed(text: str) -> str:
    """What was meant by what was typed: without invisible marks and outer spaces. Empty if there is nothing else."""
    return visible(text).strip()


def undirected(text: str) -> str:
    """The text without marks of direction: with them a title could read otherwise than it is stored.

    Joiners, soft hyphens and the like are a part of how a document is set, and stay.
    """
    return _DIRECTIONS.sub("", text)


Undirected = Annotated[str, AfterValidator(undirected)]

"""A feature file, read: its scenarios with rule, tags and steps, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gherkin.errors import CompositeParserException, ParserException
from gherkin.parser import Parser
from gherkin.token_scanner import TokenScanner

ACTIVE = re.compile(r"(?P<how>use|not)\.with_(?P<setting>driver|progress)=(?P<value>[a-z]+)")


class FeatureUnreadable(Exception):
    """A feature file is no Gherkin: the line, and what the parser says of it."""

    def __init__(self, line: int, what: str) -> None:
        self.line, self.what = line, what
        super().__init__(f"{line}: {what}")


@dataclass(frozen=True)
class Said:
    """Some words and the line where they stand; `keyword` and its `kind`, if there is one."""

    line: int
    text: str
    keyword: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Scenario:
    """One scenario or outline; `rule` is empty outside a rule. `tags` are its own and those of its examples.

    A `description` is all that stands before the first word of a step.
    """

    line: int
    name: str
    rule: str
    description: str
    tags: tuple[Said, ...]
    steps: tuple[Said, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        """The tags, but for those that name drivers."""
        return tuple(tag.text for tag in self.tags if not ACTIVE.fullmatch(tag.text))

    @property
    def active(self) -> frozenset[str]:
        """The tags that name the drivers that play it, or some of its examples."""
        return frozenset(tag.text for tag in self.tags if ACTIVE.fullmatch(tag.text))


@dataclass(frozen=True)
class Document:
    """A feature file. `titles` are what stands after the keywords that begin no step, `descriptions` the free text."""

    scenarios: tuple[Scenario, ...]
    titles: tuple[Said, ...]
    descriptions: tuple[Said, ...]


def document(text: str) -> Document:
    """The document of a file's text.

    Raises:
        FeatureUnreadable: it does not parse.
    """
    feature = feature_in(text)
    nodes = list(_nodes(feature))
    descriptions = (Said(_line(node), node["description"]) for node in nodes if node.get("description"))
    return Document(
        tuple(_scenarios(feature["children"], "", ())),
        tuple(Said(_line(node), node["name"], keyword=node["keyword"]) for node in nodes),
        tuple(descriptions),
    )


def feature_in(text: str) -> Any:
    """The feature of a file's text, as gherkin has it.

    Raises:
        FeatureUnreadable: it does not parse.
    """
    try:
        feature = Parser().parse(TokenScanner(text)).get("feature")
    except CompositeParserException as error:
        raise _unreadable(error.errors[0]) from None
    except ParserException as error:
        raise _unreadable(error) from None
    if feature is None:
        raise FeatureUnreadable(1, "the file is empty")
    return feature


def _unreadable(error: ParserException) -> FeatureUnreadable:
    return FeatureUnreadable(int(error.location["line"]), str(error).partition(": ")[2])


def _nodes(node: Any) -> Iterator[Any]:
    """The feature, its rules, scenarios, backgrounds and examples."""
    yield node
    for child in node.get("children", ()):
        [inner] = child.values()
        yield from _nodes(inner)
    yield from node.get("examples", ())


def _scenarios(children: list[Any], rule: str, background: tuple[Said, ...]) -> Iterator[Scenario]:
    for child in children:
        if "rule" in child:
            yield from _scenarios(child["rule"]["children"], child["rule"]["name"], background)
        elif "background" in child:
            background = (*background, *map(_step, child["background"]["steps"]))
        else:
            found = child["scenario"]
            tags = [Said(_line(tag), tag["name"][1:]) for part in (found, *found["examples"]) for tag in part["tags"]]
            steps = (*background, *map(_step, found["steps"]))
            yield Scenario(_line(found), found["name"], rule, found["description"].strip(), tuple(tags), steps)


def _step(step: Any) -> Said:
    return Said(_line(step), step["text"], step["keyword"], step["keywordType"])


def _line(node: Any) -> int:
    return int(node["location"]["line"])

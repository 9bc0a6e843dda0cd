"""The features as data: their scenarios with rule, tags and steps, and what breaks the rules for writing them."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gherkin.parser import Parser
from gherkin.token_scanner import TokenScanner

from registratura.features import cast

FOLDER = Path(cast.__file__).parent
FEATURES = {path.name: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.feature"))}
BRANCHES: dict[str, dict[str, str]] = tomllib.loads((FOLDER / "branches.toml").read_text("utf-8"))

FEATURE_WORDS = {"Функция", "Правило", "Предыстория", "Сценарий", "Структура сценария", "Примеры"}
STEP_WORDS = {"Дано ", "Когда ", "Тогда ", "И ", "Но "}
# A line of a description that begins like a step reads like one, and runs nothing.
STRAY = re.compile(r"^\s*(?:Если|То|А|Иначе|И|Но|Дано|Когда|Тогда)\b", re.MULTILINE)
MIXED = re.compile(r"[а-яё][a-z]|[a-z][а-яё]", re.IGNORECASE)
UNSEEN = re.compile("[\u00a0\u00ad\u200b-\u200f\u202f\u2060\ufeff]")
ACTIVE = re.compile(r"(?:use|not)\.with_(?:driver|progress)=[a-z]+")
FEWEST, MOST = 2, 7


@dataclass(frozen=True)
class Scenario:
    """One scenario or outline; `rule` is empty outside a rule, `steps` are (kind, keyword, text).

    `tags` are numbers of branches, `active` name the drivers that play it, or some of its examples.
    """

    name: str
    rule: str
    tags: tuple[str, ...]
    active: frozenset[str]
    description: str
    keyword: str
    steps: tuple[tuple[str, str, str], ...]


def scenarios_in(text: str) -> list[Scenario]:
    """Every scenario of a feature file."""
    feature = Parser().parse(TokenScanner(text))["feature"]
    return list(_below(feature["children"], "", ()))


def _below(children: list[dict[str, Any]], rule: str, background: tuple[Any, ...]) -> Iterator[Scenario]:
    for child in children:
        if "rule" in child:
            yield from _below(child["rule"]["children"], child["rule"]["name"], background)
        elif "background" in child:
            background = (*background, *child["background"]["steps"])
        else:
            found = child["scenario"]
            steps = tuple((s["keywordType"], s["keyword"], s["text"]) for s in (*background, *found["steps"]))
            tags = [tag["name"].lstrip("@") for part in (found, *found["examples"]) for tag in part["tags"]]
            active = frozenset(tag for tag in tags if ACTIVE.match(tag))
            numbers = tuple(tag for tag in tags if tag not in active)
            yield Scenario(found["name"], rule, numbers, active, found["description"], found["keyword"], steps)


def keywords_in(text: str) -> set[str]:
    """Every keyword that stands above steps."""
    feature = Parser().parse(TokenScanner(text))["feature"]
    words = {feature["keyword"]}
    for child in feature["children"]:
        inner = child["rule"]["children"] if "rule" in child else [child]
        words |= {child["rule"]["keyword"]} if "rule" in child else set()
        for found in inner:
            [body] = found.values()
            words |= {body["keyword"]} | {table["keyword"] for table in body.get("examples", ())}
    return words


def offences(text: str) -> list[str]:
    """What a feature file does against the rules for writing them, each in one line."""
    found = [f"keyword {word}" for word in sorted(keywords_in(text) - FEATURE_WORDS)]
    found += [f"character {hit[0]!r}" for hit in UNSEEN.finditer(text)]
    found += [f"two alphabets in one word: {hit[0]}" for hit in MIXED.finditer(text)]
    found += [f"stray line: {hit[0].strip()}" for hit in STRAY.finditer(_descriptions(text))]
    for scenario in scenarios_in(text):
        found += [f"{scenario.name}: {offence}" for offence in _against(scenario)]
    return found


def _descriptions(text: str) -> str:
    feature = Parser().parse(TokenScanner(text))["feature"]
    rules = [child["rule"]["description"] for child in feature["children"] if "rule" in child]
    return "\n".join([feature["description"], *rules, *(s.description for s in scenarios_in(text))])


def _against(scenario: Scenario) -> Iterator[str]:
    kinds = [kind for kind, _, _ in scenario.steps]
    if not scenario.rule:
        yield "outside a rule"
    if kinds.count("Action") != 1:
        yield f"{kinds.count('Action')} times «Когда»"
    elif kinds[kinds.index("Action") + 1 :][:1] != ["Outcome"]:
        yield "«Тогда» does not follow «Когда»"
    if not FEWEST <= len(kinds) <= MOST:
        yield f"{len(kinds)} steps"
    yield from (f"step begins with {word}" for _, word, _ in scenario.steps if word not in STEP_WORDS)


def doubled_names() -> list[str]:
    """Names that more than one scenario has."""
    counted = Counter(scenario.name for text in FEATURES.values() for scenario in scenarios_in(text))
    return [name for name, times in counted.items() if times > 1]

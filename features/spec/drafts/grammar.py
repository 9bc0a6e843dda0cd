"""How a step's pattern is said aloud: the person's case, the verb's gender, the right one of two words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from registratura.features.cast import Person
from registratura.features.words import FIELD_FORMS

SLOT = re.compile(r"\{([a-z_]+)\}")
# What stands before or after a name, and the case that it asks for; a name in the middle is a genitive else.
BEGINS_DATIVE = re.compile(r" (?:исполн|\{shown\}|сказано|объяснено|отправлен|за час)")
DATIVE = re.compile(r"(?:отвеча\w+|ответили|ответ Госуслуг|оба ответа|отправляет|переда\w+|минуту|выда\w+ код) $")
ACCUSATIVE = re.compile(r"(?:прикрепил\S+|за) $")
PREPOSITIONAL = re.compile(r" о $")
NOMINATIVE = re.compile(r"^(?:на другом устройстве )?$")
PLURAL = re.compile(r"(?:две|два|нет) $")
SINGULAR = re.compile(r"(?:один|одна|есть) $")
# What is quoted is a title or a value, whatever stands in it.
OPTIONAL = re.compile(r"(«[^»]*»)|\(([^)]*)\)")
CHOICE = re.compile(r"«[^»]*»|\w+(?:/\w+)+")
FEMININE_ONE = re.compile(r" (?:\d*[02-9])?1 (?:секунда|минута)")


def slots(pattern: str) -> list[str]:
    """The types of what is filled in."""
    return SLOT.findall(pattern)


def name_in(person: Person, before: str, after: str) -> str:
    """The person's name as it stands between these words."""
    return person.case(_case(before, after))


def field_in(field: str, before: str) -> str:
    """A field's name after these words."""
    forms = FIELD_FORMS[field]
    if before.endswith("нет "):
        return forms[-1]
    return forms[1] if len(forms) > 2 and re.search(r"исправ\S+ $", before) else forms[0]


def subject(pattern: str, people: Sequence[Person]) -> Person | None:
    """Who acts in the sentence, or is spoken of in the nominative."""
    before = SLOT.split(pattern, maxsplit=1)
    first = slots(pattern)[:1]
    if first != ["person"] or _case(before[0], before[2]) != "nominative":
        return None
    return people[0]


def spoken(text: str, who: Person | None) -> Iterator[str]:
    """The sentence without `(а)` and `дошёл/дошла`: one, or one for each choice that nothing in it decides."""
    text = re.sub(r"(\d+) раз\(а\)", lambda hit: f"{hit[1]} раз{'а' if hit[1][-1] in '234' else ''}", text)
    ending = "а" if who and who.gender == "F" else ""
    text = OPTIONAL.sub(lambda hit: hit[1] or (ending if hit[2] == "а" else ""), text)
    if who is not None:
        yield _chosen(text, 1 if who.gender == "F" else 0)
    elif text.startswith("прошла/"):
        yield _chosen(text, 0 if FEMININE_ONE.search(text) else 2)
    else:
        yield from dict.fromkeys(_chosen(text, number) for number in (0, 1))


def _case(before: str, after: str) -> str:
    if NOMINATIVE.search(before):
        return "dative" if not before and BEGINS_DATIVE.match(after) else "nominative"
    for case, asks in (("dative", DATIVE), ("accusative", ACCUSATIVE), ("prepositional", PREPOSITIONAL)):
        if asks.search(before):
            return case
    return "genitive"


def _chosen(text: str, number: int) -> str:
    def choose(hit: re.Match[str]) -> str:
        words, before = hit[0].split("/"), text[: hit.start()]
        fixed = 1 if PLURAL.search(before) else 0 if SINGULAR.search(before) else number
        return hit[0] if hit[0].startswith("«") else words[min(fixed, len(words) - 1)]

    return CHOICE.sub(choose, text)

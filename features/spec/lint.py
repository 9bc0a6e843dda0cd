"""The rules for writing features: `python -m registratura.features.spec.lint [FILE…]`.

Whoever writes a feature reads what is said here, so it is said in Russian: where, what, and what to do about it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from registratura.features.spec.branches import EXPECTED, ListUnreadable, documented
from registratura.features.spec.document import ACTIVE, Document, FeatureUnreadable, Said, Scenario, document
from registratura.features.spec.words import cited, count

FOLDER = Path(__file__).parents[1]
TITLES = ("Функция", "Правило", "Предыстория", "Сценарий", "Структура сценария", "Примеры")
STEPS = ("Дано ", "Когда ", "Тогда ", "И ", "Но ")
KINDS = {"Context": "Дано", "Action": "Когда", "Outcome": "Тогда"}
FEWEST, MOST = 2, 7
# A line of a description that begins like a step reads like one, and runs nothing.
STRAY = re.compile(r"^\s*(Если|То|А|Иначе|И|Но|Дано|Когда|Тогда)\b", re.MULTILINE)
MIXED = re.compile(r"\w*(?:[а-яё][a-z]|[a-z][а-яё])\w*", re.IGNORECASE)
UNSEEN = re.compile("[\u00a0\u00ad\u200b-\u200f\u202f\u2060\ufeff]")
QUOTED = re.compile("«[^»]*»")
# A screen may change and the rule stays: a feature says what people do. What stands in «» is shown or named so.
INTERFACE = re.compile(
    r"\b(?:кнопк|ссылк|нажима|нажми|нажат|нажал|щ[её]лк|клик|тапн|вкладк|иконк|галочк|чекбокс|выпадающ|курсор|мыш[ьк]"
    r"|форм[ауы]\b|окн[оае]\b|ввод\w* в поле|пол[еяю] ввода|URL|JSON|HTTP|HTML|API)\w*",
    re.IGNORECASE,
)

Told = tuple[int, str]
"""A line, and what is wrong in it."""


def offences(text: str) -> list[Told]:
    """What a feature file does against the rules, by its lines."""
    try:
        read = document(text)
    except FeatureUnreadable as error:
        unreadable = f"файл не читается как Gherkin ({error.what}). {_why_unreadable(text)}"
        return [(error.line, unreadable), *_characters(text)]
    found = [*_characters(text), *_titles(read), *_words(read)]
    for scenario in read.scenarios:
        found += [(line, f"{cited(scenario.name)}: {what}") for line, what in (*_steps(scenario), *_tags(scenario))]
    return sorted(found)


def offences_in(files: Mapping[str, str]) -> list[str]:
    """The same for all files together, each with its file; two scenarios with one name too."""
    found = [f"{file}:{line}: {what}" for file, text in files.items() for line, what in offences(text)]
    return found + list(_doubled(files))


def scenarios_in(text: str) -> tuple[Scenario, ...]:
    """Every scenario of a feature file."""
    return document(text).scenarios


def features() -> dict[str, str]:
    """The shipped features, by their names."""
    return {path.name: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.feature"))}


def _why_unreadable(text: str) -> str:
    if not text.startswith("# language: ru\n"):
        return "Первой строкой поставьте: # language: ru"
    return (
        "Исправьте эту строку: у каждого предложения есть Дано, Когда, Тогда, И или Но, у каждого заголовка двоеточие."
    )


def _characters(text: str) -> Iterator[Told]:
    for number, line in enumerate(text.splitlines(), 1):
        for hit in UNSEEN.finditer(line):
            yield number, f"невидимый знак U+{ord(hit[0]):04X}: замените его пробелом или уберите"
        for hit in MIXED.finditer(line):
            yield number, f"в слове «{hit[0]}» смешаны русские и латинские буквы: наберите его заново"


def _titles(read: Document) -> Iterator[Told]:
    for title in read.titles:
        if title.keyword not in TITLES:
            yield title.line, f"слово «{title.keyword}» здесь не в ходу: возьмите одно из {', '.join(TITLES)}"
    for free in read.descriptions:
        for hit in STRAY.finditer(free.text):
            yield (
                free.line,
                f"описание начинает строку со слова «{hit[1]}», как предложение сценария: перестройте фразу",
            )


def _words(read: Document) -> Iterator[Told]:
    steps = (step for scenario in read.scenarios for step in scenario.steps)
    for said in dict.fromkeys((*read.titles, *read.descriptions, *steps)):
        for hit in INTERFACE.finditer(QUOTED.sub("", said.text)):
            yield said.line, f"«{hit[0]}» — слово об экране: скажите, что человек делает, а не куда нажимает"


def _steps(scenario: Scenario) -> Iterator[Told]:
    kinds = [step.kind for step in scenario.steps if step.kind in KINDS]
    if scenario.description:
        yield (
            scenario.line,
            f"{cited(scenario.description)} ничего не выполняет: начните с Дано, Когда, Тогда или уберите",
        )
    if not scenario.rule:
        yield scenario.line, "стоит вне правила: перенесите под «Правило»"
    if (acts := kinds.count("Action")) != 1:
        times = count(acts, "раз", "раза", "раз")
        yield scenario.line, f"«Когда» встречается {times}: оставьте одно, остальное — другие сценарии"
    if kinds != sorted(kinds, key=list(KINDS).index) or kinds[-1:] != ["Outcome"]:
        yield scenario.line, "порядок нарушен: сначала «Дано», потом «Когда», потом «Тогда»"
    if not FEWEST <= len(scenario.steps) <= MOST:
        yield scenario.line, f"предложений {len(scenario.steps)}: уложитесь в {FEWEST}–{MOST}"
    for step in scenario.steps:
        if step.keyword not in STEPS:
            yield (
                step.line,
                f"предложение начинается с «{step.keyword.strip()}»: начните с {', '.join(map(str.strip, STEPS))}",
            )


def _tags(scenario: Scenario) -> Iterator[Told]:
    for tag in scenario.tags:
        if tag.text not in documented() and tag.text not in EXPECTED and not ACTIVE.fullmatch(tag.text):
            yield tag.line, f"метка @{tag.text} неизвестна: {_known(tag)}"


def _known(tag: Said) -> str:
    if re.fullmatch(r"[RA]\d+", tag.text):
        return f"в описаниях портала такого номера нет (branches.toml: {_ends('R')}, {_ends('A')})"
    if re.fullmatch(r"U\d+", tag.text):
        return f"ожидаемые ветви — {EXPECTED[0]}–{EXPECTED[-1]}"
    return "метка — номер ветви (@R4, @A13, @U24) или драйвер (@use.with_driver=http)"


def _ends(letter: str) -> str:
    numbers = [number for number in documented() if number.startswith(letter)]
    return f"{numbers[0]}–{numbers[-1]}"


def _doubled(files: Mapping[str, str]) -> Iterator[str]:
    first: dict[str, str] = {}
    for file, text in files.items():
        try:
            scenarios = scenarios_in(text)
        except FeatureUnreadable:
            continue
        for scenario in scenarios:
            place = f"{file}:{scenario.line}"
            if (other := first.setdefault(scenario.name, place)) != place:
                yield f"{place}: название {cited(scenario.name)} уже есть ({other}): дайте другое"


def main(arguments: Sequence[str]) -> int:
    """Lint these files, or all features; 1 if something is wrong."""
    paths = [Path(name) for name in arguments] or sorted(FOLDER.glob("*.feature"))
    files: dict[str, str] = {}
    found: list[str] = []
    for path in paths:
        try:
            files[_shown(path)] = path.read_text("utf-8")
        except OSError:
            found.append(f"{_shown(path)}: файл не открывается. Проверьте имя")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            found.append(f"{_shown(path)}:{line}: файл записан не в UTF-8. Сохраните его в UTF-8")
    try:
        found += offences_in(files)
    except ListUnreadable as error:
        found.append(str(error))
    sys.stdout.writelines(f"{offence}\n" for offence in found)
    return 1 if found else 0


def _shown(path: Path) -> str:
    return str(path.resolve().relative_to(Path.cwd())) if path.resolve().is_relative_to(Path.cwd()) else str(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

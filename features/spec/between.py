"""What a new release changes for people: steps, transitions, screens, texts, refusals, terms, a sentence each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from registratura.features.spec.release import ChartThen, Release, Way
from registratura.features.spec.words import cited, place
from registratura.flows.chart import REFUSED
from registratura.flows.decide import BEGIN

SCREEN = re.compile(r"screen\.(?P<of>.+?)\.(?P<part>title|text|button)(?:\.(?P<button>.+))?")
SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
KINDS = {
    "button": "кнопка на любом экране",
    "consent": "согласие",
    "notice": "пояснение на экране",
    "message": "сообщение",
    "refusal": "отказ",
    "invalid": "ошибка ввода",
    "empty": "ошибка ввода",
    "error": "ошибка",
    "problem": "ошибка в журнале",
    "field": "название поля",
    "confirm": "вопрос перед действием",
    "done": "ответ на действие",
}
PARTS = {"text": "текст", "button": "кнопка"}


class Line(NamedTuple):
    """One thing that is different; `how` goes on with it, `anchor` is where it stands on the page now."""

    said: str
    how: str = ""
    anchor: str = ""


class Section(NamedTuple):
    """Lines of one sort."""

    title: str
    lines: tuple[Line, ...]


def sections(*found: tuple[str, Iterator[Line]]) -> tuple[Section, ...]:
    """Those in which there is something."""
    made = (Section(title, tuple(lines)) for title, lines in found)
    return tuple(section for section in made if section.lines)


def differences(old: Release, new: Release) -> tuple[Section, ...]:
    """All that is different for people."""
    return sections(
        ("Экраны и тексты", _texts(old.texts, new.texts)),
        ("Отказы", _refusals(old, new)),
        ("Сроки и числа", _terms(old, new)),
        ("Шаги и переходы", _charts(old, new)),
    )


def way_said(chart: ChartThen, way: Way) -> str:
    """«Согласие» — Закрыть → «Главная страница»."""
    source = "начало" if way.source == BEGIN else state_said(chart, way.source)
    target = "отказ" if way.target == REFUSED else state_said(chart, way.target)
    # A refusal says itself why.
    event = chart.events.get(way.event, way.event)
    asked = f" (если {way.condition})" if way.condition and way.target != REFUSED else ""
    return f"{source} — {event}{asked} → {target}"


def state_said(chart: ChartThen, path: str) -> str:
    """The title of a state; its id where the chart does not have it."""
    return cited(chart.states[path]) if path in chart.states else path


# Screens and texts.
def _texts(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Line]:
    for key in sorted(old.keys() | new.keys()):
        kind, _, rest = key.partition(".")
        before, after = old.get(key), new.get(key)
        if before == after or kind == "refusal":
            continue
        screen = SCREEN.fullmatch(key)
        if screen is None:
            yield Line(f"{KINDS.get(kind, 'текст').capitalize()} ({rest}): {_changed(before, after)}")
        else:
            yield from _screen(screen, old, new)


def _screen(found: re.Match[str], old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Line]:
    """Of a screen that is new, or is no more, only that is said."""
    key, title = found[0], f"screen.{found['of']}.title"
    named = cited(old.get(title) or new.get(title) or found["of"])
    if key == title:
        after = f"Экран {named} теперь называется {cited(new.get(title, ''))}"
        gone = f"Экрана {named} больше нет"
        yield Line(f"Новый экран {named}" if title not in old else after if title in new else gone)
    elif title in old and title in new:
        yield Line(f"Экран {named}: {PARTS[found['part']]}: {_changed(old.get(key), new.get(key))}")


def _changed(before: str | None, after: str | None) -> str:
    """Only the sentences that are different: a consent is long."""
    if before is None or after is None:
        return f"не было, теперь {cited(after)}" if after else f"было {cited(before or '')}, теперь нет"
    gone, come = _apart(SENTENCE.split(before), SENTENCE.split(after))
    parts = (("было", gone), ("стало" if gone else "добавлено", come))
    said = ", ".join(f"{word} {cited(' '.join(part))}" for word, part in parts if part)
    return said if come else said.replace("было", "убрано", 1) or "иначе разбит на строки"


def _apart(before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[str]]:
    gone, come = list[str](), list[str]()
    for same, start, end, begin, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if same != "equal":
            gone += before[start:end]
            come += after[begin:stop]
    return gone, come


# Refusals.
def _refusals(old: Release, new: Release) -> Iterator[Line]:
    before, after = _refusing(old), _refusing(new)
    for code in sorted(before.keys() | after.keys()):
        then, now = (release.texts.get(f"refusal.{code}", code) for release in (old, new))
        lost, more = before.get(code, {}), after.get(code, {})
        if not lost:
            yield Line(f"Новый отказ {cited(now)}", _where(more))
        elif not more:
            yield Line(f"Отказа {cited(then)} больше нет", _where(lost))
        else:
            if then != now:
                yield Line(f"Отказ {cited(then)}: {_changed(then, now)}")
            if come := {name: title for name, title in more.items() if name not in lost}:
                yield Line(f"Отказ {cited(now)} бывает и там, где его не было", _where(come))
            if gone := {name: title for name, title in lost.items() if name not in more}:
                yield Line(f"Отказа {cited(now)} больше не бывает", _where(gone))


def _refusing(release: Release) -> dict[str, dict[str, str]]:
    """The charts in which each refusal may come, by their names, with their titles."""
    found: dict[str, dict[str, str]] = {}
    for name, chart in release.charts.items():
        for code in chart.refusals:
            found.setdefault(code, {})[name] = chart.title
    return found


def _where(charts: Mapping[str, str]) -> str:
    return ", ".join(map(cited, charts.values()))


# Terms.
def _terms(old: Release, new: Release) -> Iterator[Line]:
    for id in (*old.terms, *(id for id in new.terms if id not in old.terms)):
        before, after = old.terms.get(id), new.terms.get(id)
        if after is None and before is not None:
            yield Line(f"{before.title}: было {before.said}, теперь не задано")
        elif before is None and after is not None:
            yield Line(f"{after.title}: теперь {after.said}, раньше задано не было")
        elif before and after and before.said != after.said:
            yield Line(f"{after.title}: было {before.said}, стало {after.said}")


# Charts.
def _charts(old: Release, new: Release) -> Iterator[Line]:
    for name in (*old.charts, *(name for name in new.charts if name not in old.charts)):
        before, after = old.charts.get(name), new.charts.get(name)
        if before is None and after is not None:
            yield Line(f"Новая схема {cited(after.title)}", anchor=f"c/{name}")
        elif after is None and before is not None:
            yield Line(f"Схемы {cited(before.title)} больше нет")
        elif before and after:
            yield from _named(before, after)
            yield from _ways(name, before, after)


def _named(before: ChartThen, after: ChartThen) -> Iterator[Line]:
    """Steps and events that are new, gone, or called something else. An event stands in its transitions."""
    if before.title != after.title:
        yield Line(f"Схема {cited(before.title)} теперь называется {cited(after.title)}")
    if before.version != after.version:
        yield Line(f"{after.title}: версия схемы была {before.version}, теперь {after.version}")
    for path, title in before.states.items():
        if path not in after.states:
            yield Line(f"{after.title}: шага {cited(title)} больше нет")
        elif after.states[path] != title:
            yield Line(f"{after.title}: шаг {cited(title)} теперь называется {cited(after.states[path])}")
    for path, title in after.states.items():
        if path not in before.states:
            yield Line(f"{after.title}: новый шаг {cited(title)}")
    for event, title in before.events.items():
        if after.events.get(event, title) != title:
            yield Line(f"{after.title}: событие {cited(title)} теперь называется {cited(after.events[event])}")


def _ways(name: str, before: ChartThen, after: ChartThen) -> Iterator[Line]:
    then, now = ({way.id: way for way in chart.ways} for chart in (before, after))
    gone = {id: way for id, way in then.items() if id not in now}
    come = {id: way for id, way in now.items() if id not in then}
    moved = dict(_moved(gone, come))
    for id, way in gone.items():
        if id in moved:
            other = come.pop(moved[id])
            to = f"теперь ведёт в {state_said(after, other.target)}"
            yield Line(f"{after.title}: {way_said(before, way)}: {to}", anchor=place(name, other.id))
        else:
            yield Line(f"{after.title}: {way_said(before, way)}: такого перехода больше нет")
    for id, way in come.items():
        yield Line(f"{after.title}: {way_said(after, way)}: новый переход", anchor=place(name, id))
    for id, way in now.items():
        if id in then and then[id].condition != way.condition:
            was = then[id].condition or "всегда"
            yield Line(f"{after.title}: {way_said(after, way)}: условие было «{was}»", anchor=place(name, id))


def _moved(gone: Mapping[str, Way], come: Mapping[str, Way]) -> Iterator[tuple[str, str]]:
    """A transition that is gone, and the one that took its place: the only ones of their state, event and condition."""
    for id, way in gone.items():
        like = [[other.id for other in ways.values() if _alike(way, other)] for ways in (gone, come)]
        if [len(found) for found in like] == [1, 1]:
            yield id, like[1][0]


def _alike(one: Way, other: Way) -> bool:
    refused = REFUSED in (one.target, other.target)
    return not refused and (one.source, one.event, one.condition) == (other.source, other.event, other.condition)

"""Pages as people read them: the words on a screen, and what it lets them do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from registratura.features.deeds import Deed
from registratura.features.drivers.engine.parts import TEXTS
from registratura.features.drivers.engine.people import Answer
from registratura.features.drivers.engine.world import World
from registratura.flows.catalogue import FLOWS
from registratura.flows.errors import InvalidPayload, RegistraturaError, StartRefused
from registratura.host import Action, FlowView

FIVE_SECTIONS = {"Здоровье", "Клиники", "Сообщения", "Лекарства", "Меню"}


def text_of(view: FlowView, answers: tuple[Answer, ...]) -> str:
    """All the words: the screen's, its buttons', and those of the last refusals and errors."""
    screen = view.screen
    words = [screen.title, screen.text, screen.notice, *_texts_in(screen.items), *_captions(view), *said_in(answers)]
    return " ".join(" ".join(words).split())


def said_in(answers: tuple[Answer, ...]) -> Iterator[str]:
    """Why answers say no, in words."""
    for answer in answers:
        if answer.view:
            yield from (refusal.text for refusal in answer.view.refusals)
        elif isinstance(answer.error, RegistraturaError):
            yield told(answer.error)


def told(error: RegistraturaError) -> str:
    """What the person reads of an error: what came with it over a wire, or the catalogue's words."""
    return str(vars(error).get("told") or TEXTS.error(error))


def deeds_of(view: FlowView) -> tuple[Deed, ...]:
    """What may be done now, each way of it by itself."""
    return tuple(deed for action in view.actions if action.available for deed in _deeds(view, action))


def reasons_in(view: FlowView | None, answers: tuple[Answer, ...]) -> tuple[str, ...]:
    """The codes of refusals and errors in the answers, and of the notice on the page."""
    codes = [code for answer in answers for code in codes_in(answer)]
    return (*codes, *([str(view.screen.items["notice"])] if view and "notice" in view.screen.items else []))


def codes_in(answer: Answer) -> tuple[str, ...]:
    """Why an answer says no."""
    if answer.view:
        return tuple(refusal.code for refusal in answer.view.refusals)
    if isinstance(answer.error, StartRefused):
        return tuple(refusal.code for refusal in answer.error.refusals)
    if isinstance(answer.error, InvalidPayload):
        return tuple(code for _, code in answer.error.problems)
    return (answer.error.code,) if isinstance(answer.error, RegistraturaError) else ()


def key_of_reason(code: str) -> str:
    """The key of what a person reads of it."""
    keys = (f"{kind}.{code}" for kind in ("refusal", "invalid", "notice", "error"))
    return next((key for key in keys if key in TEXTS), code)


def shows_consent(world: World, view: FlowView) -> bool:
    """Whether the whole text in force is there, with its version and hash."""
    items = view.screen.items
    shown = (items.get("consent"), items.get("text_version"), items.get("text_sha256"))
    return shown in [(text.text, text.version, text.sha256) for text in world.consents.values()]


SIGHTS: Mapping[str, Callable[[FlowView], bool]] = {
    "help": lambda view: view.state.endswith("_help") and view.screen.text.count("\n- ") > 1,
    "waiting_for_gosuslugi": lambda view: "ждём ответа Госуслуг" in view.screen.text,
    "new_registration_needed": lambda view: "новая регистрация и новое согласие" in view.screen.text,
    "account_stays": lambda view: view.screen.items.get("notice") == "account_stays",
    "card_differences": lambda view: any(card["differs"] for card in view.screen.items["cards"].values()),
    "support_ticket": lambda view: "Обращение принято" in view.screen.notice,
    "empty_section": lambda view: "пока пусто" in view.screen.text,
    "five_sections": lambda view: set(_captions(view)) >= FIVE_SECTIONS,
}


def _captions(view: FlowView) -> Iterator[str]:
    for action in view.actions:
        if action.available:
            yield from (button.caption for button in action.buttons)


def _deeds(view: FlowView, action: Action) -> Iterator[Deed]:
    variants = FLOWS[view.flow].by_name[action.name].variants
    yield from (Deed(action.name, variant) for variant in variants or ("",))


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts_in(inner)

"""A person's requests as clicks: on the page that offers it, or, where none does, by the form of a page long gone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import current_thread, main_thread
from typing import NoReturn
from urllib.parse import urlsplit

from playwright.sync_api import Page, Response

from registratura.features.drivers.browser.forms import NoButton, NotTaken, press, send_stale, stale_fields, which_way
from registratura.features.drivers.browser.shown import shown_on
from registratura.features.drivers.browser.sight import Sight, look_at, one_line, words_on
from registratura.features.drivers.browser.town import BrowserTown, Heard
from registratura.features.drivers.browser.window import EMPTY
from registratura.features.drivers.browser.windows import Windows
from registratura.features.drivers.engine.line import Line, Payload
from registratura.features.drivers.engine.parts import TEXTS
from registratura.features.drivers.engine.people import Visitor
from registratura.features.drivers.engine.stops import StoppableMemory, Stopped
from registratura.features.drivers.http.line import HttpLine
from registratura.flows.cabinet import Cabinet
from registratura.flows.catalogue import FLOWS
from registratura.flows.engine.view import shown
from registratura.flows.errors import Conflict, InvalidPayload, NotAllowedNow, RegistraturaError, StartRefused
from registratura.flows.errors import UnknownFlow as Unknown
from registratura.host import FlowView
from registratura.host.web.words import PAGES, STALE

ADDRESSES = {"registration": "/", "sign_in": "/sign-in", "cabinet": "/cabinet"}
"""Where a flow begins."""
SECTIONS = {"patient_card": "cards", "consent_withdrawal": "settings", "clinic_right": "clinic_rights"}
"""In which section of the cabinet a person meets what is not a page of its own."""
NEUTRAL = "/signed-out"
"""A page that does nothing, for a browser that has none open."""


class BrowserLine(Line):
    """Each request is an address that is opened, or a button that is pressed.

    One browser presses one button after the other: what many devices send in one moment goes by the API beside it.
    """

    def __init__(self, town: BrowserTown, windows: Windows) -> None:
        self._town, self._windows = town, windows
        self._beside = HttpLine(town)
        self._before_them: dict[Page, tuple[str, object, FlowView]] = {}

    def start(self, who: Visitor, flow: str, event: str, payload: Payload) -> FlowView:
        if _many_at_once():
            return self._beside.start(who, flow, event, payload)
        self._town.heard.clear()
        begins = event or next(iter(begin.name for begin in FLOWS[flow].begins), "")
        if address := ADDRESSES.get(flow):
            self._open(who, address)
        elif who.account is None:
            self._open(who, ADDRESSES["cabinet"])
        else:
            self._to_section(who, flow)
            self._send(who, f"/start/{flow}/{begins}", payload, None)
        return self._started(who, flow, begins, payload)

    def send(self, who: Visitor, flow_id: str, event: str, payload: Payload, key: str | None) -> FlowView:
        if _many_at_once():
            return self._beside.send(who, flow_id, event, payload, key)
        path = f"/flow/{flow_id}/{event}"
        page = self._windows.of(who)
        if page.url == EMPTY or not page.locator(f'form[action="{path}"]').count():
            self._find(who, flow_id)
        self._town.heard.clear()
        self._send(who, path, payload, key)
        sent = [heard for heard in self._town.heard if heard.call == "send"]
        if sent:
            return self._seen(page, sent[0])
        # What cannot be an event at all never came to the portal: the page said so.
        return self._told_by(page, lambda: self._town.world.portal.parse(flow_id, event, payload))

    def get(self, who: Visitor, flow_id: str) -> FlowView:
        if _many_at_once():
            return self._beside.get(who, flow_id)
        if self._windows.of(who).url.endswith(NEUTRAL):
            # Who has just signed out sees no flow any more: how it ended is read where it is stored.
            return self._town.world.portal.get(flow_id, caller=who.caller)
        page = self._windows.of(who)
        if self._before_them.get(page, ())[:2] == (page.url, self._moment()) and page.url.endswith(f"/flow/{flow_id}"):
            # They have it before them, and nothing has happened since.
            return self._before_them[page][2]
        self._town.heard.clear()
        self._open(who, f"/flow/{flow_id}")
        mine = [heard for heard in self._town.heard if heard.call == "get"]
        return self._seen(self._windows.of(who), next(h for h in mine if h.error or (h.view and h.view.id == flow_id)))

    def sight(self, who: Visitor, flow_id: str) -> Sight:
        """The page of a flow, as the person sees it."""
        self.get(who, flow_id)
        return look_at(self._windows.of(who))

    def _open(self, who: Visitor, path: str) -> None:
        answer = self._windows.go(who, f"{self._town.portal_url}{path}")
        assert answer is not None
        self._judge(answer)

    def _find(self, who: Visitor, flow_id: str) -> None:
        """Go where the person finds this flow: its own page, or the section that lists it."""
        row = next((row for row in self._town.world.storage.flows() if row.id == flow_id), None)
        if row is not None and row.flow in SECTIONS and who.account and who.cabinet:
            self._to_section(who, row.flow)
            if self._windows.of(who).locator(f'form[action^="/flow/{flow_id}/"]').count():
                return
        self._open(who, f"/flow/{flow_id}")

    def _to_section(self, who: Visitor, flow: str) -> None:
        """Getting there changes the cabinet, and is not what the scenario is about."""
        self._open(who, ADDRESSES[Cabinet.name])
        page = self._windows.of(who)
        with suppress(NoButton):
            # There is none for the section that one is in.
            press(page, f"{urlsplit(page.url).path}/open_section", {"section": SECTIONS.get(flow, "health")})
        world = self._town.world
        world.before |= {row.id: row for row in world.storage.flows() if row.flow == Cabinet.name}

    def _send(self, who: Visitor, path: str, payload: Payload, key: str | None) -> None:
        page, captions = self._windows.of(who), self._captions(who, path, which_way(path, payload)[0])
        try:
            answer = press(page, path, payload, key, captions)
        except NoButton:
            if captions:
                raise AssertionError(f"{page.url}: нет кнопки {captions} формы {path}") from None
            answer = self._send_stale(who, page, path, payload, key)
        except NotTaken:
            answer = self._send_stale(who, page, path, payload, key)
            done = any(heard.call != "get" and heard.view and not heard.view.refusals for heard in self._town.heard)
            assert not done, f"{page.url}: форма {path} этого не берёт, а портал взял"
        self._judge(answer)
        self._windows.keep_cookie(who, page)

    def _captions(self, who: Visitor, path: str, variant: str) -> list[str]:
        """What stands on the button that does this now. What can be done, the page has to have offered."""
        _, kind, about, event = path.split("/")
        if kind == "start":
            return [TEXTS(f"button.{event}")]
        try:
            action = self._town.world.portal.get(about, caller=who.caller).action(event)
        except RegistraturaError:
            return []
        ways = {button.name.partition(".")[2]: button.caption for button in action.buttons if action.available}
        return [ways[variant]] if variant in ways else []

    def _send_stale(self, who: Visitor, page: Page, path: str, payload: Payload, key: str | None) -> Response:
        if not page.url.startswith(self._town.portal_url):
            self._windows.go(who, f"{self._town.portal_url}{NEUTRAL}")
        token = self._town.browsers.open(who.session).form_token
        own = {"csrf": token, **({"key": key} if key else {})}
        return send_stale(page, path, {**stale_fields(path, payload), **own})

    def _judge(self, answer: Response) -> None:
        if answer.status >= 500:
            if self._town.world.storage.stop:
                raise Stopped
            raise AssertionError(f"{answer.url}: {answer.status}")

    def _started(self, who: Visitor, flow: str, begins: str, payload: Payload) -> FlowView:
        """The flow that was begun, or gone on with; or why not."""
        page, world = self._windows.of(who), self._town.world
        begun = [heard for heard in self._town.heard if heard.call == "start" and heard.of(flow)]
        resumed = [
            heard for heard in self._town.heard if heard.view is not None and flow in ADDRESSES and heard.of(flow)
        ]
        if begun or resumed:
            return self._seen(page, (begun or resumed)[-1])

        def ask() -> FlowView:
            begin = FLOWS[flow].parse(begins, payload) if begins else None
            return world.portal.start(FLOWS[flow], begin, caller=who.caller)

        # What cannot be a beginning at all, or wants a signed-in person, never came to the portal: the page said so.
        return self._told_by(page, ask)

    def _seen(self, page: Page, heard: Heard) -> FlowView:
        """What the portal answered, as far as the page shows it."""
        if heard.error is not None:
            self._explains(page, heard.error)
            raise heard.error
        assert heard.view is not None
        if not page.url.endswith(f"/flow/{heard.view.id}"):
            self._says(page, [refusal.text for refusal in heard.view.refusals])
            return heard.view
        view = shown_on(look_at(page), page.url, heard.view)
        self._before_them[page] = page.url, self._moment(), view
        return view

    def _moment(self) -> object:
        """The same as long as nothing happens in the world."""
        storage = self._town.world.storage
        return self._town.world.count() if isinstance(storage, StoppableMemory) else object()

    def _told_by(self, page: Page, call: Callable[[], object]) -> NoReturn:
        try:
            call()
        except RegistraturaError as error:
            self._explains(page, error)
            raise
        raise AssertionError(f"{page.url}: ничего не произошло")

    def _explains(self, page: Page, error: Exception) -> None:
        """The page says what is wrong. What it says is what the person reads of the error."""
        words = self._says(page, _texts(error))
        if isinstance(error, RegistraturaError):
            vars(error)["told"] = words

    def _says(self, page: Page, texts: list[str]) -> str:
        """Everything that the page says, which has to have these texts in it."""
        words = words_on(page)
        missing = [text for text in texts if one_line(text) not in words]
        assert not missing, f"{page.url}: на странице не сказано {missing}"
        return words


def _many_at_once() -> bool:
    return current_thread() is not main_thread()


def _texts(error: Exception) -> list[str]:
    """What a page has to say of an error."""
    if isinstance(error, InvalidPayload):
        return [TEXTS.problem(str(error.params["event"]), *problem) for problem in error.problems]
    if isinstance(error, NotAllowedNow | Conflict):
        return [STALE]
    if isinstance(error, StartRefused):
        # Instead of saying that one has to sign in, the portal leads there.
        return [refusal.text for refusal in shown(TEXTS, error.refusals) if refusal.code != "sign_in_required"]
    if isinstance(error, Unknown):
        return [PAGES["unknown"][0]]
    return [TEXTS.error(error)] if isinstance(error, RegistraturaError) else []

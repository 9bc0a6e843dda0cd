"""A person at Gosuslugi's site and on the way back, by the protocol's own redirects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from typing import Any

import httpx

from registratura.domain.identity import Identity
from registratura.domain.refusal import Refusal
from registratura.features.drivers.engine.line import Line, Visits
from registratura.features.drivers.engine.parts import TEXTS
from registratura.features.drivers.engine.people import GOSUSLUGI_PASSWORD, Visitor
from registratura.features.drivers.http.town import Town
from registratura.flows.errors import CallerError
from registratura.flows.gosuslugi import Denial
from registratura.host import FlowView, ShownRefusal
from registratura.host.standins import Citizen
from registratura.host.standins.web.gosuslugi_faults import Forgery, Place, Trouble
from registratura.host.web.words import PAGES

# Why an answer was refused is told on the page that the browser comes back to, and nowhere else.
TOLD_ON_PAGE = ("gosuslugi.another_person", "gosuslugi.answer_used")
DENIALS = {Denial.CODE_DEAD: {"token_error": "007011"}}
FLAWS: Mapping[str, Mapping[str, Any]] = {
    "state_missing": {},
    "state_wrong": {},
    "007007": {"answer_error": "007007"},
    "007008": {"answer_error": "007008"},
    "down": {"trouble": Trouble.DOWN, "trouble_at": Place.TOKEN},
    "html": {"trouble": Trouble.HTML, "trouble_at": Place.PERSON},
    **{forgery: {"id_token": forgery} for forgery in Forgery if forgery},
}


class AnswerRejected(CallerError):
    """The portal did not believe an answer of Gosuslugi, and its page says so."""


class HttpVisits(Visits):
    """The site's pages and the portal's callback, in the person's browser."""

    def __init__(self, town: Town, line: Line) -> None:
        self._town, self._wire, self._line = town, town.wire, line
        self._answer = ""

    def pass_first_stage(self, who: Visitor, method: str) -> FlowView:
        visit, login = self._set_out(who), {"login": who.person.key}
        if method == "password":
            page = self._post(who, visit, **login, password=GOSUSLUGI_PASSWORD)
        else:
            page = self._post(who, f"{visit}/another", **login)
        return self._seen(who, page)

    def enter_code(self, who: Visitor) -> FlowView:
        visit, begun = self._set_out(who), self._town.world.gosuslugi.visits[who.flow]
        # The first stage was passed while this was prepared, and the code was sent then.
        visit_id = visit.rpartition("/")[2]
        self._town.gosuslugi.people.visits[visit_id] = replace(begun, flow_id=visit_id)
        return self._seen(who, self._post(who, f"{visit}/sms", code=begun.citizen.phone_inbox[-1]))

    def confirmed(self, who: Visitor, identity: Identity) -> FlowView:
        return self._bring(who, self._answer_to(who, identity))

    def denied(self, who: Visitor, reason: Denial) -> FlowView:
        if reason is Denial.CANCELLED:
            return self._seen(who, self._post(who, f"{self._set_out(who)}/cancel"))
        with self._wrong(**DENIALS[reason]):
            return self._confirmed(who)

    def spoiled(self, who: Visitor, flaw: str) -> FlowView:
        with self._wrong(**FLAWS[flaw]):
            answer = httpx.URL(self._own_answer(who))
            if flaw == "state_missing":
                answer = answer.copy_remove_param("state")
            elif flaw == "state_wrong":
                answer = answer.copy_set_param("state", "somebody-elses")
            return self._bring(who, str(answer))

    def brought_by(self, another: Visitor, who: Visitor) -> FlowView:
        return self._bring(another, self._own_answer(who))

    def again(self, who: Visitor) -> FlowView:
        return self._bring(who, self._answer)

    def ask_support(self, who: Visitor, about: str) -> None:
        visit = self._set_out(who)
        page = self._wire.ask(who, "POST", f"{visit}/support/{about}", data={"text": f"{who.person} не может войти"})
        assert page.is_success, f"обращение не принято: {page}"

    def _confirmed(self, who: Visitor) -> FlowView:
        return self._bring(who, self._own_answer(who))

    def _own_answer(self, who: Visitor) -> str:
        return self._answer_to(who, self._town.gosuslugi.people.citizens[who.person.key].identity)

    def _answer_to(self, who: Visitor, identity: Identity) -> str:
        """Whatever stands between: Gosuslugi says that it is this person. Gives where it sends the browser."""
        citizens, login = self._town.gosuslugi.people.citizens, who.person.key
        own = citizens[login]
        citizens[login] = Citizen(login, GOSUSLUGI_PASSWORD, identity, second_factor="none")
        try:
            form = {"login": login, "password": GOSUSLUGI_PASSWORD}
            answer = self._wire.ask(who, "POST", self._set_out(who), data=form)
        finally:
            citizens[login] = own
        assert answer.has_redirect_location, f"Госуслуги не отпустили: {answer}"
        return str(answer.headers["location"])

    def _set_out(self, who: Visitor) -> str:
        """To Gosuslugi; gives the address of the visit there."""
        self._town.gosuslugi.people.outage = self._town.world.gosuslugi.outage
        page = self._wire.browse(who, "GET", f"{self._town.portal_url}/flow/{who.flow}/gosuslugi")
        if not str(page.url).startswith(self._town.gosuslugi_url):
            # The portal sends nobody there any more. Who is late set out when it still did.
            page = self._wire.browse(who, "GET", self._town.departure(who))
        assert page.is_success, f"Госуслуги не приняли: {page}"
        return str(page.url)

    def _post(self, who: Visitor, url: str, **typed: str) -> httpx.Response:
        """A form of Gosuslugi, taken; and the page after it."""
        page = self._wire.browse(who, "POST", url, data=typed)
        assert page.history, f"Госуслуги не приняли формы: {page} {_words(page)}"
        self._answer = next((str(hop.url) for hop in page.history if self._is_callback(hop)), self._answer)
        return page

    def _bring(self, who: Visitor, answer: str) -> FlowView:
        """The browser opens what Gosuslugi sent it to."""
        self._answer = answer
        return self._seen(who, self._wire.browse(who, "GET", answer))

    def _seen(self, who: Visitor, page: httpx.Response) -> FlowView:
        """The flow, and what the page says besides."""
        words = _words(page)
        if PAGES["rejected"][0] in words:
            error = AnswerRejected()
            vars(error).update(told=words)
            raise error
        assert page.is_success, f"{page.url.path}: {page} {words}"
        refusals = (Refusal(code=code) for code in TOLD_ON_PAGE)
        told = tuple(ShownRefusal(r.code, TEXTS.refusal(r)) for r in refusals if TEXTS.refusal(r) in words)
        return replace(self._line.get(who, who.flow), refusals=told)

    def _is_callback(self, hop: httpx.Response) -> bool:
        return str(hop.url).startswith(self._town.gosuslugi.portal.redirect_uris[0])

    @contextmanager
    def _wrong(self, **faults: Any) -> Iterator[None]:
        """Something is wrong at Gosuslugi for a while."""
        for name, value in faults.items():
            setattr(self._town.gosuslugi.faults, name, value)
        try:
            yield
        finally:
            self._town.gosuslugi.faults.clear()


def _words(page: httpx.Response) -> str:
    """What the page says."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.text)).split())

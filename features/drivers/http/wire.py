"""Requests as a person's browser makes them, with its cookie; and answers read as the engine's own values.

An answer that the API does not promise is nobody's outcome: it fails the scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from http.cookies import SimpleCookie
from typing import Any

import httpx
from pydantic import TypeAdapter

from registratura.domain.refusal import Refusal
from registratura.features.drivers.engine.people import Visitor
from registratura.flows.errors import RegistraturaError
from registratura.host import FlowView

VIEW = TypeAdapter(FlowView)
PROBLEM = "application/problem+json"
HOPS = 10


class Wire:
    """`sent` are the requests of people so far; `known` are the sessions that the portal gave, or was given."""

    def __init__(self, portal_url: str, cookie: str) -> None:
        self.portal_url, self.cookie = portal_url, cookie
        self._http = _client()
        self.sent: list[str] = []
        self.known: set[str] = set()

    def ask(self, who: Visitor, method: str, url: str, **content: Any) -> httpx.Response:
        """One request and its answer."""
        headers = content.pop("headers", {})
        if url.startswith(self.portal_url) and who.session in self.known:
            headers = {**headers, "Cookie": f"{self.cookie}={who.session}"}
        answer = self._http.request(method, url, headers=headers, **content)
        self.sent.append(f"{method} {httpx.URL(url).path}")
        self._keep_cookie(who, answer)
        return answer

    def browse(self, who: Visitor, method: str, url: str, **content: Any) -> httpx.Response:
        """A page, wherever it lies in the end. Addresses on the way are the page's `history`."""
        way = []
        while (answer := self.ask(who, method, url, **content)).is_redirect:
            way.append(answer)
            assert len(way) < HOPS, f"{url}: перенаправления без конца"
            method, url, content = "GET", str(answer.url.join(answer.headers["location"])), {}
        answer.history = way
        return answer

    def reconnect(self) -> None:
        """Nothing is sent over the connections that are open now."""
        self._http.close()
        self._http = _client()

    def close(self) -> None:
        self._http.close()

    def _keep_cookie(self, who: Visitor, answer: httpx.Response) -> None:
        for header in answer.headers.get_list("set-cookie"):
            if morsel := SimpleCookie(header).get(self.cookie):
                who.session = morsel.value
                self.known.add(who.session)


def _client() -> httpx.Client:
    # Each person has a cookie of their own, and several ask at once: the client keeps none.
    nobody = CookieJar(DefaultCookiePolicy(allowed_domains=()))
    return httpx.Client(cookies=nobody, trust_env=False, timeout=30, verify=False)


def view_in(answer: httpx.Response, owner: Callable[[str], Mapping[str, Any]]) -> FlowView:
    """The view that the API answered with; `owner` finds out whose the flow is: that goes to nobody's browser.

    Raises:
        RegistraturaError: the one that the problem tells.
        AssertionError: the API answered with what it never should.
    """
    kind = answer.headers.get("content-type", "")
    if kind == PROBLEM and answer.is_client_error and "code" in (problem := answer.json()):
        raise error_in(problem)
    promised = answer.is_success and kind == "application/json"
    assert promised, f"{answer.request.method} {answer.request.url.path}: {answer} {answer.text}"
    said = answer.json()
    return VIEW.validate_python({**said, **owner(said["id"])})


def error_in(problem: Mapping[str, Any]) -> RegistraturaError:
    """The error that a problem tells, with what it says of it; `told` is what the person reads."""
    kind = _kinds()[problem["code"]]
    error = kind.__new__(kind, problem.get("detail", ""))
    wrong, refused = problem.get("errors", ()), problem.get("refusals", ())
    vars(error).update(
        told="\n".join([problem["title"], *(one["text"] for one in (*wrong, *refused))]),
        params={},
        allowed=tuple(problem.get("allowed", ())),
        refusals=tuple(Refusal(code=one["code"], params=one["params"]) for one in refused),
        problems=tuple((one["field"], one["code"]) for one in wrong),
    )
    return error


@cache
def _kinds() -> Mapping[str, type[RegistraturaError]]:
    found: list[type[RegistraturaError]] = [RegistraturaError]
    for kind in found:
        found += kind.__subclasses__()
    return {kind.code: kind for kind in found[1:]}

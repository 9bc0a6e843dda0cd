"""The way back from Gosuslugi, and the stand-in's reports of progress."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from registratura.flows.errors import CallerError, Conflict
from registratura.host.gosuslugi.answers import Confirmed, Denied
from registratura.host.gosuslugi.progress import SIGNATURE_HEADER, read_progress
from registratura.host.web.browser import Flash
from registratura.host.web.flow_routes import enter
from registratura.host.web.site import Call, Site, go, message
from registratura.host.web.words import PAGES
from registratura.storage.sessions import VisitRow

CALLBACK, PROGRESS = "/gosuslugi/callback", "/gosuslugi/progress"
LONGEST_STATE = 200


def callback(call: Call) -> Response:
    """Judge what the browser brought from Gosuslugi. Only the browser that set out may bring it, and once."""
    state = call.query.get("state", "")[:LONGEST_STATE]
    visit = call.site.browsers.returned(call.browser, state) if state else None
    known = visit or (call.site.browsers.visit(state) if state else None)
    if visit is None and known is not None and known.session == call.browser.id:
        # The page was opened again: what the answer was, the flow's own page says.
        return go(f"/flow/{known.flow_id}")
    if visit is not None and not call.sees(visit.flow_id):
        # Signed in meanwhile, in another window: what was begun before belongs to nobody here any more.
        return message(call, 409, "signed_in_meanwhile")
    answer = call.site.gosuslugi.answer(call.query, state if visit else None)
    if visit is None or not isinstance(answer, Confirmed | Denied):
        reason = getattr(answer, "reason", "state.foreign") if visit or not known else "state.foreign"
        call.portal.gosuslugi.rejected(known.flow_id if known else None, str(reason))
        return _rejected(call, visit)
    try:
        if isinstance(answer, Confirmed):
            view = call.portal.gosuslugi.returned(visit.flow_id, answer.identity, answer.answer_id)
        else:
            view = call.portal.gosuslugi.denied(visit.flow_id, answer.reason)
    except (CallerError, Conflict):
        # The flow has been ended or moved meanwhile; its page says how it is.
        return go(f"/flow/{visit.flow_id}")
    return enter(call, view)


def _rejected(call: Call, visit: VisitRow | None) -> Response:
    """Told on the flow's own page, from which the person goes on, where it is this browser's."""
    if visit is None:
        return message(call, 400, "rejected")
    told = " ".join((PAGES["rejected"][0] + ".", PAGES["rejected"][1]))
    call.browser.remember(flash=Flash(flow_id=visit.flow_id, reasons=(("", told, ""),)))
    return go(f"/flow/{visit.flow_id}")


async def progress(site: Site, key: bytes, request: Request) -> Response:
    """A report over the channel that only the stand-in has. Whatever is wrong with it, it changes nothing."""
    body = await request.body()
    return await run_in_threadpool(_reported, site, key, body, request.headers.get(SIGNATURE_HEADER, ""))


def _reported(site: Site, key: bytes, body: bytes, signature: str) -> Response:
    report = read_progress(key, body, signature, site.portal.parts.clock())
    visit = site.browsers.visit(report.state) if report else None
    if report is None or visit is None:
        return Response(status_code=403)
    try:
        site.portal.gosuslugi.progress(visit.flow_id, report.method)
    except (CallerError, Conflict):
        return Response(status_code=409)
    return Response(status_code=204)

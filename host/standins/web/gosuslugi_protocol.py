"""The protocol's endpoints, as the stand-in keeps them: authorise, token, person."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from registratura.domain.identity import Identity
from registratura.host.gosuslugi.client import signed_text
from registratura.host.standins.web.gosuslugi_faults import Place, Trouble
from registratura.host.standins.web.gosuslugi_pages import Pages
from registratura.host.standins.web.gosuslugi_person import contacts_json, documents_json, person_json
from registratura.host.standins.web.gosuslugi_site import GosuslugiSite, WebVisit, error_json

CLOCK_SKEW = timedelta(minutes=5)
_DOWN = "<!doctype html><html lang=ru><title>Госуслуги</title><p>Ведутся технические работы."
_UNKNOWN_PORTAL = {"title": "Портал не узнан", "text": "Адрес возврата не зарегистрирован (ESIA-007023)."}
_NAMES = ("client_id", "scope", "timestamp", "state", "redirect_uri", "client_secret")


def protocol(site: GosuslugiSite, pages: Pages) -> APIRouter:
    """The endpoints of a site."""
    router = APIRouter()

    @router.get("/aas/oauth2/v2/ac")
    def authorise(request: Request) -> Response:
        return troubled(site, Place.SIGN_IN) or _authorise(site, pages, request.query_params)

    @router.post("/aas/oauth2/v3/te")
    def token(form: Annotated[Mapping[str, str], Depends(_form)]) -> Response:
        return troubled(site, Place.TOKEN) or _token(site, form)

    @router.get("/rs/prns/{oid}")
    @router.get("/rs/prns/{oid}/{part}")
    def person(oid: str, part: str = "", authorization: Annotated[str, Header()] = "") -> Response:
        identity = site.allowed(authorization.removeprefix("Bearer "), oid)
        return troubled(site, Place.PERSON) or _person(site, identity, part)

    return router


def troubled(site: GosuslugiSite, place: Place) -> Response | None:
    """The answer of a site in trouble, if it is; a slow one only takes its time."""
    match site.faults.at(place):
        case Trouble.SLOW:
            site.options.sleep(site.faults.slow_seconds)
            return None
        case Trouble.DOWN:
            return HTMLResponse(_DOWN, 503)
        case Trouble.HTML:
            return HTMLResponse(_DOWN, 200)
        case Trouble.NONE:
            return None


async def _form(request: Request) -> Mapping[str, str]:
    """The form's texts; files are none."""
    async with request.form() as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def _authorise(site: GosuslugiSite, pages: Pages, query: Mapping[str, str]) -> Response:
    """To the sign-in page; with a wrong request back to the portal, and nowhere if it names no address of its own."""
    uri = query.get("redirect_uri", "")
    if uri not in site.portal.redirect_uris:
        return pages.page("stop.html", _UNKNOWN_PORTAL, 400)
    code = request_error(site, query) or ("" if query.get("response_type") == "code" else "007014")
    if code:
        return RedirectResponse(site.error_url(WebVisit("", query.get("state", ""), uri), code), 303)
    return RedirectResponse(f"/visit/{site.begin(query['state'], uri).id}", 303)


def _token(site: GosuslugiSite, form: Mapping[str, str]) -> Response:
    error = site.faults.token_error or request_error(site, form, form.get("code", ""))
    identity = None if error else site.redeem(form.get("code", ""), form["redirect_uri"])
    if identity is None:
        return JSONResponse(error_json(error or "007011"), 400)
    now, faults = site.clock(), site.faults
    access_token = site.tokens.access_token(identity, site.portal.client_id, now, faults.access_token)
    site.allow(access_token, identity)
    answer: dict[str, Any] = {
        "access_token": access_token,
        "id_token": site.tokens.id_token(identity, site.portal.client_id, now, faults.id_token),
        "state": form["state"],
        "token_type": "Bearer",
        "expires_in": 3600,
    }
    return JSONResponse({name: value for name, value in answer.items() if name not in faults.missing})


def _person(site: GosuslugiSite, identity: Identity | None, part: str) -> Response:
    parts = {"": person_json, "ctts": contacts_json, "docs": documents_json}
    if identity is None:
        return JSONResponse({"code": "ESIA-005011", "message": "Маркер доступа не подходит"}, 401)
    if part not in parts:
        return JSONResponse({"code": "ESIA-005001", "message": "Не найдено"}, 404)
    return JSONResponse(parts[part](identity, site.faults.missing))


def request_error(site: GosuslugiSite, form: Mapping[str, str], code: str = "") -> str:
    """The code of what is wrong with a portal's request, or nothing."""
    if any(not form.get(name) for name in _NAMES):
        return "007014"
    if form["client_id"] != site.portal.client_id:
        return "007003"
    if form.get("client_certificate_hash") != site.portal.certificate_hash or not _signed(site, form, code):
        return "007053"
    return "" if _fresh(form["timestamp"], site.clock()) else "007015"


def _signed(site: GosuslugiSite, form: Mapping[str, str], code: str) -> bool:
    client_id, scope, timestamp, state, uri, _ = (form[name] for name in _NAMES)
    text = signed_text(client_id, scope, timestamp, state, uri, code)
    key = load_pem_public_key(site.portal.public_key.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        signature = base64.urlsafe_b64decode(form["client_secret"] + "==")
        key.verify(signature, text.encode("utf-8", "surrogatepass"), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _fresh(timestamp: str, now: datetime) -> bool:
    try:
        signed_at = datetime.strptime(timestamp, "%Y.%m.%d %H:%M:%S %z")
    except ValueError:
        return False
    return abs(signed_at - now.astimezone(UTC)) <= CLOCK_SKEW

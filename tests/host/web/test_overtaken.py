"""Whoever signs in with the old password in the very moment in which it is changed has no session of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.browser import Browser
from support.web import GOOD_PASSWORD, MARGARITA, Site, in_cabinet

from registratura.flows.portal_password import ChangePassword
from registratura.host import Caller
from registratura.host.web.browser import Browsers

NEW = ChangePassword(current=GOOD_PASSWORD, password="Zvezda2026", repeat="Zvezda2026")


def signing_in(site: Site, password: str = GOOD_PASSWORD) -> Browser:
    other = site.browser()
    other.open("/sign-in")
    other.press("Войти по логину и паролю")
    other.press("Войти", login=MARGARITA.email or "", password=password)
    return other


def change(site: Site) -> None:
    """The owner changes the password, and the worker ends all other sessions."""
    site.clock.turn(timedelta(seconds=1))
    (account,) = {row.account for row in passwords(site)}
    (flow,) = passwords(site)
    assert not site.portal.send(flow.id, NEW, caller=Caller(session="the owner's", account=account)).refusals
    site.portal.run_due()


def passwords(site: Site) -> list[Any]:
    storage = site.portal.engine.storage
    with storage.unit() as unit:
        return [row for flow in storage.flow_ids() if (row := unit.flow(flow)) and row.flow == "portal_password"]


@pytest.mark.parametrize("moment", ["before the session is there", "after it is there"])
def test_a_password_changed_in_the_moment_of_a_sign_in_ends_it(
    browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    in_cabinet(browser)
    renew, changed = Browsers.renew, list[bool]()

    def in_between(self: Browsers, *what: Any) -> None:
        for now in ("before the session is there", "after it is there"):
            if now == moment and not changed:
                changed.append(True)
                change(site)
            if now.startswith("before"):
                renew(self, *what)

    with monkeypatch.context() as patched:
        patched.setattr(Browsers, "renew", in_between)
        other = signing_in(site)
    assert changed
    assert other.open("/cabinet").title.startswith("Вход в личный кабинет")
    assert signing_in(site, "Zvezda2026").follow("Открыть личный кабинет").status == 200


def test_a_password_changed_before_is_no_hindrance(browser: Browser, site: Site) -> None:
    in_cabinet(browser)
    change(site)
    assert signing_in(site, "Zvezda2026").follow("Открыть личный кабинет").status == 200

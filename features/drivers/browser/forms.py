"""Forms on a page, filled in and sent as people do; and the form that a page once had, sent from a stale one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from playwright.sync_api import Page, Response

from registratura.features.drivers.browser.sight import SEES
from registratura.flows.catalogue import FLOWS

Fields = Mapping[str, str]
OF_CARD = "changes."

_LOOK = f"""([wanted, which, named, given]) => {{
  {SEES}
  const said = button => path(button) === wanted && (!which || variant(button) === which) && captions(button);
  const fits = button => (said(button) || []).some(caption => !named.length || named.includes(caption))
    && unfolded(button, () => reachable(button));
  const button = [...document.querySelectorAll('button[form], form button')].find(fits);
  if (!button) return null;
  const folded = button.closest('details:not([open])');
  button.dataset.here = 'button';
  button.form.dataset.here = 'form';
  if (folded) folded.querySelector('summary').dataset.here = 'summary';
  const fields = [...button.form.elements].filter(field => field.name && field.type !== 'submit');
  for (const field of fields) if (field.type === 'hidden' && field.name in given) field.value = given[field.name];
  const options = field => field.options ? [...field.options].map(option => option.value) : null;
  return [!!folded, Object.fromEntries(fields.map(field => [field.name, [field.type, options(field)]]))];
}}"""
_STALE = """([path, fields]) => {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = path;
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement('input');
    [input.type, input.name, input.value] = ['hidden', name, value];
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}"""


def fields_of(payload: Mapping[str, Any]) -> dict[str, str]:
    """A payload as the fields of a form."""
    fields: dict[str, str] = {}
    for name, value in payload.items():
        if isinstance(value, Mapping):
            fields |= {f"{name}.{inner}": text or "" for inner, text in value.items()}
        elif value is not False:
            fields[name] = "true" if value is True else str(value)
    return fields


class NoButton(Exception):
    """The page has no such form, or no such button in it."""


class NotTaken(Exception):
    """The form is there, and what is to be typed cannot be: no such option, or a field of the card that is closed."""


def press(
    page: Page, path: str, payload: Mapping[str, Any], key: str | None = None, captions: Collection[str] = ()
) -> Response:
    """Fill in the form that goes to this path and press its button, on which one of the captions has to stand.

    Raises:
        NoButton, NotTaken: the page does not offer it.
    """
    variant, fields = which_way(path, payload)
    found = page.evaluate(_LOOK, [path, variant, list(captions), {**fields, **({"key": key} if key else {})}])
    if found is None:
        raise NoButton
    folded, controls = found
    unasked = [name for name in fields if name not in controls and not name.startswith(OF_CARD)]
    assert not unasked, f"{page.url}: форма {path} не спрашивает {unasked}"
    if not all(name in controls and value in (controls[name][1] or [value]) for name, value in fields.items()):
        raise NotTaken
    if folded:
        page.click("[data-here=summary]")
    for name, value in fields.items():
        _fill(page, name, controls[name][0], value)
    return navigated(page, lambda: page.click("[data-here=button]"))


def send_stale(page: Page, path: str, fields: Fields) -> Response:
    """Send what a page that is long gone offered."""
    return navigated(page, lambda: page.evaluate(_STALE, [path, dict(fields)]))


def navigated(page: Page, act: Callable[[], object]) -> Response:
    """Do what leads to another page; gives its answer."""
    with page.expect_navigation(wait_until="domcontentloaded") as arriving:
        act()
    answer = arriving.value
    assert answer is not None, page.url
    return answer


def stale_fields(path: str, payload: Mapping[str, Any]) -> dict[str, str]:
    """The fields of such a form, its button's too."""
    variant, fields = which_way(path, payload)
    return fields | ({"variant": variant} if variant else {})


def which_way(path: str, payload: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Which of the buttons brings a part of the payload, and the fields that are left."""
    name = path.rsplit("/", 1)[1]
    kinds = [kind for flow in FLOWS.values() for kind in (*flow.begins, *flow.events) if kind.name == name]
    variants = kinds[0].variants if kinds else {}
    for variant, brought in variants.items():
        if brought.items() <= payload.items():
            return variant, fields_of({name: payload[name] for name in payload.keys() - brought.keys()})
    return next(iter(variants), "") if not payload else "", fields_of(payload)


def _fill(page: Page, name: str, kind: str, value: str) -> None:
    control = f'[data-here=form] [name="{name}"]'
    if kind == "checkbox":
        page.check(control)
    elif kind == "select-one":
        page.select_option(control, value)
    elif kind != "hidden":
        page.fill(control, value)

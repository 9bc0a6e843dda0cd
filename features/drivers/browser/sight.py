"""A page as a person sees it, read in one go: what a style hides is not there, what is folded can be opened."""

from __future__ import annotations

from typing import NamedTuple

from playwright.sync_api import Page

SEES = """
  const shows = element => {
    const box = element.getBoundingClientRect();
    return element.checkVisibility({opacityProperty: true, visibilityProperty: true})
      && box.width > 1 && box.height > 1 && box.right + scrollX > 0 && box.bottom + scrollY > 0;
  };
  const reachable = element => {
    element.scrollIntoView({block: 'center'});
    const box = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2));
  };
  const unfolded = (element, look) => {
    const folded = element.closest('details:not([open])');
    if (!folded) return look();
    if (!shows(folded.querySelector('summary'))) return null;
    folded.open = true;
    try { return look(); } finally { folded.open = false; }
  };
  const line = text => text.replace(/\\s+/g, ' ').trim();
  const path = button => new URL(button.form.action).pathname;
  const variant = button => button.name === 'variant' ? button.value : '';
  const captions = button => unfolded(
    button, () => button.form && !button.disabled && shows(button) ? [line(button.innerText), line(button.title)] : null
  );
"""
"""What a person can press: `captions` are what such a button says, and nothing where there is none. A button is
`reachable` where nothing lies upon it."""
_READ = f"""() => {{
  {SEES}
  const buttons = [...document.querySelectorAll('button')].map(button => [button, captions(button)]);
  const tables = [...document.querySelectorAll('table')].filter(shows);
  return [
    line(document.body.innerText),
    buttons.filter(([_, said]) => said).map(([button, said]) => [path(button), variant(button), said]),
    tables.map(table => [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => line(cell.innerText)))),
  ];
}}"""


class Pressable(NamedTuple):
    """A button: where its form goes, which of the ways of an action it is, what stands on it or is said of it."""

    path: str
    variant: str
    captions: tuple[str, ...]


class Sight(NamedTuple):
    """What is on a page: all its words, the buttons that can be pressed, the tables without their heads."""

    words: str
    buttons: tuple[Pressable, ...]
    tables: tuple[tuple[tuple[str, ...], ...], ...]


def words_on(page: Page) -> str:
    """All that a page says."""
    return one_line(page.evaluate("document.body.innerText"))


def look_at(page: Page) -> Sight:
    """Read a page."""
    words, buttons, tables = page.evaluate(_READ)
    pressable = tuple(Pressable(path, variant, tuple(said)) for path, variant, said in buttons)
    return Sight(words, pressable, tuple(tuple(map(tuple, rows)) for rows in tables))


def one_line(text: str) -> str:
    """A text as it is compared with a page's."""
    return " ".join(text.split())

"""What must stand in no file: places of one machine, registries, characters that nobody sees."""

import re
from pathlib import Path

import pytest
from architecture.tree import ROOT, files

FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.*)}\]])/(?:work|root|tmp|home|Users|opt)/"),
    "a package registry": re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|debian\.org|golang\.org"),
    "a character that nobody sees": re.compile("[\u00a0\u00ad\u200b-\u200f\u202f\u2060\ufeff]"),
}
# Another's program, kept as it came and known by its SHA-256: its tables of characters name those that nobody sees.
FOREIGN = {"a character that nobody sees": {Path("features/spec/assets/cucumber/main.js")}}
MIXED = re.compile(r"[а-яё][a-z]|[a-z][а-яё]", re.IGNORECASE)


def texts(*suffixes: str) -> list[tuple[Path, str]]:
    """Every file that is text, or those with the suffixes."""
    read = [(path, (ROOT / path).read_bytes()) for path in files() if not suffixes or path.suffix in suffixes]
    return [(path, data.decode("utf-8")) for path, data in read if b"\0" not in data]


def found(pattern: re.Pattern[str], text: str) -> list[tuple[int, str]]:
    return [(number, hit[0]) for number, line in enumerate(text.splitlines(), 1) for hit in pattern.finditer(line)]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_contains(what: str) -> None:
    ours = ((path, text) for path, text in texts() if path not in FOREIGN.get(what, ()))
    hits = {path.as_posix(): found(FORBIDDEN[what], text) for path, text in ours}
    assert {path: where for path, where in hits.items() if where} == {}


def test_no_russian_word_has_a_latin_letter() -> None:
    """A step with one is undefined, and looks right."""
    hits = {
        path.as_posix(): found(MIXED, re.sub(r"\\[nt]", " ", text)) for path, text in texts(".feature", ".toml", ".txt")
    }
    assert {path: where for path, where in hits.items() if where} == {}


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a path of one machine", "see '/" + "root/x"),
        ("a package registry", "https://pypi" + ".org/simple"),
        ("a character that nobody sees", "5\N{NO-BREAK SPACE}минут"),
        ("a character that nobody sees", "\N{ZERO WIDTH NO-BREAK SPACE}Функция"),
    ],
)
def test_each_is_seen(what: str, text: str) -> None:
    assert found(FORBIDDEN[what], text)
    assert not found(FORBIDDEN[what], "src/root/x и 5 минут")


def test_a_latin_letter_in_a_russian_word_is_seen() -> None:
    assert found(MIXED, "Пaциент")
    assert not found(MIXED, "SMS-код, {name} и ЕСИА")

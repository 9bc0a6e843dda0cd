"""How long a file and a function may be: what is longer has its reason here, or is taken apart."""

from statistics import median

import pytest
from architecture.tree import ROOT, ROOTS, files, functions, modules

FILE, FUNCTION, MEDIAN = 300, 40, 6

# path: why it is longer than FILE lines.
LONGER_FILES: dict[str, str] = {}
# path:function: why it is longer than FUNCTION lines.
LONGER_FUNCTIONS: dict[str, str] = {}

CODE = (".py", ".feature", "")


def test_no_file_is_too_long() -> None:
    counts = {
        path.as_posix(): len((ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in files()
        if path.suffix in CODE
    }
    too_long = {path: count for path, count in counts.items() if count > FILE}
    assert set(too_long) == set(LONGER_FILES), f"longer than {FILE} lines: {too_long}; allowed: {set(LONGER_FILES)}"


def test_no_function_is_too_long() -> None:
    lengths = {f"{path.as_posix()}:{name}": length for path, text in modules() for name, length in functions(text)}
    too_long = {name: length for name, length in lengths.items() if length > FUNCTION}
    assert set(too_long) == set(LONGER_FUNCTIONS), f"longer than {FUNCTION}: {too_long}"


@pytest.mark.parametrize("root", ROOTS)
def test_most_functions_are_short(root: str) -> None:
    lengths = [length for _, text in modules(root) for _, length in functions(text)]
    assert not lengths or median(lengths) <= MEDIAN


def test_the_length_of_a_function_leaves_its_docstring_out() -> None:
    text = (
        'def f() -> int:\n    """One.\n\n    Two.\n    """\n    return 1\n\n\ndef g() -> None:\n    """Only this."""\n'
    )
    assert dict(functions(text)) == {"f": 2, "g": 2}

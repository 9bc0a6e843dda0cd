"""The driver in Chromium: without one it says what to install; on a spoilt page it fails and leaves a picture."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from registratura.features.drivers.browser.chromium import MISSING, NoChromium, chromium, found
from registratura.features.spec.lint import FOLDER

needs_chromium = pytest.mark.skipif(found() is None, reason=MISSING)
SPOILING = Path(__file__).parents[1] / "support" / "spoilt_pages.py"
CONSENT = "Человек видит весь текст согласия и обе возможности"
STALE = "Нельзя принять согласие, текст которого тем временем изменился"
CARD = "Карту исправляют"

# What is done to the templates, or to the style, and a scenario that must see it.
SPOILT: dict[str, tuple[str, dict[str, tuple[str, str]], str]] = {
    "the text of the consent is missing": (CONSENT, {"items.html": ("<p>{{ line }}</p>", "")}, ""),
    "a button says something else": (CONSENT, {"forms.html": ("{{ button.caption }}", "Дальше")}, ""),
    "buttons are not shown": (CONSENT, {}, ".button { display: none }"),
    "buttons are transparent": (CONSENT, {}, ".button { opacity: 0 }"),
    "buttons cannot be pressed": (CONSENT, {"forms.html": ('<button type="submit"', "<button disabled")}, ""),
    "something lies upon the buttons": (STALE, {}, "body::after { content: ''; position: fixed; inset: 0 }"),
    "why an action is refused is kept back": (STALE, {"forms.html": ("<p>{{ reason }}</p>", "")}, ""),
    "what is wrong in a field is kept back": (
        "Удаление нужно подтвердить",
        {"forms.html": ("{{ error }}", ""), "flow.html": ("{{ item.errors[0] }}", "")},
        "",
    ),
    "what came from outside is kept back": (
        "Перечитать данные другого человека нельзя",
        {"flow.html": ("<p>{{ page.alert }}</p>", "")},
        "",
    ),
    "notices are kept back": (
        "Обращение в поддержку о нескольких картах",
        {"flow.html": ("{% if view.screen.notice %}", "{% if false %}")},
        "",
    ),
    "the way back to Gosuslugi is missing": (
        "После ответа Госуслуг открывается раздел «Мои карты»",
        {"flow.html": ("Вернуться на страницу Госуслуг", "")},
        "",
    ),
    "fields are no fields": (CARD, {"forms.html": ('<input type="{{ item.kind }}"', "<span")}, ""),
    "a field does not say how sure it is": (CARD, {"items.html": ('{{ texts("status." ~ field.status) }}', "")}, ""),
    "a field does not say where it is from": (CARD, {"items.html": ('{{ texts("source." ~ field.source) }}', "")}, ""),
    "what is folded cannot be opened": (CARD, {}, "summary { display: none }"),
}
SCENARIOS = sorted({scenario for scenario, _, _ in SPOILT.values()})


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What behave says of each of the scenarios, as the pages are spoilt for it; and as they are."""
    asked = {**SPOILT, **{scenario: (scenario, {}, "") for scenario in SCENARIOS}}
    done = subprocess.run(
        [sys.executable, str(SPOILING)],
        input=json.dumps([*asked.values()]),
        cwd=tmp_path_factory.mktemp("spoilt"),
        env={**os.environ, "PYTHONPATH": str(SPOILING.parents[1])},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(asked, json.loads(done.stdout), strict=True))


@needs_chromium
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_pages_are_read_as_people_read_them(scenario: str, said: dict[str, str]) -> None:
    assert "\n1 scenario passed, 0 failed" in said[scenario]


@needs_chromium
@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_page_is_seen(spoilt: str, said: dict[str, str]) -> None:
    told = said[spoilt]
    assert "\n0 scenarios passed, 1 failed" in told or "\n0 scenarios passed, 0 failed, 1 error" in told


def test_a_machine_without_chromium_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoChromium, match="apt-get install chromium"):
        chromium.__wrapped__()


@needs_chromium
def test_a_failure_leaves_a_picture(tmp_path: Path) -> None:
    spoilt = "from registratura.host.web import text; text.FILTERS['blocks'] = lambda text: []"
    program = f"import sys\n{spoilt}\nfrom behave.__main__ import main\nsys.exit(main(sys.argv[1:]))"
    loud = ("-f", "null", "--no-capture", "--no-capture-stderr", "--no-capture-hooks")
    run = [sys.executable, "-c", program, *loud, "-D", "driver=browser", "-n", CONSENT, str(FOLDER)]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    [picture] = tmp_path.glob("build/browser/*/1.png")
    assert str(picture.parent) in done.stderr
    assert "Согласие на обработку" in picture.with_suffix(".html").read_text("utf-8")

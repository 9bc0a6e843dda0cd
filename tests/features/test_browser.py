"""The driver in Chromium: without one it says what to install; on a spoilt page it fails and leaves a picture."""

import subprocess
import sys
from pathlib import Path

import pytest

from registratura.features.drivers.browser.chromium import MISSING, NoChromium, chromium, found
from registratura.features.spec.lint import FOLDER

needs_chromium = pytest.mark.skipif(found() is None, reason=MISSING)
SCENARIO = "Человек видит весь текст согласия и обе возможности"
HIDES_THE_CONSENT = "from registratura.host.web import text; text.FILTERS['blocks'] = lambda text: []"


def behave(folder: Path, spoilt: str = "") -> subprocess.CompletedProcess[str]:
    """One scenario in Chromium; `spoilt` is run before."""
    program = f"import sys\n{spoilt}\nfrom behave.__main__ import main\nsys.exit(main(sys.argv[1:]))"
    loud = ("-f", "null", "--no-capture", "--no-capture-stderr", "--no-capture-hooks")
    run = [sys.executable, "-c", program, *loud, "-D", "driver=browser", "-n", SCENARIO, str(FOLDER)]
    return subprocess.run(run, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


def test_a_machine_without_chromium_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoChromium, match="apt-get install chromium"):
        chromium.__wrapped__()


@needs_chromium
def test_a_page_is_read_as_people_read_it(tmp_path: Path) -> None:
    done = behave(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 scenario passed" in done.stdout
    assert list(tmp_path.iterdir()) == []


@needs_chromium
def test_a_page_that_hides_something_fails_and_leaves_a_picture(tmp_path: Path) -> None:
    done = behave(tmp_path, HIDES_THE_CONSENT)
    assert done.returncode == 1
    [picture] = tmp_path.glob("build/browser/*/1.png")
    assert str(picture.parent) in done.stderr
    assert "Согласие на обработку" in picture.with_suffix(".html").read_text("utf-8")

"""For tests of drafts: a feature file played by behave in a process of its own, as somebody who pastes it would."""

import subprocess
import sys
from pathlib import Path

from registratura.features.spec.ledger import Ledger, read
from registratura.features.spec.lint import FOLDER, features, offences_in

BEHAVE = "import sys; from behave.__main__ import main; sys.exit(main(sys.argv[1:]))"


def pasted(text: str, folder: Path) -> Ledger:
    """What it did, among the features' own steps; it keeps the rules for writing features."""
    assert offences_in({**features(), "99_drafts.feature": text}) == []
    for name in ("steps", "environment.py"):
        (folder / name).symlink_to(FOLDER / name)
    file, ledger = folder / "99_drafts.feature", folder / "ledger.json"
    file.write_text(text, encoding="utf-8")
    run = [sys.executable, "-P", "-c", BEHAVE, "-f", "null", "-D", f"ledger={ledger}", str(folder)]
    done = subprocess.run(run, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return read(ledger)

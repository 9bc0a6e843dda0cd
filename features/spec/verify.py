"""`registratura verify-host`: the features, played at a deployed host through its own driver, and the page of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from registratura.features.spec.command import FOLDER, must_be_installed
from registratura.features.spec.ledger import Ledger, Played
from registratura.host.terminal.console import complain, say
from registratura.host.terminal.failures import Complaint


def verify_host(driver: str, out: str, defined: Iterable[str]) -> int:
    """Play, write the page and beside it the ledger, sum up; 1 if something failed, or nothing could be played.

    Raises:
        Complaint: the driver, a setting or the place to write to will not do; nothing was played.
    """
    must_be_installed()
    from registratura.features.drivers.loading import DriverUnusable, chosen
    from registratura.features.spec.page import Given, write
    from registratura.features.spec.play import NotPlayed, play

    settings = {**_settings(defined), "driver": driver}
    if ":" not in driver:
        raise Complaint(
            f"{driver}: назовите свой драйвер, модуль:Класс. Наши драйверы играет behave -D driver={driver}."
        )
    try:
        chosen(settings)
        Path(out).parent.mkdir(parents=True, exist_ok=True)
        say("Выполняем сценарии через ваш драйвер…")
        run = play(FOLDER, settings)
    except (DriverUnusable, NotPlayed) as error:
        raise Complaint(str(error)) from None
    run.ledger.write(beside := Path(out).with_suffix(".json"))
    write(Given(*run), Path(out), FOLDER)
    _sum_up(run.ledger)
    say(f"Страница записана в {out}, журнал прогона — в {beside}.")
    passed = any(played.status == "passed" for played in run.ledger.scenarios)
    if not passed and not run.ledger.failed:
        complain("Ни один сценарий не выполнен: портал не проверен.")
    return 0 if passed and not run.ledger.failed else 1


def _settings(defined: Iterable[str]) -> Mapping[str, str]:
    pairs = [one.partition("=") for one in defined]
    for name, equals, value in pairs:
        if not name or not equals:
            raise Complaint(f"-D {name}{value}: напишите настройку так: -D имя=значение.")
        if name in ("driver", "ledger"):
            raise Complaint(f"-D {name}: это задают ключами --driver и --out.")
    return {name: value for name, _, value in pairs}


def _sum_up(ledger: Ledger) -> None:
    count = Counter(played.status for played in ledger.scenarios)
    say(
        f"Прошло сценариев: {count['passed']}. Не прошло: {count['failed']}. Не выполнялось: {count['skipped']}.",
        "bold",
    )
    for played in ledger.scenarios:
        if played.status == "failed":
            complain(f"✗ features/{played.feature}:{played.line} «{played.scenario}»: {_first_line(played)}")
    for why, number in Counter(p.why for p in ledger.scenarios if p.status == "skipped").most_common():
        say(f"  {number} не выполнялось: {why}", "dim")


def _first_line(played: Played) -> str:
    """What failed; of a traceback only its end, which says what happened."""
    lines = [line for line in played.why.splitlines() if line.strip()]
    return f"{lines[0]} … {lines[-1]}" if len(lines) > 1 else "".join(lines)

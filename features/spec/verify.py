"""`registratura verify-host`: the features, played at a deployed host through its own driver, and the page of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from registratura.features.spec.branches import ListUnreadable
from registratura.features.spec.command import FOLDER, must_be_a_page, must_be_installed
from registratura.features.spec.ledger import Ledger, LedgerUnreadable, Played, read
from registratura.features.spec.words import cited
from registratura.host.terminal.console import complain, say
from registratura.host.terminal.failures import Complaint


def verify_host(driver: str, out: str, defined: Iterable[str], seconds: int) -> int:
    """Play, write the page and beside it the ledger, sum up; 1 if something failed, or nothing could be played.

    Raises:
        Complaint: the driver, a setting or the place to write to will not do; nothing was played.
    """
    must_be_installed()
    from registratura.features.drivers.loading import DriverUnusable, chosen
    from registratura.features.spec.page import Given, write
    from registratura.features.spec.play import NotPlayed, play
    from registratura.features.spec.runner import TooLong, call_in, timed

    settings = {**_settings(defined), "driver": driver}
    if ":" not in driver:
        raise Complaint(
            f"{driver}: назовите свой драйвер, модуль:Класс. Наши драйверы играет behave -D driver={driver}."
        )
    beside = _beside(out, driver)
    try:
        with timed(seconds):
            call_in(seconds)
            chosen(settings)
        Path(out).parent.mkdir(parents=True, exist_ok=True)
        say("Выполняем сценарии через ваш драйвер…")
        run = play(FOLDER, settings, seconds)
    except (DriverUnusable, ListUnreadable, NotPlayed) as error:
        raise Complaint(str(error)) from None
    except TooLong:
        raise Complaint(f"{driver}: драйвер не начал работу за {seconds} с. Проверьте, отвечает ли портал.") from None
    except SystemExit:
        raise Complaint(f"{driver}: драйвер завершил программу (sys.exit). Уберите это и повторите.") from None
    run.ledger.write(beside)
    write(Given(*run), Path(out), FOLDER)
    _sum_up(run.ledger)
    say(f"Страница записана в {out}, журнал прогона — в {beside}.")
    passed = any(played.status == "passed" for played in run.ledger.scenarios)
    if not passed and not run.ledger.failed:
        complain("Ни один сценарий не выполнен: портал не проверен.")
    return 0 if passed and not run.ledger.failed else 1


def _beside(out: str, driver: str) -> Path:
    """Where the ledger goes. Raises Complaint, if the page or the ledger would take another file's place."""
    must_be_a_page(out)
    beside = Path(out).with_suffix(".json")
    if Path(out) == beside:
        raise Complaint(
            f"{out}: здесь будет журнал прогона. Странице дайте другое имя, {Path(out).with_suffix('.html')}."
        )
    if beside.exists():
        try:
            kept = read(beside, "Журнал прогона стёр бы этот файл. Назовите страницу иначе.").driver
        except LedgerUnreadable as error:
            raise Complaint(str(error)) from None
        if kept != driver:
            raise Complaint(
                f"{beside} — журнал другого драйвера, {kept}, и новый стёр бы его. Назовите страницу иначе."
            )
    return beside


def _settings(defined: Iterable[str]) -> Mapping[str, str]:
    pairs = [one.partition("=") for one in defined]
    for name, equals, value in pairs:
        if not name or not equals:
            raise Complaint(f"-D {name}{equals}{value}: напишите настройку так: -D имя=значение.")
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
            complain(f"✗ features/{played.feature}:{played.line} {cited(played.scenario)}: {_first_line(played)}")
    for why, number in Counter(p.why for p in ledger.scenarios if p.status == "skipped").most_common():
        say(f"  {number} не выполнялось: {why}", "dim")


def _first_line(played: Played) -> str:
    """What failed; of a traceback only its end, which says what happened."""
    lines = [line for line in played.why.splitlines() if line.strip()]
    first = lines[0].removesuffix("Traceback (most recent call last):").rstrip() if lines else ""
    return f"{first} … {lines[-1].strip()}" if len(lines) > 1 else first

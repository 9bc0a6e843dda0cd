"""The demonstration from its database to its summary."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from registratura.host.portal import Registratura, utc_now
from registratura.host.terminal.console import console
from registratura.host.terminal.demo.branches import DOCUMENTED, folded
from registratura.host.terminal.demo.report import Report
from registratura.host.terminal.demo.scenes.story import SCENES
from registratura.host.terminal.demo.stage import Actor, Clock, Stage, Unexpected
from registratura.host.terminal.failures import Complaint
from registratura.host.terminal.opening import World, keys_of, world
from registratura.host.terminal.rows import counted

PEOPLE = {"rita": "Маргарита", "pyotr": "Пётр", "olga": "Ольга", "ooo": "Организация"}
BETWEEN_SCENES = timedelta(minutes=10)
OTHERS = {"somebody": "Гость", "clinic": "Регистратура", "worker": "Портал", "gosuslugi": "Госуслуги"}


def play_demo(database: str | None, keys: str | None, pace: float | None) -> int:
    """Play it; gives 0 if everything was as the story says, else 1."""
    folder = None if database else Path(tempfile.mkdtemp(prefix="registratura-"))
    where = database or str(folder / "demo.db" if folder else "")
    clock = Clock(utc_now())
    try:
        with world(where, keys, clock) as made:
            _must_be_empty(made.portal)
            return _played(made, clock, pace, where, kept=keys_of(where, keys) if database else None)
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def _must_be_empty(portal: Registratura) -> None:
    if portal.engine.storage.flow_ids(limit=1):
        raise Complaint("В этой базе уже есть записи, а показу нужна пустая. Назовите другой файл.")


def _played(made: World, clock: Clock, pace: float | None, where: str, kept: str | None) -> int:
    people = {login: Actor(name, made.gosuslugi.citizens[login]) for login, name in PEOPLE.items()}
    people |= {key: Actor(name) for key, name in OTHERS.items()}
    with Report(console(), made.portal.engine.texts, pace) as report:
        report.note("Регистратура: регистрация на портале и прикрепление к клинике, от начала до конца.", "bold")
        ending = "останется" if kept else "в конце будет удалена"
        report.note(f"База: {where} ({ending}). Госуслуги и клиники учебные, люди придуманы.", "dim")
        stage = Stage(made, clock, report, people)
        try:
            for number, (title, scene) in enumerate(SCENES, 1):
                # Nobody does all of it in one minute, and Gosuslugi sends no two SMS in one.
                clock.turn(BETWEEN_SCENES)
                report.scene(number, len(SCENES), title)
                scene(stage)
        except Unexpected as surprise:
            report.note(str(surprise), "bold red")
            return 1
        code = _summed_up(stage)
    if kept:
        report.note(f"Посмотреть записанное: registratura flows list --database {where} --keys {kept}", "dim")
    return code


def _summed_up(stage: Stage) -> int:
    portal = stage.world.portal
    verdicts = [portal.verify(flow_id) for flow_id in portal.engine.storage.flow_ids(limit=10_000)]
    broken = [verdict for verdict in verdicts if not verdict.sound]
    delivered = sum(len(desk.delivered) for desk in stage.world.desks.values())
    missed = set(DOCUMENTED) - stage.walked
    extra = stage.walked - set(DOCUMENTED)
    rows = [
        ("Шагов", str(stage.steps)),
        (
            "Ветви из документов",
            f"{len(DOCUMENTED) - len(missed)} из {len(DOCUMENTED)}: {folded(stage.walked - extra)}",
        ),
        ("Другие ветви", f"{len(extra)}: {folded(extra)}"),
        ("Процессов", str(len(verdicts))),
        (
            "Записей в журнале",
            f"{sum(v.entries for v in verdicts)}, все проверены" if not broken else "есть повреждённые",
        ),
        (
            "Записей о согласиях",
            f"{sum(v.evidence for v in verdicts)}, цепочки целы" if not broken else "есть повреждённые",
        ),
        ("Документов передано", str(delivered)),
        ("Строк в базе", str(sum(counted(portal.engine.storage).values()))),
    ]
    stage.report.summary(rows)
    if missed:
        stage.report.note(f"Не пройдены ветви: {folded(missed)}.", "bold red")
    for verdict in broken:
        stage.report.note(f"Не сходится процесс {verdict.flow} {verdict.flow_id}.", "bold red")
    good = not missed and not broken and delivered > 0
    stage.report.note("Всё прошло как написано." if good else "Не всё прошло как написано.", "green" if good else "red")
    return 0 if good else 1

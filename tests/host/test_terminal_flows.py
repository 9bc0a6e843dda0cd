"""`registratura flows`: what a database holds, and whether somebody has touched it."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.terminal import Run

from registratura.flows.registration import AcceptConsent, ChooseRegion, Register, Registration
from registratura.host.terminal.opening import world

DATABASE = "portal.db"
SPOILED = {
    "log.transition": ("UPDATE registratura_log SET transition='x' WHERE seq=3", "журнал: запись 3 изменена"),
    "log.missing": ("DELETE FROM registratura_log WHERE seq=2", "журнал: запись 2 изменена"),
    "log.end": ("DELETE FROM registratura_log WHERE seq=4", "он кончается записью 3"),
    "log.empty": ("DELETE FROM registratura_log", "журнал: он пуст"),
    "flow": ("UPDATE registratura_flows SET data=replace(data, '74', '77')", "не складывается"),
    "flow.json": ("UPDATE registratura_flows SET data='{'", "повреждена и не читается"),
    "flow.state": ("UPDATE registratura_flows SET state='moon'", "сделана другой версией"),
    "evidence": ("UPDATE registratura_evidence SET entry=replace(entry, 'accepted', 'declined')", "согласия: запись 1"),
    "evidence.missing": ("DELETE FROM registratura_evidence", "согласия: они кончаются записью 0"),
    "evidence.signature": ("UPDATE registratura_evidence SET signature='x'", "согласия: подпись не подходит"),
}


@pytest.fixture
def flow_id(tmp_path: Path) -> str:
    """A registration up to Gosuslugi: four entries and a consent."""
    with world(str(tmp_path / DATABASE), None) as made:
        portal = made.portal
        flow = portal.start(Registration)
        portal.send(flow.id, ChooseRegion(region="74"))
        items = portal.send(flow.id, Register()).screen.items
        portal.send(flow.id, AcceptConsent(text_version=items["text_version"], text_sha256=items["text_sha256"]))
    return flow.id


def changed(tmp_path: Path, statement: str) -> None:
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection, connection:
        assert connection.execute(statement).rowcount > 0


def test_the_list_has_a_line_for_each(run: Run, flow_id: str) -> None:
    line, total = run("flows", "list", "--database", DATABASE).out.splitlines()
    assert line.split("\t")[:4] == [flow_id, "Регистрация на портале", "Авторизация через Госуслуги", "4"]
    assert total == "Всего: 1"


def test_one_is_shown_with_its_log_and_timers(run: Run, flow_id: str) -> None:
    shown = run("flows", "show", flow_id[-6:], "--database", DATABASE).out
    assert "Выбрать регион\tregion/choose_region/main_page\thost" in shown
    assert "согласий 1" in " ".join(shown.split())
    assert "Таймер expire:" in shown


def test_looking_changes_nothing(run: Run, flow_id: str, tmp_path: Path) -> None:
    def dump() -> list[str]:
        with closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
            return list(connection.iterdump())

    before = dump()
    for command in (("list",), ("show", flow_id), ("verify",)):
        assert run("flows", *command, "--database", DATABASE).code == 0
    assert dump() == before


@pytest.mark.parametrize("what", SPOILED)
def test_what_was_touched_is_found_and_named_in_russian(run: Run, flow_id: str, tmp_path: Path, what: str) -> None:
    statement, said = SPOILED[what]
    assert run("flows", "verify", "--database", DATABASE).code == 0
    changed(tmp_path, statement)
    for named in ((), (flow_id,)):
        found = run("flows", "verify", *named, "--database", DATABASE)
        assert found.code == 1
        assert said in " ".join(found.err.split())
        assert flow_id in found.err
        assert "записи не сходятся" not in found.err


def test_a_state_nobody_knows_is_still_listed(run: Run, flow_id: str, tmp_path: Path) -> None:
    changed(tmp_path, "UPDATE registratura_flows SET state='moon', flow='voyage'")
    assert "\tvoyage\tmoon\t" in run("flows", "list", "--database", DATABASE).out
    assert run("flows", "show", flow_id, "--database", DATABASE).code == 0


def test_due_carries_out_timers(run: Run, tmp_path: Path) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with world(str(tmp_path / DATABASE), None, lambda: yesterday) as made:
        made.portal.start(Registration)
    assert "Выбор региона" in run("flows", "list", "--database", DATABASE).out
    assert "Таймеров выполнено: 1." in run("due", "--database", DATABASE).out
    assert "Время регистрации истекло" in run("flows", "list", "--database", DATABASE).out
    assert "Таймеров выполнено: 0." in run("due", "--database", DATABASE).out


def test_checkpoints_are_signed_and_compared(run: Run, flow_id: str, tmp_path: Path) -> None:
    (tmp_path / "signed").mkdir()
    told = run("flows", "checkpoint", "signed", "--database", DATABASE)
    assert (told.code, "Контрольная точка 1" in told.out) == (0, True)
    assert run("flows", "verify", "--checkpoints", "signed", "--database", DATABASE).code == 0
    for table, name in (("flows", "id"), ("log", "flow_id"), ("timers", "flow_id"), ("evidence", "flow_id")):
        changed(tmp_path, f"DELETE FROM registratura_{table} WHERE {name}='{flow_id}'")
    assert run("flows", "verify", "--database", DATABASE).code == 0, "by itself nobody could tell"
    told = run("flows", "verify", "--checkpoints", "signed", "--database", DATABASE)
    assert (told.code, "процесса нет, а в контрольной точке он есть" in " ".join(told.err.split())) == (1, True)


def test_what_is_unsound_is_counted_also_where_a_checkpoint_differs(run: Run, flow_id: str, tmp_path: Path) -> None:
    (tmp_path / "signed").mkdir()
    run("flows", "checkpoint", "signed", "--database", DATABASE)
    changed(tmp_path, f"UPDATE registratura_log SET hash = 'another' WHERE flow_id='{flow_id}'")
    told = run("flows", "verify", "--checkpoints", "signed", "--database", DATABASE)
    said = " ".join(told.err.split())
    assert told.code == 1
    assert "Не сходится процессов: 1 из 1." in said
    assert "Разошлось с контрольными точками процессов: 1." in said


def test_a_checkpoint_that_was_changed_is_said_to_be(run: Run, flow_id: str, tmp_path: Path) -> None:
    (tmp_path / "signed").mkdir()
    run("flows", "checkpoint", "signed", "--database", DATABASE)
    file = tmp_path / "signed" / "000001.jsonl"
    file.write_text(file.read_text().replace(flow_id, flow_id[::-1]))
    told = run("flows", "verify", "--checkpoints", "signed", "--database", DATABASE)
    assert (told.code, "Контрольная точка 000001.jsonl не та" in told.err) == (1, True)

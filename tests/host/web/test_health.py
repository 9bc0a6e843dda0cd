"""/healthz and /readyz: what an orchestrator asks of a process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from support.web import Site

from registratura.storage.databases import Errors
from registratura.storage.tables import METADATA, SCHEMA_VERSION

META = "UPDATE registratura_meta SET value = '{}' WHERE name = '{}'"
SPOILED = {
    "schema_newer": META.format(SCHEMA_VERSION + 1, "schema_version"),
    "schema_torn": "DROP TABLE registratura_meta",
    "key_wrong": META.format("c1.other.00", "key_check"),
    "database_damaged": META.format("moon", "schema_version"),
}


@pytest.fixture
def kept(tmp_path: Path) -> Any:
    """A portal in a file."""
    site = Site(f"sqlite:///{tmp_path / 'portal.db'}", writes_per_minute=1)
    yield site
    site.portal.close()


def spoil(site: Site, statement: str) -> None:
    with site.portal.engine.storage.engine.begin() as connection:  # type: ignore[attr-defined]  # it is SqlStorage
        connection.execute(text(statement))


@pytest.mark.parametrize(("path", "status"), [("/healthz", "alive"), ("/readyz", "ready")])
def test_a_portal_that_works_is_alive_and_ready(site: Site, path: str, status: str) -> None:
    answer = site.http(follow=False).get(path)
    assert (answer.status_code, answer.json()) == (200, {"status": status})
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("table", [name for name in METADATA.tables if not name.endswith("meta")])
def test_a_table_that_is_missing_is_noticed(kept: Site, table: str) -> None:
    spoil(kept, f"DROP TABLE {table}")
    answer = kept.http().get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "schema_torn")


@pytest.mark.parametrize("code", SPOILED)
def test_a_database_that_does_not_fit_is_told_by_its_code_alone(kept: Site, code: str, tmp_path: Path) -> None:
    spoil(kept, SPOILED[code])
    answer = kept.http().get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert set(answer.json()) == {"type", "title", "status", "code"}
    assert str(tmp_path) not in answer.text
    assert kept.http().get("/healthz").status_code == 200


def test_whatever_a_storage_raises_the_answer_is_a_problem(kept: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("postgresql://user:secret@db")

    monkeypatch.setattr(Errors, "translated", broken)
    answer = kept.http().get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert "secret" not in answer.text


def test_probes_are_never_too_many_and_leave_no_session(kept: Site) -> None:
    answers = [kept.http().get(path).status_code for path in ("/healthz", "/readyz") * 5]
    assert set(answers) == {200}
    with kept.portal.engine.storage.engine.begin() as connection:  # type: ignore[attr-defined]  # it is SqlStorage
        assert connection.scalar(text("SELECT count(*) FROM registratura_web_sessions")) == 0


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_by_another_name_of_this_machine_is_answered_and_not_sent_elsewhere(path: str) -> None:
    http = Site(public_url="http://localhost:80").http(follow=False)
    by_number = {"Host": "127.0.0.1:80"}
    assert http.get("/signed-out", headers=by_number).status_code == 307
    assert http.get(path, headers=by_number).status_code == 200

"""A second version of the tables that no release has: by it the machinery of migrations is tried."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import Column, Index, MetaData, Text

from registratura.storage import TableNames
from registratura.storage.names import OUR_NAMES
from registratura.storage.tables import METADATA, renamed
from registratura.storage.upgrade import THIS, Release

HEAD = '''"""Version 2: planted by a test."""

import os
import signal

import sqlalchemy as sa
from alembic import op

from registratura.storage.migrations import never_back, step

revision = "registratura_2"
down_revision = "registratura_1"
branch_labels = None
depends_on = None
downgrade = never_back


def upgrade():
    step(2, change)


def change(names):
    colour = sa.Column("colour", sa.Text(), nullable=False, server_default="white")
    op.add_column(names.prefix + "flows", colour, schema=names.schema)
    op.create_index(names.prefix + "flows_colour", names.prefix + "flows", ["colour"], schema=names.schema)
'''
FAILS = '    op.execute("SELECT colour FROM nowhere")\n'
DIES = "    os.kill(os.getpid(), signal.SIGKILL)\n"


def second(folder: Path, more: str = "") -> Release:
    """A release with version 2, whose migration ends as `more` says."""
    shutil.copytree(THIS.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "v0002.py").write_text(HEAD + more, encoding="utf-8")
    tables: MetaData = renamed(METADATA, OUR_NAMES)
    flows = tables.tables["registratura_flows"]
    flows.append_column(Column("colour", Text, nullable=False, server_default="white"))
    Index("registratura_flows_colour", flows.c.colour)
    return Release(folder, tables, 2)


def colours(names: TableNames) -> str:
    """Asks for what the second version added."""
    name = names.of("registratura_flows")
    return f"SELECT colour FROM {f'{names.schema}.{name}' if names.schema else name}"

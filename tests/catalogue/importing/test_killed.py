"""A worker that is killed in the middle of an import: another one finishes it, nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue.importing.jobs import request_of
from matchmaker.catalogue.importing.services import agree, send_import, stage_import
from matchmaker.catalogue.models import Product
from matchmaker.catalogue.upkeep import CatalogueImport
from matchmaker.config import ROOT, Config
from matchmaker.database import get_db
from matchmaker.jobs import Jobs
from matchmaker.store import get_store
from tests.factories import make_cast

SCRIPT = Path(__file__).with_name("slow_import_worker.py")
ROWS = 1200


def start(config: Config, name: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"MATCHMAKER_DATA": str(config.data_dir), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, str(SCRIPT), name], env=environment, cwd=ROOT)


def until(happens, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happens():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


@pytest.fixture
def agreed(app: Flask) -> str:
    """The public id of an import that somebody agreed to, with many rows."""
    rows = "".join(f"K-{n},Coir mat,coir-handloom-mat,9,5\n" for n in range(ROWS))
    with app.app_context():
        db = get_db()
        cast = make_cast(db)
        content = f"SKU,Name,Kind of product,Price,MOQ\n{rows}".encode()
        row = send_import(db, cast.owner, get_store(), file_name="k.csv", content=content)
        stage_import(db, row, get_store(), lambda *_: None)
        agree(db, cast.owner, row)
        db.commit()
        wanted = request_of(row)
        Jobs(app.extensions["config"]).enqueue(wanted.name, wanted.job_id, wanted.payload)
        return row.public_id


def test_a_killed_import_is_written_once_by_the_next_worker(
    app: Flask, config: Config, agreed: str
) -> None:
    began = config.data_dir / "writing"
    first = start(config, "worker-1")
    try:
        until(began.exists)  # half of the rows are in the open transaction
        first.send_signal(signal.SIGKILL)
        first.wait()
        with app.app_context():
            assert get_db().scalar(select(func.count()).select_from(Product)) == 0
        (config.data_dir / "gate").touch()
        second = start(config, "worker-1")
        try:
            until(lambda: _state(app, agreed) == "applied")
        finally:
            second.kill()
            second.wait()
    finally:
        first.kill()
    with app.app_context():
        db = get_db()
        listed = select(func.count()).where(AuditEntry.action == "product.listed")
        assert db.scalar(select(func.count()).select_from(Product)) == ROWS
        assert db.scalar(listed) == ROWS


def _state(app: Flask, public_id: str) -> str | None:
    with app.app_context():
        asked = select(CatalogueImport.state).where(CatalogueImport.public_id == public_id)
        return get_db().scalar(asked)

"""The database deleted, replaced, shared: nobody is shown an empty site instead."""

import threading
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from matchmaker.database import get_db, make_engine
from matchmaker.orm import only_reading
from tests.factories import make_user


def test_a_missing_file_stays_missing(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/gone.sqlite")
    with pytest.raises(OperationalError), engine.connect():
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_file_deleted_under_a_running_site_is_noticed_and_so_is_its_return(
    tmp_path: Path, migrated_file: Path
) -> None:
    file = tmp_path / "a b#%.sqlite"
    file.write_bytes(migrated_file.read_bytes())
    engine = make_engine(f"sqlite:///{file}")
    count = text("SELECT count(*) FROM user_account")
    with engine.connect() as connection:
        assert connection.execute(count).scalar() == 0
    file.unlink()
    with pytest.raises(OperationalError), engine.connect():
        pass
    file.write_bytes(migrated_file.read_bytes())
    with engine.connect() as connection:
        assert connection.execute(count).scalar() == 0


def test_whoever_only_reads_never_waits_for_a_writer(sqlite_engine: Engine) -> None:
    with Session(sqlite_engine) as writer:
        make_user(writer)  # an open write transaction
        with only_reading(), Session(sqlite_engine) as reader:
            assert reader.execute(text("SELECT count(*) FROM user_account")).scalar() == 0
        writer.commit()


def test_savepoints_hold_on_both_databases(any_db: Session) -> None:
    make_user(any_db)
    with pytest.raises(ZeroDivisionError), any_db.begin_nested():
        make_user(any_db)
        raise ZeroDivisionError
    any_db.commit()
    assert any_db.execute(text("SELECT count(*) FROM user_account")).scalar() == 1


def test_the_end_of_a_request_starts_no_thread(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    start = threading.Thread.start

    def noted(thread: threading.Thread) -> None:
        started.append(thread.name)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", noted)
    with app.app_context():
        assert get_db().scalar(text("SELECT 1")) == 1
    assert started == []

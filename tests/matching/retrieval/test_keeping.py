"""Who writes the table of offers, when, and what is removed again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.changes import Change, note_changes
from matchmaker.accounts.models import ChangeEntry
from matchmaker.config import Config
from matchmaker.database import get_db
from matchmaker.errors import Unavailable
from matchmaker.jobs import Jobs
from matchmaker.matching.retrieval import jobs, services
from matchmaker.matching.retrieval.building import TableBuilder
from matchmaker.matching.retrieval.columns import OfferTable
from matchmaker.matching.retrieval.jobs import ask_if_due, write_table
from matchmaker.matching.retrieval.queries import changes_since, taken_now
from matchmaker.matching.retrieval.services import (
    rebuild_if_wanted,
    rebuild_offers,
    remove_leftovers,
    stock_of_offers,
    table_folder,
    table_wanted,
)
from matchmaker.orm import only_reading, utc_now
from matchmaker.processes import hold
from matchmaker.searching import Searching
from tests.factories import make_product
from tests.matching.small_trade import MAT
from tests.matching.stocked import TODAY, change, looked_for, titles


def test_an_older_state_never_replaces_a_newer_table(db: Session, search: Searching) -> None:
    make_product(db, title="Rubber mat a")
    db.commit()
    with only_reading(), Session(db.get_bind()) as slow:
        changes_since(slow, taken_now(slow, TODAY, utc_now()))  # from here on it sees this
        make_product(db, title="Rubber mat b")
        db.commit()
        rebuild_offers(db, search, utc_now().date())
        assert rebuild_if_wanted(slow, search, utc_now()) == 0
    assert OfferTable(table_folder(search)).count == 2


def test_a_question_that_waited_takes_the_table_that_another_made(
    db: Session, search: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_product(db, title="Rubber mat a")
    db.commit()
    real = services._turn

    @contextmanager
    def faster(*args: Any) -> Iterator[bool]:
        """Another process changes something and writes the table while this one waits."""
        monkeypatch.setattr(services, "_turn", real)
        make_product(db, title="Rubber mat b")
        db.commit()
        rebuild_offers(db, search, TODAY)
        with real(*args) as is_ours:
            yield is_ours

    monkeypatch.setattr(services, "_turn", faster)
    with only_reading(), Session(db.get_bind()) as slow:
        assert titles(looked_for(slow, search)) == {"Rubber mat a", "Rubber mat b"}
    assert OfferTable(table_folder(search)).folder.name == "1"


def test_a_question_that_began_before_the_table_was_made_takes_it_nevertheless(
    db: Session, search: Searching
) -> None:
    make_product(db, title="Rubber mat a")
    db.commit()
    with only_reading(), Session(db.get_bind()) as slow:
        changes_since(slow, taken_now(slow, TODAY, utc_now()))
        make_product(db, title="Rubber mat b")
        db.commit()
        rebuild_offers(db, search, TODAY)
        assert titles(looked_for(slow, search)) == {"Rubber mat a", "Rubber mat b"}
    assert OfferTable(table_folder(search)).folder.name == "1"


def test_without_any_table_nobody_waits_for_ever(
    db: Session, search: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "PATIENCE", 0.0)
    another_process = hold(table_folder(search) / "lock")
    assert another_process is not None
    with another_process, pytest.raises(Unavailable, match="try again in a minute"):
        stock_of_offers(db, search, TODAY)


def test_the_worker_waits_for_quiet_but_not_for_ever(
    db: Session, search: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "WORTH_A_TABLE", 2)
    now = utc_now()
    product = make_product(db, title="Rubber mat")
    db.flush()
    assert table_wanted(db, search, now) == "none"
    rebuild_offers(db, search, now.date())
    assert table_wanted(db, search, now) == ""
    for kind, number in (("product", product.id), ("firm", product.firm_id)):
        note_changes(db, [Change(kind, number, "saved")])
    last, first = db.scalars(select(ChangeEntry).order_by(ChangeEntry.id.desc()).limit(2))
    for ago_first, ago_last, is_due in ((30, 30, False), (61, 61, True), (16 * 60, 0, True)):
        first.at, last.at = (now - dt.timedelta(seconds=ago) for ago in (ago_first, ago_last))
        db.flush()
        assert bool(table_wanted(db, search, now)) is is_due


def test_a_few_changes_are_worth_no_table_and_a_night_is(db: Session, search: Searching) -> None:
    now = utc_now()
    product = make_product(db, title="Rubber mat")
    db.flush()
    rebuild_offers(db, search, now.date())
    note_changes(db, [Change("product", product.id, "saved")])
    at_night = dt.datetime.combine(now.date(), dt.time(23, 59), dt.UTC)
    assert table_wanted(db, search, at_night) == ""
    assert table_wanted(db, search, at_night + dt.timedelta(minutes=1))


class Run:
    """A job's run that keeps nothing but how far it was."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.told: list[tuple[int, int]] = []

    def step(self, _name: str, work: Callable[..., object], *args: object) -> object:
        return work(*args)

    def progress(self, done: int, total: int, note: str = "") -> None:
        self.told.append((done, total))


def test_the_worker_is_asked_once_and_writes_one_table(
    app: Flask, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "ENCODE_AT_ONCE", 1)
    with app.app_context():
        db, run = get_db(), Run(config)
        for n in range(2):
            make_product(db, title=f"Rubber mat {n}")
        make_product(db, title="A draft", state="draft")
        db.commit()
        now = utc_now()  # the same for both: the id holds the hour
        job_id = ask_if_due(config, now)
        assert ask_if_due(config, now) == job_id
        state = Jobs(config).state(job_id)
        assert state is not None and (state.name, state.status) == (jobs.WRITE, "waiting")
        assert Jobs(config).counts()["waiting"] == 1
        assert write_table(run, {}) == 2
        assert run.told == [(1, 2), (2, 2)]
        assert OfferTable(table_folder(Searching(config))).count == 2
        assert ask_if_due(config, utc_now()) == ""
        assert write_table(run, {}) == 0
        Jobs(config).close()


def test_private_prices_are_left_nowhere(db: Session, search: Searching) -> None:
    """Not with others on the machine, not after a kill, not long after a table was replaced."""
    product = make_product(db, title="Rubber mat", price_audience="verified")
    folder = table_folder(search)
    db.flush()
    for _ in range(2):
        rebuild_offers(db, search, TODAY)
    assert [each.stat().st_mode & 0o77 for each in (folder / "1", folder / "2")] == [0, 0]
    change(db, product, title="Rubber mat, thicker")
    looked_for(db, search)
    aside = folder.parent / "asked"
    assert (list(aside.iterdir()), aside.stat().st_mode & 0o77) == ([], 0)
    for killed in (aside / "offers-killed", folder / "3"):
        killed.mkdir()
    now = utc_now()
    remove_leftovers(search, now)
    assert left(folder) == {"1", "2"} and left(aside) == {"offers-killed"}
    remove_leftovers(search, now + dt.timedelta(minutes=11))
    assert left(folder) == {"2"} and left(aside) == set()


def left(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir() if each.is_dir()}


def test_a_table_for_which_there_is_no_room_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OSError, match="No space"), TableBuilder(tmp_path) as table:
        table._lines.close()
        table._lines = Path("/dev/full").open("wb")  # noqa: SIM115
        table.add(MAT)
    assert left(tmp_path) == set()
    with pytest.raises(KeyError), TableBuilder(tmp_path) as table:
        table._lines.close()
        table._lines = Path("/dev/full").open("wb")  # noqa: SIM115
        table.add(MAT)
        raise KeyError("what went wrong first is told")
    assert left(tmp_path) == set()

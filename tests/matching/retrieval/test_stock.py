"""What changed since the table was made counts at once; the worker makes the table anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.changes import Change, note_changes
from matchmaker.accounts.models import ChangeEntry
from matchmaker.catalogue.models import Firm, Product
from matchmaker.catalogue.services import change_product, facts_of, verify_firm
from matchmaker.config import Config
from matchmaker.database import get_db
from matchmaker.jobs import Jobs
from matchmaker.matching.problem import Requirement
from matchmaker.matching.retrieval import jobs, services
from matchmaker.matching.retrieval.columns import OfferTable
from matchmaker.matching.retrieval.jobs import ask_if_due, write_table
from matchmaker.matching.retrieval.services import (
    encoder_of,
    rebuild_offers,
    stock_of_offers,
    table_folder,
    table_wanted,
)
from matchmaker.matching.retrieval.stock import StockSearch, search_in
from matchmaker.measures import Quantity
from matchmaker.orm import utc_now
from matchmaker.processes import hold
from matchmaker.searching import Searching
from tests.factories import make_firm, make_product
from tests.matching.small_trade import WANTED, asked

TODAY = dt.date(2026, 11, 21)
MATS = replace(
    WANTED, text="Rubber mats", family="", attributes={}, hs_code="", buyer="", market="",
    quantity=Quantity(Decimal(500), "H87"),
)  # fmt: skip


@pytest.fixture
def search(tmp_path: Path) -> Searching:
    """Without a model: words decide."""
    return Searching(Config.from_env({}, data_dir=tmp_path / "bare"))


def looked_for(db: Session, search: Searching, requirement: Requirement = MATS) -> StockSearch:
    db.flush()
    stock = stock_of_offers(db, search, TODAY)
    encoder = encoder_of(search)
    vector = encoder.encode_query(requirement.text) if encoder else None
    return search_in(stock, asked(requirement), requirement.text, vector)


def titles(found: StockSearch) -> set[str]:
    return {each.offer.title for each in found.best().ranked}


def change(db: Session, product: Product, **facts: Any) -> None:
    """Whoever makes a table lets go of what the session held: it is read again."""
    kept = db.get_one(Product, product.id)
    change_product(db, SYSTEM, kept, replace(facts_of(kept), **facts))


def test_what_was_saved_since_counts_without_a_new_table(db: Session, search: Searching) -> None:
    kept, dearer, gone = (make_product(db, title=f"Rubber mat {n}") for n in "abc")
    first = looked_for(db, search)
    assert titles(first) == {"Rubber mat a", "Rubber mat b", "Rubber mat c"}
    change(db, dearer, title="Rubber mat b, dearer", tiers=((Decimal(100), Decimal(990)),))
    change(db, gone, state="draft")
    make_product(db, title="Rubber mat d")
    second = looked_for(db, search)
    assert second.stock.table.folder == first.stock.table.folder
    assert titles(second) == {"Rubber mat a", "Rubber mat b, dearer", "Rubber mat d"}
    found = second.best()
    assert (found.offers, found.left_out, found.as_of) == (3, 0, None)
    told = {each.offer.id: each.offer for each in found.ranked}
    assert [each.price for each in told[dearer.public_id].tiers] == [990]
    assert {each.offer.id for each in second.fitting().judged} == set(told)
    assert kept.public_id in told


def test_the_answer_is_that_of_a_new_table(db: Session, config: Config) -> None:
    search = Searching(config)
    for n in range(6):
        make_product(db, title=f"Rubber mat {n}", description="Black mats, anti-slip " * n)
    looked_for(db, search)
    for n in range(3):
        make_product(db, title=f"Door mat of rubber {n}", description="Grey " * n)
    found = looked_for(db, search)
    before = found.best()
    rebuild_offers(db, search, TODAY)
    after = looked_for(db, search).best()
    assert [each.cosines is None for each in found.near] == [False, False]
    assert before.offers == after.offers == 9
    assert [each.offer for each in before.ranked] == [each.offer for each in after.ranked]
    near = [abs(a.total - b.total) for a, b in zip(before.ranked, after.ranked, strict=True)]
    assert max(near) < 0.05  # how rare words are is told by the old table


def test_a_firm_that_counts_otherwise_changes_all_its_offers(
    db: Session, search: Searching
) -> None:
    firm = make_firm(db)
    for n in range(2):
        make_product(db, firm=firm, title=f"Rubber mat {n}")
    other = make_product(db, title="Rubber mat of another firm")
    strict = replace(MATS, needs_verified=True)
    assert titles(looked_for(db, search, strict)) == set()
    firm = db.get_one(Firm, firm.id)
    verify_firm(db, SYSTEM, firm, TODAY, "Registers compared.")
    found = looked_for(db, search, strict)
    assert found.stock.changed is not None and found.stock.changed.count == 2
    assert {each.offer.maker.id for each in found.best().ranked} == {firm.public_id}
    firm.verification = "suspended"
    note_changes(db, [Change("firm", firm.id, "saved")])
    assert [each.offer.id for each in looked_for(db, search).best().ranked] == [other.public_id]


def test_a_saved_product_does_not_change_the_firm_s_others(db: Session, search: Searching) -> None:
    firm = make_firm(db)
    first, _ = (make_product(db, firm=firm, title=f"Rubber mat {n}") for n in range(2))
    looked_for(db, search)
    change(db, first, title="Rubber mat, thicker")
    stock = looked_for(db, search).stock
    assert (stock.gone.tolist(), stock.changed and stock.changed.count) == ([0], 1)


def test_the_table_of_yesterday_serves_but_none_of_a_later_month(
    db: Session, search: Searching
) -> None:
    make_product(db, title="Rubber mat")
    db.flush()
    folder = stock_of_offers(db, search, TODAY).table.folder
    for later in (1, 40):
        day = TODAY + dt.timedelta(days=later)
        assert stock_of_offers(db, search, day).table.folder == folder
    assert stock_of_offers(db, search, TODAY - dt.timedelta(days=25)).table.folder != folder


def test_where_much_changed_a_new_table_is_made_first_by_one_process_only(
    db: Session, search: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_CHANGED", 1)
    first = make_product(db, title="Rubber mat a")
    old = looked_for(db, search).stock
    make_product(db, title="Rubber mat b")
    change(db, first, state="draft")
    another_process = hold(table_folder(search) / "lock")
    assert another_process is not None
    with another_process:
        meanwhile = looked_for(db, search)
    found = meanwhile.best()
    assert old.taken is not None
    assert (found.ranked, found.left_out, found.as_of) == ((), 1, old.taken.at)
    assert titles(looked_for(db, search)) == {"Rubber mat b"}
    assert looked_for(db, search).stock.table.folder != old.table.folder


def test_a_change_that_was_committed_late_is_not_overlooked(db: Session, search: Searching) -> None:
    product = make_product(db, title="Rubber mat")
    make_product(db, title="Rubber ring")
    looked_for(db, search)
    late = ChangeEntry(id=-1, subject_kind="product", subject_id=product.id, action="saved")
    db.get_one(Product, product.id).state = "draft"
    db.add(late)
    assert titles(looked_for(db, search)) == {"Rubber ring"}


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
    """A job's run that forgets."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def step(self, _name: str, work: Callable[..., object], *args: object) -> object:
        return work(*args)

    def progress(self, done: int, total: int, note: str = "") -> None:
        pass


def test_the_worker_is_asked_once_and_writes_one_table(app: Flask, config: Config) -> None:
    with app.app_context():
        db = get_db()
        make_product(db, title="Rubber mat")
        db.commit()
        job_id = ask_if_due(config)
        assert ask_if_due(config) == job_id
        state = Jobs(config).state(job_id)
        assert state is not None and (state.name, state.status) == (jobs.WRITE, "waiting")
        assert Jobs(config).counts()["waiting"] == 1
        assert write_table(Run(config), {}) == 1
        assert OfferTable(table_folder(Searching(config))).count == 1
        assert ask_if_due(config) == ""
        assert write_table(Run(config), {}) == 0
        Jobs(config).close()

"""What the change log tells since a table was made."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.changes import BY_DATE, Change, note_changes
from matchmaker.accounts.models import ChangeEntry
from matchmaker.catalogue.freshness import STALE_AFTER
from matchmaker.catalogue.models import Product
from matchmaker.matching.retrieval import queries
from matchmaker.matching.retrieval.columns import OfferTable
from matchmaker.matching.retrieval.queries import Changes, changes_since, taken_now
from matchmaker.matching.retrieval.services import (
    rebuild_offers,
    table_folder,
    table_wanted,
)
from matchmaker.orm import utc_now
from matchmaker.searching import Searching
from matchmaker.storefront.daily import changed_by_date
from seed.load import remove_demonstration
from tests.factories import (
    make_firm,
    make_organisation,
    make_product,
)
from tests.matching.stocked import TODAY, looked_for, titles


def test_a_change_that_was_committed_late_is_not_overlooked(db: Session, search: Searching) -> None:
    product = make_product(db, title="Rubber mat")
    number = 1 + (db.scalar(select(func.max(ChangeEntry.id))) or 0)
    later = ChangeEntry(id=number + 1, subject_kind="firm", subject_id=0, action="saved")
    db.add(later)
    make_product(db, title="Rubber ring")
    before = looked_for(db, search).stock.table.folder
    late = ChangeEntry(id=number, subject_kind="product", subject_id=product.id, action="saved")
    db.get_one(Product, product.id).state = "draft"
    db.add(late)
    found = looked_for(db, search)
    assert titles(found) == {"Rubber ring"}
    assert found.stock.table.folder == before


def test_many_gaps_among_the_numbers_are_kept_as_one(
    any_db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = any_db
    for number in (3, 4, 7, 9):
        db.add(ChangeEntry(id=number, subject_kind="firm", subject_id=0, action="saved"))
    db.flush()
    assert taken_now(db, TODAY, utc_now()).missing == ((1, 2), (5, 6), (8, 8))
    monkeypatch.setattr(queries, "MOST_GAPS", 2)
    assert taken_now(db, TODAY, utc_now()).missing == ((1, 8),)


def test_the_table_of_another_database_is_not_taken_for_this_one_s(
    db: Session, search: Searching
) -> None:
    make_product(db, title="Rubber mat")
    taken = looked_for(db, search).stock.taken
    assert taken is not None and changes_since(db, taken) == Changes()
    fewer = replace(taken, last=taken.last + 1)  # an older backup was restored
    otherwise = replace(taken, last_at=taken.at - dt.timedelta(days=1))  # and went on from there
    assert (changes_since(db, fewer), changes_since(db, otherwise)) == (None, None)
    db.commit()
    rebuild_offers(db, search, TODAY)
    foreign = table_folder(search) / OfferTable(table_folder(search)).folder.name / "table.json"
    told = json.loads(foreign.read_text())
    foreign.write_text(json.dumps({**told, "state": otherwise.written()}))
    assert looked_for(db, search).stock.table.folder != foreign.parent


def test_what_was_deleted_is_gone_from_the_table(db: Session, search: Searching) -> None:
    made_up = make_firm(db, organisation=make_organisation(db, is_demo=True))
    make_product(db, firm=made_up, title="Rubber mat, made up")
    make_product(db, title="Rubber mat")
    assert titles(looked_for(db, search)) == {"Rubber mat", "Rubber mat, made up"}
    assert remove_demonstration(db) == 1
    found = looked_for(db, search)
    assert (titles(found), found.best().offers) == ({"Rubber mat"}, 1)
    assert table_wanted(db, search, utc_now())


def test_a_day_that_passed_changes_no_row(db: Session, search: Searching) -> None:
    old = TODAY - STALE_AFTER - dt.timedelta(days=2)
    product = make_product(db, title="Rubber mat", price_confirmed_on=old)
    stock = looked_for(db, search).stock
    changes = changed_by_date(db, TODAY)
    assert Change("product", product.id, BY_DATE) in changes
    note_changes(db, changes)
    after = looked_for(db, search).stock
    assert (after.gone.tolist(), after.changed) == ([], None)
    rebuild_offers(db, search, TODAY + dt.timedelta(days=1))
    assert looked_for(db, search).stock.table.offers([0]) == stock.table.offers([0])

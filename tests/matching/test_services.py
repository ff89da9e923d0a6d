"""The doors of the library refuse what the command line refuses, before anything is searched."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.errors import BadInput
from matchmaker.matching.one_pair import judge
from matchmaker.matching.problem import Closeness, Offer, Requirement
from matchmaker.matching.retrieval.columns import OfferTable
from matchmaker.matching.retrieval.services import rebuild_offers, table_folder
from matchmaker.matching.scoring.weighing import profiles
from matchmaker.matching.services import match, match_among
from matchmaker.orm import only_reading
from matchmaker.searching import Searching
from tests.certification.test_services import make_scheme
from tests.factories import make_product
from tests.matching.small_trade import BOOK, MAT, NEAR, RATES, TODAY, WANTED

LATE = replace(WANTED, ship_from=dt.date(2020, 1, 1), ship_by=dt.date(2020, 2, 1))
UNKNOWN = replace(WANTED, nice=("ISO_9999",))
FREE_OF_CHARGE = replace(MAT, moq=Decimal(-1))


@pytest.fixture
def search(tmp_path: Path) -> Searching:
    return Searching(Config.from_env({}, data_dir=tmp_path / "bare"))


@pytest.mark.parametrize(("asked", "field"), [(LATE, "ship_by"), (UNKNOWN, "nice[0]")])
def test_a_requirement_that_nobody_could_fulfil_finds_no_offer(
    db: Session, search: Searching, asked: Requirement, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        match(db, search, asked, today=TODAY)
    assert refused.value.field == field
    assert not table_folder(search).exists()


def test_a_question_that_makes_the_table_anew_still_knows_the_rules(
    db: Session, search: Searching
) -> None:
    make_product(db, title="Rubber mat")
    make_scheme(db, code="ISO22000", lead_days_min=5, lead_days_max=9)
    db.commit()
    rebuild_offers(db, search, TODAY)
    state = table_folder(search) / OfferTable(table_folder(search)).folder.name / "table.json"
    state.write_text(json.dumps({**json.loads(state.read_text()), "state": "of other days"}))
    wanted = replace(WANTED, musts=("ISO22000",))
    with only_reading(), Session(db.get_bind()) as reader:
        found = match(reader, search, wanted, today=TODAY).best()
    assert [each.offer.title for each in found.ranked] == ["Rubber mat"]


@pytest.mark.parametrize(
    ("asked", "offers", "field"),
    [
        (LATE, [MAT], "ship_by"),
        (WANTED, [MAT, replace(FREE_OF_CHARGE, id="mat-2")], "offers[1].moq"),
        (WANTED, [MAT, MAT], "offers[1].id"),
    ],
)
def test_offers_that_cannot_be_are_not_written_into_a_table(
    search: Searching, tmp_path: Path, asked: Requirement, offers: list[Offer], field: str
) -> None:
    folder = tmp_path / "table"
    with pytest.raises(BadInput) as refused:
        match_among(offers, folder, search, asked, today=TODAY, book=BOOK)
    assert refused.value.field == field
    assert not folder.exists()


@pytest.mark.parametrize(
    ("asked", "offer", "near", "field"),
    [
        (LATE, MAT, NEAR, "ship_by"),
        (WANTED, FREE_OF_CHARGE, NEAR, "offer.moq"),
        (WANTED, MAT, Closeness(cosine=2.0), "cosine"),
    ],
)
def test_one_pair_is_looked_through_before_it_is_judged(
    asked: Requirement, offer: Offer, near: Closeness, field: str
) -> None:
    weights = profiles()["default"]
    with pytest.raises(BadInput) as refused:
        judge(asked, offer, near, today=TODAY, weights=weights, book=BOOK, rates=RATES)
    assert refused.value.field == field

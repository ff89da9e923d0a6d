"""Offers come back from their table as they went in, and only what may be seen of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matchmaker.errors import BadInput, Unavailable
from matchmaker.matching.problem import Closeness, FreeMonth, Offer, Tier
from matchmaker.matching.retrieval.building import TableBuilder
from matchmaker.matching.retrieval.columns import NAMES, OfferTable
from matchmaker.matching.retrieval.nearness import nearness
from tests.matching.drawn import offers
from tests.matching.small_trade import MAT


def build_table(folder: Path, offers: Iterable[Offer]) -> int:
    """The table of some offers without vectors; how many they are."""
    with TableBuilder(folder) as table:
        for offer in offers:
            table.add(offer)
    return table.count


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(0, 10**6), max_size=4, unique=True).flatmap(
    lambda numbers: st.tuples(*(offers(number) for number in numbers))))  # fmt: skip
def test_offers_come_back_as_they_went_in(tmp_path: Path, some: tuple[Offer, ...]) -> None:
    assert build_table(tmp_path, some) == len(some)
    table = OfferTable(tmp_path)
    assert tuple(table.offers(range(table.count))) == some


def test_hidden_prices_are_for_verified_buyers_alone(tmp_path: Path) -> None:
    build_table(tmp_path, [MAT, replace(MAT, id="mat-2", price_audience="verified")])
    hidden = replace(MAT, id="mat-2", price_audience="verified", tiers=(), price_confirmed_on=None)
    assert OfferTable(tmp_path).offers([0, 1]) == [MAT, hidden]
    assert OfferTable(tmp_path, "verified").offers([1])[0].tiers == MAT.tiers


def test_an_open_table_is_read_on_while_a_new_one_takes_its_place(tmp_path: Path) -> None:
    build_table(tmp_path, [MAT])
    opened = OfferTable(tmp_path)
    build_table(tmp_path, [replace(MAT, id="mat-2")])
    assert opened.offers([0]) == [MAT]
    assert [each.id for each in OfferTable(tmp_path).offers([0])] == ["mat-2"]
    for number in range(3):
        build_table(tmp_path, [replace(MAT, id=f"mat-{number}")])
    assert len([each for each in tmp_path.iterdir() if each.is_dir()]) == 2


def test_what_was_begun_and_failed_changes_nothing(tmp_path: Path) -> None:
    build_table(tmp_path, [MAT])
    with pytest.raises(BadInput) as refused:
        build_table(tmp_path, [MAT, replace(MAT, title="The same id")])
    assert refused.value.field == "$.offers[1].id"
    far = replace(MAT, free=(*MAT.free, FreeMonth(dt.date(2199, 1, 1), Decimal(1))))
    with pytest.raises(BadInput, match="within 60 months"):
        build_table(tmp_path, [far])
    assert OfferTable(tmp_path).offers([0]) == [MAT]
    assert len([each for each in tmp_path.iterdir() if each.is_dir()]) == 1


def test_a_missing_or_torn_table_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="matchmaker match --rebuild"):
        OfferTable(tmp_path / "nowhere")
    build_table(tmp_path, [MAT])
    (OfferTable(tmp_path).folder / NAMES).write_text("{}")
    with pytest.raises(Unavailable, match="matchmaker match --rebuild"):
        OfferTable(tmp_path)


def test_words_find_singular_and_plural_and_the_trade_s_own(tmp_path: Path) -> None:
    with TableBuilder(tmp_path) as table:
        table.add(MAT)
        table.add(replace(MAT, id="w-1", title="Cashew kernels", text="W320, white", attributes={}),
                  words="kaju")  # fmt: skip
    near = nearness(OfferTable(tmp_path), "coir mats")
    assert near.of(0) == Closeness(cosine=None, words=1.0)
    assert near.of(1) == Closeness(cosine=None, words=0.0)
    assert nearness(OfferTable(tmp_path), "Kaju").of(1).words == 1.0
    assert nearness(OfferTable(tmp_path), "tractor").words is None


def test_the_best_of_a_poor_choice_is_no_match_by_its_words(tmp_path: Path) -> None:
    build_table(tmp_path, [MAT])
    table = OfferTable(tmp_path)
    assert nearness(table, "Handloom coir mat, creel weave").of(0).words == 1.0
    poor = nearness(table, "Centrifugal pump, stainless steel impeller, on a mat").of(0).words
    assert poor is not None and poor < 0.5


@pytest.mark.parametrize("copies", [1, 2, 3, 6, 40])
def test_copies_of_all_offers_of_a_list_change_no_share(tmp_path: Path, copies: int) -> None:
    bag = replace(MAT, id="bag", title="Jute bag", text="Jute bag printed", attributes={})
    plain = replace(bag, id="plain", text="Jute shopping bag, natural")
    of_a_kind = [replace(each, id=f"{each.id}-{n}") for n in range(copies) for each in (bag, plain)]
    build_table(tmp_path, of_a_kind)
    near = nearness(OfferTable(tmp_path), "jute shopping bags with printed logo, laminated inside")
    assert near.of(0).words == 1.0
    assert near.of(1).words == pytest.approx(0.974, abs=0.001)


@pytest.mark.parametrize("copies", [1, 6])
def test_a_list_of_one_product_matches_by_its_words(tmp_path: Path, copies: int) -> None:
    build_table(tmp_path, [replace(MAT, id=f"mat-{n}") for n in range(copies)])
    near = nearness(OfferTable(tmp_path), "Coir mats with printed logo, laminated, natural")
    assert near.of(0).words == pytest.approx(0.768, abs=0.001)
    other = nearness(OfferTable(tmp_path), "Centrifugal pump, steel impeller, flanged, on a mat")
    assert (other.of(0).words or 0) < 0.5


def test_an_offer_without_a_vector_has_no_cosine(tmp_path: Path) -> None:
    first = np.zeros(8, np.float32)
    first[0] = 1.0
    with TableBuilder(tmp_path, model_id="m") as table:
        table.add(MAT, first)
        table.add(replace(MAT, id="mat-2"))
    near = nearness(OfferTable(tmp_path), "mat", first)
    assert near.of(0).cosine == pytest.approx(1.0)
    assert near.of(1).cosine is None


def test_more_price_steps_than_columns_hold_are_never_dearer_there(tmp_path: Path) -> None:
    steps = tuple(Tier(Decimal(10 * n), Decimal(100 - n)) for n in range(1, 8))
    build_table(tmp_path, [replace(MAT, tiers=steps)])
    table = OfferTable(tmp_path)
    assert table.column("tier_price")[0].tolist() == [99.0, 98.0, 97.0, 93.0]
    assert table.offers([0])[0].tiers == steps

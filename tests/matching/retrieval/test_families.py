"""What words speak of: a clear majority of the nearest offers names a product family, or none."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matchmaker.matching.problem import Offer, Spoken
from matchmaker.matching.retrieval.building import TableBuilder
from matchmaker.matching.retrieval.columns import OfferTable
from matchmaker.matching.retrieval.families import NEAREST, shares_of_families
from matchmaker.matching.retrieval.nearness import nearness, nearness_among
from tests.matching.small_trade import MAT

KINDS = ("coir mat", "jute bag", "cashew kernel", "brass lamp", "wall tile", "leather boot",
         "cotton towel", "wooden table")  # fmt: skip


def offers_of(kinds: Sequence[str], of_each: int = 4) -> list[Offer]:
    return [
        replace(MAT, id=f"{kind}-{n}", title=kind, text=f"A {kind}, number {n}", attributes={},
                family=kind.replace(" ", "-"))
        for kind in kinds for n in range(of_each)
    ]  # fmt: skip


def spoken_in(folder: Path, offers: Sequence[Offer], text: str) -> Spoken | None:
    return nearness(table_of(folder, offers), text).spoken


def table_of(folder: Path, offers: Sequence[Offer], like: OfferTable | None = None) -> OfferTable:
    with TableBuilder(folder, like=like.keywords if like else None) as table:
        for each in offers:
            table.add(each)
    return OfferTable(folder)


def test_words_speak_of_the_family_of_the_nearest_offers(tmp_path: Path) -> None:
    found = spoken_in(tmp_path, offers_of(KINDS), "Brass lamps for our shops, please")
    assert found is not None
    assert found.family == "brass-lamp"
    assert found.share > 0.9


@pytest.mark.parametrize(
    "text",
    ["brass lamps and coir mats", "Ventilators for a clinic", "A number of goods", "?"],
    ids=["two at once", "nothing here", "all alike", "no word"],
)
def test_where_no_family_has_a_majority_none_is_named(tmp_path: Path, text: str) -> None:
    assert spoken_in(tmp_path, offers_of(KINDS), text) is None


def test_a_few_offers_or_families_tell_what_is_there_not_what_was_meant(tmp_path: Path) -> None:
    assert spoken_in(tmp_path, offers_of(KINDS, of_each=3), "brass lamps") is None
    assert spoken_in(tmp_path, offers_of(KINDS[:7], of_each=9), "brass lamps") is None


def test_offers_that_name_no_family_speak_for_none(tmp_path: Path) -> None:
    nameless = [replace(each, family="") if "lamp" in each.title else each
                for each in offers_of(KINDS)]  # fmt: skip
    assert spoken_in(tmp_path, nameless, "brass lamps") is None


def test_one_offer_in_the_wrong_family_decides_nothing(tmp_path: Path) -> None:
    offers = offers_of(KINDS)
    stray = replace(offers[0], id="stray", title="brass lamp", text="A brass lamp")
    found = spoken_in(tmp_path, [*offers, stray], "brass lamps")
    assert found is not None and found.family == "brass-lamp"


@pytest.mark.parametrize("terms", ["packed in cartons", "in bags. FOB Cochin, 20 ft container"])
def test_packing_and_terms_have_no_vote(tmp_path: Path, terms: str) -> None:
    packed = [replace(each, text=f"{each.text}, packed in cartons or bags, FOB Cochin, 20 ft")
              if "cashew" in each.title else each for each in offers_of(KINDS)]  # fmt: skip
    table = table_of(tmp_path, packed)
    assert nearness(table, f"Ventilators {terms}").spoken is None
    lamps = nearness(table, f"Brass lamps {terms}")
    assert lamps.spoken == nearness(table, "Brass lamps").spoken is not None
    assert lamps.words is not None and lamps.words[8] > 0.1  # cashew kernels still hold the words


def test_a_family_of_many_speaks_no_louder_than_one_of_few(tmp_path: Path) -> None:
    few = spoken_in(tmp_path, offers_of(KINDS), "brass lamps")
    many = spoken_in(tmp_path, [*offers_of(KINDS), *(
        replace(each, id=f"more-{each.id}") for each in offers_of(["coir mat"], of_each=200)
    )], "brass lamps")  # fmt: skip
    assert few is not None and many is not None
    assert many.share == pytest.approx(few.share, abs=0.01)


def test_what_changed_speaks_from_a_table_of_its_own_and_what_is_gone_not_at_all(
    tmp_path: Path,
) -> None:
    offers = offers_of(KINDS)
    lamps = [row for row, each in enumerate(offers) if each.family == "brass-lamp"]
    table = table_of(tmp_path / "all", offers)
    changed = table_of(tmp_path / "changed", [offers[row] for row in lamps], like=table)
    gone = np.array(lamps, np.int64)
    both = nearness_among((table, changed), "brass lamps", gone=gone)
    whole = nearness(table, "brass lamps").spoken
    assert both[0].spoken == both[1].spoken
    assert both[0].spoken is not None and whole is not None
    assert both[0].spoken.family == whole.family
    assert both[0].spoken.share == pytest.approx(whole.share)
    assert nearness_among((table,), "brass lamps", gone=gone)[0].spoken is None


tables = st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1)), min_size=1, max_size=40)


@settings(deadline=None, max_examples=80)
@given(tables, st.randoms(use_true_random=False))
def test_shares_are_a_part_of_one_whatever_the_order_of_offers(
    some: list[tuple[int, float]], chance: random.Random
) -> None:
    shares = shares_in(some)
    assert (shares >= 0).all() and shares.sum() < 1
    chance.shuffle(some)
    assert shares_in(some) == pytest.approx(shares)


@settings(deadline=None, max_examples=80)
@given(tables, st.integers(0, 39), st.floats(0, 1))
@example(some=[(0, 0.6), (0, 0.6), (0, 0.7)], place=2, more=1.0)
def test_an_offer_that_comes_nearer_never_takes_from_its_family(
    some: list[tuple[int, float]], place: int, more: float
) -> None:
    family, words = some[place % len(some)]
    before = shares_in(some)[family]
    some[place % len(some)] = (family, max(words, more))
    assert shares_in(some)[family] >= before - 1e-12


@settings(deadline=None, max_examples=80)
@given(tables, st.floats(0, 1))
def test_what_is_farther_than_the_three_nearest_of_its_family_says_nothing(
    some: list[tuple[int, float]], words: float
) -> None:
    whole = [*some, *((family, 1.0) for family in range(6) for _ in range(NEAREST))]
    assert shares_in([*whole, (3, words)]) == pytest.approx(shares_in(whole))


def shares_in(some: Sequence[tuple[int, float]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    families = np.array([family for family, _ in some], np.int32)
    return shares_of_families(families, 6, np.array([words for _, words in some]))

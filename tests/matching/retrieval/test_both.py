"""Two tables answer as one that holds both: also why some offers are not on the list."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from matchmaker.matching.problem import Offer
from matchmaker.matching.retrieval.best import EXCLUDED_SHOWN
from matchmaker.matching.retrieval.building import TableBuilder
from matchmaker.matching.retrieval.columns import OfferTable
from matchmaker.matching.retrieval.stock import Stock, search_in
from tests.matching.small_trade import BOOK, MAT, WANTED, asked

TOP = 2
STRICT = replace(WANTED, needs_verified=True)
WRONG = {"length_cm": 99, "width_cm": 99, "weave": "rod"}


def a_mat(name: str, *, wrong: int = 0, is_verified: bool = True) -> Offer:
    """Of its three attributes so many are not as asked."""
    maker = replace(MAT.maker, id=f"firm-{name}", is_verified=is_verified)
    attributes = {**MAT.attributes, **dict(list(WRONG.items())[:wrong])}
    return replace(MAT, id=name, maker=maker, attributes=attributes)


def strangers(*names: str) -> list[Offer]:
    """Kept out for want of verification; the later the name, the worse it fits."""
    return [a_mat(name, wrong="abcd".index(name[0]), is_verified=False) for name in names]


def table_of(folder: Path, offers: list[Offer], like: OfferTable | None = None) -> OfferTable:
    words = like.keywords if like else None
    with TableBuilder(folder, conditions=BOOK.conditions, like=words) as table:
        for each in offers:
            table.add(each)
    return OfferTable(folder)


def kept_out(stock: Stock, top: int = TOP) -> list[str]:
    found = search_in(stock, asked(STRICT), STRICT.text).best(top)
    return [each.offer.id for each in found.excluded]


def in_both(folder: Path, large: list[Offer], small: list[Offer]) -> Stock:
    table = table_of(folder / "large", large)
    return Stock(table, changed=table_of(folder / "small", small, table))


def test_of_both_tables_the_most_promising_of_the_kept_out_are_told(tmp_path: Path) -> None:
    large, small = strangers("b1", "c1", "c2", "d1", "d2"), strangers("a1", "c3")
    found = kept_out(in_both(tmp_path, large, small))
    assert found == ["a1", "b1", "c1", "c2", "c3"]
    assert len(found) == EXCLUDED_SHOWN


def test_who_would_not_be_on_the_list_of_both_is_not_told_of(tmp_path: Path) -> None:
    verified = [a_mat("v1"), a_mat("v2")]
    large, small = [*verified, *strangers("a1", "d1")], strangers("a2", "d2")
    whole = kept_out(Stock(table_of(tmp_path / "whole", [*large, *small])))
    assert whole == ["a1", "a2"]
    assert kept_out(in_both(tmp_path, large, small)) == whole
    assert kept_out(in_both(tmp_path, small, large)) == ["a2", "a1"]
    # With room on the list they might have been on it.
    assert set(kept_out(in_both(tmp_path, large, small), top=3)) == {"a1", "a2", "d1", "d2"}

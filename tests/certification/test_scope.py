"""What evidence covers, as a rule that knows no database."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from matchmaker.certification.scope import (
    OF_GOODS,
    Covering,
    ProductNow,
    asks_material,
    changes_of,
    covers,
    is_listed,
)


@dataclass(frozen=True)
class Row:
    product_id: int | None = 1
    site_id: int | None = None
    family: str | None = "coir-mat"
    hs_code: str | None = "570220"
    place: str | None = None
    town: str | None = None


MAT = ProductNow(1, "coir-mat", "570220")
FSC = Covering("sustainability", ["44", "46"], covers_all=True, material=False, named=())
ISO = replace(FSC, kind="management system", hs=["16"])

digits = st.text("0123456789", min_size=6, max_size=6)
products = st.builds(ProductNow, st.integers(1, 3), st.sampled_from("abc"), digits)
rows = st.builds(
    Row,
    product_id=st.sampled_from((None, 1, 2, 3)),
    site_id=st.sampled_from((None, 7)),
    family=st.sampled_from((None, "a", "b")),
    hs_code=st.none() | digits,
    place=st.sampled_from((None, "Kottayam", "Kochi")),
    town=st.sampled_from((None, "Kottayam", "Kochi")),
)
coverings = st.builds(
    Covering,
    kind=st.sampled_from(("sustainability", "social audit", "religious", "GI")),
    hs=st.lists(st.text("0123456789", min_size=2, max_size=4) | st.just("*"), max_size=3),
    covers_all=st.booleans(),
    material=st.booleans(),
    named=st.lists(rows, max_size=3),
)


def test_a_forest_certificate_speaks_of_coir_only_if_its_material_is_named() -> None:
    assert asks_material("sustainability", FSC.hs, MAT.hs_code)
    assert not covers(FSC, MAT)
    assert covers(replace(FSC, material=True), MAT)
    assert covers(FSC, ProductNow(1, "plywood", "441231"))


def test_a_management_system_is_the_makers_whatever_the_goods() -> None:
    assert covers(ISO, MAT)


def test_a_product_that_became_another_is_no_longer_covered_until_it_is_put_back() -> None:
    limited = replace(FSC, covers_all=False, named=[Row()])
    assert covers(limited, MAT)
    assert not covers(limited, replace(MAT, family="rubber-mat"))
    assert not covers(limited, replace(MAT, hs_code="570500"))
    assert covers(limited, replace(MAT))
    assert changes_of(Row(), replace(MAT, family="x", hs_code="401691")) == ("family", "hs")


def test_works_that_moved_are_other_works() -> None:
    at = Row(site_id=7, place="Alappuzha", town="Alappuzha")
    assert covers(replace(FSC, covers_all=False, named=[at]), MAT)
    moved = replace(at, town="Cherthala")
    assert changes_of(moved, MAT) == ("site",)
    assert not covers(replace(FSC, covers_all=False, named=[moved]), MAT)


def test_evidence_for_a_site_alone_says_nothing_of_a_product() -> None:
    assert not covers(replace(ISO, covers_all=False, named=[Row(product_id=None, site_id=7)]), MAT)


@given(coverings, products)
def test_limited_evidence_covers_only_products_it_names_as_they_were(
    evidence: Covering, product: ProductNow
) -> None:
    if evidence.covers_all or not covers(evidence, product):
        return
    assert any(
        row.product_id == product.id
        and row.family in (None, product.family)
        and row.hs_code in (None, product.hs_code)
        and (row.site_id is None or row.place in (None, row.town))
        for row in evidence.named
    )


@given(coverings, products, rows)
def test_a_wider_scope_never_covers_less(
    evidence: Covering, product: ProductNow, more: Row
) -> None:
    wider = replace(evidence, named=[*evidence.named, more])
    assert covers(wider, product) >= covers(evidence, product)
    assert covers(replace(evidence, material=True), product) >= covers(evidence, product)


@given(coverings, products)
def test_what_covers_all_fails_only_for_goods_it_is_not_listed_for(
    evidence: Covering, product: ProductNow
) -> None:
    everything = replace(evidence, covers_all=True)
    expected = (
        everything.material
        or everything.kind not in OF_GOODS
        or is_listed(everything.hs, product.hs_code)
    )
    assert covers(everything, product) == expected

"""What is exported is read again without a loss, and no cell of it acts as a formula."""

from __future__ import annotations

import csv
import io
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.catalogue.facts import AUDIENCES, INCOTERMS, PACKAGES, STATES, ProductFacts
from matchmaker.catalogue.importing.cells import is_nothing
from matchmaker.catalogue.importing.sheets import Sheet, guarded, read_sheets, unguarded
from matchmaker.catalogue.importing.world import Outcome
from matchmaker.catalogue.importing.writing import as_csv, as_xlsx, catalogue_table
from matchmaker.catalogue.versions import said_of
from tests.importing_world import FAMILIES, stage_sheet, staged, world

# Letters of our languages and what spreadsheets take for formulas; no signs that cannot be shown.
LETTERS = st.sampled_from("abcXYZ 019.,;:'\"=+-@%/|\näéßമലയാളംहिन्दी中")
TEXT = st.text(LETTERS, min_size=1, max_size=24).map(lambda t: " ".join(t.split()))
NAMED = TEXT.filter(lambda t: any(c.isalpha() for c in t))
# A description of "-" says nothing, and is read as none.
DESCRIBED = (
    st.text(LETTERS, max_size=60)
    .map(str.strip)
    .map(lambda said: "" if is_nothing(said, of_words=True) else said)
)
AMOUNT = st.decimals("0.0001", "99999999", places=4)
SOME = st.none() | AMOUNT
COUNT = st.integers(1, 99999999).map(Decimal)
# By each unit: of what is counted only whole numbers are sold.
QUANTITIES = dict.fromkeys(("H87", "DZN", "PR"), COUNT)
QUANTITIES |= dict.fromkeys(("KGM", "MTK", "TNE", "LTR"), AMOUNT)


@st.composite
def products(draw: st.DrawFn) -> ProductFacts:
    unit = draw(st.sampled_from(sorted(QUANTITIES)))
    sold = QUANTITIES[unit]
    prices = sorted(draw(st.sets(AMOUNT, max_size=4)), reverse=True)
    steps = sorted(draw(st.sets(sold, min_size=len(prices), max_size=len(prices))))
    net = draw(SOME)
    return ProductFacts(
        sku="",
        title=draw(NAMED),
        description=draw(DESCRIBED),
        hs_code=draw(st.sampled_from(["401691", "401699", "4016"])),
        unit=unit,
        moq=draw(sold),
        attributes=draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "length_cm": st.integers(1, 900),
                    "thickness_mm": st.integers(1, 400).map(lambda n: n / 8),
                    "colour": NAMED,
                    "own words": NAMED,
                },
            )
        ),
        standards=draw(
            st.lists(NAMED.map(lambda t: t.replace(";", "").strip() or "IS"), max_size=2)
        ),
        gi=draw(st.none() | NAMED),
        state=draw(st.sampled_from(STATES)),
        net_kg=net,
        gross_kg=net,
        unit_m2=draw(SOME),
        package_kind=draw(st.none() | st.sampled_from(PACKAGES)),
        per_package=draw(st.none() | sold),
        per_40hc=draw(st.none() | sold),
        lead_days=draw(st.none() | st.integers(0, 730)),
        currency=draw(st.sampled_from(["INR", "USD", "EUR"])),
        incoterm=draw(st.sampled_from(INCOTERMS)),
        incoterm_place=draw(st.just("") | NAMED),
        price_audience=draw(st.sampled_from(AUDIENCES)),
        tiers=tuple(zip(steps, prices, strict=True)),
    )


def _said(facts: list[ProductFacts]) -> dict[str, dict[str, Any]]:
    found = {}
    for number, each in enumerate(facts):
        said = said_of(each, "rubber-mat", None)
        found[f"S-{number}"] = said | {"sku": f"S-{number}"}
    return found


def _sheets(said: dict[str, dict[str, Any]]) -> list[bytes]:
    rows = [("Meenachil Mats", each) for each in said.values()]
    table = catalogue_table(rows, FAMILIES, str, with_firm=False)
    return [as_csv(table), as_xlsx({"Products": table})]


@settings(max_examples=25, deadline=None)
@given(st.lists(products(), min_size=1, max_size=4))
def test_what_was_exported_changes_nothing_when_it_comes_back(facts: list[ProductFacts]) -> None:
    said = _said(facts)
    for content in _sheets(said):
        rows = staged(content, world(said))
        assert [(each.kind, each.changes, each.troubles) for each in rows] == [
            ("unchanged", (), ()) for _ in said
        ]


@settings(max_examples=25, deadline=None)
@given(st.lists(products(), min_size=1, max_size=3))
def test_what_was_exported_founds_the_same_catalogue_anew(facts: list[ProductFacts]) -> None:
    said = _said(facts)
    for content in _sheets(said):
        rows = staged(content)
        assert [each.kind for each in rows] == ["created"] * len(said), rows
        for each in rows:
            assert _normal(each.said) == _normal(said[each.sku])


def _normal(said: Any) -> dict[str, Any]:
    """Spaces at the ends of lines are not kept; a description ends where its words end."""
    words = {k: v for k, v in said.items() if v not in (None, "")}
    for name, value in words.items():
        if isinstance(value, str):
            words[name] = value.strip() if name == "description" else " ".join(value.split())
    return words


@given(st.text(LETTERS, max_size=12))
def test_guarding_a_text_can_be_undone(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in tuple("=+-@\t\r")


FORMULAS = [
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "'=1",
    "=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_in_a_text_is_inert(formula: str) -> None:
    facts = ProductFacts("S-0", formula, formula, "401691", "H87", Decimal(1), gi=formula)
    said = {"S-0": said_of(facts, "rubber-mat", None)}
    plain, book = _sheets(said)
    for row in csv.reader(io.StringIO(plain.decode("utf-8-sig"))):
        assert not any(each.startswith(tuple("=+-@\t\r")) for each in row)
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_row_that_was_exported_is_found_by_its_number_whatever_else_changed() -> None:
    facts = ProductFacts("S-0", "Door mat", "", "401691", "H87", Decimal(10))
    said = {"S-0": said_of(facts, "rubber-mat", None)}
    rows = [["SKU", "Name", "MOQ"], ["S-0", "Entrance mat", 20]]
    sheet = Sheet("x", [(number, row) for number, row in enumerate(rows, 1)])  # type: ignore[arg-type]
    (outcome,) = stage_sheet(sheet, world(said))
    assert isinstance(outcome, Outcome)
    assert (outcome.kind, outcome.changes) == (
        "changed",
        (("title", "Door mat", "Entrance mat"), ("moq", "10", "20")),
    )


def test_signs_no_workbook_can_hold_do_not_spoil_it() -> None:
    table = [["Name"], ["Mat\x0bof coir\x01"]]
    [sheet] = read_sheets(as_xlsx({"Products": table}))
    assert [cells for _, cells in sheet.rows] == [["Name"], ["Mat of coir "]]


def test_both_formats_hold_the_same_cells() -> None:
    facts = ProductFacts("007", "1,234", "a\nb", "401691", "H87", Decimal("12.5"))
    plain, book = _sheets({"007": said_of(facts, "rubber-mat", None) | {"sku": "007"}})
    first, second = read_sheets(plain)[0].rows[1][1], read_sheets(book)[0].rows[1][1]
    assert first[:3] == second[:3] == ["007", "1,234", "a\nb"]
    assert (first[6], second[6]) == ("12.5", 12.5)

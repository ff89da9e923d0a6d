"""Price lists as small firms send them, whole files: every row is taken, or says what to type.

The files stand beside this test: two rows of headings, Malayalam, UTF-16, windows-1252,
semicolons, merged cells, formulas, a cover sheet.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from matchmaker.catalogue.guessing import Families, FamilyWords
from matchmaker.catalogue.importing.headings import find_layout
from matchmaker.catalogue.importing.sheets import read_sheets
from matchmaker.catalogue.importing.shown import skipped_of
from matchmaker.catalogue.importing.staging import stage
from matchmaker.catalogue.importing.world import FamilyInfo, FirmInfo, Outcome, World
from matchmaker.catalogue.upkeep import CatalogueImport
from tests.importing_world import told

FILES = Path(__file__).parent / "messy"
GOODS = FamilyInfo("goods", "Goods", "570220", "H87", {}, ())
# Whatever the files list, so that the kind is never what is asked for.
WORDS = (
    "coir mat rope yarn brush bag basket tile lot cotton towel cloth bathrobe brass aluminium "
    "shirt nightdress romper apron bedsheet cushion runner mats matting geotextile"
)
NO_RESULT = (
    "This formula was saved without its result. "
    "Open the sheet in Excel or LibreOffice, save it and send it again."
)
SAID_TWICE = "Row {} has the same number. Give each product a number of its own."
A_UNIT = "Write a unit such as pcs, kg, dozen, pair, m² or MT."


def outcomes(name: str) -> list[Outcome]:
    families = Families([FamilyWords("goods", "goods", tuple(WORDS.split()))])
    of = World({"goods": GOODS}, families, frozenset({"570220"}), {1: FirmInfo(1, "M", "m")}, 1)
    sheet = read_sheets((FILES / name).read_bytes())[-1]
    layout = find_layout(sheet, labels=of.labels())
    assert layout is not None
    return [each for each in stage(sheet, layout, of) if isinstance(each, Outcome)]


def prices(name: str) -> dict[int, tuple[object, ...]]:
    """Row → currency, unit and price of what would be created."""
    return {
        each.number: (each.stated.get("currency"), each.stated["unit"], *_first(each))
        for each in outcomes(name)
        if each.kind == "created"
    }


def _first(outcome: Outcome) -> list[str]:
    return [price for _, price in outcome.stated.get("tiers", [])][:1]


def asked(name: str) -> dict[int, list[tuple[str, str, str]]]:
    return {each.number: told(each) for each in outcomes(name) if each.troubles}


def test_dozens_in_euro_with_decimal_commas_and_windows_letters() -> None:
    name = "03-tirupur-semicolon-cp1252.csv"
    assert prices(name) == {
        2: ("EUR", "DZN", "28.8"),
        3: ("EUR", "DZN", "1041.5"),
        5: ("EUR", "DZN", "33.6"),
        7: (None, "DZN"),
    }
    assert asked(name) == {6: [("Style No", "TK-103", SAID_TWICE.format(5))]}
    assert outcomes(name)[4].stated["title"] == "Café apron"


def test_utf_16_with_a_tax_rate_and_a_price_for_a_hundred() -> None:
    assert prices("04-moradabad-utf16.csv") == {
        5: ("INR", "H87", "85.5"),
        6: (None, "H87", "1250"),
        7: ("INR", "KGM", "640"),
        8: ("INR", "SET", "2340"),
        9: (None, "H87", "1200"),
    }


def test_malayalam_names_keep_their_vowel_signs_in_the_number_made_of_them() -> None:
    assert [each.sku for each in outcomes("02-malayalam.xlsx")] == [
        "കയർ-ചവിട്ടി",
        "കയർ-പായ",
        "ചകിരി-കട്ട-COCOPEAT-5-KG",
        "കയർ-ROPE-8-MM",
    ]


def test_the_cost_is_not_the_price_and_a_formula_without_a_result_is_asked_about() -> None:
    name = "06-formulas-dates.xlsx"
    assert prices(name) == {}
    assert asked(name) == {
        2: [("Selling price INR", "=C2*(1+D2)", NO_RESULT)],
        3: [("Selling price INR", "=ROUND(C3*(1+D3),0)", NO_RESULT)],
        4: [("Unit", "pack", A_UNIT)],
        5: [("Selling price INR", "#REF!", "There is no number here. Write it like Rs 120/pc.")],
        6: [("Selling price INR", "=SUM(E2:E5)", NO_RESULT)],
    }


def test_prices_by_incoterm_and_units_nobody_can_compare() -> None:
    name = "08-mixed-prices.xlsx"
    tile = next(each for each in outcomes(name) if each.number == 9)
    assert (tile.stated["incoterm"], tile.stated["incoterm_place"], tile.said["tiers"]) == (
        "CIF",
        "Hamburg",
        [["1000", "3.1"]],
    )
    assert {row: [what[:2] for what in why] for row, why in asked(name).items()} == {
        2: [("Min. order", "1x20' FCL")],
        6: [("UOM", "Qtl")],
        10: [("Item no.", "A-2")],
        11: [("UOM", "lot")],
    }


def test_the_price_list_behind_a_cover_sheet_has_its_numbers() -> None:
    name = "10-cover-sheet.xlsx"
    assert [each.sku for each in outcomes(name) if each.kind == "created"] == ["KT-1", "KT-2"]
    assert {row: [what[:2] for what in why] for row, why in asked(name).items()} == {
        4: [("Price (INR)", "three hundred")],
        5: [("Product", "")],
        6: [("Price (INR)", "-45")],
        7: [("Price (INR)", "0")],
    }


@pytest.mark.parametrize("name", ["07-no-heading.csv", "09-sizes-as-columns.csv"])
def test_a_table_whose_headings_say_nothing_is_asked_about(name: str) -> None:
    layout = find_layout(read_sheets((FILES / name).read_bytes())[0])
    assert layout is not None
    assert not layout.is_enough


def test_why_a_row_was_passed_over_can_be_said_to_a_reader(app: Flask) -> None:
    row = CatalogueImport(mapping={"skipped": [[7, ["only one: “%(text)s”", {"text": "MATS"}]]]})
    with app.test_request_context():
        assert skipped_of(row) == [(7, "only one: “MATS”")]

"""Sheets as people have them: what is understood, and what is said of the rest."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest

from matchmaker.catalogue.importing.cells import (
    Hint,
    read_days,
    read_hs,
    read_price,
    read_quantity,
    read_unit,
)
from matchmaker.catalogue.importing.columns import COLUMNS
from matchmaker.catalogue.importing.headings import column_of
from matchmaker.catalogue.importing.numbers import number_in, style_of
from matchmaker.catalogue.importing.remarks import Unread
from matchmaker.catalogue.importing.world import World
from matchmaker.catalogue.importing.writing import as_csv, template_table
from matchmaker.catalogue.versions import said_of
from matchmaker.texts import catalogue_file, read
from tests.factories import product_facts
from tests.importing_world import passed_over, staged, told, world

FURTHER = [["50", "70"], ["90", "60"]]
SAME_NUMBER = "Row 2 has the same number. Give each product a number of its own."


def facts(content: bytes | str, *names: str) -> list[tuple[object, ...]]:
    return [tuple(each.stated.get(name) for name in names) for each in staged(content)]


def book(*rows: list[object], merge: tuple[str, ...] = ()) -> bytes:
    sheet = openpyxl.Workbook()
    for row in rows:
        sheet.active.append(row)
    for each in merge:
        sheet.active.merge_cells(each)
    out = io.BytesIO()
    sheet.save(out)
    return out.getvalue()


def test_a_price_list_with_a_letterhead_two_rows_of_headings_and_a_total() -> None:
    content = book(
        ["M/s Meenachil Mats, Kottayam"],
        ["Price list 2026-27"],
        [],
        ["Sl", "Product", "Price", None, "Min order"],
        [None, None, "Rs", "Per", None],
        [1, "Rubber door mat 60x40", 450, "pc", "12 doz"],
        [2, "Coir yarn", "Rs 85/kg", None, "2 MT"],
        [None, "Total", 535, None, None],
        ["* GST extra as applicable"],
        merge=("A1:E1", "C4:D4"),
    )
    assert facts(content, "title", "family", "unit", "moq", "currency", "tiers") == [
        ("Rubber door mat 60x40", "rubber-mat", "H87", "144", "INR", [["144", "450"]]),
        ("Coir yarn", "coir-yarn", "KGM", "2000", "INR", [["2000", "85"]]),
    ]
    assert passed_over(content) == {
        8: "a row of totals",
        9: "only one cell is filled: “* GST extra as applicable”",
    }


def test_a_fraction_of_what_is_counted_is_asked_back_row_by_row() -> None:
    head = "Product,Price,Unit,Min order\n"
    rows = "Cow mat,90,pc,1.500\nDoor mat,80,pc,1.000\nYarn,70,kg,1.500\n"
    whole = "Of these only whole numbers are sold. Did you mean 1,500?"
    asked = "Did you mean 1,000 or 1? Type it like that."
    assert [(each.kind, told(each)) for each in staged(head + rows)] == [
        ("error", [("Min order", "1.500", whole)]),
        ("error", [("Min order", "1.000", asked)]),
        ("created", []),
    ]


@pytest.mark.parametrize(
    ("rows", "tiers", "kind"),
    [
        ("Item number,Price\nM1,90\n", [["10", "90"], *FURTHER], "changed"),
        ("Item number,Price\nM1,80\n", None, "unchanged"),
        (
            "Item number,Price,Min order\nM1,75,10\n",
            [["10", "75"], ["50", "70"], ["90", "60"]],
            "changed",
        ),
        ("Item number,Price,Price 2,From quantity 2\nM1,90,,\n", [["10", "90"]], "changed"),
        (
            "Item number,Price,Price 2,From quantity 2\nM1,90,85,20\n",
            [["10", "90"], ["20", "85"]],
            "changed",
        ),
    ],
)
def test_a_sheet_with_one_price_keeps_the_prices_by_quantity(
    rows: str, tiers: list | None, kind: str
) -> None:
    (outcome,) = staged(rows, with_steps())
    assert (outcome.kind, outcome.stated.get("tiers")) == (kind, tiers)


def test_one_price_that_does_not_fit_the_prices_by_quantity_is_asked_back() -> None:
    remedy = (
        "This product has prices by quantity (from 50: 70), and this one does not fit them."
        " Add the columns “Price 2” and “From quantity 2”, or change it on its page."
    )
    for rows in ("Item number,Price\nM1,70\n", "Item number,Price,Currency\nM1,90,USD\n"):
        (outcome,) = staged(rows, with_steps())
        assert [each[2] for each in told(outcome)] == [remedy]


def with_steps() -> World:
    """A mat at 80, from 50 on at 70, from 90 on at 60."""
    steps = ((Decimal(10), Decimal(80)), (Decimal(50), Decimal(70)), (Decimal(90), Decimal(60)))
    said = product_facts(sku="M1", moq=Decimal(10), tiers=steps)
    return world({"M1": said_of(said, "rubber-mat", None)})


def test_malayalam_headings_words_and_digits() -> None:
    content = "ക്രമ നമ്പർ,ഉൽപ്പന്നത്തിന്റെ പേര്,വില (രൂപ),യൂണിറ്റ്,കുറഞ്ഞ ഓർഡർ\n൧,Door mat,൧൨൦,എണ്ണം,൫൦൦\n"
    assert facts(content, "title", "unit", "moq", "currency", "tiers") == [
        ("Door mat", "H87", "500", "INR", [["500", "120"]])
    ]


def test_a_kind_that_stands_merged_beside_several_rows_holds_for_each() -> None:
    content = book(
        ["Category", "Item", "Rate"],
        ["Rubber mats", "Red one", 10],
        [None, "Blue one", 11],
        ["Coir yarn", "Brown", 12],
        merge=("A2:A3",),
    )
    assert facts(content, "title", "family") == [
        ("Red one", "rubber-mat"),
        ("Blue one", "rubber-mat"),
        ("Brown", "coir-yarn"),
    ]


def test_decimal_commas_are_told_by_the_column() -> None:
    content = "Name;Price (EUR);Net weight (kg)\nDoor mat;1.234,50;2,5\nEntrance mat;1.234;0,75\n"
    assert facts(content, "tiers", "currency", "net_kg") == [
        ([["1", "1234.5"]], "EUR", "2.5"),
        ([["1", "1234"]], "EUR", "0.75"),
    ]


def test_units_and_currencies_that_only_the_number_format_shows() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(["Item", "Price", "Weight"])
    sheet.append(["Door mat", 3.5, 850])
    sheet["B2"].number_format, sheet["C2"].number_format = "[$$-409]#,##0.00", '0" g"'
    out = io.BytesIO()
    workbook.save(out)
    assert facts(out.getvalue(), "currency", "tiers", "net_kg") == [("USD", [["1", "3.5"]], "0.85")]


def test_prices_by_quantity_in_columns_of_their_own() -> None:
    content = "Item,Price for 100 pcs,Price for 500 pcs,Lead time\nDoor mat,9,8,3-4 weeks\n"
    assert facts(content, "tiers", "lead_days") == [([["100", "9"], ["500", "8"]], 28)]


def test_what_cannot_be_used_says_where_and_what_to_type() -> None:
    content = (
        "Item code,Item,Rate,Min qty,HSN,Delivery\n"
        "A1,Door mat,Rs 12/carton,5,4016.91,\n"
        "A2,Door mat,100-120,x,99,soon\n"
        "A1,Door mat,9,5,,\n"
        "A4,Qwxz,9,5,,\n"
        "A5,,9,5,,\n"
    )
    assert [told(each) for each in staged(content)] == [
        [
            (
                "Rate",
                "Rs 12/carton",
                "A price per carton cannot be compared. Give that of one piece or kg.",
            )
        ],
        [
            (
                "Rate",
                "100-120",
                "Write one price; put the others into “Price 2” with its quantity.",
            ),
            ("Min qty", "x", "There is no number here. Write it like 500 pcs."),
            ("HSN", "99", "Write an HS code of at least four digits, e.g. 4016.99."),
            ("Delivery", "soon", "Write it in days, weeks or months, e.g. 30 days."),
        ],
        [("Item code", "A1", SAME_NUMBER)],
        [
            (
                "Item",
                "Qwxz",
                "Add a column “Kind of product”: from this name the kind cannot be guessed.",
            )
        ],
        [("Item", "", "Say in a few words what the product is.")],
    ]


def test_the_same_number_twice_is_shown_at_the_second() -> None:
    content = "Item code,Item,Rate\nA1,Door mat,9\nA1,Door mat,10\n"
    assert [(each.kind, told(each)) for each in staged(content)] == [
        ("created", []),
        (
            "error",
            [("Item code", "A1", SAME_NUMBER)],
        ),
    ]


def test_prices_that_rise_with_the_quantity_are_refused_at_their_cell() -> None:
    content = "Item,From quantity,Price,From quantity 2,Price 2\nDoor mat,100,9,500,10\n"
    assert [told(each) for each in staged(content)] == [
        [("Price 2", "10", "Prices must fall as the quantity rises.")]
    ]


def test_a_firm_that_may_not_be_written_for_is_not_told_of() -> None:
    content = "Firm,Item,Rate\nSecret Rivals,Door mat,9\nPala Coir,Door mat,9\n"
    rows = staged(content, world(second="Pala Coir"))
    assert [(each.kind, each.firm_id) for each in rows] == [("error", None), ("created", 2)]
    (trouble,) = told(rows[0])
    assert trouble == (
        "Firm",
        "Secret Rivals",
        "You may not write for a firm of this name. You may for: Meenachil Mats, Pala Coir.",
    )


def test_the_template_with_a_name_of_ones_own_is_read() -> None:
    head, example = template_table(str, with_firm=False)
    title = next(each.sample for each in COLUMNS if each.key == "title")
    own = ["Our own rubber mat" if cell == title else cell for cell in example]
    (row,) = staged(as_csv([head, own]))
    assert (row.kind, row.sku, row.said["tiers"]) == (
        "created",
        "MAT-18",
        [["500", "450"], ["2000", "420"], ["5000", "395"]],
    )


def test_the_example_of_the_template_is_no_product_of_the_firm() -> None:
    unchanged = as_csv(template_table(str, with_firm=False))
    assert staged(unchanged) == []
    assert passed_over(unchanged) == {2: "the example of the template"}


def test_every_heading_of_the_malayalam_template_is_recognised() -> None:
    words = {each.id: each.string for each in read(catalogue_file("ml"), "ml") if each.id}
    for column in COLUMNS:
        for label in (column.label, str(words[column.label])):
            found = column_of(label, {}, {})
            assert found is not None, label
            assert found.key == column.key, label


@pytest.mark.parametrize(
    ("text", "value", "unit", "currency"),
    [
        ("Rs 120/pc", "120", "H87", "INR"),
        ("INR 120 per kg", "120", "KGM", "INR"),
        ("₹1,20,000.50", "120000.5", None, "INR"),
        ("Rs.450/-", "450", None, "INR"),
        ("US$ 3.20 / pc", "3.2", "H87", "USD"),
        ("120 Rs/doz", "120", "DZN", "INR"),
        ("Rs 1200 per 100 pcs", "12", "H87", "INR"),
        ("1.5 lakh per MT", "150000", "TNE", None),
        ("45 per sq. ft", "45", "FTK", None),
        ("85/quintal", "0.85", "KGM", None),
        ("൧൨൦ രൂപ", "120", None, "INR"),
        ("Rs 300 + GST", "300", None, "INR"),
        ("Rs-120/-", "120", None, "INR"),
        ("Rs - 120", "120", None, "INR"),
    ],
)
def test_prices_as_they_are_written(
    text: str, value: str, unit: str | None, currency: str | None
) -> None:
    found = read_price(text, Hint())
    assert found is not None
    assert (f"{found.value.normalize():f}", found.unit, found.currency) == (value, unit, currency)


@pytest.mark.parametrize("text", ["-5", "Rs -5/pc", "Rs.-5", "US$ −5"])
def test_a_sign_before_a_price_is_no_dash(text: str) -> None:
    with pytest.raises(Unread, match="Less than nothing"):
        read_price(text, Hint())


def test_quantities_days_units_and_codes_as_they_are_written() -> None:
    quantities = {"12 doz": ("12", "DZN"), "5 MT": ("5", "TNE"), "min 1,000 nos": ("1000", "H87")}
    for text, (value, unit) in quantities.items():
        found = read_quantity(text, Hint())
        assert (f"{found.value:f}".rstrip("0").rstrip("."), found.unit) == (value, unit)
    days = {"30": 30, "15 to 20 days": 20, "2 months": 60, "0": 0, "ready stock": 0}
    assert {text: read_days(text, Hint()) for text in days} == days
    units = {"Nos.": "H87", "M.T.": "TNE", "Sq. Mtr.": "MTK", "per kg": "KGM", "Doz.": "DZN"}
    assert {text: read_unit(text) for text in units} == units
    assert read_hs("9041110", {"090411"}) == "090411"


def test_a_number_that_may_be_two_is_asked_about() -> None:
    assert style_of(["12,5", "12.5"]) == "mixed"
    with pytest.raises(Unread, match=r"may be 1234 or 1\.234"):
        number_in("1,234", "mixed")
    assert number_in("1,234") == 1234
    assert number_in("1.234", "comma") == 1234

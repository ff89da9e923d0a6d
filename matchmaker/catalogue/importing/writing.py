"""Sheets that go out: the template, the catalogue, the rows with errors. All can come back.

The headings of the catalogue are those of the template, so that what was exported is read
again without a question. No text of a cell can act as a formula in a spreadsheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from matchmaker.catalogue.importing.columns import BY_KEY, COLUMNS, WHAT_TO_CORRECT
from matchmaker.catalogue.importing.sheets import Cell, guarded, text_of
from matchmaker.catalogue.importing.world import FamilyInfo
from matchmaker.errors import N_
from matchmaker.measures import UNITS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
Table = Sequence[Sequence[Cell]]
Words = Callable[[str], str]
_BEFORE_PRICES = ("sku", "title", "description", "family", "hs_code", "unit", "moq", "currency")
_BEHIND = tuple(
    each.key for each in COLUMNS if each.key not in (*_BEFORE_PRICES, "firm", "from", "price")
)
_NUMBERS = frozenset(
    ("moq", "net_kg", "gross_kg", "unit_m2", "unit_m3", "per_package", "per_20ft", "per_40hc")
)
PROPERTY_HEADING = N_("Property: %(name)s")
# Words of cells that are offered to choose from on the second sheet.
UNITS_OFFERED = (
    "H87", "DZN", "PR", "SET", "KGM", "GRM", "TNE", "MTR", "MTK", "FTK", "MTQ", "LTR",
)  # fmt: skip


def catalogue_table(
    products: Sequence[tuple[str, Mapping[str, Any]]],
    families: Mapping[str, FamilyInfo],
    words: Words,
    *,
    with_firm: bool,
) -> list[list[Cell]]:
    """What products say, below the headings of the template. `products`: firm and version."""
    steps = max([1, *(len(said["tiers"]) for _, said in products)])
    properties = _properties(products, families, words)
    head: list[Cell] = [words(BY_KEY["firm"].label)] if with_firm else []
    head += [words(BY_KEY[key].label) for key in _BEFORE_PRICES]
    for number in range(1, steps + 1):
        head += [_stepped(words, "from", number), _stepped(words, "price", number)]
    head += [words(BY_KEY[key].label) for key in _BEHIND]
    head += list(properties)
    table: list[list[Cell]] = [head]
    for firm, said in products:
        row: list[Cell] = [firm] if with_firm else []
        row += [_cell(key, said.get(key), families) for key in _BEFORE_PRICES]
        for number in range(steps):
            step = said["tiers"][number] if number < len(said["tiers"]) else (None, None)
            row += [_number(step[0]), _number(step[1])]
        row += [_cell(key, said.get(key), families) for key in _BEHIND]
        row += [_property(said, keys) for keys in properties.values()]
        table.append(row)
    return table


def template_table(words: Words, *, with_firm: bool) -> list[list[Cell]]:
    """The headings and one row as an example."""
    columns = [each for each in COLUMNS if each.key != "firm" or with_firm]
    head: list[Cell] = [words(each.label) for each in columns]
    row: list[Cell] = [each.sample for each in columns]
    place = [each.key for each in columns].index("price") + 1
    for number, samples in ((3, ("5000", "395")), (2, ("2000", "420"))):
        head[place:place] = [_stepped(words, "from", number), _stepped(words, "price", number)]
        row[place:place] = list(samples)
    return [head, row]


def help_table(families: Iterable[FamilyInfo], words: Words) -> list[list[Cell]]:
    """What each column holds, the units by name, and the kinds of product."""
    table: list[list[Cell]] = [[words(N_("Column")), words(N_("What it holds"))]]
    table += [[words(each.label), words(each.help)] for each in COLUMNS]
    table += [[], [words(N_("Unit")), words(N_("Name"))]]
    table += [[UNITS[code].symbol, UNITS[code].name] for code in UNITS_OFFERED]
    table += [[], [words(N_("Kind of product")), words(N_("Its properties"))]]
    for family in families:
        labels = [str(about.get("label", key)) for key, about in family.attributes.items()]
        table.append([family.name, ", ".join(labels)])
    return table


def errors_table(
    headings: Sequence[str],
    rows: Iterable[tuple[Mapping[str, Cell], Sequence[str]]],
    words: Words,
) -> list[list[Cell]]:
    """The rows as they came, with what to correct in a last column."""
    width = len(headings)
    table: list[list[Cell]] = [[*headings, words(WHAT_TO_CORRECT)]]
    for cells, reasons in rows:
        line: list[Cell] = [cells.get(str(place)) for place in range(width)]
        table.append([*line, "\n".join(reasons)])
    return table


def as_csv(table: Table) -> bytes:
    """UTF-8 with the mark by which spreadsheets know it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([guarded(text_of(each)) for each in row] for row in table)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def as_xlsx(sheets: Mapping[str, Table]) -> bytes:
    """A workbook whose texts are texts, whatever they begin with."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    bold = Font(bold=True)
    for name, table in sheets.items():
        sheet = book.create_sheet(name[:31])
        sheet.freeze_panes = "A2"
        for place, heading in enumerate(table[0] if table else (), start=1):
            width = min(60, max(12, len(text_of(heading)) + 2))
            sheet.column_dimensions[get_column_letter(place)].width = width
        for number, row in enumerate(table):
            line = []
            for value in row:
                cell = WriteOnlyCell(sheet, value=None)
                if isinstance(value, str):
                    # Set by hand: openpyxl takes what begins with '=' for a formula. What no
                    # XML may hold (a vertical tab out of a slide) would spoil the whole file.
                    cell._value, cell.data_type = ILLEGAL_CHARACTERS_RE.sub(" ", value), "s"
                    cell.quotePrefix = True
                else:
                    cell.value = value
                if number == 0:
                    cell.font = bold
                line.append(cell)
            sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _stepped(words: Words, key: str, number: int) -> str:
    label = words(BY_KEY[key].label)
    return f"{label} {number}" if number > 1 else label


def _cell(key: str, value: Any, families: Mapping[str, FamilyInfo]) -> Cell:
    if value is None:
        return None
    if key == "family":
        return families[value].name if value in families else str(value)
    if key == "unit":
        return UNITS[value].symbol or UNITS[value].name
    if key == "standards":
        return "; ".join(value)
    if key in _NUMBERS or key == "lead_days":
        return _number(value)
    return str(value)


def _number(value: Any) -> Cell:
    """A number where a spreadsheet keeps it exactly, else its digits."""
    if value is None:
        return None
    exact = Decimal(str(value))
    if len(exact.as_tuple().digits) > 15:
        return f"{exact:f}"
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _properties(
    products: Sequence[tuple[str, Mapping[str, Any]]],
    families: Mapping[str, FamilyInfo],
    words: Words,
) -> dict[str, dict[str, str]]:
    """Heading → family → the attribute it holds there, in the order in which they are met."""
    found: dict[str, dict[str, str]] = {}
    for _firm, said in products:
        family = families.get(str(said["family"]))
        for name in said:
            if name.startswith("attributes."):
                key = name.removeprefix("attributes.")
                heading = words(PROPERTY_HEADING) % {"name": _label(key, family)}
                found.setdefault(heading, {})[str(said["family"])] = name
    return found


def _label(key: str, family: FamilyInfo | None) -> str:
    about = family.attributes.get(key) if family else None
    if about is None:
        return key
    unit = str(about.get("unit", ""))
    label = str(about.get("label", key))
    return f"{label} ({UNITS[unit].symbol})" if unit in UNITS else label


def _property(said: Mapping[str, Any], keys: Mapping[str, str]) -> Cell:
    value = said.get(keys.get(str(said["family"]), ""))
    return value if isinstance(value, str | int | float) or value is None else str(value)

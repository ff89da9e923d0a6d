"""A CSV or XLSX file as rows of cells, within hard limits. Pure: bytes in, rows out.

Whatever the file claims of itself is checked before it is unfolded; `reading.py` runs this in a
process of its own with little memory, for what such checks cannot foresee.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from matchmaker.catalogue.importing.formulas import Formula, without_results
from matchmaker.catalogue.importing.remarks import Refused, remark
from matchmaker.errors import N_

MOST_ROWS = 20_000
MOST_COLUMNS = 250
LONGEST_CELL = 20_000  # letters
MOST_UNFOLDED = 250 * 1024 * 1024  # bytes of all parts of an XLSX file
MOST_SHARED = 60 * 1024 * 1024  # bytes of its table of texts, which is held in memory
MOST_PARTS = 2_000
MOST_FILLED = 200_000  # cells that stand for others by being merged
MOST_CELLS = 2_500_000
Cell = str | int | float | None
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_BROKEN = (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, RuntimeError,
           zlib.error)  # fmt: skip
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")


@dataclass(frozen=True)
class Sheet:
    """One table. `rows`: (number as the sheet counts, cells); empty rows are left out.

    `comma_decimals`: the file separates its columns in a way that leaves commas to decimals.
    """

    name: str
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    comma_decimals: bool = False


def read_sheets(content: bytes) -> list[Sheet]:
    """Every sheet of the file. Raises Refused with what to do instead."""
    if not content.strip(b"\x00 \t\r\n"):
        raise Refused(remark(N_("The file is empty. Choose the file again.")))
    if content.startswith(b"PK\x03\x04"):
        return list(_read_xlsx(content))
    _refuse_other_kinds(content)
    return [_read_csv(content)]


def text_of(cell: Cell) -> str:
    """The cell as text; numbers without the noise of binary fractions."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        return f"{Decimal(format(cell, '.15g')):f}"
    return cell


# -- CSV ---------------------------------------------------------------------------------


def _read_csv(content: bytes) -> Sheet:
    text = decoded(content)
    delimiter = _delimiter(text)
    rows: list[tuple[int, list[Cell]]] = []
    csv.field_size_limit(LONGEST_CELL * 4)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, row in enumerate(reader, start=1):
            _must_fit(len(rows), len(row))
            cells: list[Cell] = [unguarded(each) for each in row]
            if any(cells):
                rows.append((number, _checked(cells, number)))
    except csv.Error as broken:
        why = remark(N_("The file cannot be read as CSV. Save it as XLSX and send that."))
        raise Refused(why) from broken
    return Sheet("", rows, comma_decimals=delimiter == ";")


def decoded(content: bytes) -> str:
    """The text of the bytes: UTF-8, UTF-16, or windows-1252 where that is plain. Or Refused."""
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return _strictly(content, "utf-8-sig" if name == "utf-8" else name)
    if b"\x00" in content:
        start = content[:2000]
        evens, odds = start[::2].count(0), start[1::2].count(0)
        if max(evens, odds) > len(start) / 5 and min(evens, odds) < len(start) / 50:
            return _strictly(content, "utf-16-le" if odds > evens else "utf-16-be")
        raise Refused(remark(N_("This is no table of text. Send a CSV or XLSX file.")))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _western(content)


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as broken:
        raise _unknown_letters() from broken


def _western(content: bytes) -> str:
    """windows-1252, as old Excel writes it: single accented letters and signs among plain ones.

    In old Indian encodings (ISCII and fonts of their own) such bytes stand in rows.
    """
    high = sum(byte > 127 for byte in content)
    letters = sum(65 <= byte <= 122 for byte in content)
    if high > max(4, letters / 5) or re.search(rb"[\x80-\xff]{3}", content):
        raise _unknown_letters()
    return _strictly(content, "windows-1252")


def _unknown_letters() -> Refused:
    return Refused(
        remark(
            N_(
                "The letters of this file cannot be read. Open it in your spreadsheet program and "
                "save it as XLSX, or as “CSV UTF-8”."
            )
        )
    )


def _delimiter(text: str) -> str:
    """The sign that parts the cells in the first lines, outside of quotes."""
    lines = re.sub(r'"[^"]*"', "", text[:20_000]).splitlines()[:30]
    counts = {sign: sum(line.count(sign) for line in lines) for sign in "\t;,|"}
    best = max(counts, key=lambda sign: (_rows_alike(lines, sign), counts[sign]))
    return best if counts[best] else ","


def _rows_alike(lines: list[str], sign: str) -> int:
    found = [line.count(sign) for line in lines if line.count(sign)]
    return max((found.count(each) for each in found), default=0)


# -- XLSX --------------------------------------------------------------------------------


def _read_xlsx(content: bytes) -> Iterator[Sheet]:
    import warnings

    import openpyxl

    _check_parts(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and rules of no concern to us
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            for sheet in book.worksheets:
                if sheet.sheet_state == "visible":
                    yield Sheet(sheet.title, _rows_of(sheet, content))
    except (Refused, MemoryError):
        raise
    except Exception as broken:  # openpyxl raises whatever the broken part led to
        why = remark(N_("This XLSX file is damaged. Open it, save it anew and send that."))
        raise Refused(why) from broken


def _check_parts(content: bytes) -> None:
    """What the directory of the archive declares; a part that holds more than that is cut off."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            _check_sizes(parts)
            for part in parts:
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    _scan(archive, part)
    except _BROKEN as broken:
        why = remark(N_("This XLSX file is damaged. Open it, save it anew and send that."))
        raise Refused(why) from broken


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names:
        raise Refused(
            remark(N_("This is no XLSX file. Open it in your program and save it as XLSX."))
        )
    shared = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
    whole = sum(part.file_size for part in parts)
    if whole > MOST_UNFOLDED or shared > MOST_SHARED or len(parts) > MOST_PARTS:
        raise Refused(
            remark(
                N_(
                    "Unfolded this file has %(size)s MB; at most %(most)s MB are read. "
                    "Remove what is not needed."
                ),
                size=f"{max(whole, shared) // 1_000_000:,}",
                most=f"{MOST_UNFOLDED // 1_000_000}",
            )
        )


def _scan(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Count the rows and cells of a sheet before anything is made of them.

    openpyxl goes through all of a sheet that does not state its size, however long it is.
    """
    rows = cells = 0
    with archive.open(part) as opened:
        rest = b""
        while chunk := opened.read(1 << 20):
            # A tag that is cut in two is counted with the next piece.
            text, bracket, begun = (rest + chunk).rpartition(b"<")
            rest = (bracket + begun)[-64:]
            rows += len(_ROW.findall(text))
            cells += len(_CELL.findall(text))
            if rows > MOST_ROWS * 3:
                raise _too_many_rows()
            if cells > MOST_CELLS:
                why = N_("The table has more than %(most)s cells. Send it in several files.")
                raise Refused(remark(why, most=f"{MOST_CELLS:,}"))


def _rows_of(sheet: Any, content: bytes) -> list[tuple[int, list[Cell]]]:
    rows: list[tuple[int, list[Cell]]] = []
    sheet.reset_dimensions()  # what a file says of its size need not be true
    formulas = _formulas(sheet, content)
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [_cell_of(each) for each in row]
        if formulas:
            cells = [
                _or_formula(cell, each, formulas) for cell, each in zip(cells, row, strict=True)
            ]
        while cells and cells[-1] in (None, ""):
            cells.pop()
        if number > MOST_ROWS * 60:
            raise _too_many_rows()
        _must_fit(len(rows), len(cells))
        if any(each not in (None, "") for each in cells):
            rows.append((number, _checked(cells, number)))
    _fill_merged(rows, sheet, content)
    return rows


def _cell_of(cell: Any) -> Cell:
    value = cell.value
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        said = _said_by_format(cell.number_format)
        return f"{said} {text_of(value)}" if said else value
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if not value.time() else value.isoformat(sep=" ")
    return str(value)


def _or_formula(value: Cell, cell: Any, formulas: Mapping[str, Formula]) -> Cell:
    """The formula itself where its result is missing; whoever reads the column says so."""
    known = value in (None, "") and getattr(cell, "coordinate", None)
    return formulas.get(known, value) if known else value


def _said_by_format(number_format: str | None) -> str:
    """'₹' of '[$₹-4009] #,##0' and 'kg' of '0.00" kg"': what the sheet shows beside a number."""
    if not number_format or number_format == "General":
        return ""
    first = number_format.split(";")[0]
    said = re.findall(r'\[\$([^\]-]*)-?[^\]]*\]|"([^"]*)"|([₹$€£¥])', first)
    return " ".join(filter(None, ("".join(each).strip() for each in said)))


def _fill_merged(rows: list[tuple[int, list[Cell]]], sheet: Any, content: bytes) -> None:
    """A name that stands merged beside several rows holds for each of them."""
    numbered = dict(rows)
    filled = 0
    for column, first, last in _merged(sheet, content):
        top = numbered.get(first)
        if top is None or column >= len(top) or top[column] in (None, ""):
            continue
        for number in range(first + 1, last + 1):
            cells = numbered.get(number)
            if cells is None:
                continue
            filled += 1
            if filled > MOST_FILLED:
                return
            cells.extend([None] * (column + 1 - len(cells)))
            if cells[column] in (None, ""):
                cells[column] = top[column]


def _formulas(sheet: Any, content: bytes) -> dict[str, Formula]:
    path = str(sheet._worksheet_path).lstrip("/")
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(path) as part:
        return without_results(part)


def _merged(sheet: Any, content: bytes) -> Iterator[tuple[int, int, int]]:
    """Column, first and last row of what is merged downwards. It stands behind all the rows."""
    from openpyxl.utils import range_boundaries

    path = str(sheet._worksheet_path).lstrip("/")
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(path) as part:
        tail = b""
        while chunk := part.read(1 << 20):
            tail = (tail + chunk)[-(1 << 21) :]
    for match in re.finditer(rb'<mergeCell ref="([A-Z]{1,3}\d+:[A-Z]{1,3}\d+)"', tail):
        left, top, _, bottom = range_boundaries(match.group(1).decode())
        if bottom > top:
            yield left - 1, top, bottom


# -- both --------------------------------------------------------------------------------

# Signs by which a spreadsheet takes a text for a formula.
FORMULA_SIGNS = "=+-@\t\r"


def guarded(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula; `unguarded` gives it back."""
    bare = text.lstrip("'")
    return f"'{text}" if bare and bare[0] in FORMULA_SIGNS else text


def unguarded(text: str) -> str:
    bare = text.lstrip("'")
    guarded_by_us = text.startswith("'") and bare and bare[0] in FORMULA_SIGNS
    return text[1:] if guarded_by_us else text


def _checked(cells: list[Cell], number: int) -> list[Cell]:
    return [_clean_cell(each, number) for each in cells]


def _clean_cell(cell: Cell, number: int) -> Cell:
    if not isinstance(cell, str):
        return cell
    clean = _clean(cell, number)
    return Formula(clean) if isinstance(cell, Formula) else clean


def _clean(text: str, number: int) -> str:
    """Without signs that cannot be shown. Excel ends lines in its own way."""
    if len(text) > LONGEST_CELL:
        why = N_("Row %(row)s holds a text of more than %(most)s letters. Shorten it.")
        raise Refused(remark(why, row=number, most=LONGEST_CELL))
    text = text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]", "", text)


def _must_fit(rows: int, columns: int) -> None:
    if columns > MOST_COLUMNS:
        raise Refused(
            remark(
                N_(
                    "The table has %(columns)s columns or more; at most %(most)s are read. "
                    "Remove the others."
                ),
                columns=f"{columns:,}",
                most=MOST_COLUMNS,
            )
        )
    if rows > MOST_ROWS:
        raise _too_many_rows()


def _too_many_rows() -> Refused:
    why = N_("The table has more than %(most)s rows. Send it in several files.")
    return Refused(remark(why, most=f"{MOST_ROWS:,}"))


def _refuse_other_kinds(content: bytes) -> None:
    """Name what was sent instead of a table."""
    start = content[:512].lstrip().lower()
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            remark(
                N_(
                    "This is an old Excel file (XLS), or one with a password. "
                    "Save it as XLSX without one."
                )
            )
        )
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        raise Refused(remark(N_("This is a web page, not a table. Open it and save it as XLSX.")))
    if start.startswith((b"%pdf", b"\x89png", b"\xff\xd8\xff", b"{\\rtf", b"rar!", b"7z")):
        raise Refused(remark(N_("This is no table. Send a CSV or XLSX file.")))


def strings_in(rows: Iterable[list[Cell]], column: int) -> list[str]:
    """The texts of a column; numbers of a spreadsheet are not among them."""
    return [row[column] for row in rows if column < len(row) and isinstance(row[column], str)]  # type: ignore[misc]

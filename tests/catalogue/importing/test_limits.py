"""Files that would harm their reader, or cannot be read: refused within seconds, in words."""

from __future__ import annotations

import io
import resource
import zipfile

import pytest

from matchmaker.catalogue.importing.reading import read_apart
from matchmaker.catalogue.importing.remarks import Refused
from matchmaker.catalogue.importing.sheets import MOST_COLUMNS, MOST_ROWS, decoded, read_sheets

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName='
    '"/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.worksheet+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/{kind}" Target="{target}"/></Relationships>'
)
BOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def xlsx(rows: bytes, head: bytes = b"") -> bytes:
    """A workbook whose only sheet holds these rows, as they stand."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        workbook = RELATIONS.format(kind="officeDocument", target="xl/workbook.xml")
        archive.writestr("_rels/.rels", workbook)
        archive.writestr("xl/workbook.xml", BOOK)
        sheet = RELATIONS.format(kind="worksheet", target="worksheets/sheet1.xml")
        archive.writestr("xl/_rels/workbook.xml.rels", sheet)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(head + f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            part.write(rows + b"</sheetData></worksheet>")
    return out.getvalue()


def cells(count: int) -> bytes:
    return b'<c t="inlineStr"><is><t>x</t></is></c>' * count


def declaring(size: int) -> bytes:
    """A small file whose directory says that its sheet has `size` bytes."""
    content = bytearray(xlsx(b"<row>" + cells(2) + b"</row>"))
    at = content.rindex(b"xl/worksheets/sheet1.xml") - 46
    content[at + 24 : at + 28] = size.to_bytes(4, "little")
    return bytes(content)


def refusal(content: bytes) -> str:
    """What is said of it, in little memory of ours: nobody waited for the limit of time."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refused) as refused:
        read_apart(content)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000  # kilobytes
    return str(refused.value)


def test_a_sheet_that_unfolds_to_hundreds_of_megabytes_is_refused_by_its_directory() -> None:
    bomb = xlsx(b" " * 300_000_000)
    assert len(bomb) < 1_000_000
    assert "at most 262 MB are read" in refusal(bomb)


def test_a_declared_size_of_two_gigabytes_is_refused_unopened() -> None:
    assert refusal(declaring(2_147_483_647)).startswith("Unfolded this file has 2,147 MB")


def test_fifty_thousand_columns_are_refused() -> None:
    assert "has 50,000 columns or more" in refusal(xlsx(b"<row>" + cells(50_000) + b"</row>"))
    assert "has 50,000 columns or more" in refusal(b",".join([b"x"] * 50_000))


def test_two_million_rows_are_refused() -> None:
    many = f"more than {MOST_ROWS:,} rows"
    assert many in refusal(xlsx((b"<row>" + cells(1) + b"</row>") * 2_000_000))
    assert many in refusal(b"a,b\n" * 2_000_000)


def test_two_million_empty_rows_are_refused_as_well() -> None:
    assert f"more than {MOST_ROWS:,} rows" in refusal(xlsx(b"<row/>" * 2_000_000))


def test_entities_that_multiply_are_not_unfolded() -> None:
    laughs = b'<!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    row = b'<row><c t="inlineStr"><is><t>&j;</t></is></c></row>'
    assert "damaged" in refusal(xlsx(row, laughs + b"]>"))


def test_what_no_check_foresees_meets_the_limit_of_memory() -> None:
    wide = (b"abc," * (MOST_COLUMNS - 1) + b"x\n") * 5_000
    assert len(read_apart(wide)[0].rows) == 5_000  # what is allowed fits into the usual limit
    with pytest.raises(Refused, match="more memory or time"):
        read_apart(wide, memory=90_000_000)


def test_three_million_cells_are_refused() -> None:
    many = xlsx((b"<row>" + cells(200) + b"</row>") * 15_000)
    assert "more than 2,500,000 cells" in refusal(many)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old Excel file"),
        (b"<html><table><tr><td>Name</td></tr></table></html>", "a web page"),
        (b"%PDF-1.7 ...", "no table"),
        (b"PK\x03\x04 and nothing more", "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "no table"),
        (b"Name,Price\nMat \xb3\xd4\xcc\xda\xaa\xc3\xd1,120\n" * 30, "cannot be read"),
        (bytes(range(256)) * 20, "no table"),
        (b"\xef\xbb\xbfName\xff\xfe,1\n", "cannot be read"),
    ],
)
def test_what_is_no_table_is_told_apart(content: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read_sheets(content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_texts_of_every_unicode_are_read(encoding: str) -> None:
    text = "Name;Price\nറബ്ബർ മാറ്റ്;12,5\nMat;3\n"
    if encoding in ("utf-16-le", "utf-16-be"):
        text = "Name;Price;Minimum order\nMat;12,5;100\n"
    assert decoded(text.encode(encoding)) == text


def test_the_accents_of_old_excel_are_read() -> None:
    assert decoded("Café mat;12,50 €\n".encode("windows-1252")) == "Café mat;12,50 €\n"

"""What is taken as a document, and what is refused or made harmless."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from matchmaker.certification.uploads import ENDINGS, LARGEST, LONGEST_SIDE, accept
from matchmaker.errors import BadInput
from tests.certification.papers import pdf, picture, png_bomb

SCRIPT = b"<script>alert(document.domain)</script>"


def test_a_pdf_is_kept_byte_for_byte_for_its_signature() -> None:
    accepted = accept(pdf(), "certificate.pdf")
    assert (accepted.content, accepted.media_type) == (pdf(), "application/pdf")


@pytest.mark.parametrize(
    ("kind", "name"), [("JPEG", "a.jpg"), ("JPEG", "b.JPEG"), ("PNG", "c.png")]
)
def test_a_picture_is_drawn_anew_without_what_was_written_into_it(kind: str, name: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at the works, 9.44 N 76.54 E"
    sent = picture(kind, exif=exif) + SCRIPT
    accepted = accept(sent, name)
    with Image.open(io.BytesIO(accepted.content)) as kept:
        assert (kept.size, dict(kept.getexif())) == ((60, 40), {})
    assert b"script" not in accepted.content
    assert b"works" not in accepted.content


def test_a_large_photo_is_made_smaller_and_stays_readable() -> None:
    accepted = accept(picture(size=(6000, 4000)), "photo.jpg")
    with Image.open(io.BytesIO(accepted.content)) as kept:
        assert max(kept.size) == LONGEST_SIDE


REFUSED = {
    "a page": (b"<!doctype html>" + SCRIPT, "a.html"),
    "a page that calls itself a PDF": (b"<html>" + SCRIPT, "a.pdf"),
    "a drawing with a script": (b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT, "a.svg"),
    "a drawing that calls itself a PNG": (b"<?xml version='1.0'?><svg>" + SCRIPT, "a.png"),
    "a picture named as a PDF": (picture(), "a.pdf"),
    "a PDF named as a page": (pdf(), "a.html"),
    "a PDF with two endings": (pdf(), "a.pdf.exe"),
    "a GIF": (picture("GIF"), "a.gif"),
    "nothing": (b"", "a.pdf"),
    "a PDF with a page in it": (pdf(SCRIPT), "a.pdf"),
    "a PDF with a page behind its end": (pdf() + SCRIPT, "a.pdf"),
    "a page before the PDF": (SCRIPT + pdf(), "a.pdf"),
    "a PDF with a program": (pdf(b"4 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj"), "a.pdf"),
    "a program whose name is hidden": (pdf(b"4 0 obj<</S/J#61vaScript>>endobj"), "a.pdf"),
    "a PDF with files in it": (pdf(b"4 0 obj<</EmbeddedFiles 5 0 R>>endobj"), "a.pdf"),
    "a PDF that starts something": (pdf(b"4 0 obj<</S/Launch>>endobj"), "a.pdf"),
    "a locked PDF": (pdf(b"4 0 obj<</Encrypt 5 0 R>>endobj"), "a.pdf"),
    "a torn PDF": (pdf()[:-8], "a.pdf"),
    "a torn picture": (picture()[:40], "a.jpg"),
    "too much": (pdf(b"0" * LARGEST), "a.pdf"),
    "a picture of 900 million pixels": (png_bomb(30_000), "a.png"),
    "a picture of 64 million pixels": (png_bomb(8_000), "a.png"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused_with_a_word_on_what_to_send_instead(what: str) -> None:
    content, name = REFUSED[what]
    with pytest.raises(BadInput) as refused:
        accept(content, name)
    assert len(refused.value.remedy) > 20


def test_a_program_in_a_packed_part_of_a_pdf_is_found() -> None:
    packed = zlib.compress(b"<</S/JavaScript/JS(app.alert(1))>>")
    part = b"4 0 obj<</Type/ObjStm/Length %d>>stream\n%s\nendstream endobj" % (len(packed), packed)
    with pytest.raises(BadInput, match="program"):
        accept(pdf(part), "a.pdf")


def test_a_pdf_that_swells_when_unpacked_is_refused() -> None:
    packed = zlib.compress(b"0" * 60_000_000, 9)
    part = b"4 0 obj<</Type/ObjStm/Length %d>>stream\n%s\nendstream endobj" % (len(packed), packed)
    with pytest.raises(BadInput, match="unpacked"):
        accept(pdf(part), "a.pdf")


def test_a_pdf_that_is_an_archive_too_is_refused() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("page.html", "x")
        made.comment = b"\n%%EOF\n"
    with pytest.raises(BadInput, match="two kinds"):
        accept(pdf() + archive.getvalue(), "a.pdf")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/scan.pdf", "scan.pdf"),
        ("C:\\papers\\scan.pdf", "scan.pdf"),
        ('a"b<c>\r\n.pdf', "abc.pdf"),
        ("സർട്ടിഫിക്കറ്റ്.pdf", "സർട്ടിഫിക്കറ്റ്.pdf"),
    ],
)
def test_names_are_made_plain(sent: str, kept: str) -> None:
    assert accept(pdf(), sent).file_name == kept


@given(
    st.binary(max_size=300),
    st.sampled_from((b"", b"%PDF-1.7\n", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")),
    st.sampled_from(("a.pdf", "a.jpg", "a.png", "", ".", "a")),
)
def test_whatever_comes_it_is_a_known_kind_or_refused(
    content: bytes, start: bytes, name: str
) -> None:
    try:
        accepted = accept(start + content, name)
    except BadInput:
        return
    assert accepted.media_type in ENDINGS

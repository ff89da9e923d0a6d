"""Labelled catalogues of other people: read into our fields, refused by file, line and remedy."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from search.foreign import BadFile, ForeignDocument, LabelledSet, read_labelled_set

DOCUMENT = {
    "id": "7",
    "title": "Coir mat",
    "brand": "Kayar",
    "category": "Mats",
    "description": "For doors.",
    "attributes": {"width_cm": 45, "washable": "True", "wool": "False", "edge": "", "dyes": [1, 2]},
}
QUERY = {"id": "q1", "query": "door mat"}
LABEL = {"query": "q1", "document": "7", "grade": 3.0}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    found = {name: tmp_path / f"{name}.jsonl" for name in ("documents", "queries", "labels")}
    write(found["documents"], DOCUMENT)
    write(found["queries"], QUERY)
    write(found["labels"], LABEL)
    return found


def write(file: Path, *lines: object) -> None:
    texts = [each if isinstance(each, str) else json.dumps(each) for each in lines]
    file.write_text("\n".join(texts) + "\n", encoding="utf-8")


def test_a_foreign_product_stands_in_our_fields(files: dict[str, Path]) -> None:
    packed = files["documents"].with_suffix(".jsonl.gz")
    packed.write_bytes(gzip.compress(files["documents"].read_bytes()))
    expected = LabelledSet(
        documents=(
            ForeignDocument(
                "7",
                {
                    "title": "Coir mat",
                    "family": "Mats",
                    "firm": "Kayar",
                    "description": "For doors.",
                    "attributes": "width cm 45; washable; dyes 1, 2",
                },
                "Coir mat. Mats. For doors.",
            ),
        ),
        queries={"q1": "door mat"},
        labels={"q1": {"7": 3}},
    )
    assert read_labelled_set(**files) == expected
    assert read_labelled_set(**{**files, "documents": packed}) == expected


def test_what_a_document_does_not_tell_is_empty(files: dict[str, Path]) -> None:
    write(files["documents"], {"id": 7, "title": "Mat", "brand": None})
    (document,) = read_labelled_set(**files).documents
    assert document.values == {
        "title": "Mat",
        "family": "",
        "firm": "",
        "description": "",
        "attributes": "",
    }


@pytest.mark.parametrize(
    ("name", "lines", "told"),
    [
        ("documents", [DOCUMENT, "{"], "line 2: the line"),
        ("documents", ["[1]"], "line 1: the line"),
        ("documents", [{"title": "Mat"}], "line 1: 'id'"),
        ("documents", [DOCUMENT, DOCUMENT], "line 2: 'id'"),
        ("documents", [{**DOCUMENT, "title": 3}], "line 1: 'title'"),
        ("documents", [{**DOCUMENT, "attributes": ["red"]}], "line 1: 'attributes'"),
        ("documents", [], "the file"),
        ("queries", [{"id": "q1", "query": " "}], "line 1: 'query'"),
        ("queries", [QUERY, "", QUERY], "line 3: 'id'"),
        ("queries", [], "the file"),
        ("labels", [{**LABEL, "grade": 4}], "line 1: 'grade'"),
        ("labels", [{**LABEL, "grade": True}], "line 1: 'grade'"),
        ("labels", [{**LABEL, "grade": "3"}], "line 1: 'grade'"),
        ("labels", [{**LABEL, "query": "q9"}, {**LABEL, "document": "8"}], "the file"),
        ("labels", [LABEL, {"query": "q1", "grade": 1}], "line 2: 'document'"),
        ("labels", [], "the file"),
    ],
)
def test_a_bad_line_is_named_with_its_file(
    files: dict[str, Path], name: str, lines: list[Any], told: str
) -> None:
    write(files[name], *lines)
    with pytest.raises(BadFile) as refused:
        read_labelled_set(**files)
    assert str(refused.value).startswith(str(files[name]))
    assert told in str(refused.value)
    assert refused.value.remedy.endswith(".")


def test_labels_of_what_is_not_there_are_counted_and_left_out(files: dict[str, Path]) -> None:
    write(files["labels"], {**LABEL, "grade": 2.5}, {**LABEL, "query": "q9"})
    found = read_labelled_set(**files)
    assert (found.labels, found.strangers) == ({"q1": {"7": 2.5}}, 1)


@pytest.mark.parametrize("name", ["documents", "queries", "labels"])
def test_a_file_that_cannot_be_read_is_named(files: dict[str, Path], name: str) -> None:
    folder = files[name].parent
    missing = folder / "nowhere.jsonl"
    not_packed = folder / "plain.gz"
    not_packed.write_text("{}")
    torn = folder / "torn.gz"
    torn.write_bytes(gzip.compress(files[name].read_bytes())[:-9])
    not_text = folder / "bytes.jsonl"
    not_text.write_bytes(b"\xff\xfe\x00")
    for bad in (missing, not_packed, torn, not_text, folder):
        with pytest.raises(BadFile) as refused:
            read_labelled_set(**{**files, name: bad})
        assert str(refused.value).startswith(f"{bad}: the file cannot be used.")


def test_a_byte_order_mark_is_no_part_of_the_first_line(files: dict[str, Path]) -> None:
    files["queries"].write_text("\ufeff" + json.dumps(QUERY), encoding="utf-8")
    assert read_labelled_set(**files).queries == {"q1": "door mat"}

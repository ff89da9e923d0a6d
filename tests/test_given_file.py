"""A file, or what is piped in: read up to a limit, and refused by what is wrong with it."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from matchmaker.errors import BadInput
from matchmaker.given_file import content_of


def refused(name: str) -> str:
    with pytest.raises(BadInput) as error:
        content_of(name, most=2_000_000, field="FILE")
    return str(error.value)


def test_a_file_or_a_pipe_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "meet.json"
    file.write_text("{}")
    assert content_of(str(file), most=2, field="FILE") == b"{}"
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"[]")))
    assert content_of("-", most=2, field="FILE") == b"[]"


def test_what_is_no_readable_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refused(str(tmp_path)).endswith("Is a directory. Name a file, or - for a pipe.")
    assert "No such file" in refused(str(tmp_path / "nowhere"))
    assert "no name of a file" in refused("a\0b")
    assert "File name too long" in refused("x" * 5000)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b" \n")))
    assert refused("-") == "FILE: “-” cannot be used. It is empty."
    monkeypatch.setattr("sys.stdin", None)
    assert "nothing is piped in" in refused("-")


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"", "It is empty."),
        (b"x" * 2_000_001, "It can have at most 2 million bytes: split it."),
        (gzip.compress(b"{}", mtime=0), "It is compressed by gzip: unpack it"),
        (b"PK\x03\x04...", "It is a ZIP archive or a spreadsheet"),
    ],
)
def test_content_that_cannot_be_meant_is_refused(
    content: bytes, remedy: str, tmp_path: Path
) -> None:
    file = tmp_path / "meet.json"
    file.write_bytes(content)
    assert remedy in refused(str(file))

"""What READMEs, docstrings and comments name is there: files, folders, and commands to run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from matchmaker.config import ROOT

# Folders whose texts are read; what is named may lie anywhere in the repository.
READ = ("matchmaker", "search", "seed", "tests")
KINDS = "py|md|json|jsonl|toml|js|css|html|po|npz|gz"
# As in `scoring/values.py`, [told here](scoring/README.md), `python -m tests.benchmarks.matching`
FILE = re.compile(rf"`([\w./-]*\w\.(?:{KINDS}))`")
FOLDER = re.compile(r"`([\w-]+(?:/[\w-]+)*/)`")
LINK = re.compile(r"\]\(([\w./-]+)\)")
# Of the data folder, or brought by whoever runs a program.
ELSEWHERE = {"model.json", "table.json", "documents.jsonl.gz", "queries.jsonl"}
MODULE = re.compile(r"python -m ((?:matchmaker|search|seed|tests)[a-z_.]*)(?![A-Z])")


def texts() -> Iterator[Path]:
    yield from ROOT.glob("*.md")
    for folder in READ:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in (".md", ".py") and file != Path(__file__):
                yield file


@cache
def tree() -> frozenset[str]:
    """Every file and folder of the repository, by its path."""
    found = {path.relative_to(ROOT).as_posix() for folder in READ for path in _inside(folder)}
    return frozenset(found | {path.name for path in ROOT.iterdir()})


def _inside(folder: str) -> Iterator[Path]:
    yield ROOT / folder
    yield from (path for path in (ROOT / folder).rglob("*") if "__pycache__" not in path.parts)


def is_there(named: str, file: Path) -> bool:
    """Whether a path is one of the repository, however much of its beginning is left out.

    A bare name must lie in the room that names it, in its tests, or beside the rooms. What begins
    with a slash is an address of the site.
    """
    wanted = named.strip("/")
    if named.startswith("/") or wanted in ELSEWHERE | tree():
        return True
    ends = [path for path in tree() if path.endswith(f"/{wanted}")]
    if "/" in wanted:
        return bool(ends)
    inside = file.relative_to(ROOT).parts
    room = "/".join(inside[: min(2, len(inside) - 1)])
    near = (f"{room}/", f"tests/{room.partition('/')[2]}/")
    return f"{inside[0]}/{wanted}" in ends or any(path.startswith(near) for path in ends)


def named_in_vain(file: Path, text: str) -> list[str]:
    named = [*FILE.findall(text), *FOLDER.findall(text)]
    found = [each for each in named if not is_there(each, file)]
    if file.suffix == ".md":
        links = (each for each in LINK.findall(text) if not each.startswith("http"))
        found += [each for each in links if not (file.parent / each).exists()]
    modules = (each.rstrip(".").replace(".", "/") for each in MODULE.findall(text))
    return found + [each for each in modules if not {f"{each}.py", each} & tree()]


def test_every_file_that_is_named_exists() -> None:
    found = {
        file.relative_to(ROOT).as_posix(): wrong
        for file in texts()
        if (wrong := named_in_vain(file, file.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Read `scoring/values.py`, then `problem.py`; see [more](scoring/README.md).", []),
        ("All of `scoring/criteria/` by `python -m tests.benchmarks.matching`.", []),
        ("Read `scoring/value.py`.", ["scoring/value.py"]),
        ("Read `timetable.py`.", ["timetable.py"]),  # of another room
        ("See `critera/` and [more](README.txt).", ["critera/", "README.txt"]),
        ("Run `python -m tests.benchmarks.machine`.", ["tests/benchmarks/machine"]),
    ],
)
def test_a_name_that_is_not_there_is_found(text: str, wrong: list[str]) -> None:
    assert named_in_vain(ROOT / "matchmaker" / "matching" / "README.md", text) == wrong

"""Read a labelled catalogue of somebody else into documents of our product index.

Three files of JSON lines (a name that ends in .gz is unpacked): documents with `id`, `title`,
`brand`, `category`, `description`, `attributes`; queries with `id`, `query`; labels with
`query`, `document`, `grade` 0 to 3. What cannot be read is refused with file, line and remedy.
"""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from search.contract import Value
from search.errors import SearchError
from search.meaning import attribute_in_words, product_meaning
from search.measuring import Labels

_YES = frozenset({"true", "yes", "y"})
_NOTHING = frozenset({"", "false", "no", "n", "none", "null", "n/a"})


class BadFile(SearchError):
    """A line that says nothing we can use; nothing was indexed or measured."""

    def __init__(self, file: Path, line: int, field: str, remedy: str) -> None:
        place = f"{file}, line {line}" if line else str(file)
        super().__init__(f"{place}: {field} cannot be used. {remedy}")
        self.file, self.line, self.field, self.remedy = file, line, field, remedy


@dataclass(frozen=True, slots=True)
class ForeignDocument:
    """A document in the words of our index, with the text whose meaning stands for it."""

    id: str
    values: Mapping[str, Value]
    meaning: str


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A catalogue, what was asked of it (id to text), and the grades by query and document.

    `strangers` counts labels left out since the catalogue is a part of the judged one: they name
    a query or document that is not there.
    """

    documents: tuple[ForeignDocument, ...]
    queries: Mapping[str, str]
    labels: Labels
    strangers: int = 0


def read_labelled_set(documents: Path, queries: Path, labels: Path) -> LabelledSet:
    """All three files, held against one another. Raises BadFile."""
    asked = _queries(queries)
    known = _documents(documents)
    grades, strangers = _labels(labels, asked, known)
    return LabelledSet(tuple(known.values()), asked, grades, strangers)


def _documents(file: Path) -> dict[str, ForeignDocument]:
    found: dict[str, ForeignDocument] = {}
    for line in _lines(file):
        id = line.name("id")
        if id in found:
            raise line.bad("id", f"'{id}' stands in an earlier line; give each its own.")
        found[id] = _document(id, line)
    if not found:
        raise BadFile(file, 0, "the file", "It holds no document; give one a line.")
    return found


def _document(id: str, line: "_Line") -> ForeignDocument:
    title, brand = line.text("title"), line.text("brand")
    category, description = line.text("category"), line.text("description")
    values: dict[str, Value] = {
        "title": title,
        "family": category,
        "firm": brand,
        "description": description,
        "attributes": _attributes(line),
    }
    return ForeignDocument(id, values, product_meaning(title, category, description))


def _attributes(line: "_Line") -> str:
    """'thickness 18; waterproof': a fact that holds is its name, one that does not is none."""
    held = line.values.get("attributes")
    if held is None:
        return ""
    if not isinstance(held, dict):
        raise line.bad("attributes", 'Give an object such as {"colour": "red"}.')
    parts = []
    for name, value in held.items():
        several = value if isinstance(value, list) else [value]
        texts = [str(each).strip() for each in several if each is not None]
        texts = [each for each in texts if each.casefold() not in _NOTHING]
        if texts:
            told = "" if texts[0].casefold() in _YES else ", ".join(texts)
            parts.append(attribute_in_words(str(name).replace("_", " "), told))
    return "; ".join(parts)


def _queries(file: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _lines(file):
        id, text = line.name("id"), line.text("query")
        if id in found:
            raise line.bad("id", f"'{id}' stands in an earlier line; give each its own.")
        if not text.strip():
            raise line.bad("query", "Give what is asked, as text.")
        found[id] = text
    if not found:
        raise BadFile(file, 0, "the file", "It holds no query; give one a line.")
    return found


def _labels(
    file: Path, asked: Mapping[str, str], known: Mapping[str, object]
) -> tuple[Labels, int]:
    found: dict[str, dict[str, float]] = {}
    strangers = 0
    for line in _lines(file):
        query, document, grade = line.name("query"), line.name("document"), _grade(line)
        if query in asked and document in known:
            found.setdefault(query, {})[document] = grade
        else:
            strangers += 1
    if not found:
        remedy = "It holds no label of these queries and documents; give one a line."
        raise BadFile(file, 0, "the file", remedy)
    return found, strangers


def _grade(line: "_Line") -> float:
    """A number from 0 to 3; between whole ones, when several judges differed."""
    grade = line.values.get("grade")
    if isinstance(grade, bool) or not isinstance(grade, int | float) or not 0 <= grade <= 3:
        raise line.bad("grade", "Give a number from 0 to 3.")
    return float(grade)


@dataclass(frozen=True, slots=True)
class _Line:
    """One object of a file, which knows where it stood."""

    file: Path
    number: int
    values: Mapping[str, Any]

    def bad(self, field: str, remedy: str) -> BadFile:
        return BadFile(self.file, self.number, f"'{field}'", remedy)

    def name(self, field: str) -> str:
        """An id: a text or a whole number, not empty."""
        value = self.values.get(field)
        if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
            raise self.bad(field, "Give a text that is not empty.")
        return str(value)

    def text(self, field: str) -> str:
        """A text; left out or null it is empty."""
        value = self.values.get(field)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.bad(field, "Give a text.")
        return value


def _lines(file: Path) -> Iterator[_Line]:
    for number, raw in enumerate(_raw_lines(file), 1):
        if not raw.strip():
            continue
        try:
            values = json.loads(raw)
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise BadFile(file, number, "the line", 'Give one JSON object, such as {"id": "1"}.')
        yield _Line(file, number, values)


def _raw_lines(file: Path) -> Iterator[str]:
    try:
        opened = gzip.open if file.suffix == ".gz" else open
        with opened(file, "rt", encoding="utf-8-sig") as lines:
            yield from lines
    except UnicodeDecodeError as trouble:
        raise BadFile(file, 0, "the file", "Save it as UTF-8.") from trouble
    except (OSError, EOFError, zlib.error) as trouble:
        remedy = f"It could not be read ({trouble}); name a file of JSON lines, or one in .gz."
        raise BadFile(file, 0, "the file", remedy) from trouble

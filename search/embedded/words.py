"""The text index: which documents hold which words, scored by BM25 (tantivy).

It holds one combined field per document and the number of the document's row; every
other fact lives in the columns. Text is cut and folded by `search.analysis` before it
gets here, so tantivy only splits at blanks.
"""

import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur
from tantivy import Query as TextQuery

from search.analysis import words
from search.contract import Document, IndexSettings
from search.embedded.journal import State
from search.errors import IndexDamaged, SearchError
from search.spelling import Vocabulary
from search.understanding import Alternative, Phrase, Slot

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]

_STATE_ID = "\x00state"  # no document may have a NUL in its id
_GAP = "|"  # stands between fields, so that no phrase reaches across; never a word
_SMALL_HEAP, _LARGE_HEAP = 15_000_000, 120_000_000
_PREFIX_SCORE = 0.05  # tantivy gives prefix matches a constant; the real words score beside it
_FOOTER_MAGIC = 1337


@contextmanager
def guarded(index: str) -> Iterator[None]:
    """Translate whatever tantivy throws at torn files, its panics included."""
    try:
        yield
    except (SearchError, GeneratorExit, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as trouble:
        if isinstance(trouble, Exception) or type(trouble).__name__ == "PanicException":
            raise IndexDamaged(index, f"text: {str(trouble)[:120]}") from trouble
        raise


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("state", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="position")
    builder.add_unsigned_field("row", indexed=True, fast=True)
    return builder.build()


def combined_text(document: Document, settings: IndexSettings) -> str:
    """All searchable texts as folded words, the weighty ones several times."""
    parts: list[str] = []
    for field in settings.fields:
        value = document.values.get(field.name)
        if not field.weight or not value:
            continue
        texts = [value] if isinstance(value, str) else list(value)  # type: ignore[arg-type]
        for text in texts:
            folded = " ".join(words(str(text)))
            if folded:
                parts.extend([folded] * field.weight)
    return f" {_GAP} ".join(parts)


def check_text_files(folder: Path, index: str) -> None:
    """Compare every file of the current commit with the checksum in its own footer."""
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        segments = {each["segment_id"].replace("-", "") for each in meta["segments"]}
        for path in folder.iterdir():
            if path.name.split(".")[0] in segments and not _footer_holds(path):
                raise IndexDamaged(index, f"text/{path.name} holds foreign bytes")
    except FileNotFoundError:
        # a merge of the writer just removed a file: opening will tell whether it matters
        return
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        raise IndexDamaged(index, "the text index has no readable meta.json") from trouble


def _footer_holds(path: Path) -> bool:
    data = path.read_bytes()
    length = int.from_bytes(data[-8:-4], "little")
    if int.from_bytes(data[-4:], "little") != _FOOTER_MAGIC or not 0 < length <= len(data) - 8:
        return False
    try:
        footer = json.loads(data[-8 - length : -8])
        return bool(zlib.crc32(memoryview(data)[: -8 - length]) == footer["crc"])
    except (ValueError, KeyError, TypeError):
        return False


class TextIndex:
    """The tantivy files of one generation."""

    def __init__(self, folder: Path, index: str) -> None:
        self._folder, self._name = folder, index
        self._schema = _schema()
        with guarded(index):
            if not tantivy.Index.exists(str(folder)):
                raise IndexDamaged(index, "the text index is missing")
            self._index = tantivy.Index.open(str(folder))
            # "manual": a watching thread would not survive the fork of a web worker
            self._index.config_reader("manual")

    @classmethod
    def create(cls, folder: Path, index: str) -> None:
        """Lay an empty index and commit the empty state."""
        folder.mkdir(parents=True)
        with guarded(index):
            tantivy.Index(_schema(), path=str(folder))
        writer = TextWriter(cls(folder, index), bulk=False)
        writer.commit(State.empty())
        writer.close()

    def view(self) -> "TextView":
        """What is committed now."""
        with guarded(self._name):
            self._index.reload()
            return TextView(self._index.searcher(), self._schema, self._name)

    def writer(self, bulk: bool) -> tantivy.IndexWriter:
        with guarded(self._name):
            return self._index.writer(_LARGE_HEAP if bulk else _SMALL_HEAP, 1)


class TextWriter:
    """Adds and removes documents; everything or nothing counts at `commit`."""

    def __init__(self, index: TextIndex, bulk: bool) -> None:
        self._name = index._name
        self._schema = index._schema
        self._writer = index.writer(bulk)

    def remove(self, id: str) -> None:
        self._writer.delete_documents_by_term("id", id)

    def add(self, document: Document, row: int, settings: IndexSettings) -> None:
        found = tantivy.Document()
        found.add_text("id", document.id)
        found.add_unsigned("row", row)
        found.add_text("words", combined_text(document, settings))
        self._writer.add_document(found)

    def commit(self, state: State) -> None:
        """The journal's state rides in the same commit as a document of its own."""
        self.remove(_STATE_ID)
        found = tantivy.Document()
        found.add_text("id", _STATE_ID)
        found.add_text("state", state.to_text())
        self._writer.add_document(found)
        self._writer.commit()

    def close(self) -> None:
        """Let merges finish and give tantivy's own lock back."""
        self._writer.wait_merging_threads()

    def abandon(self) -> None:
        """Forget what was not committed; after a failed disk even that may fail."""
        try:
            self._writer.rollback()
            self._writer.wait_merging_threads()
        except Exception:  # the original trouble is being raised already
            return


class TextView:
    """A fixed state of the text index."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, index: str) -> None:
        self._searcher, self._schema, self._name = searcher, schema, index
        self.size = max(1, searcher.num_docs)

    def state(self) -> State:
        """The journal state that belongs to this commit."""
        with guarded(self._name):
            found = self._searcher.search(self._term("id", _STATE_ID), 1).hits
            text = str(self._searcher.doc(found[0][1]).get_first("state")) if found else ""
        return State.from_text(text, self._name)

    def vocabulary(self) -> Vocabulary:
        with guarded(self._name):
            return Vocabulary(self._searcher.terms_with_prefix("words", ""))

    def row_of(self, id: str) -> int | None:
        with guarded(self._name):
            rows, _ = self._run(self._term("id", id), 1)
            return int(rows[0]) if len(rows) else None

    # -- queries ---------------------------------------------------------------------

    def _term(self, field: str, word: str) -> TextQuery:
        return TextQuery.term_query(
            self._schema, field, word, "freq" if field == "words" else "basic"
        )

    def phrase(self, phrase: Phrase) -> TextQuery:
        if len(phrase) == 1:
            return self._term("words", phrase[0])
        return TextQuery.phrase_query(self._schema, "words", list(phrase))

    def _alternative(self, each: Alternative) -> TextQuery:
        found = self.phrase(each.words)
        return found if each.boost == 1.0 else TextQuery.boost_query(found, each.boost)

    def slot(self, slot: Slot) -> TextQuery:
        """Any alternative fills the slot; the best of them scores."""
        found = [self._alternative(each) for each in slot.alternatives]
        if slot.apart:
            found.append(
                TextQuery.boolean_query(
                    [(Occur.Must, self._term("words", each)) for each in slot.apart]
                )
            )
        if slot.prefix:
            pattern = slot.prefix.replace(".", "\\.") + ".*"
            prefix = TextQuery.regex_query(self._schema, "words", pattern)
            found.append(TextQuery.const_score_query(prefix, _PREFIX_SCORE))
        return found[0] if len(found) == 1 else TextQuery.disjunction_max_query(found)

    def every(self, slots: Sequence[Slot]) -> TextQuery:
        return TextQuery.boolean_query([(Occur.Must, self.slot(each)) for each in slots])

    def some(self, slots: Sequence[Slot], least: int) -> TextQuery:
        return TextQuery.boolean_query([(Occur.Should, self.slot(each)) for each in slots], least)

    def matching(self, query: TextQuery, limit: int | None = None) -> tuple[Rows, Scores]:
        """Rows and scores, best first; all of them unless limited."""
        with guarded(self._name):
            return self._run(query, limit or self.size)

    def among(self, query: TextQuery, rows: Rows) -> tuple[Rows, Scores]:
        """The same, for these few rows only."""
        only = TextQuery.term_set_query(self._schema, "row", rows.tolist())
        narrow = TextQuery.boolean_query(
            [(Occur.Must, query), (Occur.Must, TextQuery.const_score_query(only, 0.0))]
        )
        return self.matching(narrow, max(1, len(rows)))

    def _run(self, query: TextQuery, limit: int) -> tuple[Rows, Scores]:
        hits = self._searcher.search(query, limit, count=False).hits
        if not hits:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        scores, places = zip(*hits, strict=True)
        rows = self._searcher.fast_field_values("row", list(places))
        return np.array(rows, dtype=np.int64), np.array(scores, dtype=np.float32)

    def count(self, query: TextQuery) -> int:
        with guarded(self._name):
            # its type stub hides the attribute that its documentation names
            return int(self._searcher.search(query, 1).count)  # type: ignore[attr-defined]

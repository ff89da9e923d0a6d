"""The text index on the disk: its fields, and the one who writes them.

It holds one combined field per document, the number of the document's row, and its facts
once more, for counting many matches where they lie (see `matches.py`). Text is cut and
folded by `search.analysis` before it gets here, so tantivy only splits at blanks.
"""

from contextlib import suppress
from pathlib import Path

import tantivy

from search.analysis import words
from search.contract import Document, IndexSettings
from search.embedded.columns import stored_fields
from search.embedded.journal import State
from search.embedded.words import GAP, STATE_ID, TextView, guarded
from search.errors import IndexDamaged
from search.values import as_keyword, as_number, several

_SMALL_HEAP, _LARGE_HEAP = 15_000_000, 120_000_000


def _schema(settings: IndexSettings) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("state", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="position")
    builder.add_unsigned_field("row", indexed=True, fast=True)
    for at, spec in enumerate(stored_fields(settings)):
        if spec.kind == "number":
            builder.add_float_field(f"f{at}", fast=True)
        else:
            builder.add_text_field(f"f{at}", fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def combined_text(document: Document, settings: IndexSettings) -> str:
    """All searchable texts as folded words, the weighty ones several times."""
    parts: list[str] = []
    for field in settings.fields:
        if not field.weight:
            continue
        for text in several(document.values.get(field.name)):
            folded = " ".join(words(str(text)))
            if folded:
                parts.extend([folded] * field.weight)
    return f" {GAP} ".join(parts)


class TextIndex:
    """The tantivy files of one generation."""

    def __init__(self, folder: Path, settings: IndexSettings) -> None:
        index = settings.name
        self.settings, self.name = settings, index
        self._schema = _schema(settings)
        with guarded(index):
            if not tantivy.Index.exists(str(folder)):
                raise IndexDamaged(index, "the text index is missing")
            self._index = tantivy.Index.open(str(folder))
            # "manual": a watching thread would not survive the fork of a web worker
            self._index.config_reader("manual")

    @classmethod
    def create(cls, folder: Path, settings: IndexSettings) -> None:
        """Lay an empty index and commit the empty state."""
        folder.mkdir(parents=True)
        with guarded(settings.name):
            tantivy.Index(_schema(settings), path=str(folder))
        writer = TextWriter(cls(folder, settings), bulk=False)
        writer.commit(State.empty())
        writer.close()

    def view(self) -> TextView:
        """What is committed now."""
        with guarded(self.name):
            self._index.reload()
            return TextView(self._index.searcher(), self._schema, self.settings)

    def writer(self, bulk: bool) -> tantivy.IndexWriter:
        with guarded(self.name):
            return self._index.writer(_LARGE_HEAP if bulk else _SMALL_HEAP, 1)


class TextWriter:
    """Adds and removes documents; everything or nothing counts at `commit`."""

    def __init__(self, index: TextIndex, bulk: bool) -> None:
        self._name = index.name
        self._settings = index.settings
        self._writer = index.writer(bulk)

    def remove(self, id: str) -> None:
        self._writer.delete_documents_by_term("id", id)

    def add(self, document: Document, row: int) -> None:
        found = tantivy.Document()
        found.add_text("id", document.id)
        found.add_unsigned("row", row)
        found.add_text("words", combined_text(document, self._settings))
        for at, spec in enumerate(stored_fields(self._settings)):
            for each in dict.fromkeys(several(document.values.get(spec.name))):
                if spec.kind == "number":
                    found.add_float(f"f{at}", as_number(spec.name, each))
                else:
                    found.add_text(f"f{at}", as_keyword(spec, each))
        self._writer.add_document(found)

    def commit(self, state: State) -> None:
        """The journal's state rides in the same commit as a document of its own."""
        self.remove(STATE_ID)
        found = tantivy.Document()
        found.add_text("id", STATE_ID)
        found.add_text("state", state.to_text())
        self._writer.add_document(found)
        self._writer.commit()

    def close(self) -> None:
        """Let merges finish and give tantivy's own lock back."""
        self._writer.wait_merging_threads()

    def abandon(self) -> None:
        """Forget what was not committed and remove its files; on a failed disk that may fail."""
        writer = self._writer
        del self._writer  # what still fails now must not keep tantivy's lock
        with suppress(ValueError):  # the original trouble is being raised already
            writer.rollback()
            writer.garbage_collect_files()
            writer.wait_merging_threads()

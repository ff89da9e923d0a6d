"""Plain BM25 over one combined field by bare tantivy: what our ranking must at least equal.

None of our own reading of words: tantivy's English tokenizer with its stemmer, the title three
times, the class twice, brand and description once, every asked word optional.
"""

import re
from collections.abc import Iterable, Mapping

import tantivy

from search.contract import Value

_FIELDS = (("title", 3), ("family", 2), ("firm", 1), ("description", 1))


class Yardstick:
    """Documents of the product index, in memory, found by plain BM25."""

    def __init__(self, documents: Iterable[tuple[str, Mapping[str, Value]]]) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("words", tokenizer_name="en_stem", index_option="freq")
        self._index = tantivy.Index(builder.build())
        writer = self._index.writer(50_000_000, 1)
        for id, values in documents:
            texts = [str(values.get(name) or "") for name, times in _FIELDS for _ in range(times)]
            found = tantivy.Document()
            found.add_text("id", id)
            found.add_text("words", " ".join(texts))
            writer.add_document(found)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def ids(self, text: str, limit: int) -> list[str]:
        """The best, best first."""
        plain = re.sub(r"[\W_]+", " ", text).lower().strip()  # no sign is an operator here
        if not plain:
            return []
        query = self._index.parse_query(plain, ["words"])
        hits = self._searcher.search(query, limit, count=False).hits
        return [str(self._searcher.doc(place).get_first("id")) for _, place in hits]

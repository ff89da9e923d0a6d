"""Give the hits of one page their facts, excerpts and the words they were found by.

The ranking only carries ids. One further request fetches the few documents that are shown,
and lets the server mark which of their folded words it matched: repaired and synonymous
ones too. The marks are characters of Unicode's private area, never HTML.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from search.analysis import Seeker
from search.contract import MARK_END, MARK_START, Hit, Query, Value
from search.highlight import excerpts
from search.meilisearch.documents import id_of, values_of
from search.meilisearch.filters import among
from search.meilisearch.registry import Entry
from search.meilisearch.server import Server
from search.meilisearch.settings import FOLDED, searchable
from search.meilisearch.wording import Asked, Wording, explained

Marked = Mapping[str, set[str]]  # by key: the folded words the server matched


class Dressing:
    """The hits of one page being made."""

    def __init__(
        self, server: Server, entry: Entry, query: Query, wording: Wording, words: Sequence[Asked]
    ) -> None:
        """`words` are those of the wording that were not dropped."""
        self._server, self._entry, self._query = server, entry, query
        self._wording, self._words = wording, words
        self.corrections: tuple[str, ...] = ()

    def hits(
        self,
        keys: Sequence[str],
        scores: Mapping[str, float],
        similarity: Mapping[str, float],
        partial: Container[str],
    ) -> tuple[Hit, ...]:
        """In this order; what was deleted since the ranking is left out.

        All but the `partial` ones are known to hold every word.
        """
        if not keys:
            return ()
        lacking = [key for key in keys if key in partial]
        facts, marked = self._fetch(keys, lacking)
        words = {word for hits in marked for found in hits.values() for word in found}
        understood = explained(self._query.text, self._entry.synonyms, words)
        self.corrections = understood.corrections
        seeker = Seeker(understood.accepted | words, understood.prefixes)
        by_word = dict(zip(self._wording.asked, marked[1:], strict=False))
        return tuple(
            self._hit(
                key, facts[key], seeker, by_word if key in partial else {}, scores, similarity
            )
            for key in keys
            if key in facts
        )

    def _hit(
        self,
        key: str,
        stored: Mapping[str, Any],
        seeker: Seeker,
        by_word: Mapping[Asked, Marked],
        scores: Mapping[str, float],
        similarity: Mapping[str, float],
    ) -> Hit:
        values = values_of(stored, self._entry.settings)
        asked = self._wording.asked
        return Hit(
            id=id_of(key),
            score=scores.get(key, 0.0),
            values=values,
            highlighted=self._excerpts(values, seeker),
            matched_words=tuple(w.raw for w in asked if key in by_word.get(w, {key: set()})),
            dropped_words=tuple(w.raw for w in asked if key not in by_word.get(w, {key: set()})),
            similarity=similarity.get(key),
        )

    def _fetch(
        self, keys: Sequence[str], lacking: Sequence[str]
    ) -> tuple[dict[str, Mapping[str, Any]], list[Marked]]:
        """The facts of these; and which words are marked in each, by all words together.

        Where some lack words, also by each word alone: the server itself only drops words
        from the end, and does not say which.
        """
        names = ["id", *(each.name for each in self._entry.settings.fields)]
        queries = [{**self._bound(keys), "q": "", "attributesToRetrieve": names}]
        if self._words:
            queries.append(self._marking(keys, self._words))
        if lacking:
            queries += [self._marking(lacking, [each]) for each in self._wording.asked]
        facts, *marked = self._server.multi_search(queries)
        stored = {str(hit["id"]): hit for hit in facts["hits"]}
        return stored, [
            {str(hit["id"]): marked_words(hit["_formatted"]) for hit in each["hits"]}
            for each in marked
        ]

    def _bound(self, keys: Sequence[str]) -> dict[str, Any]:
        return {
            "indexUid": self._entry.uid,
            "filter": among("id", keys),
            # The server compares ids without their case; a few strangers may come along
            "limit": 2 * len(keys) + 10,
        }

    def _marking(self, keys: Sequence[str], words: Sequence[Asked]) -> dict[str, Any]:
        return {
            **self._bound(keys),
            "q": self._wording.text(words),
            "matchingStrategy": "last",
            "attributesToRetrieve": ["id"],
            "attributesToHighlight": [
                FOLDED + each.name for each in searchable(self._entry.settings)
            ],
            "highlightPreTag": MARK_START,
            "highlightPostTag": MARK_END,
        }

    def _excerpts(self, values: Mapping[str, Value], seeker: Seeker) -> dict[str, str]:
        if not self._query.highlight:
            return {}
        return excerpts(values, self._entry.settings, seeker)


def marked_words(formatted: Mapping[str, Any]) -> set[str]:
    """The folded words that carry a mark, wherever in the word it begins or ends."""
    found = set()
    for name, text in formatted.items():
        if not name.startswith(FOLDED) or not isinstance(text, str):
            continue
        inside = False
        for word in text.split(" "):
            if inside or MARK_START in word:
                found.add(word.replace(MARK_START, "").replace(MARK_END, ""))
            if MARK_START in word or MARK_END in word:
                inside = word.rfind(MARK_START) > word.rfind(MARK_END)
    return found

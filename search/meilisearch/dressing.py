"""Give the hits of one page their facts, excerpts and the words they were found by.

The ranking only carries ids. One further request fetches the few documents that are shown,
and lets the server mark which of their folded words it matched: repaired and synonymous
ones too. The marks are characters of Unicode's private area, never HTML.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from search.analysis import Seeker
from search.contract import MARK_END, MARK_START, Hit, Query, Value
from search.highlight import highlight
from search.meilisearch.documents import id_of, values_of
from search.meilisearch.filters import among
from search.meilisearch.registry import Entry
from search.meilisearch.server import Server
from search.meilisearch.settings import FOLDED, searchable
from search.meilisearch.wording import Wording, explained, fills
from search.understanding import Understood


class Dressing:
    """The hits of one page being made."""

    def __init__(self, server: Server, entry: Entry, query: Query, wording: Wording) -> None:
        self._server, self._entry, self._query, self._wording = server, entry, query, wording
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
        stored, matched = self._fetch(keys)
        words = {word for held in matched.values() for word in held}
        understood = explained(self._query.text, self._entry.synonyms, words)
        self.corrections = understood.corrections
        seeker = Seeker(understood.accepted | words, understood.prefixes)
        found = []
        for key in keys:
            if key not in stored:
                continue
            values = values_of(stored[key], self._entry.settings)
            held = tuple(slot.asked for slot in understood.slots)
            lacking: tuple[str, ...] = ()
            if key in partial:
                held, lacking = _told_apart(understood, matched.get(key, set()))
            found.append(
                Hit(
                    id=id_of(key),
                    score=scores.get(key, 0.0),
                    values=values,
                    highlighted=self._highlighted(values, seeker),
                    matched_words=held,
                    dropped_words=lacking,
                    similarity=similarity.get(key),
                )
            )
        return tuple(found)

    def _fetch(
        self, keys: Sequence[str]
    ) -> tuple[dict[str, Mapping[str, Any]], dict[str, set[str]]]:
        settings = self._entry.settings
        bound = {
            "indexUid": self._entry.uid,
            "filter": among("id", keys),
            # The server compares ids without their case; a few strangers may come along
            "limit": 2 * len(keys) + 10,
        }
        names = ["id", *(each.name for each in settings.fields)]
        queries: list[dict[str, Any]] = [{**bound, "q": "", "attributesToRetrieve": names}]
        if self._wording.asked:
            queries.append(
                {
                    **bound,
                    "q": self._wording.text(),
                    "matchingStrategy": "last",
                    "attributesToRetrieve": ["id"],
                    "attributesToHighlight": [FOLDED + f.name for f in searchable(settings)],
                    "highlightPreTag": MARK_START,
                    "highlightPostTag": MARK_END,
                }
            )
        facts, *marked = self._server.multi_search(queries)
        stored = {str(hit["id"]): hit for hit in facts["hits"]}
        hits = marked[0]["hits"] if marked else []
        return stored, {str(hit["id"]): marked_words(hit["_formatted"]) for hit in hits}

    def _highlighted(self, values: Mapping[str, Value], seeker: Seeker) -> dict[str, str]:
        if not self._query.highlight:
            return {}
        texts = {
            spec.name: text if isinstance(text, str) else " · ".join(map(str, text))  # type: ignore[arg-type]
            for spec in self._entry.settings.fields
            if spec.highlight and (text := values.get(spec.name))
        }
        return {name: highlight(text, seeker) for name, text in texts.items()}


def _told_apart(understood: Understood, words: set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The asked words that these satisfy, and the others."""
    held: list[str] = []
    lacking: list[str] = []
    for slot in understood.slots:
        (held if fills(slot, words) else lacking).append(slot.asked)
    return tuple(held), tuple(lacking)


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

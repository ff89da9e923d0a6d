"""Similar documents, completions of what is typed, values of a long facet."""

import time

import numpy as np

from search.analysis import words
from search.checking import check_facet, check_filter
from search.completing import LOOKED_AT, begins, best_first, names_among, telling_text
from search.contract import MAX_LIMIT, FacetCount, Filter, Hit, Page, Suggestion
from search.embedded.columns import Mask
from search.embedded.snapshot import Snapshot
from search.embedded.spellings import respelt
from search.embedded.words import Rows, Scores
from search.understanding import Alternative, Slot, Understood, understand


def similar(snapshot: Snapshot, id: str, limit: int, asked: Filter | None) -> Page:
    """The nearest in meaning; by shared words where there is no vector."""
    started = time.perf_counter()
    mask = _passing(snapshot, asked).copy()
    row = snapshot.text.row_of(id)
    if row is None:
        return Page((), 0)
    mask[row] = False
    vectors = snapshot.journal.vectors
    vector = vectors.row(row) if vectors else None
    if vectors is not None and vector is not None:
        rows = np.flatnonzero(mask & (vectors.factors > 0))
        scores = vectors.cosines(vector, rows)
    else:
        rows, scores = _sharing_words(snapshot, row, mask)
    order = np.argsort(-scores, kind="stable")[: max(0, min(limit, MAX_LIMIT))]
    hits = []
    for at in order:
        found, values = snapshot.journal.document(int(rows[at]))
        near = float(scores[at])
        hits.append(Hit(found, near, values, similarity=near if vector is not None else None))
    took = (time.perf_counter() - started) * 1000
    return Page(tuple(hits), len(rows), took_ms=took)


def _sharing_words(snapshot: Snapshot, row: int, mask: Mask) -> tuple[Rows, Scores]:
    _, values = snapshot.journal.document(row)
    text = telling_text(values, snapshot.settings)
    slots = understand(text, {}, snapshot.vocabulary).slots
    if not slots:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    rows, scores = snapshot.text.matching(snapshot.text.some(slots, 1))
    kept = mask[rows]
    return rows[kept], scores[kept]


def suggest(snapshot: Snapshot, prefix: str, limit: int) -> tuple[Suggestion, ...]:
    """Names from the weighty fields of the best matches, most frequent first.

    The last word is taken as unfinished even when it is a word already.
    """
    understood = _unfinished(prefix, snapshot)
    if not understood.slots or limit <= 0:
        return ()
    text = snapshot.text
    rows, _ = text.matching(text.every(understood.slots), LOOKED_AT)
    found = (snapshot.journal.document(row)[1] for row in rows.tolist())
    names = names_among(found, snapshot.settings.naming())
    fitting = [name for name in names if _fits(name, understood)]
    return best_first(_counted(snapshot, name, names[name]) for name in fitting)[:limit]


def _unfinished(prefix: str, snapshot: Snapshot) -> Understood:
    understood = understand(prefix[:200], snapshot.synonyms, snapshot.vocabulary)
    if not understood.slots or prefix[:200].rstrip() != prefix[:200]:
        return understood
    last = understood.slots[-1]
    folded = words(last.asked)
    if len(folded) != 1:
        return understood
    completed = snapshot.vocabulary.completions(folded[0], 12)
    further = tuple(Alternative((each,), 0.7) for each in completed)
    slot = Slot(last.asked, (*last.alternatives, *further), last.apart, folded[0])
    return Understood((*understood.slots[:-1], slot))


def _fits(name: str, understood: Understood) -> bool:
    """Whether the name itself holds what was typed, not only its document."""
    held = set(name.split())
    return all(slot.is_filled_by(held) for slot in understood.slots)


def _counted(snapshot: Snapshot, name: str, shown: str) -> Suggestion:
    phrase = tuple(name.split())
    return Suggestion(shown, snapshot.text.count(snapshot.text.phrase(phrase)))


def facet_values(
    snapshot: Snapshot, field: str, prefix: str, asked: Filter | None
) -> tuple[FacetCount, ...]:
    """The values that begin so, most frequent first."""
    check_facet(field, snapshot.settings, "invalid_facet_search_facet_name")
    rows = np.flatnonzero(_passing(snapshot, asked))
    counts = snapshot.journal.columns.value_counts(field, rows)
    typed = words(prefix)
    found = [FacetCount(value, count) for value, count in counts.items() if begins(value, typed)]
    return tuple(sorted(found, key=lambda each: (-each.count, each.value)))


def _passing(snapshot: Snapshot, asked: Filter | None) -> Mask:
    """Which rows pass; raises BadQuery for a filter that makes no sense."""
    columns = snapshot.journal.columns
    if asked is None:
        return columns.live
    check_filter(asked, snapshot.settings)
    return columns.mask(respelt(asked, columns))

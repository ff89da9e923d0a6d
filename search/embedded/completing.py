"""Complete what is being typed: whole names for the search box, values for a long facet."""

import numpy as np

from search.analysis import words
from search.checking import check_facet, check_filter
from search.completing import LOOKED_AT, begins, best_first, names_among
from search.contract import FacetCount, Filter, Suggestion
from search.embedded.snapshot import Snapshot
from search.embedded.spellings import respelt
from search.understanding import Alternative, Slot, Understood, understand


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
    if asked is not None:
        check_filter(asked, snapshot.settings)
    columns = snapshot.journal.columns
    mask = columns.mask(None if asked is None else respelt(asked, columns))
    counts = columns.value_counts(field, np.flatnonzero(mask))
    typed = words(prefix)
    found = [FacetCount(value, count) for value, count in counts.items() if begins(value, typed)]
    return tuple(sorted(found, key=lambda each: (-each.count, each.value)))

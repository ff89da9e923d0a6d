"""Complete what is being typed: whole names for the search box, values for a long facet."""

import numpy as np

from search.analysis import words
from search.checking import check_facet, check_filter
from search.contract import FacetCount, Filter, Suggestion
from search.embedded.snapshot import Snapshot
from search.embedded.spellings import respelt
from search.understanding import Alternative, Slot, Understood, understand

_LOOKED_AT = 60
_LONGEST = 80  # a longer title is a sentence, not something to search for


def suggest(snapshot: Snapshot, prefix: str, limit: int) -> tuple[Suggestion, ...]:
    """Names from the weighty fields of the best matches, then single words.

    The last word is taken as unfinished even when it is a word already.
    """
    understood = _unfinished(prefix, snapshot)
    if not understood.slots or limit <= 0:
        return ()
    text = snapshot.text
    rows, _ = text.matching(text.every(understood.slots), _LOOKED_AT)
    fields = snapshot.settings.naming()
    names: dict[str, str] = {}
    for row in rows:
        _, values = snapshot.journal.document(int(row))
        for field in reversed(fields):  # the class first: it stands for many
            value = values.get(field)
            if isinstance(value, str) and len(value) <= _LONGEST and _fits(value, understood):
                names.setdefault(" ".join(words(value)), value)
    found = [_counted(snapshot, name, shown) for name, shown in names.items()]
    found.sort(key=lambda each: (-each.count, len(each.text), each.text))
    return tuple(found[:limit])


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


def _fits(value: str, understood: Understood) -> bool:
    """Whether the name itself holds what was typed, not only its document."""
    held = set(words(value))
    return all(
        any(held.issuperset(each.words) for each in slot.alternatives)
        or (slot.prefix and any(word.startswith(slot.prefix) for word in held))
        for slot in understood.slots
    )


def _counted(snapshot: Snapshot, name: str, shown: str) -> Suggestion:
    phrase = tuple(name.split())
    return Suggestion(shown, snapshot.text.count(snapshot.text.phrase(phrase)))


def facet_values(
    snapshot: Snapshot, field: str, prefix: str, asked: Filter | None
) -> tuple[FacetCount, ...]:
    """'knits' finds 'Noyyal Knits': any word of the value may begin so."""
    check_facet(field, snapshot.settings, "invalid_facet_search_facet_name")
    if asked is not None:
        check_filter(asked, snapshot.settings)
    columns = snapshot.journal.columns
    mask = columns.mask(None if asked is None else respelt(asked, columns))
    counts = columns.value_counts(field, np.flatnonzero(mask))
    typed = words(prefix)
    found = [FacetCount(value, count) for value, count in counts.items() if _begins(value, typed)]
    return tuple(sorted(found, key=lambda each: (-each.count, each.value)))


def _begins(value: str, typed: list[str]) -> bool:
    held = words(value)
    return all(any(word.startswith(each) for word in held) for each in typed)

"""What is completed and likened alike by every engine: names, values, telling words. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from search.analysis import words
from search.contract import IndexSettings, Suggestion, Value

LOOKED_AT = 60  # of so many documents the names are offered
_LONGEST = 80  # a longer title is a sentence, not something to search for


def names_among(found: Iterable[Mapping[str, Value]], fields: Sequence[str]) -> dict[str, str]:
    """The names that these documents bear in these fields: folded, and as they are shown."""
    names: dict[str, str] = {}
    for values in found:
        for field in reversed(fields):  # the class first: it stands for many
            value = values.get(field)
            if isinstance(value, str) and len(value) <= _LONGEST:
                names.setdefault(" ".join(words(value)), value)
    return names


def best_first(suggestions: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """What most documents hold before what few do."""
    return tuple(sorted(suggestions, key=lambda each: (-each.count, len(each.text), each.text)))


def begins(value: str, typed: Sequence[str]) -> bool:
    """'knits' finds 'Noyyal Knits': any word of the value may begin so."""
    held = words(value)
    return all(any(word.startswith(each) for word in held) for each in typed)


def telling_text(values: Mapping[str, Value], settings: IndexSettings) -> str:
    """The two weightiest texts, to look for what shares their words."""
    weighty = sorted((f for f in settings.fields if f.weight), key=lambda f: -f.weight)
    text = " ".join(str(values.get(each.name) or "") for each in weighty[:2])
    return text.replace('"', " ").replace("-", " ")  # no sign is an operator here

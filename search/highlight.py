"""Mark the found words in a text and cut it to what surrounds them.

Uses the same analysis as the index, so that synonyms, repairs and prefixes are marked
just as they were matched. Pure.
"""

from collections.abc import Mapping, Sequence

from search.analysis import Seeker, Token
from search.contract import MARK_END, MARK_START, IndexSettings, Value

EXCERPT = 240  # characters of a long text that are shown
_LOOKED_AT = 20_000


def _window(text: str, found: Sequence[Token], size: int) -> tuple[int, int]:
    """The stretch of the text with most matches, beginning at a word."""
    if len(text) <= size:
        return 0, len(text)
    if not found:
        start = 0
    else:
        best = max(
            found,
            key=lambda first: sum(
                first.start <= each.start < first.start + size - 40 for each in found
            ),
        )
        start = max(0, best.start - 40)
    end = min(len(text), start + size)
    start = max(0, end - size) if end == len(text) else start
    if start:
        space = text.find(" ", start, start + 30)
        start = space + 1 if space >= 0 else start
    if end < len(text):
        space = text.rfind(" ", max(start, end - 30), end)
        end = space if space > start else end
    return start, end


def highlight(text: str, seeker: Seeker, size: int = EXCERPT) -> str:
    """The part of the text that shows most matches, each between the private marks."""
    text = text.replace(MARK_START, "").replace(MARK_END, "")
    found = seeker.find(text[:_LOOKED_AT])
    start, end = _window(text, found, size)
    parts = ["…" if start else ""]
    at = start
    for each in found:
        if each.start >= at and each.end <= end:
            parts += [text[at : each.start], MARK_START, text[each.start : each.end], MARK_END]
            at = each.end
    parts += [text[at:end], "…" if end < len(text) else ""]
    return "".join(parts)


def excerpts(
    values: Mapping[str, Value], settings: IndexSettings, seeker: Seeker
) -> dict[str, str]:
    """Of every field that is declared with `highlight` and held, the part to show."""
    texts = {
        spec.name: text if isinstance(text, str) else " · ".join(map(str, text))  # type: ignore[arg-type]
        for spec in settings.fields
        if spec.highlight and (text := values.get(spec.name))
    }
    return {name: highlight(text, seeker) for name, text in texts.items()}

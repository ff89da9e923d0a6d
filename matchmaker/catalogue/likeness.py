"""How near a product's name is to each family in meaning, where a model is at hand."""

from __future__ import annotations

from collections.abc import Mapping

from matchmaker.catalogue.guessing import FamilyWords, in_english
from matchmaker.searching import Searching
from search.encoder.encoder import Vectors
from search.encoder.errors import EncoderError

# A process keeps the families of the one model it serves with: 171 texts, half a second once.
_kept: dict[str, tuple[tuple[FamilyWords, ...], Vectors]] = {}


def likeness(
    search: Searching, name: str, families: tuple[FamilyWords, ...]
) -> Mapping[str, float]:
    """Cosine of name and family by the family's key; empty without a model."""
    try:
        encoder = search.encoder
    except EncoderError:
        return {}
    known = _kept.get(encoder.model_id)
    if known is None or known[0] != families:
        texts = [f"{each.name}. {', '.join(each.aliases)}" for each in families]
        _kept.clear()
        known = _kept[encoder.model_id] = (families, encoder.encode(texts))
    near = known[1] @ encoder.encode_query(in_english(name))
    return {each.key: float(value) for each, value in zip(families, near, strict=True)}

"""Why a result is here, as one quiet line: its words and where they stand, nearness, measures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from matchmaker.storefront.asking import WORTH_SHOWING
from matchmaker.storefront.filters import measure, number, quoted
from matchmaker.storefront.measured import MEASURE_UNITS
from matchmaker.storefront.words import gettext as _
from search.contract import Filter, Hit
from search.explaining import Explainer, Explanation, Found
from search.indexes import marketplace_indexes

MOST_WORDS = 6
MOST_MEASURES = 2


@lru_cache
def explainer(index: str) -> Explainer:
    """What explains the hits of this index."""
    return Explainer(marketplace_indexes()[index])


def why(index: str, hits: Sequence[Hit], filters: Sequence[Filter]) -> list[str]:
    """The line under each of these results; empty where nothing was asked for."""
    return [line(told) for told in explainer(index).explain(hits, filters)]


def line(told: Explanation) -> str:
    """'“stable”, “mat” in the name; “horse” as “livestock”; near in meaning, 0.61; 18 mm'."""
    parts = [*_plain_words(told.found), *_other_words(told.found)]
    if told.lacking:
        parts.append(_("without %(words)s", words=quoted(told.lacking[:MOST_WORDS])))
    if told.similarity is not None and told.similarity >= WORTH_SHOWING:
        parts.append(_("near in meaning, %(cosine)s", cosine=number(round(told.similarity, 2))))
    parts += _measures(told)
    return "; ".join(parts)


def _plain_words(found: Sequence[Found]) -> list[str]:
    """Words that stand there as typed or in another form, together by their first place."""
    by_place: dict[str, list[str]] = {}
    for each in found[:MOST_WORDS]:
        if each.how in ("exact", "form"):
            by_place.setdefault(_place(each.fields[0]), []).append(each.asked)
    return [f"{quoted(words)} {place}" for place, words in by_place.items()]


def _other_words(found: Sequence[Found]) -> list[str]:
    told = []
    for each in found[:MOST_WORDS]:
        words = {"asked": each.asked, "word": each.word}
        if each.how == "synonym":
            told.append(_("“%(asked)s” means “%(word)s”", **words))
        elif each.how == "spelling":
            told.append(_("“%(asked)s” read as “%(word)s”", **words))
        elif each.how == "prefix":
            told.append(_("“%(asked)s” begins “%(word)s”", **words))
    return told


def _place(field: str) -> str:
    """Where a field's words stand, for a person."""
    if field in ("title", "name"):
        return _("in the name")
    if field in ("family", "families", "aliases"):
        return _("in the kind of product")
    if field == "attributes":
        return _("in the specification")
    if field == "hs_text":
        return _("in the tariff heading")
    if field == "firm":
        return _("in the name of the firm")
    if field in ("cluster_name", "place", "district", "state_name"):
        return _("in the place")
    if field == "standards":
        return _("among the standards")
    if field == "products":
        return _("among the products")
    return _("in the description")


def _measures(told: Explanation) -> list[str]:
    """The document's own figures that passed a filter."""
    found: dict[str, None] = {}
    for each in told.passed:
        unit = MEASURE_UNITS.get(each.field.removeprefix("measure_"))
        if unit and each.field.startswith("measure_"):
            found |= dict.fromkeys(measure(float(value), unit) for value in each.values)
    return list(found)[:MOST_MEASURES]

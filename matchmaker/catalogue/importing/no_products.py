"""Rows that are no product: totals, headings once more, notes between rows. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from matchmaker.catalogue.importing.columns import COLUMNS
from matchmaker.catalogue.importing.headings import Layout, folded
from matchmaker.catalogue.importing.remarks import Remark, remark
from matchmaker.catalogue.importing.sheets import Cell, text_of
from matchmaker.errors import N_

_TOTALS = ("total", "grand total", "sub total", "subtotal", "sum", "ആകെ", "മൊത്തം", "कुल", "योग")


def why_no_product(layout: Layout, cells: Sequence[Cell]) -> Remark | None:
    """Why this row lists nothing; None where it does."""
    texts = [text_of(each).strip() for each in cells]
    filled = [(place, each) for place, each in enumerate(texts) if each]
    first = folded(filled[0][1]) if filled else ""
    words = [folded(each) for _, each in filled]
    if any(each in _TOTALS or each.startswith(("total ", "grand total")) for each in words[:3]):
        return remark(N_("a row of totals"))
    headings = {folded(each) for each in layout.headings if each}
    if len(filled) > 1 and sum(each in headings for each in words) * 2 > len(words):
        return remark(N_("the headings once more"))
    if _is_sample(layout, texts):
        return remark(N_("the example of the template"))
    useful = [place for place, _ in filled if place in layout.taken]
    if len(filled) == 1 and len(layout.taken) > 1:
        sku = layout.taken.get(filled[0][0])
        if sku is None or sku.key != "sku" or not first.isalnum():
            return remark(N_("only one cell is filled: “%(text)s”"), text=filled[0][1])
    if not useful:
        return remark(N_("nothing stands in the columns that are read"))
    return None


def _is_sample(layout: Layout, texts: Sequence[str]) -> bool:
    """Whether it says what the template's own example says, in all columns that are read."""
    said = {layout.taken[at].key: text for at, text in enumerate(texts) if at in layout.taken}
    samples = {each.key: each.sample for each in COLUMNS}
    asked = [key for key in said if key in samples]
    return "title" in asked and len(asked) > 2 and all(said[key] == samples[key] for key in asked)


def only_text(cells: Sequence[Cell]) -> str:
    """The words of a row that holds one cell of words: a heading over the rows below it."""
    filled = [text_of(each).strip() for each in cells if text_of(each).strip()]
    return filled[0] if len(filled) == 1 and not filled[0][:1].isdigit() else ""

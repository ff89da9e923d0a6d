"""Rows that are no product: totals, headings once more, notes between rows. Pure."""

from __future__ import annotations

from collections.abc import Sequence

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
    useful = [place for place, _ in filled if place in layout.taken]
    if len(filled) == 1 and len(layout.taken) > 1:
        sku = layout.taken.get(filled[0][0])
        if sku is None or sku.key != "sku" or not first.isalnum():
            return remark(N_("only one cell is filled: “%(text)s”"), text=filled[0][1])
    if not useful:
        return remark(N_("nothing stands in the columns that are read"))
    return None


def only_text(cells: Sequence[Cell]) -> str:
    """The words of a row that holds one cell of words: a heading over the rows below it."""
    filled = [text_of(each).strip() for each in cells if text_of(each).strip()]
    return filled[0] if len(filled) == 1 and not filled[0][:1].isdigit() else ""

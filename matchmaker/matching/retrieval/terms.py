"""What a letter says of packing, carriage and terms, told apart from what is asked for. Pure.

    about_goods("Door mats, packed in cartons, FOB Cochin")  ->  "Door mats, , "

Offers tell how they are packed as well. Where no family makes the thing, or two make the like,
'packed in cartons' was the word that decided: brushes were read as cashew kernels. How goods come
says nothing of what they are, so it has no vote on the family (`families.py`).

Cartons and bags are goods too. So no word is left out by itself, only what a letter can say of
packing alone: 'packed in …', a clause that begins 'in …', 'on …' or 'drums of 210 kg', a price per
carton, containers.
"""

from __future__ import annotations

import re

from matchmaker.matching.scoring.criteria.price import LEGS

_PACKING = (
    r"(?:(?:bag|box|carton|sack|drum|pallet|crate|bale|bundle|pouch|polybag|tin|bottle|jar|packet"
    r"|barrel|container)s?|boxes|pouches)"
)
_FEW_WORDS = r"(?:[\w-]+\s+){0,3}"
_TO_ITS_END = r"[^.,;:]{0,200}"
_CLAUSES = (
    rf"(?:packed|wrapped|bagged|loaded|supplied|delivered|shipped)\s+(?:in|into|on|per|to|by)\b"
    rf"{_TO_ITS_END}\b{_PACKING}\b{_TO_ITS_END}",
    r"pack(?:ing|aging)?\s*:[^.;]*",
    rf"(?<=[.,;:] )(?:each\s+)?(?:in|on|\d+\s+(?:to|per|in)\s+an?)\s+{_FEW_WORDS}{_PACKING}\b"
    rf"{_TO_ITS_END}",
    rf"(?<=[.,;:] ){_PACKING}\s+of\s+[\d.,]+\s+\w+",
    rf"(?:per|(?<!interested )in)\s+(?:[\w-]+\s+)?{_PACKING}(?:\s+of\s+\d+)?(?=\s*(?:[.,;:]|$))",
    r"(?:\d+\s*x\s*)?(?:20|40|45)\s*(?:ft|foot|feet)(?:\s+hc)?(?:\s+(?:container|reefer)s?)?",
    r"full container loads?|[fl]cl|palleti[sz]ed|shrink[- ]wrapped",
)
_TERMS = re.compile(rf"\b(?:{'|'.join(_CLAUSES)})(?!\w)", re.IGNORECASE)
# With the place it is said of: 'FOB Nhava Sheva'. In capitals, for 'fas' and 'cif' may be words.
_INCOTERM = re.compile(rf"\b(?:{'|'.join(LEGS)})\b(?:\s+[A-Z]\w+){{0,2}}")
_IS_WORD = re.compile(r"\w")


def about_goods(text: str) -> str:
    """The text without what it says of packing, carriage and terms; all of it if nothing else."""
    goods = _TERMS.sub("", _INCOTERM.sub("", text))
    return goods if _IS_WORD.search(goods) else text

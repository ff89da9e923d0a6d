"""Finds the row of headings and says which column holds what. Pure.

Sheets begin with titles and addresses, have headings in two rows, in Malayalam, with units in
brackets; what a firm mapped once is remembered and comes first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from matchmaker.catalogue.importing.cells import Hint
from matchmaker.catalogue.importing.columns import BY_KEY, COLUMNS, MOST_STEPS, PASSED_OVER
from matchmaker.catalogue.importing.numbers import NUMBER, number_in, plain, style_of
from matchmaker.catalogue.importing.sheets import Cell, Sheet, strings_in, text_of
from matchmaker.measures import UNITS
from matchmaker.trade_words import currency_of, package_of, unit_of

LOOK_AT = 30  # rows in which headings are looked for
SKIP = "-"  # a column that is not taken
PROPERTY = "attributes."
_PROPERTY_WORDS = re.compile(r"^\s*(?:property|ഗുണം)\s*:\s*(.+)$", re.IGNORECASE | re.DOTALL)
_THE_WITH_UNITS = "price from moq net_kg gross_kg unit_m2 unit_m3 lead_days"
_WITH_UNITS = frozenset(_THE_WITH_UNITS.split())
# Unit words that headings use for something else.
_THE_NO_HINTS = "no nos number numbers unit units item items each ea m d g l in set sets min max"
_NO_HINTS = frozenset(_THE_NO_HINTS.split())
_TRADED = frozenset({"piece", "pair", "set", "mass", "length", "area", "volume"})
_DIMENSIONS: Mapping[str, frozenset[str]] = {
    "net_kg": frozenset({"mass"}),
    "gross_kg": frozenset({"mass"}),
    "unit_m2": frozenset({"area"}),
    "unit_m3": frozenset({"volume"}),
    "lead_days": frozenset({"time", "months"}),
}
_PER_PACKAGE = re.compile(r"(?:^|[\s(\[])([^\W\d_]+)\.?\s*(?:/|\bper\b)\s*([^\W\d_]+)")
_LITTLE_WORDS = "in per of the a an our your all and for rs inr @ incl excl"
_LITTLE = frozenset(_LITTLE_WORDS.split())


@dataclass(frozen=True)
class Taken:
    """What a column holds: a key of COLUMNS, 'price:3', or 'attributes.<name>'.

    `quantity`: the heading says from how many on its price holds.
    """

    key: str
    hint: Hint = field(default_factory=Hint)
    quantity: Decimal | None = None


@dataclass(frozen=True)
class Layout:
    """Where the headings stand (`first`, `last` row, as the sheet counts) and what they mean.

    A sheet without headings has them in row 0. `doubled`: columns that are not read because
    another one was taken for the same, with what that is.
    """

    first: int
    last: int
    headings: tuple[str, ...]
    taken: Mapping[int, Taken]
    doubled: Mapping[int, str] = field(default_factory=dict)

    def keys(self) -> set[str]:
        return {each.key for each in self.taken.values()}

    @property
    def is_enough(self) -> bool:
        """A table whose rows can be told apart: by name or by number."""
        return bool(self.keys() & {"title", "sku"})


def folded(heading: str) -> str:
    """A heading without the differences that mean nothing; what is remembered of it."""
    words = re.sub(r"[^\w#%@₹$€£¥\u0d00-\u0d7f\u200c\u200d]+|_", " ", plain(heading).lower())
    return " ".join(words.split())[:120]


_SYNONYMS: dict[str, str] = {
    folded(word): column.key for column in COLUMNS for word in column.words.split("|")
}
_WORD_SETS = sorted(
    ((frozenset(words.split()), key) for words, key in _SYNONYMS.items()),
    key=lambda pair: (-len(pair[0]), -sum(map(len, pair[0])), sorted(pair[0])),
)


def find_layout(
    sheet: Sheet,
    *,
    remembered: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    row: int | None = None,
) -> Layout | None:
    """The likeliest headings; None for a sheet without rows.

    `remembered`: folded heading → key, as the firm said before. `labels`: folded label of an
    attribute → that label. `row`: where the headings stand, if somebody said so; 0 for nowhere.
    """
    if row == 0:
        width = max((len(cells) for _, cells in sheet.rows), default=0)
        return Layout(0, 0, ("",) * width, {}) if width else None
    known, names = remembered or {}, labels or {}
    start = [at for at in sheet.rows[:LOOK_AT] if row is None or at[0] == row]
    candidates: list[tuple[float, Layout]] = []
    for place, (number, cells) in enumerate(start):
        single = _layout(number, number, [text_of(each) for each in cells], known, names)
        candidates.append((_worth(single), single))
        following = _row_after(sheet, number)
        if following is None or not _goes_on(cells, following[1]):
            continue
        both = _two_rows(cells, following[1])
        double = _layout(number, following[0], both, known, names)
        # The second row must bring something of its own, else it is a row like any other.
        second = _layout(following[0], following[0], list(map(text_of, following[1])), known, names)
        if _worth(double) > max(_worth(single), _worth(second)):
            candidates.append((_worth(double) - 0.1 * place, double))
    if not candidates:
        return None
    best = max(candidates, key=lambda pair: pair[0])
    return _with_styles(best[1], sheet)


def mapped(layout: Layout, chosen: Mapping[int, str], sheet: Sheet) -> Layout:
    """The layout with what a person chose for some columns."""
    taken, doubled = dict(layout.taken), dict(layout.doubled)
    for place, key in chosen.items():
        taken.pop(place, None)
        doubled.pop(place, None)
        if key != SKIP and place < len(layout.headings):
            heading = layout.headings[place]
            hint = _hint(heading, key.split(":")[0])
            taken[place] = Taken(key, hint, _quantity(heading, key))
    seen = replace(layout, taken=dict(sorted(taken.items())), doubled=doubled)
    return _with_styles(seen, sheet)


def data_rows(layout: Layout, sheet: Sheet) -> list[tuple[int, list[Cell]]]:
    return [(number, cells) for number, cells in sheet.rows if number > layout.last]


def column_of(heading: str, known: Mapping[str, str], labels: Mapping[str, str]) -> Taken | None:
    """What a heading means; None where nobody can say."""
    fold = folded(heading)
    if not fold or known.get(fold) == SKIP:
        return None
    if fold in known:
        name = known[fold]
        return Taken(name, _hint(heading, name.split(":")[0]), _quantity(heading, name))
    if fold in PASSED_OVER:
        return None
    key: str | None
    prefixed = _PROPERTY_WORDS.match(heading)
    if prefixed:
        return Taken(PROPERTY + " ".join(prefixed.group(1).split()))
    key = (
        _SYNONYMS.get(fold)
        or _stepped(fold)
        or _packed(heading)
        or _by_words(heading, fold, labels)
    )
    if key is None:
        return None
    return Taken(key, _hint(heading, key.split(":")[0]), _quantity(heading, key))


def _stepped(fold: str) -> str | None:
    """'price 3' and 'from quantity 3' of our own template."""
    words, _, number = fold.rpartition(" ")
    key = _SYNONYMS.get(words)
    if key in ("price", "from") and number.isdigit() and 1 <= int(number) <= MOST_STEPS:
        return f"{key}:{int(number)}" if int(number) > 1 else key
    return None


def _packed(heading: str) -> str | None:
    """'Packing (pcs/ctn)' says how many are in a package."""
    for match in _PER_PACKAGE.finditer(plain(heading)):
        if unit_of(match.group(1)) and package_of(match.group(2)):
            return "per_package"
    return None


def _by_words(heading: str, fold: str, labels: Mapping[str, str]) -> str | None:
    bare = folded(re.sub(r"\([^)]*\)|\[[^\]]*\]|/.*$", " ", heading))
    if bare in PASSED_OVER:
        return None
    if bare in _SYNONYMS:
        return _SYNONYMS[bare]
    if bare in labels:
        return PROPERTY + labels[bare]
    words = [each for each in bare.split() if not _is_hint(each)] or bare.split()
    if " ".join(words) in _SYNONYMS:
        return _SYNONYMS[" ".join(words)]
    for known, key in _WORD_SETS:
        if known <= set(fold.split()) and len(known & set(words)) * 2 >= len(words):
            return key
    return None


def _is_hint(word: str) -> bool:
    if word in _LITTLE or word.isdigit() or currency_of(word):
        return True
    return word not in _NO_HINTS and unit_of(word) is not None


def _hint(heading: str, key: str) -> Hint:
    """The unit and currency a heading names: 'Rate (Rs/kg)', 'Net weight in gms'."""
    if key not in _WITH_UNITS:
        return Hint()
    dimensions = _DIMENSIONS.get(key, _TRADED)
    currency = unit = None
    times = Decimal(1)
    text = plain(heading)
    bracketed = re.findall(r"[(\[]([^)\]]*)[)\]]", text)
    behind = re.findall(r"(?:/|\bper\b|\bin\b)\s*([^()\[\]/]+)", text, re.IGNORECASE)
    for part in [*bracketed, *behind, text]:
        words = [part, *re.split(r"[\s/.,()\[\]]+", part)] if part is not text else text.split()
        for word in words:
            clean = word.strip(" .,/()[]").lower()
            currency = currency or currency_of(clean)
            allowed = part is not text or clean not in _NO_HINTS
            found = unit_of(clean) if clean and allowed else None
            if found and unit is None and UNITS[found[0]].dimension in dimensions:
                unit, times = found
    return Hint(unit, times, None if key in _DIMENSIONS else currency)


def _quantity(heading: str, key: str) -> Decimal | None:
    """'Price for 500 pcs' holds from 500 on; 'Price 2' is only the second price."""
    if not key.startswith("price") or _stepped(folded(heading)):
        return None
    match = NUMBER.search(plain(heading))
    return number_in(match.group()) if match else None


def _layout(
    first: int,
    last: int,
    headings: Sequence[str],
    known: Mapping[str, str],
    labels: Mapping[str, str],
) -> Layout:
    taken: dict[int, Taken] = {}
    doubled: dict[int, str] = {}
    used: set[str] = set()
    # Where a sheet has a cost and a selling price, the cost is for the firm alone.
    by_weight = sorted(enumerate(headings), key=lambda pair: "cost" in folded(pair[1]).split())
    for place, heading in by_weight:
        found = column_of(heading, known, labels) if len(heading) <= 200 else None
        if found is None:
            continue
        if found.key == "price" and found.quantity is not None:
            found = replace(found, key=_next_step(used))
        if found.key in used and not found.key.startswith(PROPERTY):
            doubled[place] = found.key
            continue
        used.add(found.key)
        taken[place] = found
    settled = _settled(dict(sorted(taken.items())))
    return Layout(first, last, tuple(headings), settled, dict(sorted(doubled.items())))


def _next_step(used: set[str]) -> str:
    steps = ["price", *(f"price:{n}" for n in range(2, MOST_STEPS + 1))]
    return next((each for each in steps if each not in used), "price")


def _settled(taken: dict[int, Taken]) -> dict[int, Taken]:
    """A sheet whose products have a description but no name: the description is the name."""
    keys = {each.key for each in taken.values()}
    if "title" in keys or "description" not in keys:
        return taken
    return {
        place: replace(each, key="title") if each.key == "description" else each
        for place, each in taken.items()
    }


def _worth(layout: Layout) -> float:
    """How much of a heading row this is: columns recognised, above all the telling ones."""
    keys = layout.keys()
    standard = sum(1 for key in keys if key.split(":")[0] in BY_KEY)
    filled = sum(1 for each in layout.headings if each.strip())
    telling = len(keys & {"title", "price", "sku"})
    longish = sum(1 for each in layout.headings if len(each) > 60)
    hints = sum(1 for each in layout.taken.values() if each.hint.unit or each.hint.currency)
    others = len(keys) - standard
    return standard + 0.3 * others + telling + 0.2 * hints + 0.01 * filled - longish


def _row_after(sheet: Sheet, number: int) -> tuple[int, list[Cell]] | None:
    return next((each for each in sheet.rows if each[0] > number), None)


def _goes_on(upper: Sequence[Cell], lower: Sequence[Cell]) -> bool:
    """Whether a row continues the headings above it: it fills their gaps, or names units only.

    A row with numbers in it is none of headings.
    """
    below = {place: text_of(each).strip() for place, each in enumerate(lower)}
    filled = {place: each for place, each in below.items() if each}
    digits = sum(1 for each in filled.values() if re.search(r"\d", each))
    if digits * 3 > len(filled) or any(re.fullmatch(r"[\d.,\s]+", e) for e in filled.values()):
        return False
    above = {place for place, each in enumerate(upper) if text_of(each).strip()}
    if set(filled) - above and max(above, default=0) > min(set(filled) - above):
        return True
    words = [word for each in filled.values() for word in folded(each).split()]
    return bool(words) and all(_is_hint(word) or unit_of(word) for word in words)


def _two_rows(upper: Sequence[Cell], lower: Sequence[Cell]) -> list[str]:
    """'Price' over 'Rs' and 'USD' reads 'Price Rs', 'Price USD'."""
    found, above = [], ""
    for place in range(max(len(upper), len(lower))):
        own = text_of(upper[place]).strip() if place < len(upper) else ""
        below = text_of(lower[place]).strip() if place < len(lower) else ""
        above = own or (above if below else "")
        found.append(own if below == own else " ".join(filter(None, (above, below))))
    return found


def _with_styles(layout: Layout, sheet: Sheet) -> Layout:
    """How each column writes its decimals."""
    rows = [cells for _, cells in data_rows(layout, sheet)]
    otherwise = "comma" if sheet.comma_decimals else "point"
    whole = style_of(
        (text for place in layout.taken for text in strings_in(rows, place)
         if layout.taken[place].key.split(":")[0] in (*_WITH_UNITS, "per_package")),
        "point" if otherwise == "point" else "comma",
    )  # fmt: skip
    general = whole if whole != "mixed" else ("comma" if sheet.comma_decimals else "point")
    taken = {
        place: replace(
            each, hint=replace(each.hint, style=style_of(strings_in(rows, place), general))
        )
        for place, each in layout.taken.items()
    }
    return replace(layout, taken=taken)

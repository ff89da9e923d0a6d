"""What figures mean here: as filters of a search, and as facts of a product. Pure.

A length without a name ('18 mm') is asked of every length that a product states; 'MOQ',
'within 45 days', '2 t a month' and prices become the filters that the panel has anyway. What
may mean several things stays words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from matchmaker.figures import Figure, read_figures, without_figures
from matchmaker.measures import UNITS, Quantity
from matchmaker.money import OFFERED
from matchmaker.storefront.refinements import MOST_SIZES, RANGES, Asked, Range
from search.contract import And, Between, Exists, Filter, Not, Or

# The unit in which each measure is indexed, typed into the panel and written in addresses.
MEASURE_UNITS: Mapping[str, str] = {
    "size": "MMT", "thickness": "MMT", "width": "MMT", "length": "MMT", "height": "MMT",
    "diameter": "MMT", "gsm": "GM", "weight": "KGM", "volume": "LTR", "density": "KMQ",
    "power": "KWT", "voltage": "VLT", "pressure": "BAR", "carat": "CTM", "hardness": "shore",
    "threads": "threads", "mesh": "mesh", "knots": "knots", "ply": "ply", "poles": "poles",
    "pages": "pages",
}  # fmt: skip
NAMED_LENGTHS = ("thickness", "width", "length", "height", "diameter")
COUNTED = ("ply", "poles", "pages", "threads", "mesh", "knots", "hardness")
# An inch sold as 25 mm, a 1.5 mm cable stated as 1.52: the same thing in the trade.
TOLERANCE = 0.02
# 'At least 20 mm' without a name is the thickness, where a product states one.
THIN_MM = 100.0
# From so much on an amount is an order, below it is what one piece or pack weighs or measures.
ORDER_FROM = {"mass": 100.0, "length": 100.0, "area": 20.0, "volume": 1.0, "piece": 50.0,
              "pair": 20.0, "set": 20.0}  # fmt: skip
ORDER_BELOW_KG = 20.0  # 'under 20 kg' and more: nobody packs so, but many order so

_KIND_OF_DIMENSION = {"mass": "weight", "volume": "volume", "area weight": "gsm",
                      "density": "density", "power": "power", "voltage": "voltage",
                      "pressure": "pressure"}  # fmt: skip
_OWN = {"hp": ("KWT", 0.7457), "quintal": ("KGM", 100.0)}
_ATTRIBUTE_UNITS = {
    "g/m2": ("GM", 1.0), "gsm": ("GM", 1.0), "g/cm3": ("KMQ", 1000.0), "g/cm³": ("KMQ", 1000.0),
    "kg/L": ("KMQ", 1000.0), "Shore A": ("shore", 1.0), "TC": ("threads", 1.0),
    "mesh": ("mesh", 1.0), "knots per square inch": ("knots", 1.0), "plies": ("ply", 1.0),
    "poles": ("poles", 1.0), "pages": ("pages", 1.0),
}  # fmt: skip
_NAME_OF_LABEL = {
    "thickness": ("thick", "gauge", "wall", "shell", "micron", "film"),
    "width": ("width", "wide"),
    "height": ("height",),
    "diameter": ("diameter", "bore", "calibre"),
    "length": ("length",),
}


@dataclass(frozen=True)
class Meant:
    """A question with its figures made filters.

    `asked` holds the rest of the words and the filters; `read` maps the name of each new
    filter to the words it came from. `is_apart`: the figures were left aside, because only
    products state any.
    """

    asked: Asked
    read: Mapping[str, str]
    is_apart: bool = False

    def as_words(self, typed: Asked) -> Asked:
        """What was typed, its measures as words; of the terms of an order words say nothing."""
        text = typed.text
        for name, each in self.read.items():
            text = text if is_measure(name) else text.replace(each, " ")
        text = " ".join(text.split())
        return replace(typed, text=text or typed.text)

    def freed(self, words: str | None = None) -> Asked:
        """The question without the figure of these words; without any, if none are given."""
        gone = {name for name, each in self.read.items() if words in (None, each)}
        ranges = {name: each for name, each in self.asked.ranges.items() if name not in gone}
        return replace(self.asked, ranges=ranges, page=1)


def meant_by(asked: Asked) -> Meant:
    """Read the figures of the words; filters that are chosen already go before."""
    figures = tuple(_in_known_unit(each) for each in read_figures(asked.text))
    if not figures:
        return Meant(asked, {})
    if asked.tab != "products":
        rest = without_figures(asked.text, figures)
        return Meant(replace(asked, text=rest or asked.text), {}, is_apart=bool(rest))
    ranges = dict(asked.ranges)
    changes: dict[str, Any] = {}
    read: dict[str, str] = {}
    used: list[Figure] = []
    for figure in figures:
        found = _ranges_of(asked.text, figure)
        found = {_free(name, ranges): limits for name, limits in found.items()}
        if not found or "" in found:
            continue
        ranges |= found
        used.append(figure)
        read |= dict.fromkeys(found, asked.text[figure.start : figure.end])
        if figure.about == "price":
            changes["currency"] = figure.currency
            if figure.unit:
                changes["chosen"] = {**asked.chosen, "unit": (_dimension(figure.unit),)}
    if not used:
        return Meant(asked, {})
    rest = without_figures(asked.text, used)
    ordered = {name: ranges[name] for name in RANGES["products"] if name in ranges}
    return Meant(replace(asked, text=rest, ranges=ordered, **changes), read)


def _in_known_unit(figure: Figure) -> Figure:
    """Horsepower as kilowatts, quintals as kilograms."""
    if figure.unit not in _OWN:
        return figure
    unit, factor = _OWN[figure.unit]
    return replace(figure, unit=unit, amounts=tuple(each * factor for each in figure.amounts))


def _free(name: str, ranges: Mapping[str, Range]) -> str:
    """A name for one more filter of this kind; empty when there is no room."""
    if name != "size":
        return "" if name in ranges else name
    names = ("size", *(f"size_{at}" for at in range(2, MOST_SIZES + 1)))
    return next((each for each in names if each not in ranges), "")


def _ranges_of(text: str, figure: Figure) -> dict[str, Range]:
    """The filters that a figure asks for; none when it may mean something else."""
    if figure.about == "price":
        return _price(figure) if figure.currency in OFFERED else {}
    unit = UNITS.get(figure.unit)
    dimension = unit.dimension if unit else ""
    if figure.about == "capacity":
        return _limited(f"capacity_{dimension}", figure, exact="least")
    if dimension == "time":
        return _limited("lead", figure) if figure.about == "lead" or figure.bound == "most" else {}
    if figure.about == "order":
        return _limited(f"moq_{dimension}", figure)
    if _is_order(text, figure, dimension):
        return _limited(f"moq_{dimension}", figure)
    return _measure(figure, dimension)


def _is_order(text: str, figure: Figure, dimension: str) -> bool:
    """Whether somebody names an amount to buy, rather than a property of the thing."""
    if figure.about or dimension not in ORDER_FROM or figure.bound == "least":
        return False
    amount = _base(figure.amounts[-1], figure.unit)
    least = ORDER_FROM[dimension]
    if dimension == "mass" and figure.bound == "most":
        least = ORDER_BELOW_KG
    if dimension in ("piece", "pair", "set"):
        before = text[: figure.start].casefold().split()[-2:]
        if before[-1:] == ["of"] or {"set", "pack", "box"} & set(before):
            return False  # 'a box of 100 pieces' is how it is packed
        least = 0.0 if figure.bound == "most" else least
    return amount >= least


def _measure(figure: Figure, dimension: str) -> dict[str, Range]:
    if dimension == "length":
        name = figure.about if figure.about in NAMED_LENGTHS else "size"
        if figure.bound != "exact":
            return _limited(name, figure)
        sizes = [_amount(each, figure.unit, "MMT") for each in figure.amounts[:MOST_SIZES]]
        if len(sizes) == 1:
            return {name: Range(sizes[0], sizes[0])}
        numbered = ("size", *(f"size_{at}" for at in range(2, MOST_SIZES + 1)))
        return {each: Range(size, size) for each, size in zip(numbered, sizes, strict=False)}
    if figure.unit == "CTM":
        # Gold is counted in carats of fineness: '18 carat' is no weight.
        return _limited("carat", figure, exact="exact") if figure.amounts[-1] <= 8 else {}
    kind = {"shore": "hardness"}.get(figure.unit, figure.unit)
    if kind not in COUNTED:
        kind = _KIND_OF_DIMENSION.get(dimension, "")
    return _limited(kind, figure, exact="exact") if kind else {}


def _limited(name: str, figure: Figure, exact: str = "most") -> dict[str, Range]:
    """The figure as a range of this filter; `exact` says what a bare number means to it."""
    if name not in RANGES["products"]:
        return {}
    unit = MEASURE_UNITS.get(name, "")
    amounts = [_amount(each, figure.unit, unit) for each in figure.amounts]
    low, high = min(amounts), max(amounts)
    if figure.bound == "between":
        return {name: Range(low, high)}
    bound = exact if figure.bound == "exact" else figure.bound
    if bound == "exact":
        return {name: Range(low, high)} if len(amounts) == 1 else {}
    return {name: Range(None, high) if bound == "most" else Range(low, None)}


def _price(figure: Figure) -> dict[str, Range]:
    """A price for so many base units: '$300 per tonne' is 0.3 a kilogram."""
    if figure.unit and (figure.unit not in UNITS or not _sold_by(figure.unit)):
        return {}
    one = _base(1.0, figure.unit) if figure.unit else 1.0
    low, high = min(figure.amounts) / one, max(figure.amounts) / one
    if figure.bound == "between":
        return {"price": Range(low, high)}
    return {"price": Range(low, None) if figure.bound == "least" else Range(None, high)}


def _sold_by(unit: str) -> bool:
    return f"moq_{UNITS[unit].dimension}" in RANGES["products"]


def _dimension(unit: str) -> str:
    return UNITS[unit].dimension


def _base(amount: float, unit: str) -> float:
    return float(Quantity(Decimal(str(amount)), unit).in_base())


def _amount(amount: float, unit: str, wanted: str) -> float:
    """The amount in the wanted unit (the base unit when none is), without false digits."""
    if unit not in UNITS:
        return amount
    factor_to = float(UNITS[wanted].factor) if wanted in UNITS else 1.0
    return float(f"{_base(amount, unit) / factor_to:.6g}")


# -- asking --------------------------------------------------------------------------


def is_measure(name: str) -> bool:
    """Whether this range is about what products state in figures."""
    return RANGES["products"].get(name, "").startswith("measure_")


def measure_filter(name: str, limits: Range) -> Filter:
    """What a product must state to pass this range of a measure."""
    kind = name.partition("_")[0]
    field = f"measure_{kind}"
    low, high = limits.low, limits.high
    if low is not None and low == high:
        slack = 0.0 if kind in COUNTED else low * TOLERANCE
        return Between(field, low - slack, low + slack)
    asked = Between(field, low, high)
    if kind != "size" or (low is not None and high is not None):
        return asked
    if (low if low is not None else high or 0.0) > THIN_MM:
        return asked
    thick = Between("measure_thickness", low, high)
    return Or((thick, And((Not(Exists("measure_thickness")), asked))))


# -- products ------------------------------------------------------------------------


def measures_of_family(attributes: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """The measures that products of a family state, for its filters; named lengths first."""
    found: dict[str, None] = {}
    for key, about in attributes.items():
        unit = str(about.get("unit", ""))
        unit, _ = _ATTRIBUTE_UNITS.get(unit, (unit, 1.0))
        found |= dict.fromkeys(_kinds(unit, f"{key} {about.get('label', '')}".casefold()))
    if set(found) & set(NAMED_LENGTHS):
        found.pop("size", None)
    return tuple(each for each in MEASURE_UNITS if each in found)


def stated_measures(
    attributes: Mapping[str, Any], about: Mapping[str, Mapping[str, Any]], texts: Iterable[str]
) -> dict[str, list[float]]:
    """Every measure that a product states, by the field of the index that holds it.

    `about` tells label and unit of each attribute. The texts count too: many a firm writes
    '18 mm' into the name and leaves the field empty.
    """
    found: dict[str, set[float]] = defaultdict(set)
    for key, value in attributes.items():
        unit = str(about.get(key, {}).get("unit", ""))
        label = f"{key} {about.get(key, {}).get('label', '')}".casefold()
        if isinstance(value, int | float) and not isinstance(value, bool):
            _note(found, float(value), unit, label)
        elif isinstance(value, str):
            _note_text(found, value, label)
    for text in texts:
        _note_text(found, text, "")
    return {f"measure_{name}": sorted(values) for name, values in sorted(found.items())}


def _note_text(found: dict[str, set[float]], text: str, label: str) -> None:
    for figure in read_figures(text, bare=True):
        known = _in_known_unit(figure)
        for amount in known.amounts:
            _note(found, amount, known.unit, label)


def _note(found: dict[str, set[float]], amount: float, unit: str, label: str) -> None:
    unit, factor = _ATTRIBUTE_UNITS.get(unit, (unit, 1.0))
    amount *= factor
    for kind in _kinds(unit, label):
        found[kind].add(_amount(amount, unit, MEASURE_UNITS[kind]))


def _kinds(unit: str, label: str) -> tuple[str, ...]:
    if unit == "shore":
        return ("hardness",)
    if unit in COUNTED:
        return (unit,)
    if unit == "CTM":
        return ("carat",)
    if "ply" in label.split() and not unit:
        return ("ply",)
    if unit not in UNITS:
        return ()
    dimension = UNITS[unit].dimension
    if dimension == "length":
        named = next((n for n, ws in _NAME_OF_LABEL.items() if any(w in label for w in ws)), "")
        return ("size", named) if named else ("size",)
    kind = _KIND_OF_DIMENSION.get(dimension)
    return (kind,) if kind else ()

"""The filters beside the results: what can be chosen, how often it occurs, what is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matchmaker.measures import BASE_UNITS, UNITS
from matchmaker.storefront.asking import OPTIONS_ALL, OPTIONS_SHOWN, chosen_dimension
from matchmaker.storefront.filters import measure, number, unit_words
from matchmaker.storefront.labels import Labels
from matchmaker.storefront.measured import MEASURE_UNITS, is_measure
from matchmaker.storefront.refinements import FACETS, FLAGS, RANGES, Asked, Range, plain
from matchmaker.storefront.words import gettext as _
from search.contract import FacetCount, NumberStats, Page
from search.indexes import DIMENSIONS

OPEN_AT_FIRST = ("sector", "state", "evidence")
DIMENSIONS_SHOWN = 2


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    count: int
    checked: bool


@dataclass(frozen=True)
class Facet:
    name: str
    title: str
    options: tuple[Option, ...]
    open: bool
    more_url: str


@dataclass(frozen=True)
class Bar:
    count: int
    on: bool


@dataclass(frozen=True)
class RangeFacet:
    """`low`, `high`: what is typed in; `unit` stands behind the fields."""

    name: str
    title: str
    low: str
    high: str
    unit: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Chip:
    label: str
    url: str
    on: bool = True
    removes: bool = True


@dataclass(frozen=True)
class Panel:
    facets: tuple[Facet, ...]
    ranges: tuple[RangeFacet, ...]
    note: str = ""


def build_panel(
    asked: Asked,
    page: Page,
    labels: Labels,
    base: str,
    usd_per_unit: float,
    currency: str,
    measures: Sequence[str] = (),
) -> Panel:
    """All filters of a tab, with counts from the answer; `measures` as the search is settled."""
    facets = [
        _facet(asked, name, page.facets.get(field, ()), labels, base)
        for name, field in FACETS[asked.tab].items()
    ]
    # One value that everything has leaves nothing to choose.
    choices = [each for each in facets if len(each.options) > 1 or asked.chosen.get(each.name)]
    shown = [*choices, *_flags(asked, page)]
    ranges, note = _ranges(asked, page, usd_per_unit, currency, measures)
    return Panel(tuple(shown), tuple(ranges), note)


def facet_title(name: str) -> str:
    return {
        "sector": _("Sector"),
        "family": _("Kind of product"),
        "cluster": _("Cluster"),
        "state": _("State"),
        "evidence": _("Evidence, checked and valid now"),
        "unit": _("Sold"),
        "market": _("Exports to"),
        "hs": _("HS chapter"),
        "size": _("Size of firm"),
    }[name]


def _facet(
    asked: Asked, name: str, counted: Sequence[FacetCount], labels: Labels, base: str
) -> Facet:
    chosen = asked.chosen.get(name, ())
    size = OPTIONS_ALL if asked.more == name else OPTIONS_SHOWN
    counts = {each.value: each.count for each in counted}
    values = _telling_first(name, list(counts), labels)[:size]
    values += [value for value in chosen if value not in values]
    options = tuple(
        Option(value, labels.of(name, value), counts.get(value, 0), value in chosen)
        for value in values
    )
    more = len(counts) > size and asked.more != name
    return Facet(
        name,
        facet_title(name),
        options,
        name in OPEN_AT_FIRST or asked.more == name,
        _more_address(asked, name, base) if more else "",
    )


def _telling_first(name: str, values: list[str], labels: Labels) -> list[str]:
    """Registrations that nearly every exporter holds stand below what tells firms apart."""
    if name != "evidence":
        return values
    plain_ones = {code for code, each in labels.schemes.items() if each.is_registration}
    return sorted(values, key=plain_ones.__contains__)


def _more_address(asked: Asked, name: str, base: str) -> str:
    plain_address = asked.on_page(1).address(base)
    return f"{plain_address}{'&' if '?' in plain_address else '?'}more={name}#filters"


def _flags(asked: Asked, page: Page) -> list[Facet]:
    """Yes-or-no filters; 'with photo' only where any has one."""
    facets = []
    for name, field in FLAGS[asked.tab].items():
        counts = {each.value: each.count for each in page.facets.get(field, ())}
        count, checked = counts.get("true", 0), name in asked.flags
        if count or checked:
            option = Option("1", _("only these"), count, checked)
            facets.append(Facet(name, flag_words(name), (option,), False, ""))
    return facets


def flag_words(name: str) -> str:
    return {"gi": _("Geographical indication"), "photo": _("With photo")}[name]


def _ranges(
    asked: Asked, page: Page, usd_per_unit: float, currency: str, measures: Sequence[str]
) -> tuple[list[RangeFacet], str]:
    if asked.tab != "products":
        return [
            _range(asked, name, page.stats.get(field))
            for name, field in RANGES[asked.tab].items()
            if _worth_showing(asked, name, page.stats.get(field))
        ], ""
    dimensions = _dimensions(asked, page)
    ranges = []
    note = ""
    single = chosen_dimension(asked) or (dimensions[0] if len(dimensions) == 1 else None)
    if single or "price" in asked.ranges:
        stats = page.stats.get("price_usd_public")
        per = unit_words(BASE_UNITS[single or dimensions[0]], 1) if single or dimensions else ""
        unit = f"{currency} / {per}"
        if _worth_showing(asked, "price", stats):
            ranges.append(_range(asked, "price", stats, unit, 1 / usd_per_unit))
    elif dimensions:
        note = _(
            "Choose how it is sold to filter by price: prices per piece and per kg do not compare."
        )
    for dimension in dimensions[:DIMENSIONS_SHOWN]:
        ranges += _of_dimension(asked, page, "moq", dimension)
    if _worth_showing(asked, "lead", page.stats.get("lead_days")):
        ranges.append(_range(asked, "lead", page.stats.get("lead_days"), _("days")))
    for dimension in dimensions[:DIMENSIONS_SHOWN]:
        ranges += _of_dimension(asked, page, "capacity", dimension)
    return [*_measures(asked, page, measures), *ranges], note


def _measures(asked: Asked, page: Page, settled: Sequence[str]) -> list[RangeFacet]:
    """What products of the kind state in figures; and whatever is filtered by already."""
    names = [name for name in RANGES["products"] if is_measure(name)]
    found = []
    for name in names:
        stats = page.stats.get(RANGES["products"][name])
        spread = stats is not None and stats.min != stats.max
        if name in asked.ranges or (name in settled and spread):
            unit = MEASURE_UNITS[name.partition("_")[0]]
            found.append(_range(asked, name, stats, unit_words(unit) if unit in UNITS else ""))
    return found


def _dimensions(asked: Asked, page: Page) -> list[str]:
    """By what the matches are sold, most frequent first; those already filtered by come along."""
    chosen = chosen_dimension(asked)
    counted = [each.value for each in page.facets.get("unit_dimension", ()) if each.count]
    found = [chosen] if chosen else [each for each in counted if each in DIMENSIONS]
    active = [name.partition("_")[2] for name in asked.ranges if "_" in name]
    return list(dict.fromkeys([*(each for each in active if each in DIMENSIONS), *found]))


def _of_dimension(asked: Asked, page: Page, kind: str, dimension: str) -> list[RangeFacet]:
    name = f"{kind}_{dimension}"
    stats = page.stats.get(RANGES["products"][name])
    if not _worth_showing(asked, name, stats):
        return []
    unit = unit_words(BASE_UNITS[dimension])
    title = _("%(what)s in %(unit)s", what=range_title(name), unit=unit)
    return [replace(_range(asked, name, stats, unit), title=title)]


def _worth_showing(asked: Asked, name: str, stats: NumberStats | None) -> bool:
    return name in asked.ranges or (stats is not None and stats.count > 1)


def range_title(name: str) -> str:
    kind = name.partition("_")[0]
    return {
        "price": _("Price"),
        "moq": _("Minimum order"),
        "lead": _("Lead time"),
        "capacity": _("Free capacity a month"),
        "workers": _("Workers"),
        "firms": _("Number of firms"),
        "size": _("Size"),
        "thickness": _("Thickness"),
        "width": _("Width"),
        "length": _("Length"),
        "height": _("Height"),
        "diameter": _("Diameter"),
        "gsm": _("Weight per area"),
        "weight": _("Weight"),
        "volume": _("Volume"),
        "density": _("Density"),
        "power": _("Power"),
        "voltage": _("Voltage"),
        "pressure": _("Pressure"),
        "carat": _("Carat"),
        "hardness": _("Hardness (Shore A)"),
        "threads": _("Thread count"),
        "mesh": _("Mesh"),
        "knots": _("Knots per square inch"),
        "ply": _("Ply"),
        "poles": _("Poles"),
        "pages": _("Pages"),
    }[kind]


def _range(
    asked: Asked, name: str, stats: NumberStats | None, unit: str = "", factor: float = 1.0
) -> RangeFacet:
    limits = asked.ranges.get(name)
    low = limits.low if limits else None
    high = limits.high if limits else None
    bars = tuple(
        Bar(
            each.count,
            limits is not None
            and (low is None or each.high * factor >= low)
            and (high is None or each.low * factor <= high),
        )
        for each in (stats.histogram if stats else ())
    )
    return RangeFacet(
        name,
        range_title(name),
        "" if low is None else plain(low),
        "" if high is None else plain(high),
        unit,
        bars,
    )


def build_chips(asked: Asked, labels: Labels, base: str) -> tuple[Chip, ...]:
    """What is chosen, each with the address that takes it away again."""
    chips = [
        Chip(labels.of(name, value), asked.without_value(name, value).address(base))
        for name, values in asked.chosen.items()
        for value in values
    ]
    chips += [
        Chip(flag_words(name), asked.without_flag(name).address(base))
        for name in sorted(asked.flags)
    ]
    chips += [
        Chip(_range_words(asked, name), asked.without_range(name).address(base))
        for name in asked.ranges
    ]
    return tuple(chips)


def _range_words(asked: Asked, name: str) -> str:
    limits = asked.ranges[name]
    if is_measure(name):
        return _measure_words(name, limits)
    dimension = name.partition("_")[2]
    unit = unit_words(BASE_UNITS[dimension]) if dimension in BASE_UNITS else ""
    unit = {"lead": _("days"), "price": asked.currency}.get(name, unit)
    low = "" if limits.low is None else number(limits.low)
    high = "" if limits.high is None else number(limits.high)
    return f"{range_title(name)}: {_span(low, high)} {unit}".strip()


def _measure_words(name: str, limits: Range) -> str:
    """'Thickness: 18 mm', 'Size: from 20 mm'."""
    unit = MEASURE_UNITS[name.partition("_")[0]]
    low = "" if limits.low is None else measure(limits.low, unit)
    high = "" if limits.high is None else measure(limits.high, unit)
    return f"{range_title(name)}: {_span(low, high)}"


def _span(low: str, high: str) -> str:
    if low and high:
        return low if low == high else f"{low}–{high}"
    return _("from %(low)s", low=low) if low else _("up to %(high)s", high=high)

"""Everything the search page shows, gathered from the engine and the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from matchmaker.money import OFFERED, ExchangeRates
from matchmaker.searching import Searching
from matchmaker.storefront import asking
from matchmaker.storefront.cards import Link, Maker, Row
from matchmaker.storefront.filters import number
from matchmaker.storefront.labels import Labels, dimension_words
from matchmaker.storefront.measured import meant_by
from matchmaker.storefront.panel import Chip, Panel, build_chips, build_panel, range_title
from matchmaker.storefront.refinements import FACETS, SORTS, TABS, Asked
from matchmaker.storefront.unstated import Unstated, fill_up, look_at
from matchmaker.storefront.why import why
from matchmaker.storefront.words import gettext as _
from matchmaker.storefront.words import ngettext
from search.contract import MAX_REACHABLE, Page, Query
from search.indexes import DIMENSIONS

# Nearer than this in meaning and somebody probably sees what they meant.
KINDRED = 0.45


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    count: int | None
    current: bool


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True)
class SearchPage:
    """The view model of templates/storefront/search.html.

    `typed` is the question as it came, `asked` the same with its figures made filters.
    """

    typed: Asked
    asked: Asked
    tabs: tuple[Tab, ...]
    rows: tuple[Row, ...]
    total: int
    related_row: int | None  # before this row of the page begins what is only related
    panel: Panel
    chips: tuple[Chip, ...]
    clear_url: str
    sorting: tuple[Choice, ...]
    other_view: Link
    last: int
    page_url: Callable[[int], str]
    heading: str
    notices: tuple[str, ...]
    corrections: tuple[Link, ...]
    dropped: tuple[str, ...]
    families: tuple[Link, ...]
    unfiltered: Link | None
    unstated: Unstated
    other_units: tuple[Link, ...]
    is_unmet: bool
    past_end: bool
    currency: str
    rate_date: dt.date | None

    @property
    def demonstration(self) -> bool:
        return any(row.demo for row in self.rows)


@dataclass(frozen=True)
class Answer:
    """What the engine said to a question."""

    page: Page
    query: Query
    dimension: str | None
    counts: dict[str, int | None]
    unfiltered: int


def build_search_page(typed: Asked, search: Searching, maker: Maker, base: str) -> SearchPage:
    """Ask and gather. Raises SearchUnavailable."""
    meant = meant_by(typed)
    asked, currency, usd = _priced(meant.asked, maker)
    answer = ask(asked, typed, search, maker.labels, usd)
    figures = look_at(meant, answer.page, search, base)
    if figures.unheld:
        asked, currency, usd = _priced(meant.as_words(typed), maker)
        answer = ask(asked, typed, search, maker.labels, usd)
        page = answer.page
    else:
        page = fill_up(typed, meant, answer.page, search, answer.query)
    last = max(1, -(-min(page.total + page.related, MAX_REACHABLE) // asking.PAGE_SIZE))
    rows = _explained(asked, page, maker.rows(asked.tab, page), usd)
    unmet = _is_unmet(asked, page) and not answer.unfiltered
    return SearchPage(
        typed=typed,
        asked=asked,
        tabs=_tabs(typed, answer.counts, base),
        rows=rows,
        total=page.total,
        related_row=_related_row(asked, page, rows),
        panel=build_panel(
            asked, page, maker.labels, base, usd, currency, _settled(asked, maker.labels)
        ),
        chips=build_chips(asked, maker.labels, base),
        clear_url=asked.only_text().address(base),
        sorting=_sorting(asked),
        other_view=_other_view(asked, base),
        last=last,
        page_url=lambda at: asked.on_page(at).address(base),
        heading=_heading(typed, page),
        notices=tuple(_ignored_words(name) for name in asked.ignored),
        corrections=_corrections(asked, page, base),
        dropped=page.dropped,
        families=_families(asked, page, maker.labels, base) if unmet or not page.total else (),
        unfiltered=_unfiltered(asked, answer.unfiltered, base),
        unstated=figures,
        other_units=_other_units(asked, answer, base),
        is_unmet=unmet,
        past_end=asked.page > last,
        currency=currency,
        rate_date=_rate_date(maker.rates, maker.reader.currency)
        if asked.tab == "products"
        else None,
    )


def _priced(asked: Asked, maker: Maker) -> tuple[Asked, str, float]:
    """The question with the currency of its prices, and what one of it is in dollars."""
    currency = asked.currency if asked.currency in OFFERED else maker.reader.currency
    asked = replace(asked, currency=currency)
    return asked, currency, float(maker.rates.rate(currency, "USD").value)


def _settled(asked: Asked, labels: Labels) -> tuple[str, ...]:
    """The measures to filter by, once the search is about one kind of product."""
    if asked.tab != "products":
        return ()
    return labels.settled_measures(asked.chosen.get("family", ()), asked.text)


def ask(
    asked: Asked, typed: Asked, search: Searching, labels: Labels, usd_per_unit: float
) -> Answer:
    """Put the question, and count what the other tabs would show of what was typed."""
    engine = search.engine
    dimension = asking.chosen_dimension(asked)
    if asking.needs_dimension(asked):
        counted = engine.search("products", asking.dimension_query(asked)).facets
        sold = [each.value for each in counted.get("unit_dimension", ())]
        dimension = next((each for each in sold if each in DIMENSIONS), None)
    measures = _settled(asked, labels)
    query = asking.query_of(asked, None, dimension, usd_per_unit, measures)
    page = engine.search(asked.tab, search.with_meaning(asked.tab, query))
    page = replace(page, corrections=_worth_offering(asked, page, search))
    counts: dict[str, int | None] = {asked.tab: page.total}
    for tab in TABS:
        if tab != asked.tab:
            other = meant_by(typed.on_tab(tab)).asked
            counts[tab] = engine.search(tab, asking.counting_query(other)).total
    unfiltered = 0
    if asked.refined and not page.total:  # of figures the caller takes care
        unfiltered = engine.search(asked.tab, asking.counting_query(asked.only_text())).total
    return Answer(page, query, dimension, counts, unfiltered)


def _worth_offering(asked: Asked, page: Page, search: Searching) -> tuple[str, ...]:
    """Of the other spellings those under which something holds every word.

    A word that no product has is often right all the same ("slipping" is not "shipping").
    """

    def holds_all(text: str) -> bool:
        found = search.engine.search(asked.tab, asking.counting_query(asked.with_text(text)))
        return bool(found.total) and not found.dropped

    return tuple(each for each in page.corrections if holds_all(each))


def _explained(asked: Asked, page: Page, rows: tuple[Row, ...], usd: float) -> tuple[Row, ...]:
    """The rows with a line each that says why they are here."""
    if not asked.text and not asked.ranges:
        return rows
    filters = tuple(asking.refinements_of(asked, None, usd).values())
    ids = [hit.id for hit in page.hits]
    lines = dict(zip(ids, why(asked.tab, page.hits, filters), strict=True))
    return tuple(replace(row, why=lines[row.id]) for row in rows)


def _related_row(asked: Asked, page: Page, rows: tuple[Row, ...]) -> int | None:
    """Where on this page the first hit stands that does not hold every word."""
    at = -1 if page.related_from is None else page.related_from - asking.offset_of(asked)
    if not (page.total and 0 <= at < len(page.hits)):
        return None
    ids = {each.id for each in page.hits[at:]}
    return next((place for place, row in enumerate(rows) if row.id in ids), None)


def _is_unmet(asked: Asked, page: Page) -> bool:
    """Nothing holds the words, and nothing is near in meaning either."""
    if not asked.text or asked.page > 1:
        return False
    near = max((each.similarity or 0 for each in page.hits), default=0)
    return (page.total == 0 or bool(page.dropped)) and near < KINDRED


def _tabs(asked: Asked, counts: dict[str, int | None], base: str) -> tuple[Tab, ...]:
    words = {"products": _("Products"), "firms": _("Firms"), "clusters": _("Clusters")}
    return tuple(
        Tab(words[tab], asked.on_tab(tab).address(base), counts.get(tab), tab == asked.tab)
        for tab in TABS
    )


def _heading(asked: Asked, page: Page) -> str:
    shown = number(page.total)
    words = {
        "products": ngettext("%(count)s product", "%(count)s products", page.total, count=shown),
        "firms": ngettext("%(count)s firm", "%(count)s firms", page.total, count=shown),
        "clusters": ngettext("%(count)s cluster", "%(count)s clusters", page.total, count=shown),
    }[asked.tab]
    if not asked.text:
        return words
    return _("%(count)s for “%(text)s”", count=words, text=asked.text)


def _sorting(asked: Asked) -> tuple[Choice, ...]:
    words = {name: sort_words(name) for name in SORTS[asked.tab]}
    if not asked.text:
        words["fit"] = _("last confirmed") if asked.tab == "products" else _("largest")
    return tuple(Choice(name, label) for name, label in words.items())


def _other_view(asked: Asked, base: str) -> Link:
    label = _("as a list") if asked.grid else _("as a grid")
    return Link(label, asked.as_grid(not asked.grid).address(base))


def sort_words(name: str) -> str:
    return {
        "fit": _("best fit"),
        "price": _("lowest price"),
        "moq": _("smallest minimum order"),
        "lead": _("shortest lead time"),
        "capacity": _("most free capacity"),
        "workers": _("most workers"),
        "products": _("most products"),
        "firms": _("most firms"),
    }[name]


def _ignored_words(name: str) -> str:
    if name == "long":
        return _("The search was very long; only its first 500 characters were used.")
    if name == "text":
        return _("Signs alone find nothing: type a word. Until then, this is everything there is.")
    if name == "page":
        return _("That page number was not understood; this is the first page.")
    stem = name.rpartition("_")[0]
    if stem:
        return _(
            "%(what)s: what was typed is not a number and was left out.", what=range_title(stem)
        )
    return _("Some of the chosen filters were not understood and were left out.")


def _corrections(asked: Asked, page: Page, base: str) -> tuple[Link, ...]:
    fresh = [each for each in page.corrections if each.casefold() != asked.text.casefold()]
    return tuple(Link(each, asked.with_text(each).address(base)) for each in fresh[:3])


def _families(asked: Asked, page: Page, labels: Labels, base: str) -> tuple[Link, ...]:
    """Kinds of product that come nearest, to look around in."""
    keys: dict[str, None] = {}
    for hit in page.hits:
        value: Any = hit.values.get("family_key")
        keys.update(dict.fromkeys([value] if isinstance(value, str) else list(value or ())))
    known = [key for key in keys if key in labels.families][:5]
    return tuple(
        Link(labels.families[key].name, Asked(chosen={"family": (key,)}).address(base))
        for key in known
    )


def _unfiltered(asked: Asked, total: int, base: str) -> Link | None:
    if not total:
        return None
    label = ngettext(
        "%(num)s result without the filters", "%(num)s results without the filters", total
    )
    return Link(label, asked.only_text().address(base))


def _other_units(asked: Asked, answer: Answer, base: str) -> tuple[Link, ...]:
    """When prices bind the page to one dimension: the ways to the others."""
    if not (asking.needs_dimension(asked) and asking.binds_dimension(asked) and answer.dimension):
        return ()
    counted = answer.page.facets.get("unit_dimension", ())
    words = dimension_words()
    return tuple(
        Link(words.get(each.value, each.value), asked.only_value("unit", each.value).address(base))
        for each in counted
        if each.value != answer.dimension and each.count
    )


def _rate_date(rates: ExchangeRates, currency: str) -> dt.date | None:
    return None if currency == "INR" else rates.rate("INR", currency).fixed_on


assert set(FACETS) == set(TABS)

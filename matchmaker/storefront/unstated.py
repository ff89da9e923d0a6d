"""When few or no products state the figures of a query: what else to show, and the ways out.

A figure asked for is a filter, but firms leave fields empty. So a page that it leaves short is
filled up by the words alone, below a line that says so; and where nothing states it at all, it
is searched as words from the start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from matchmaker.searching import Searching
from matchmaker.storefront import asking
from matchmaker.storefront.cards import Link
from matchmaker.storefront.filters import number
from matchmaker.storefront.measured import Meant, is_measure
from matchmaker.storefront.refinements import RANGES, Asked
from matchmaker.storefront.words import ngettext
from search.contract import Page, Query


@dataclass(frozen=True)
class Unstated:
    """What the reader should know of the figures among the words.

    `unheld`: nothing states these, so they were searched as words. `apart`: they were left
    aside, because only products state figures. `ways_out` leave figures out, each with what
    that would show.
    """

    unheld: tuple[str, ...] = ()
    apart: bool = False
    ways_out: tuple[Link, ...] = ()


def look_at(meant: Meant, page: Page, search: Searching, base: str) -> Unstated:
    """Whether the figures left too little. Asks again only where they left less than a page."""
    if not meant.read:
        return Unstated(apart=meant.is_apart)
    if page.total >= asking.PAGE_SIZE and not page.dropped:
        return Unstated()
    freed = _count(meant.freed(), search)
    # Words that fit without the figure and are dropped beside it: then the figure is at fault.
    is_unheld = not page.total or len(freed.dropped) < len(page.dropped)
    figures = tuple(dict.fromkeys(meant.read.values()))
    totals = {
        words: freed.total if len(figures) == 1 else _count(meant.freed(words), search).total
        for words in figures
    }
    more = {words: total for words, total in totals.items() if total > page.total or is_unheld}
    return Unstated(figures if is_unheld else (), ways_out=_links(meant, more, base))


def _count(asked: Asked, search: Searching) -> Page:
    return search.engine.search(asked.tab, asking.counting_query(asked))


def _links(meant: Meant, totals: Mapping[str, int], base: str) -> tuple[Link, ...]:
    return tuple(
        Link(
            ngettext(
                "without “%(figure)s”: %(count)s product",
                "without “%(figure)s”: %(count)s products",
                total,
                figure=words,
                count=number(total),
            ),
            meant.freed(words).address(base),
        )
        for words, total in totals.items()
        if total
    )


def fill_up(typed: Asked, meant: Meant, page: Page, search: Searching, query: Query) -> Page:
    """A first page of few, followed by what states no such measure but has the words.

    `query` is what was asked with the figures as filters. Terms of an order go on to bind.
    """
    is_short = 0 < page.total < asking.PAGE_SIZE
    if not (meant.asked.text and is_short and typed.page == 1 and not query.sort):
        return page
    chosen = asking.refinements_of(typed, None, 1.0)
    loose = {RANGES["products"][name] for name in meant.read if is_measure(name)} - set(chosen)
    if not loose:
        return page
    held = [hit for hit in page.hits if len(hit.dropped_words) <= len(page.dropped)]
    known = {hit.id for hit in held}
    kept = {name: each for name, each in query.refinements.items() if name not in loose}
    text = meant.as_words(typed).text
    as_words = replace(query, text=text, refinements=kept, facets=(), stats=())
    found = search.engine.search(typed.tab, search.with_meaning(typed.tab, as_words)).hits
    others = [hit for hit in found if hit.id not in known][: asking.PAGE_SIZE - len(held)]
    if not others:
        return page
    hits = (*held, *others)
    return replace(page, hits=hits, related=len(others), related_from=len(held))

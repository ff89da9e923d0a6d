"""What a reader asked of the search page, read from the address and written back into it. Pure.

Nothing in an address can break the page: what cannot be understood is left out, and `ignored`
says so in words.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from search.analysis import words
from search.contract import MARK_END, MARK_START
from search.indexes import DIMENSIONS, MEASURES

TABS = ("products", "firms", "clusters")
LONGEST_TEXT = 500
MOST_VALUES = 40
LONGEST_VALUE = 80
LARGEST_NUMBER = 1e12
MOST_SIZES = 3

# In the address → in the index; one list per tab, in the order in which they are shown.
FACETS: Mapping[str, Mapping[str, str]] = {
    "products": {
        "sector": "sector",
        "family": "family_key",
        "cluster": "cluster",
        "state": "state",
        "evidence": "evidence",
        "unit": "unit_dimension",
        "market": "markets",
        "hs": "hs2",
    },
    "firms": {
        "sector": "sector",
        "family": "family_key",
        "cluster": "cluster",
        "state": "state",
        "evidence": "evidence",
        "size": "size",
        "market": "markets",
        "hs": "hs2",
    },
    "clusters": {"sector": "sector", "family": "family_key", "state": "state"},
}
FLAGS: Mapping[str, Mapping[str, str]] = {
    "products": {"gi": "gi", "photo": "photo"},
    "firms": {},
    "clusters": {"gi": "gi"},
}
RANGES: Mapping[str, Mapping[str, str]] = {
    "products": {
        "price": "price_usd_public",
        "lead": "lead_days",
        **{f"moq_{each}": f"moq_{each}" for each in DIMENSIONS},
        **{f"capacity_{each}": f"capacity_month_{each}" for each in DIMENSIONS},
        **{each: f"measure_{each}" for each in MEASURES},
        # '18 x 1200 mm' asks for a product that states both
        **{f"size_{at}": "measure_size" for at in range(2, MOST_SIZES + 1)},
    },
    "firms": {"workers": "workers"},
    "clusters": {"firms": "firm_count"},
}
SORTS: Mapping[str, tuple[str, ...]] = {
    "products": ("fit", "price", "moq", "lead", "capacity"),
    "firms": ("fit", "workers", "products"),
    "clusters": ("fit", "firms", "products"),
}


@dataclass(frozen=True)
class Range:
    """From and to, as typed; None leaves that side open."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Asked:
    """The whole question. `currency` is that of the price range, empty: the reader's own."""

    text: str = ""
    tab: str = "products"
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    ranges: Mapping[str, Range] = field(default_factory=dict)
    sort: str = "fit"
    page: int = 1
    more: str = ""
    grid: bool = False
    currency: str = ""
    ignored: tuple[str, ...] = ()

    @property
    def refined(self) -> bool:
        return bool(self.chosen or self.flags or self.ranges)

    def pairs(self) -> list[tuple[str, str]]:
        """The question as it stands in an address: the same question, always the same address."""
        found = [("q", self.text)] if self.text else []
        if self.tab != "products":
            found.append(("tab", self.tab))
        found += [(name, value) for name, values in self.chosen.items() for value in values]
        found += [(name, "1") for name in sorted(self.flags)]
        for name, limits in self.ranges.items():
            for side, limit in (("from", limits.low), ("to", limits.high)):
                if limit is not None:
                    found.append((f"{name}_{side}", plain(limit)))
        if "price" in self.ranges and self.currency:
            found.append(("currency", self.currency))
        if self.sort != "fit":
            found.append(("sort", self.sort))
        if self.grid:
            found.append(("view", "grid"))
        if self.page > 1:
            found.append(("page", str(self.page)))
        return found

    def address(self, base: str) -> str:
        pairs = self.pairs()
        return f"{base}?{urlencode(pairs, errors='replace')}" if pairs else base

    def on_page(self, page: int) -> Asked:
        return replace(self, page=page)

    def with_text(self, text: str) -> Asked:
        return replace(self, text=text, page=1)

    def only_text(self) -> Asked:
        return Asked(text=self.text, tab=self.tab, grid=self.grid)

    def as_grid(self, grid: bool) -> Asked:
        return replace(self, grid=grid)

    def with_value(self, name: str, value: str) -> Asked:
        values = tuple(dict.fromkeys((*self.chosen.get(name, ()), value)))
        return replace(self, chosen={**self.chosen, name: values}, page=1)

    def only_value(self, name: str, value: str) -> Asked:
        return replace(self, chosen={**self.chosen, name: (value,)}, page=1)

    def without_value(self, name: str, value: str) -> Asked:
        left = tuple(each for each in self.chosen.get(name, ()) if each != value)
        chosen = {key: values for key, values in self.chosen.items() if key != name}
        return replace(self, chosen={**chosen, name: left} if left else chosen, page=1)

    def without_flag(self, name: str) -> Asked:
        return replace(self, flags=self.flags - {name}, page=1)

    def without_range(self, name: str) -> Asked:
        ranges = {key: each for key, each in self.ranges.items() if key != name}
        return replace(self, ranges=ranges, page=1)

    def on_tab(self, tab: str) -> Asked:
        """The same question about something else; what that cannot be asked is left out."""
        chosen = {name: each for name, each in self.chosen.items() if name in FACETS[tab]}
        flags = frozenset(name for name in self.flags if name in FLAGS[tab])
        return Asked(text=self.text, tab=tab, chosen=chosen, flags=flags, grid=self.grid)


def read(pairs: Iterable[tuple[str, str]]) -> Asked:
    """Understand the pairs of a query string."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    ignored: list[str] = []
    text = _read_text(given, ignored)
    tab = _last(given, "tab") or "products"
    tab = tab if tab in TABS else "products"
    sort = _last(given, "sort") or "fit"
    return Asked(
        text=text,
        tab=tab,
        chosen=_read_chosen(given, tab, ignored),
        flags=frozenset(name for name in FLAGS[tab] if _last(given, name) in ("1", "true")),
        ranges=_read_ranges(given, tab, ignored),
        sort=sort if sort in SORTS[tab] else "fit",
        page=_read_page(_last(given, "page"), ignored),
        more=_last(given, "more") if _last(given, "more") in FACETS[tab] else "",
        grid=_last(given, "view") == "grid",
        currency=_last(given, "currency")[:3],
        ignored=tuple(ignored),
    )


def tidy(text: str) -> str:
    """The text without what cannot be seen: control characters, lone surrogates, our own marks."""
    kept = (
        " " if unicodedata.category(c) == "Cc" else c
        for c in text
        if c not in (MARK_START, MARK_END) and unicodedata.category(c) not in ("Cs", "Cn", "Co")
    )
    return " ".join("".join(kept).split())


def number(text: str) -> float | None:
    """A number as people of several countries type it: 1000, 1,000, 1 000.5, 12,5.

    None when it is none, negative or beyond reason.
    """
    text = re.sub(r"[\s'’_]", "", text)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3}){2,}(,\d+)?|\d{1,3}(\.\d{3})+,\d+", text):
        text = text.replace(".", "").replace(",", ".")
    elif text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value <= LARGEST_NUMBER else None


def plain(value: float) -> str:
    """1000 and 0.25, never 1e3 or 1000.0."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _last(given: Mapping[str, list[str]], name: str) -> str:
    return given.get(name, [""])[-1].strip()


def _read_text(given: Mapping[str, list[str]], ignored: list[str]) -> str:
    text = tidy(_last(given, "q")[: LONGEST_TEXT * 20])
    if len(text) > LONGEST_TEXT:
        ignored.append("long")
    if text and not words(text[:LONGEST_TEXT]):
        ignored.append("text")
        return ""
    return text[:LONGEST_TEXT].strip()


def _read_chosen(
    given: Mapping[str, list[str]], tab: str, ignored: list[str]
) -> dict[str, tuple[str, ...]]:
    chosen = {}
    for name in FACETS[tab]:
        values = tuple(dict.fromkeys(tidy(each) for each in given.get(name, ()) if each.strip()))
        kept = tuple(each for each in values if 0 < len(each) <= LONGEST_VALUE)[:MOST_VALUES]
        if len(kept) < len(values):
            ignored.append(name)
        if kept:
            chosen[name] = kept
    return chosen


def _read_ranges(given: Mapping[str, list[str]], tab: str, ignored: list[str]) -> dict[str, Range]:
    ranges = {}
    for name in RANGES[tab]:
        limits: list[float | None] = []
        for side in ("from", "to"):
            typed = _last(given, f"{name}_{side}")
            limit = number(typed[:40]) if typed else None
            if typed and limit is None:
                ignored.append(f"{name}_{side}")
            limits.append(limit)
        low, high = limits
        if low is not None and high is not None and low > high:
            low, high = high, low  # somebody filled the fields in the other order
        if low is not None or high is not None:
            ranges[name] = Range(low, high)
    return ranges


def _read_page(typed: str, ignored: list[str]) -> int:
    if not typed:
        return 1
    if not typed.isdecimal() or len(typed) > 30 or int(typed) < 1:
        ignored.append("page")
        return 1
    return int(typed)

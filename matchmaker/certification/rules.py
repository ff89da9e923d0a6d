"""Which market rules apply to goods on a day, and how a maker stands against them. Pure.

A rule speaks of goods by HS prefix and by the family of rules its author filed it under; both
must fit. Nothing here says that goods *may* be sold: rules are a screening aid, and those of low
or medium confidence are 'to be checked' before a binding quote.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

ANY_FAMILY = "any"
ANY_HS = "*"
EVERYWHERE = "ALL"
ORIGIN = "IN"
WOOD_PACKAGING = ("4415", "wood-packaging")
# Members as of 2026; trade rules of a bloc hold in each of them.
EU = frozenset(
    ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
     "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK")
)  # fmt: skip
GCC = frozenset(("AE", "SA", "KW", "QA", "BH", "OM"))
BLOCS: Mapping[str, frozenset[str]] = {"EU": EU, "GCC": GCC}

# Papers that a law introduced on a known day (Regulation (EU) 2023/1115, as moved by 2025/2650,
# and 2023/956). Nobody can be asked for one before its day, whatever rule names it, and the
# day is the paper's alone: what a rule names beside it was asked for before.
FIRST_DAYS: Mapping[str, dt.date] = {
    "EUDR_DDS": dt.date(2026, 12, 30),
    "CBAM_DATA": dt.date(2026, 1, 1),
}

Strength = Literal["mandatory", "expected"]
Standing = Literal["held", "expiring", "missing", "to be checked", "per shipment"]


class Rule(Protocol):
    """What is asked of a rule; rows of `market_rule` have it."""

    @property
    def id(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def hs(self) -> Sequence[str]: ...
    @property
    def market(self) -> str: ...
    @property
    def mandatory(self) -> Sequence[str]: ...
    @property
    def expected(self) -> Sequence[str]: ...
    @property
    def effective_from(self) -> dt.date | None: ...
    @property
    def confidence(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def sources(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Goods:
    """What is to be sold: HS codes of the goods (and of their packaging), families of rules."""

    hs_codes: tuple[str, ...]
    families: frozenset[str]


@dataclass(frozen=True)
class Applying:
    """A rule that applies; `comes_on` is its first day when that still lies ahead.

    `papers_come_on`: the first days still ahead of the new papers it names.
    """

    rule: Rule
    comes_on: dt.date | None
    papers_come_on: Mapping[str, dt.date] = field(default_factory=dict)

    @property
    def is_origin_side(self) -> bool:
        """Asked by India of every exporter, whatever the market."""
        return self.rule.market == ORIGIN

    @property
    def is_certain(self) -> bool:
        return self.rule.confidence == "high"


@dataclass(frozen=True)
class Demand:
    """One scheme that is asked for, by which rules, and how strongly.

    `comes_on` is None as soon as one of the rules is in force.
    """

    code: str
    strength: Strength
    rules: tuple[Applying, ...]
    is_certain: bool
    comes_on: dt.date | None


def goods_of(
    hs_code: str, families: Iterable[str], *, is_organic: bool, has_wood_packaging: bool
) -> Goods:
    """The goods as rules see them.

    Rules for organic goods bind only what is sold as organic. Pallets and crates have rules of
    their own, whatever stands on them.
    """
    known = {each for each in families if each != "organic" or is_organic}
    codes = [hs_code]
    if has_wood_packaging:
        codes.append(WOOD_PACKAGING[0])
        known.add(WOOD_PACKAGING[1])
    return Goods(tuple(codes), frozenset(known))


def names_of_market(country: str) -> frozenset[str]:
    """The names under which rules may speak of a country: itself, its bloc, all markets."""
    blocs = {name for name, members in BLOCS.items() if country in members}
    return frozenset({country, EVERYWHERE, *blocs})


def specificity(rule: Rule, goods: Goods) -> int | None:
    """How many digits of the goods' HS code the rule names; 0 for any code, None for no match."""
    fits = [
        0 if prefix == ANY_HS else len(prefix)
        for prefix in rule.hs
        for code in goods.hs_codes
        if prefix == ANY_HS or code.startswith(prefix)
    ]
    return max(fits, default=None)


def rules_for(
    goods: Goods, country: str, rules: Iterable[Rule], on: dt.date
) -> tuple[Applying, ...]:
    """The rules of a market (ISO country) and of India that bind these goods, now or soon.

    Among rules of one family and market those that name most digits of the HS code win: the
    special rule replaces the general one, from its first day on; before that it is told beside
    the general one. `country` empty: the Indian side alone.
    """
    names = names_of_market(country) | {ORIGIN} if country else frozenset({ORIGIN})
    fitting: dict[tuple[str, str], list[tuple[int, Rule]]] = {}
    for rule in rules:
        if rule.market not in names or rule.family not in goods.families | {ANY_FAMILY}:
            continue
        digits = specificity(rule, goods)
        if digits is not None:
            fitting.setdefault((rule.family, rule.market), []).append((digits, rule))
    applying = [_applying(rule, on) for same in fitting.values() for rule in _special(same, on)]
    return tuple(sorted(applying, key=lambda each: (each.is_origin_side, each.rule.id)))


def _special(fitting: Sequence[tuple[int, Rule]], on: dt.date) -> list[Rule]:
    """Those with most digits among the begun, and those with as many or more that are to come."""
    most = max((digits for digits, rule in fitting if _has_begun(rule, on)), default=0)
    return [rule for digits, rule in fitting if digits >= most]


def _has_begun(rule: Rule, on: dt.date) -> bool:
    """In force, at least in what it asks for beside a new paper."""
    start = rule.effective_from
    return start is None or start <= on or bool(_new_papers(rule))


def _new_papers(rule: Rule) -> frozenset[str]:
    return frozenset({*rule.mandatory, *rule.expected} & FIRST_DAYS.keys())


def _applying(rule: Rule, on: dt.date) -> Applying:
    start = rule.effective_from
    days = {code: max(FIRST_DAYS[code], start or dt.date.min) for code in _new_papers(rule)}
    return Applying(
        rule,
        start if start is not None and start > on else None,
        {code: day for code, day in days.items() if day > on},
    )


def demands_of(applying: Iterable[Applying]) -> tuple[Demand, ...]:
    """Every scheme asked for, once: what is mandatory before what buyers expect.

    The strictest rule names the strength, and one rule of high confidence among those that name
    it so makes it certain.
    """
    asked: dict[str, dict[Strength, list[Applying]]] = {}
    for each in applying:
        for code in each.rule.mandatory:
            asked.setdefault(code, {}).setdefault("mandatory", []).append(_as_of(code, each))
        for code in each.rule.expected:
            asked.setdefault(code, {}).setdefault("expected", []).append(_as_of(code, each))
    found = [_demand(code, by_strength) for code, by_strength in asked.items()]
    return tuple(sorted(found, key=lambda each: each.strength == "expected"))


def _as_of(code: str, applying: Applying) -> Applying:
    """The day of a rule belongs to the new paper it names; the others were asked for before."""
    if code in FIRST_DAYS:
        return replace(applying, comes_on=applying.papers_come_on.get(code))
    if _new_papers(applying.rule):
        return replace(applying, comes_on=None)
    return applying


def _demand(code: str, asked: Mapping[Strength, list[Applying]]) -> Demand:
    strength: Strength = "mandatory" if "mandatory" in asked else "expected"
    rules = asked[strength]
    days = [each.comes_on for each in rules]
    ahead = [day for day in days if day is not None]
    return Demand(
        code=code,
        strength=strength,
        rules=tuple(rules),
        is_certain=any(each.is_certain for each in rules),
        comes_on=min(ahead) if len(ahead) == len(days) else None,
    )


def standing_of(
    demand: Demand,
    *,
    valid: Collection[str],
    expiring: Collection[str],
    per_shipment: Collection[str],
) -> Standing:
    """How a maker stands: `valid` and `expiring` are schemes held for these goods today.

    What is made for each shipment is a duty, never held and never a gap.
    """
    if demand.code in per_shipment:
        return "per shipment"
    if demand.code in expiring:
        return "expiring"
    if demand.code in valid:
        return "held"
    return "missing" if demand.is_certain else "to be checked"

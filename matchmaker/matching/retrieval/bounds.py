"""What an offer can score at most, from columns: never less than judging it gives. Pure.

Each step takes more facts in and never lowers what could still be true:

    by_product   product fit and HS code as they are, everything else at its best
    by_supply    quantity, smallest order, price, lead time, markets, reliability, preferences too
    by_papers    certificates and papers as well: the score itself, but for costs of the way and
                 for schemes that would merely be nice

Figures come from the functions of `scoring/` (`values.py`, `fit.py`, `criteria/`); nothing is
weighed here in a way of its own. NaN is what judging calls unknown or not asked, here and there
alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matchmaker.catalogue.freshness import STALE_AFTER
from matchmaker.certification.readiness import Piece
from matchmaker.certification.rules import BLOCS
from matchmaker.matching.problem import Preferences
from matchmaker.matching.retrieval.columns import (
    APART,
    DIMENSIONS,
    NEVER,
    TIERS,
    OfferTable,
    Rows,
    days,
)
from matchmaker.matching.retrieval.nearness import Nearness
from matchmaker.matching.retrieval.papers_bound import PapersBound
from matchmaker.matching.retrieval.standing_for import with_markets, with_profile
from matchmaker.matching.scoring.criteria.firm import judge_market, judge_preferences
from matchmaker.matching.scoring.criteria.price import LEGS, USUAL_SHARES
from matchmaker.matching.scoring.fit import (
    agreement,
    counting,
    family_signal,
    fit_value,
    hs_signal,
)
from matchmaker.matching.scoring.question import Question
from matchmaker.matching.scoring.values import (
    Values,
    hs_value,
    lead_value,
    moq_value,
    price_value,
    quantity_value,
    soft_minimum,
    total_score,
    weighted_mean,
)
from matchmaker.matching.scoring.weighing import CRITERIA
from matchmaker.matching.scoring.window import shares_of
from matchmaker.measures import UNITS

# Sums in another order differ in the last digits; a price step is taken as begun from here on.
SLACK = 1e-9
UNKNOWN = float("nan")
FIT_STEPS = 1_000
Mask = NDArray[np.bool_]


class Bounds:
    """The bounds of one question over one table. Rows are numbers of the table."""

    def __init__(self, table: OfferTable, question: Question, near: Nearness) -> None:
        self.table, self.question, self.near = table, question, near
        self.asked = question.requirement
        # The criteria of rows that were looked at so far; the others are never read.
        self._values = np.empty((table.count, len(CRITERIA)))

    # -- what is ranked at all -------------------------------------------------------------

    def is_let_in(self) -> Mask:
        """Which rows pass the gates: not blocked, exportable, verified where that is asked."""
        found: Mask = np.ones(self.table.count, np.bool_)
        if self.asked.blocked:
            blocked = [each.encode() for each in self.asked.blocked]
            is_blocked = np.isin(self.table.column("firm_value"), blocked)
            found &= ~is_blocked[self.table.column("firm")]
        if self.asked.buyer:
            found &= self._told("foes", lambda foes: self.asked.buyer not in foes.split(APART))
        if self.asked.market:
            members = BLOCS.get(self.asked.market, frozenset({self.asked.market}))
            found &= self._told("barred", lambda those: not {*those.split(",")} >= members)
        if self.asked.needs_verified:
            found &= self.table.column("is_verified")
        return found

    def _told(self, kind: str, holds: Callable[[str], bool]) -> Mask:
        """A question about a shared fact, asked once of each value."""
        answers = np.array([holds(each) for each in self.table.values(kind)], np.bool_)
        found: Mask = answers[self.table.column(kind)]
        return found

    # -- the three bounds ------------------------------------------------------------------

    def by_product(self) -> Values:
        """Of every row, at the next step of fit above its own: the bound rises with the fit."""
        agreements, places = np.unique(self._hs_values, return_inverse=True)
        steps = np.append(np.arange(FIT_STEPS + 1) / FIT_STEPS, UNKNOWN)
        table = np.stack([self._of_product(steps, each) for each in agreements])
        at = np.where(np.isnan(self.fit), FIT_STEPS + 1, np.ceil(self.fit * FIT_STEPS))
        found: Values = table[places[self.table.column("hs")], at.astype(np.intp)]
        return found

    def _of_product(self, fit: Values, hs: float) -> Values:
        """The bound for each of these fits, with one agreement of HS codes."""
        weights, told = self.question.weights, ("fit", "hs")
        others = sum(weights.of(each) for each in CRITERIA if each not in told)
        values = np.stack([fit, np.full(len(fit), hs), np.ones(len(fit))], axis=-1)
        mean = weighted_mean(values, [*(weights.of(each) for each in told), others])
        # What is at its best takes nothing from a soft minimum.
        musts = [at for at, each in enumerate(told) if each in weights.musts]
        return self._total(mean, values[:, musts])

    def by_supply(self, rows: Rows) -> Values:
        """Of these rows."""
        units = self._units(rows)
        known = {
            "fit": self.fit[rows],
            "hs": self._hs_values[self.table.column("hs")[rows]],
            "quantity": self._quantity(rows, units),
            "moq": moq_value(self.table.column("moq")[rows], units),
            "price": self._price(rows, units),
            "lead": self._lead(rows),
            "market": self._shared("markets", rows, self._market_of),
            "reliability": self._reliability(rows),
            "preferences": self._preferences(rows),
        }
        self.papers.expect(rows)
        best = np.ones(len(rows))
        self._values[rows] = np.stack([known.get(each, best) for each in CRITERIA], axis=-1)
        return self._of_looked_at(rows)

    def by_papers(self, rows: Rows) -> Values:
        """Of these rows; after `by_supply` of them."""
        self._values[rows, CRITERIA.index("papers")] = self.papers.values(rows)
        return self._of_looked_at(rows)

    def _of_looked_at(self, rows: Rows) -> Values:
        weights, values = self.question.weights, self._values[rows]
        mean = weighted_mean(values, [weights.of(each) for each in CRITERIA])
        return self._total(mean, values[:, [CRITERIA.index(each) for each in weights.musts]])

    def _total(self, mean: Values, musts: Values) -> Values:
        weights = self.question.weights
        floor = soft_minimum(musts, weights.hardness)
        totals = total_score(np.nan_to_num(mean), floor, weights.strictness)
        found: Values = totals * (1.0 + SLACK) + SLACK
        return found

    @cached_property
    def papers(self) -> PapersBound:
        return PapersBound(self.table, self.question)

    # -- the product -----------------------------------------------------------------------

    @cached_property
    def _hs_values(self) -> Values:
        """Agreement of HS codes, of every code that offers have."""
        return np.array([hs_value(self.asked.hs_code, each) for each in self.table.values("hs")])

    @cached_property
    def fit(self) -> Values:
        """Product fit of every row; NaN where there is nothing to tell it by."""
        table, asked = self.table, self.asked
        unknown = np.full(table.count, UNKNOWN)
        cosines = unknown if self.near.cosines is None else np.clip(self.near.cosines, 0.0, 1.0)
        words = unknown if self.near.words is None else self.near.words
        spoken = counting(self.near.spoken, asked.family, asked.hs_code)
        same = [family_signal(asked.family, each, spoken) for each in table.values("family")]
        codes = [hs_signal(asked.hs_code, each) for each in table.values("hs")]
        signals = {
            "cosine": cosines,
            "words": words,
            "family": np.array([*same, 0.0])[table.column("family")],
            "hs": np.array([*codes, 0.0])[table.column("hs")],
            "attributes": self._attributes(),
        }
        is_told = ~np.isnan(cosines) | ~np.isnan(words)
        for each in ("family", "hs", "attributes"):
            is_told |= signals[each] != 0
        return np.where(is_told, fit_value(signals, self.question.fit), UNKNOWN)

    def _attributes(self) -> Values:
        """Agreement of stated attributes from -1 to 1; 0 where both name none."""
        found = np.zeros(self.table.count)
        for key, asked in self.asked.attributes.items():
            for value, rows in self.table.attribute(key):
                found[rows] += 2.0 * agreement(asked, value) - 1.0
        # Summed in the same order as in judging: nought there must be nought here.
        return found / max(len(self.asked.attributes), 1)

    # -- supply ----------------------------------------------------------------------------

    def _units(self, rows: Rows) -> Values:
        """What is asked for, in trading units of each offer; NaN when it does not convert."""
        quantity = self.asked.quantity
        dimension = UNITS[quantity.unit].dimension
        if dimension not in DIMENSIONS:
            return np.full(len(rows), UNKNOWN)
        found: Values = float(quantity.in_base()) / self.table.column(f"per_{dimension}")[rows]
        return found

    def _quantity(self, rows: Rows, units: Values) -> Values:
        """The tightest period of which something is known."""
        free = self.table.column("free")[rows]
        known = ~np.isnan(free)
        free = np.where(known, free, 0.0)
        tightest = np.full(len(rows), np.inf)
        for window in self.question.periods:
            shares = np.array(shares_of(self.table.months, window))
            is_told = (known & (shares > 0)).any(axis=1)
            tightest = np.where(is_told, np.minimum(tightest, free @ shares), tightest)
        tightest[np.isinf(tightest)] = UNKNOWN
        return quantity_value(tightest, units)

    def _price(self, rows: Rows, units: Values) -> Values:
        """By the price of the quantity's step, and the least that the way adds to it."""
        target = self.asked.target
        if target is None:
            return np.full(len(rows), UNKNOWN)
        rates = [self._rate(each, target.currency) for each in self.table.values("currency")]
        ways = [self._way(each) for each in self.table.values("incoterm")]
        price = self._tier_price(rows, units)
        price *= 1.0 + np.array([*ways, 0.0])[self.table.column("incoterm")[rows]]
        in_target = price * np.array([*rates, UNKNOWN])[self.table.column("currency")[rows]]
        asked_unit = units / self.question.asked
        if self.table.audience == "public":
            in_target[~self.table.column("price_is_public")[rows]] = UNKNOWN
        return price_value(in_target * asked_unit, float(target.amount))

    def _tier_price(self, rows: Rows, units: Values) -> Values:
        """The price of the step that the quantity reaches; of two that rounding may part, less."""
        begins, prices = self.table.column("tier_from")[rows], self.table.column("tier_price")[rows]
        first = self.table.column("price_below")[rows]
        found = np.full(len(rows), np.inf)
        for reach in (units * (1 - SLACK), units * (1 + SLACK)):
            price = first.copy()
            for step in range(TIERS):
                price = np.where(begins[:, step] <= reach, prices[:, step], price)
            found = np.minimum(found, price)
        return found

    def _way(self, incoterm: str) -> float:
        """What the legs from this Incoterm to the asked one add at least, as a share."""
        wanted = LEGS[self.asked.incoterm or incoterm]
        return sum(self._leg(leg) for leg in wanted if leg not in LEGS[incoterm])

    def _leg(self, leg: str) -> float:
        """Costs by the container depend on the goods: of them nothing is taken for granted."""
        shares = [USUAL_SHARES.get(leg, 0.0)]
        for near in self.question.nearby.values():
            known = near.legs.shares.get(leg)
            if leg in near.legs.per_container and known is None:
                shares.append(0.0)
            elif known is not None:
                shares.append(float(known))
        return min(shares)

    def _rate(self, currency: str, target: str) -> float:
        rate = self.question.rate(currency, target)
        return UNKNOWN if rate is None else float(rate.value)

    def _lead(self, rows: Rows) -> Values:
        lead = self.table.column("lead_days")[rows]
        return np.where(lead < 0, UNKNOWN, lead_value(lead, self.question.days_left))

    # -- the firm --------------------------------------------------------------------------

    def _reliability(self, rows: Rows) -> Values:
        """By what share of its facts an offer is fresh, between stale and fresh altogether."""
        column, since = self.table.column, days(self.question.today - STALE_AFTER)
        told = np.zeros(len(rows))
        fresh = np.zeros(len(rows))
        has_price = ~np.isnan(column("price_below")[rows])
        if self.table.audience == "public":
            has_price &= column("price_is_public")[rows]
        for name, is_told in (
            ("capacity_on", ~np.isnan(column("free")[rows]).all(axis=1)),
            ("price_on", has_price),
            ("lead_on", column("lead_days")[rows] >= 0),
        ):
            on = column(name)[rows]
            told += is_told
            fresh += is_told & (on != NEVER) & (on >= since)
        share = np.where(told > 0, fresh / np.maximum(told, 1), 0.5)
        low, high = column("reliable_stale")[rows], column("reliable_fresh")[rows]
        found: Values = low + (high - low) * share
        return found

    def _shared(self, kind: str, rows: Rows, of: Callable[[str], float]) -> Values:
        """A criterion that depends on a shared fact alone, judged once for each value met."""
        codes, places = np.unique(self.table.column(kind)[rows], return_inverse=True)
        values = [of(self.table.value(kind, code)) for code in codes.tolist()]
        return np.array(values or [UNKNOWN])[places]

    def _market_of(self, markets: str) -> float:
        value = judge_market(self.question, with_markets(markets)).value
        return UNKNOWN if value is None else value

    def _preferences(self, rows: Rows) -> Values:
        if self.asked.prefers == Preferences() and not self.asked.nice:
            return np.full(len(rows), UNKNOWN)  # nothing was asked of anybody
        return self._shared("profile", rows, self._preferences_of)

    def _preferences_of(self, profile: str) -> float:
        """With every scheme that would be nice held by all: some hold it, some do not."""
        day: dt.date = self.question.today
        held = tuple(Piece(code, day, None, "witnessed") for code in self.asked.nice)
        value = judge_preferences(self.question, with_profile(profile, held)).value
        return UNKNOWN if value is None else value

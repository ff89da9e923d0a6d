"""From judged offers of a cluster to the candidates of a consortium. Pure.

    pool = pool_for(question, judged, Terms(clusters=("alappuzha-coir",)))
    answer = consortia_for(pool.problem)

All figures come into the asked unit, currency and Incoterm, with the steps to show. Offers that
cannot be counted are named with the reason; what nobody said is never taken for nought.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from matchmaker.matching.consortium.checking import LARGEST_AMOUNT, LARGEST_PRICE
from matchmaker.matching.consortium.periods import ask_of, free_steps, steps_up
from matchmaker.matching.consortium.problem import Ask, Candidate, Missing, PriceFrom, Problem
from matchmaker.matching.problem import Offer, Tier
from matchmaker.matching.scoring.answers import Judged, Step
from matchmaker.matching.scoring.criteria.goods import LEAST_IN_NEED, OTHER
from matchmaker.matching.scoring.criteria.papers import papers_of
from matchmaker.matching.scoring.criteria.price import compare_price
from matchmaker.matching.scoring.criteria.supply import asked_in_units
from matchmaker.matching.scoring.fit import agreement
from matchmaker.matching.scoring.law import HELD, LAPSING, Point
from matchmaker.matching.scoring.question import Question
from matchmaker.matching.scoring.sentences import Said, attribute_named, say
from matchmaker.measures import Incomparable, Quantity, convert

# What is probably another product is a candidate only of 'with a lesser fit it would do'.
LEAST_FIT = Decimal(repr(OTHER))
PRICE_STEP = Decimal("0.0001")
AGREED = 0.99  # of an attribute, as a share


@dataclass(frozen=True)
class LeftOut:
    """An offer that cannot be counted, and why."""

    offer: Offer
    why: Said


@dataclass(frozen=True)
class Pool:
    """The question to be solved, and who is not in it."""

    problem: Problem
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class Terms:
    """How offers become candidates. `clusters`: one, or two neighbouring ones.

    `allocated`: what firms were given in the last year, in any measure. `spec_keys`: attributes
    in which members must agree to the letter, figures too. `counts_promises`: whether a
    certificate that can be had in time counts; else only what is held does.
    """

    clusters: Collection[str]
    allocated: Mapping[str, int] = field(default_factory=dict)
    spec_keys: tuple[str, ...] = ()
    counts_promises: bool = True
    least_fit: Decimal = LEAST_FIT
    most_members: int = 0


def pool_for(question: Question, judged: Iterable[Judged], terms: Terms) -> Pool:
    """The candidates of these clusters, in the asked unit and one currency.

    Raises BadInput for a requirement that is due before today.
    """
    own = [each for each in judged if each.offer.maker.cluster in terms.clusters]
    currency, incoterm = _money_of(question, own)
    ask = ask_of(question.requirement, question.today, currency)
    ask = replace(ask, most_members=terms.most_members)
    found = [_Reading(question, each, terms, ask, incoterm).result() for each in own]
    return Pool(
        Problem(
            ask,
            tuple(each for each in found if isinstance(each, Candidate)),
            most_misfit=100 - 100 * terms.least_fit,
        ),
        tuple(each for each in found if isinstance(each, LeftOut)),
    )


def _money_of(question: Question, own: list[Judged]) -> tuple[str, str]:
    """Currency and Incoterm of the sum: the buyer's, else those most offers are priced in."""
    target, offers = question.requirement.target, [each.offer for each in own]
    currency = target.currency if target else _commonest(each.currency for each in offers) or "INR"
    incoterm = question.requirement.incoterm or _commonest(each.incoterm for each in offers)
    return currency, incoterm


def _commonest(values: Iterable[str]) -> str:
    counted = Counter(values)
    return min(counted, key=lambda each: (-counted[each], each), default="")


@dataclass(frozen=True)
class _Reading:
    """One offer on its way to a candidate."""

    question: Question
    judged: Judged
    terms: Terms
    ask: Ask
    incoterm: str

    @property
    def offer(self) -> Offer:
        return self.judged.offer

    def result(self) -> Candidate | LeftOut:
        fit = self.judged.by_criterion["fit"].value
        if fit is None or fit < LEAST_IN_NEED:
            return LeftOut(self.offer, say("pool.no_fit"))
        if not self.offer.free:
            return LeftOut(self.offer, say("pool.no_capacity"))
        try:
            one = convert(
                Quantity(Decimal(1), self.offer.unit), self.ask.unit,
                self.offer.unit, self.offer.facts,
            )  # fmt: skip
        except Incomparable as wrong:
            missing = ", ".join(wrong.missing) or str(wrong)
            return LeftOut(self.offer, say("pool.no_factor", missing=missing))
        factor = Fraction(one.quantity.amount)
        tiers, steps = self._tiers(factor)
        if not tiers:
            return LeftOut(self.offer, say("pool.no_price"))
        moq = steps_up(Fraction(self.offer.moq or 0) * factor, self.ask.step)
        if moq > LARGEST_AMOUNT:
            return LeftOut(self.offer, say("pool.moq"))
        steps = (*(Step("unit", each) for each in one.steps), *steps)
        return self._candidate(factor, moq, tiers, steps, fit)

    def _candidate(
        self,
        factor: Fraction,
        moq: int,
        tiers: tuple[PriceFrom, ...],
        steps: tuple[Step, ...],
        fit: float,
    ) -> Candidate:
        offer, missing = self.offer, self._missing()
        # More than is asked, or than the smallest order, is of no use in any period.
        useful = max(*self.ask.demand, moq)
        free = free_steps(offer.free, self.ask.fences, factor, self.ask.step)
        waits = [each for each in missing if each.is_certain]
        spec, unsaid = self._spec()
        return Candidate(
            firm=offer.maker.id, offer=offer.id, line=f"{offer.maker.id} {offer.line or offer.id}",
            free=tuple(min(each, useful) for each in free), moq=moq, tiers=tiers,
            misfit=(100 - 100 * Decimal(repr(fit))).quantize(Decimal("0.1")),
            ready_on=self._ready(waits, 1) if self.terms.counts_promises or not waits else None,
            soonest_on=self._ready(waits, 0),
            in_group=bool(waits) and all(each.through_group for each in waits),
            lead_days=offer.lead_days or 0, spec=spec,
            allocated=self.terms.allocated.get(offer.maker.id, 0), cluster=offer.maker.cluster,
            missing=missing, conversions=steps, assumed=self._assumed(unsaid),
        )  # fmt: skip

    def _tiers(self, factor: Fraction) -> tuple[tuple[PriceFrom, ...], tuple[Step, ...]]:
        """Tiers in steps and money of one asked unit, comparable between all offers.

        Those from amounts on that no plan reaches say nothing; a price that none counts is none.
        """
        asked = asked_in_units(self.question, self.offer)
        found: list[PriceFrom] = []
        steps: list[Step] = []
        for tier in sorted(self.offer.tiers, key=lambda each: each.from_quantity):
            alone = replace(self.offer, tiers=(Tier(Decimal(0), tier.price),))
            price = compare_price(self.question, alone, asked, self.ask.currency, self.incoterm)
            if price.amount is None or price.amount > LARGEST_PRICE:
                return (), ()
            # The first price holds for the smallest order too, whatever it was quoted from.
            amount = steps_up(Fraction(tier.from_quantity) * factor, self.ask.step) if found else 0
            if found and not found[-1].amount < amount <= LARGEST_AMOUNT:
                continue
            found.append(PriceFrom(amount, Decimal(repr(price.amount)).quantize(PRICE_STEP)))
            steps += (each for each in price.steps if each.kind not in ("price", "unit"))
        return tuple(found), tuple(dict.fromkeys(steps))

    def _missing(self) -> tuple[Missing, ...]:
        points = papers_of(self.question, self.offer).points
        return tuple(
            Missing(each.code, each.days, each.is_joined, each.is_certain)
            for each in points
            if each.state != HELD and not self._is_renewed_in_time(each)
        )

    def _is_renewed_in_time(self, point: Point) -> bool:
        """Held today and renewed, even if that takes its longest, before it ends."""
        ends = [piece.expires_on for piece in self.offer.pieces
                if piece.code == point.code and piece.expires_on]  # fmt: skip
        days = dt.timedelta(days=point.days[1])
        return point.state == LAPSING and bool(ends) and self.question.today + days <= max(ends)

    def _ready(self, waits: list[Missing], worst: int) -> dt.date:
        days = max((each.days[worst] for each in waits), default=0)
        return self.question.today + dt.timedelta(days=days)

    def _spec(self) -> tuple[str, tuple[str, ...]]:
        """In what it differs from what all must agree in; what else is to be agreed upon.

        A word that differs (a weave, a grade) makes another spec. A figure that differs is
        the maker's usual size: whoever takes part makes the asked one, which it must confirm.
        """
        wanted, strict = self.question.requirement.attributes, self.terms.spec_keys
        differing, unsure = [], []
        for key in sorted({*wanted, *strict}):
            asked, offered = wanted.get(key), self.offer.attributes.get(key)
            if offered is None:
                unsure.append(key if asked is None else attribute_named(key, asked))
            elif asked is not None and agreement(asked, offered) >= AGREED:
                continue
            elif key in strict or not (is_figure(asked) and is_figure(offered)):
                differing.append(attribute_named(key, offered))
            else:
                unsure.append(f"{attribute_named(key, asked)} instead of {offered}")
        return ", ".join(differing), tuple(unsure)

    def _assumed(self, unsaid: tuple[str, ...]) -> tuple[str, ...]:
        offer = self.offer
        silent = [("the smallest order", offer.moq is None),
                  ("the lead time", offer.lead_days is None)]  # fmt: skip
        return (*(name for name, is_silent in silent if is_silent), *unsaid)


def is_figure(value: object) -> bool:
    """Whether it is a number, or a text that is nothing but one."""
    try:
        return not isinstance(value, bool) and Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False

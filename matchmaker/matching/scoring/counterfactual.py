"""The single cheapest change that would lift an offer most, for its firm alone to see. Pure.

    lift = best_lift(question, mine, rivals)     # 'Lower the smallest order to 500 kg: rank 1'

Every change comes with the offer as it would then be: judging that one again gives the promised
total and rank, as long as the rivals stay as they are. Ranks count firms, each by its best
offer. Of changes that come by degrees the smallest one to the best rank is promised; where
no degree betters the rank, the smallest one with most of what the largest would gain.

Effort is counted in days of work of a small firm, roughly and openly (see `EFFORT`): it orders
changes, it plans none. Nothing is promised of facts that nobody stated: what they would say
is not known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal

from matchmaker.certification.readiness import Piece
from matchmaker.matching.problem import GRADES, Offer, Tier
from matchmaker.matching.scoring.answers import Judged
from matchmaker.matching.scoring.criteria.firm import freshness_of
from matchmaker.matching.scoring.criteria.papers import papers_of
from matchmaker.matching.scoring.criteria.price import compare_price
from matchmaker.matching.scoring.criteria.supply import asked_in_units
from matchmaker.matching.scoring.judging import best_of_each_firm, judge_offer
from matchmaker.matching.scoring.law import HELD, WEAK
from matchmaker.matching.scoring.question import Question
from matchmaker.matching.scoring.sentences import Said, say, shown
from matchmaker.measures import unit_shown

# Days of work. 'moq', 'free': for every halving or doubling; 'price': for every per cent given
# away; 'lead': for every day sooner; 'paper': on top of a sixth of the days it takes.
EFFORT: Mapping[str, float] = {
    "confirm": 0.2, "grade": 1.0, "terms": 2.0, "moq": 3.0, "price": 3.0, "lead": 1.0,
    "free": 10.0, "paper": 4.0,
}  # fmt: skip
# Further than this no firm goes for one buyer; nobody is told to sell at half price.
MOST_OFF, MOST_MORE = 0.2, 3.0
LEVELS = 12
# Where no change betters the rank, this part of what the largest would gain is enough.
MOST_OF_GAIN = 0.9
TEN_THOUSANDTH = Decimal("0.0001")  # of a price or an amount, as the catalogue keeps them


@dataclass(frozen=True)
class Change:
    """One thing that a firm could do: what, how hard, and the offer as it would then be."""

    kind: str
    sentence: Said
    effort: float
    offer: Offer


@dataclass(frozen=True)
class Lift:
    """What a change would bring: rank and total before and after."""

    change: Change
    rank: int
    total: float
    rank_now: int
    total_now: float

    @property
    def sentence(self) -> Said:
        key = "lift.rank" if self.rank < self.rank_now else "lift.total"
        total = f"{100 * self.total:.0f}"
        return say(key, change=self.change.sentence, rank=self.rank, total=total)


def best_lift(question: Question, mine: Judged, rivals: Iterable[Judged]) -> Lift | None:
    """Of all single changes the one to the best rank, of these the cheapest.

    When none betters the rank, the one that lifts the total most. None when nothing helps.
    """
    found = lifts(question, mine, rivals)
    return found[0] if found else None


def lifts(question: Question, mine: Judged, rivals: Iterable[Judged]) -> tuple[Lift, ...]:
    """Every single change that betters the total, the most helpful first."""
    others = best_of_each_firm(
        each for each in rivals if each.offer.maker.id != mine.offer.maker.id
    )  # fmt: skip
    now = rank_among(mine, others)
    found = []
    for levels in _levers(question, mine):
        lift = _least_that_does(question, mine, others, now, levels)
        if lift is not None and lift.total > mine.total + 1e-9:
            found.append(lift)
    return tuple(sorted(found, key=_order))


def rank_among(mine: Judged, others: Iterable[Judged]) -> int:
    """1 for the first; every rival that stands before counts one."""
    return 1 + sum(each.rank_key < mine.rank_key for each in others)


def _order(lift: Lift) -> tuple[float, ...]:
    if lift.rank < lift.rank_now:
        return (0, lift.rank, lift.change.effort, -lift.total)
    return (1, 0, -lift.total, lift.change.effort)


def _least_that_does(
    question: Question,
    mine: Judged,
    others: Sequence[Judged],
    now: int,
    levels: Sequence[Change],
) -> Lift | None:
    """The smallest level with the rank of the largest; totals rise with the level.

    If that is the rank of now, the smallest with most of the gain of the largest.
    """
    if not levels:
        return None

    def lifted(change: Change) -> Lift:
        found = judge_offer(question, change.offer, mine.closeness)
        assert isinstance(found, Judged)  # no change makes a gate close
        return Lift(change, rank_among(found, others), found.total, now, mine.total)

    best = lifted(levels[-1])
    rank = best.rank
    enough = mine.total + MOST_OF_GAIN * (best.total - mine.total) if rank == now else 0.0
    low, high = 0, len(levels) - 1
    while low < high:
        middle = (low + high) // 2
        tried = lifted(levels[middle])
        if tried.rank <= rank and tried.total >= enough:
            best, high = tried, middle
        else:
            low = middle + 1
    return best


def _levers(question: Question, mine: Judged) -> Iterator[Sequence[Change]]:
    """Each kind of change, from its smallest degree to its largest."""
    offer = mine.offer
    for lever in (_moq, _price, _lead, _free, _terms, _confirm):
        yield lever(question, offer)
    yield from _papers(question, offer)


def _moq(question: Question, offer: Offer) -> list[Change]:
    asked = asked_in_units(question, offer).units
    if asked is None or offer.moq is None or float(offer.moq) <= asked:
        return []
    unit = unit_shown(offer.unit)
    now = float(offer.moq)
    found = []
    for step in range(1, LEVELS + 1):
        # Down to what is asked for, each step by the same ratio, in figures as people name them.
        moq = max(_rounded_down(now * (asked / now) ** (step / LEVELS), 2), asked)
        moq = _rounded_down(moq, 3)
        effort = 1.0 + EFFORT["moq"] * math.log2(now / moq)
        sentence = say("change.moq", moq=shown(moq), unit=unit)
        found.append(Change("moq", sentence, effort, replace(offer, moq=_exact(moq))))
    return found


def _price(question: Question, offer: Offer) -> list[Change]:
    target = question.requirement.target
    if target is None:
        return []
    asked = asked_in_units(question, offer)
    told = compare_price(question, offer, asked, target.currency, question.requirement.incoterm)
    if told.amount is None or told.amount <= float(target.amount):
        return []
    most = min(MOST_OFF, 1.0 - float(target.amount) / told.amount)
    found = []
    for percent in range(1, math.ceil(100 * most) + 1):
        tiers = _cheaper(offer, percent)
        if all(each.price > 0 for each in tiers):
            sentence = say("change.price", percent=percent)
            effort = EFFORT["price"] * percent
            found.append(Change("price", sentence, effort, replace(offer, tiers=tiers)))
    return found


def _cheaper(offer: Offer, percent: int) -> tuple[Tier, ...]:
    share = Decimal(100 - percent) / 100
    return tuple(
        replace(each, price=(each.price * share).quantize(TEN_THOUSANDTH, ROUND_DOWN))
        for each in offer.tiers
    )


def _lead(question: Question, offer: Offer) -> list[Change]:
    if offer.lead_days is None or offer.lead_days <= question.days_left:
        return []
    return [
        Change("lead", say("change.lead", days=days), EFFORT["lead"] * (offer.lead_days - days),
               replace(offer, lead_days=days))
        for days in range(offer.lead_days - 1, max(question.days_left, 0) - 1, -1)
    ]  # fmt: skip


def _free(question: Question, offer: Offer) -> list[Change]:
    """More of the line set free in every month that is stated, by tenths."""
    found = []
    for tenth in range(1, int(10 * (MOST_MORE - 1)) + 1):
        factor = Decimal(10 + tenth) / 10
        free = tuple(replace(each, free=each.free * factor) for each in offer.free)
        found.append(Change("free", say("change.free", percent=10 * tenth),
                            EFFORT["free"] * math.log2(float(factor)),
                            replace(offer, free=free)))  # fmt: skip
    return found if any(each.free > 0 for each in offer.free) else []


def _terms(question: Question, offer: Offer) -> list[Change]:
    wanted = question.requirement.prefers.payment_terms
    if not wanted or wanted & offer.maker.payment_terms:
        return []
    term = min(wanted)
    maker = replace(offer.maker, payment_terms=offer.maker.payment_terms | {term})
    return [Change("terms", say("change.terms", term=term), EFFORT["terms"],
                   replace(offer, maker=maker))]  # fmt: skip


def _confirm(question: Question, offer: Offer) -> list[Change]:
    """One act: standing by capacity, price and lead time as they are."""
    stale = freshness_of(offer, question.today).stale
    if not stale:
        return []
    today = question.today
    then = replace(
        offer,
        capacity_confirmed_on=today if "capacity" in stale else offer.capacity_confirmed_on,
        price_confirmed_on=today if "price" in stale else offer.price_confirmed_on,
        lead_confirmed_on=today if "lead time" in stale else offer.lead_confirmed_on,
    )
    sentence = say("change.confirm", fields=", ".join(stale))
    return [Change("confirm", sentence, EFFORT["confirm"], then)]


def _papers(question: Question, offer: Offer) -> Iterator[Sequence[Change]]:
    """Each paper that can still be there at the ship date, as it would then be."""
    law = question.law
    grade = GRADES[max(1, GRADES.index(question.requirement.least_grade))]
    for point in papers_of(question, offer).points:
        if point.state == HELD or point.days[0] > question.days_left:
            continue
        piece = Piece(point.code, law.deadline, None, grade)
        then = replace(offer, pieces=(*offer.pieces, piece))
        if point.state == WEAK:
            said = say("change.grade", code=point.code)
            yield [Change("grade", said, EFFORT["grade"], then)]
        else:
            key = "change.renew" if point.shown_by else "change.paper"
            said = say(key, code=point.code, day=law.deadline)
            yield [Change("paper", said, EFFORT["paper"] + point.days[1] / 6.0, then)]


def _rounded_down(value: float, digits: int) -> float:
    """Down to so many digits that count: what a sentence shows is then what is promised."""
    size = 10.0 ** (math.floor(math.log10(value)) + 1 - digits)
    return math.floor(value / size + 1e-9) * size


def _exact(value: float) -> Decimal:
    """As the catalogue keeps quantities; never more than the value."""
    return max(Decimal(repr(value)).quantize(TEN_THOUSANDTH, ROUND_DOWN), TEN_THOUSANDTH)

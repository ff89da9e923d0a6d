"""What it costs, said as the buyer asked: currency, quantity step, and what the price holds.

A price under one Incoterm is compared with a target under another by adding the legs between
them: known costs first, else what the leg usually is of the goods' value, called an estimate.
A sum with a leg left out is never called complete, and what a price holds beyond the target is
said, not taken off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from matchmaker.catalogue.freshness import is_stale
from matchmaker.matching.problem import LegCosts, Offer
from matchmaker.matching.scoring.answers import Finding, Gap, Shown, Step
from matchmaker.matching.scoring.criteria.supply import STALE_COUNTS, Asked
from matchmaker.matching.scoring.question import Question
from matchmaker.matching.scoring.sentences import Said, named, say
from matchmaker.matching.scoring.values import price_value
from matchmaker.measures import unit_shown
from matchmaker.money import Money, rounded

# What the seller pays under each rule of Incoterms 2020, in the order of the way. Insurance is
# the seller's duty under CIF and CIP only; under D-rules its own risk.
_ABROAD = ("inland", "port", "freight")
LEGS: Mapping[str, tuple[str, ...]] = {
    "EXW": (),
    "FCA": ("inland",),
    "FAS": ("inland", "port"),
    "FOB": ("inland", "port"),
    "CFR": _ABROAD,
    "CPT": _ABROAD,
    "CIF": (*_ABROAD, "insurance"),
    "CIP": (*_ABROAD, "insurance"),
    "DAP": (*_ABROAD, "arrival"),
    "DPU": (*_ABROAD, "arrival"),
    "DDP": (*_ABROAD, "arrival", "duty"),
}
# What legs usually are of the goods' value: general knowledge (six to seven per cent to the
# quay, some ten for sea freight in full containers), to be replaced by our own quotes. Nobody
# can say the like of arrival and duty.
USUAL_SHARES: Mapping[str, float] = {
    "inland": 0.04, "port": 0.025, "freight": 0.1, "insurance": 0.005
}  # fmt: skip
Lacking = Literal["", "price", "factor", "rate"]


@dataclass(frozen=True)
class Compared:
    """The price of one asked unit in the target's currency, with every step.

    `estimated`: legs in it by their usual share; `left_out`: legs that the target holds and the
    sum does not; `surplus`: the other way round.
    `lacking`: why there is no price to compare ('price': on request); then `amount` is None.
    """

    amount: float | None
    steps: tuple[Step, ...] = ()
    estimated: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    lacking: Lacking = ""


def compare_price(
    question: Question, offer: Offer, asked: Asked, currency: str, incoterm: str
) -> Compared:
    """The offer's price for the asked quantity, per asked unit, in a currency and Incoterm.

    `incoterm` empty: under the offer's own.
    """
    if not offer.tiers:
        return Compared(None, lacking="price")
    if asked.units is None:
        return Compared(None, lacking="factor")
    rate = question.rate(offer.currency, currency)
    if rate is None:
        return Compared(None, lacking="rate")
    tier = max(
        (each for each in offer.tiers if float(each.from_quantity) <= asked.units),
        key=lambda each: each.from_quantity,
        default=offer.tiers[0],
    )
    per_unit = float(tier.price)
    held = LEGS[offer.incoterm]
    wanted = LEGS[incoterm] if incoterm else held
    way = _way_between(question, offer, per_unit, [leg for leg in wanted if leg not in held])
    amount = (per_unit + way.cost) * (asked.units / question.asked) * float(rate.value)
    quoted = f"{tier.price:f} {offer.currency} from {tier.from_quantity:f} on"
    said = [Step("price", quoted), *way.steps]
    if offer.currency != currency:
        changed = f"1 {offer.currency} = {rate.value:.6g} {currency} ({rate.fixed_on})"
        said.append(Step("currency", changed))
    surplus = tuple(leg for leg in held if leg not in wanted)
    return Compared(amount, (*said, *asked.steps), way.estimated, way.left_out, surplus)


def judge_price(question: Question, offer: Offer, asked: Asked) -> Finding:
    """The price against the target; not asked without one, unknown when it is on request."""
    target = question.requirement.target
    if target is None:
        return Finding("price", None, "not asked", say("price.not_asked"))
    found = compare_price(question, offer, asked, target.currency, question.requirement.incoterm)
    if found.amount is None:
        return _incomparable(found, offer, asked)
    value = float(price_value(found.amount, float(target.amount)))
    sentence = _sentence(question, target, found, value)
    above = say("price.lower", percent=_percent_above(found.amount, target))
    gaps = () if value >= 1 else (Gap("price", sentence, above),)
    stale = is_stale(offer.price_confirmed_on, question.today)
    evidence = Shown("tiers", str(found.steps[0]), offer.price_confirmed_on, is_stale=stale)
    rough = stale or found.estimated or found.left_out or found.surplus
    certainty = STALE_COUNTS if rough else 1.0
    return Finding(
        "price", value, "known", sentence, (evidence,), gaps, found.steps, certainty
    )  # fmt: skip


@dataclass(frozen=True)
class _Way:
    """What is added to the price of one trading unit, in the offer's currency."""

    cost: float
    steps: tuple[Step, ...]
    estimated: tuple[str, ...]
    left_out: tuple[str, ...]


NO_WAY = _Way(0.0, (), (), ())


def _way_between(question: Question, offer: Offer, per_unit: float, legs: Sequence[str]) -> _Way:
    """The legs that the target holds and the price does not."""
    if not legs:
        return NO_WAY
    costs = question.near(offer.maker.cluster).legs
    steps, estimated, left_out, whole = [], [], [], 0.0
    for leg in legs:
        cost = _cost_of(question, offer, leg, costs, per_unit)
        about = ""
        if cost is None and leg in USUAL_SHARES:
            cost, about = USUAL_SHARES[leg] * per_unit, "about "
            estimated.append(leg)
        if cost is None:
            left_out.append(leg)
            steps.append(Step("left out", f"without {leg}"))
        else:
            whole += cost
            steps.append(Step("leg", f"{leg}: {about}{cost:.4g} {offer.currency} of one"))
    return _Way(whole, tuple(steps), tuple(estimated), tuple(left_out))


def _cost_of(
    question: Question, offer: Offer, leg: str, costs: LegCosts, per_unit: float
) -> float | None:
    """Of one trading unit in the offer's currency: by the fill of a container, or by value."""
    if leg in costs.shares:
        return per_unit * float(costs.shares[leg])
    money, fill = costs.per_container.get(leg), offer.facts.per_40hc
    if money is None or not fill:
        return None
    rate = question.rate(money.currency, offer.currency)
    return float(money.amount) * float(rate.value) / float(fill) if rate else None


def _percent_above(amount: float, target: Money) -> str:
    percent = f"{100 * (amount / float(target.amount) - 1):.0f}"
    return "less than 1" if percent == "0" else percent


def _sentence(question: Question, target: Money, found: Compared, value: float) -> Said:
    assert found.amount is not None
    facts = {
        "price": _money(found.amount, target.currency),
        "unit": unit_shown(question.requirement.quantity.unit),
        "target": _money(float(target.amount), target.currency),
        "percent": _percent_above(found.amount, target),
    }
    sentence = say("price.within" if value >= 1 else "price.above", **facts)
    if found.estimated:
        sentence = say("price.estimated", sentence=sentence, estimated=named(found.estimated))
    if found.left_out:
        sentence = say("price.left_out", sentence=sentence, left_out=named(found.left_out))
    if found.surplus:
        sentence = say("price.surplus", sentence=sentence, surplus=named(found.surplus))
    return sentence


def _money(amount: float, currency: str) -> str:
    return f"{rounded(Money(Decimal(repr(amount)), currency)):,f} {currency}"


def _incomparable(found: Compared, offer: Offer, asked: Asked) -> Finding:
    if found.lacking == "price":
        sentence = say("price.on_request")
        gap = Gap("price", sentence, say("price.say"))
    elif found.lacking == "factor":
        sentence = say("price.no_factor", missing=named([asked.missing]))
        gap = Gap(asked.missing, sentence, say("quantity.factor", missing=named([asked.missing])))
    else:
        sentence = say("price.no_rate", currency=offer.currency)
        gap = Gap("currency", sentence, say("price.say_in"))
    return Finding("price", None, "unknown", sentence, gaps=(gap,))

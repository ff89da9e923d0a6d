"""From a choice of the search to a plan people can read: members, days, exact money. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from matchmaker.matching.consortium.choosing import Choice
from matchmaker.matching.consortium.problem import (
    Ask,
    Candidate,
    Member,
    Plan,
    Problem,
    Proof,
    Share,
)
from matchmaker.matching.consortium.supply import Supply, free_by_period, starts_on
from matchmaker.matching.scoring.window import DAY

# Money is summed exactly and told in whole millionths.
MILLIONTH = Decimal("0.000001")


Amounts = Mapping[Candidate, Sequence[int]]


def plan_from(problem: Problem, supply: Supply, found: Choice, most: int) -> Plan:
    """The plan that a choice stands for. `most`: how many members were allowed, 0 for any."""
    proof: Proof = "proved" if found.is_proved else "not proved"
    return plan_of(
        problem, amounts_of(supply, found), bound_of(problem, supply, found), proof, most
    )


def bound_of(problem: Problem, supply: Supply, found: Choice) -> Fraction:
    """The bound of a search in money."""
    return Fraction(found.bound // found.unit) * Fraction(problem.ask.step) / supply.scale / 100


def amounts_of(supply: Supply, found: Choice) -> dict[Candidate, list[int]]:
    """What each candidate ships by period, in steps; only those that ship."""
    amounts: dict[Candidate, list[int]] = {}
    periods, lines = found.modes.shape
    for line in range(lines):
        for t in range(periods):
            if found.modes[t, line] >= 0:
                candidate = supply.modes[found.modes[t, line]].candidate
                amounts.setdefault(candidate, [0] * periods)[t] = int(found.amounts[t, line])
    return amounts


def plan_of(problem: Problem, amounts: Amounts, bound: Fraction, proof: Proof, most: int) -> Plan:
    """The plan in which the candidates ship these amounts, each at the price of its tier."""
    members = _members(problem.ask, amounts)
    shares = [share for member in members for share in member.shares]
    figure = sum((_figure(problem.ask, each) for each in shares), Fraction(0))
    bound = min(figure, bound)
    done = [_shipped_by(each, problem) for each in shares]
    return Plan(
        members=members,
        price=sum((each.price for each in members), Decimal(0)),
        figure=_decimal(figure),
        bound=figure_bound(_decimal(figure), bound),
        gap=float(1 - bound / figure) if figure else 0.0,
        proof=proof,
        at_most=most,
        ready_on=max(day for each in shares if (day := ready_on(each.candidate, problem))),
        first_shipment=min(first for first, _ in done),
        last_shipment=max(last for _, last in done),
        spec=shares[0].candidate.spec,
    )


def figure_bound(figure: Decimal, bound: Fraction) -> Decimal:
    """Rounded down, so that it stays a bound."""
    return min(figure, Decimal(int(bound / Fraction(MILLIONTH))) * MILLIONTH)


def standing_for(better: Plan, searched: Plan) -> Plan:
    """`better` as the answer of a search that promises no more than `searched.bound`."""
    bound = min(searched.bound, better.figure)
    gap = float(1 - bound / better.figure) if better.figure else 0.0
    return replace(better, at_most=searched.at_most, bound=bound, gap=gap, proof=searched.proof)


def ready_on(candidate: Candidate, problem: Problem) -> dt.date | None:
    """The first day on which it could ship; None: never."""
    begins = starts_on(candidate, problem)
    return begins + dt.timedelta(days=candidate.lead_days) if begins else None


def _members(ask: Ask, amounts: Amounts) -> tuple[Member, ...]:
    shares: dict[str, list[Share]] = {}
    for candidate, each in sorted(amounts.items(), key=lambda one: one[0].offer):
        prices = tuple(_tier_price(candidate, amount) for amount in each)
        shares.setdefault(candidate.firm, []).append(Share(candidate, tuple(each), prices))
    return tuple(
        Member(firm, tuple(own), _decimal(sum((_price(ask, one) for one in own), Fraction(0))))
        for firm, own in sorted(shares.items())
    )


def _tier_price(candidate: Candidate, amount: int) -> Decimal:
    """Of one unit when so much is shipped in a period; nought when nothing is."""
    fitting = [tier.price for tier in candidate.tiers if tier.amount <= amount]
    return fitting[-1] if amount else Decimal(0)


def _price(ask: Ask, share: Share) -> Fraction:
    paid = zip(share.amounts, share.prices, strict=True)
    cost = sum((amount * Fraction(price) for amount, price in paid), Fraction(0))
    return Fraction(ask.step) * cost


def _figure(ask: Ask, share: Share) -> Fraction:
    return _price(ask, share) * (100 + Fraction(share.candidate.misfit)) / 100


def _shipped_by(share: Share, problem: Problem) -> tuple[dt.date, dt.date]:
    """The ends of the first and last period in which it ships, or must have shipped."""
    ask = problem.ask
    if not ask.is_once:
        used = [t for t, amount in enumerate(share.amounts) if amount]
        return ask.fences[used[0] + 1] - DAY, ask.fences[used[-1] + 1] - DAY
    first = ready_on(share.candidate, problem)
    made = 0
    for t, free in enumerate(free_by_period(share.candidate, problem)):
        made += free
        end = ask.fences[t + 1]
        if made >= share.amounts[0] and first is not None and first < end:
            return end - DAY, end - DAY
    raise AssertionError("a share is within what its candidate can make")


def _decimal(amount: Fraction) -> Decimal:
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(MILLIONTH)

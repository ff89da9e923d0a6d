"""What is wrong with a plan, found by reading it, not by asking the solver."""

from __future__ import annotations

from matchmaker.matching.consortium.problem import Plan, Problem, Share
from tests.matching.consortium.brute_force import most_of


def faults_of(problem: Problem, plan: Plan) -> list[str]:
    """Every broken promise in words; empty for a sound plan."""
    found = []
    for t, wanted in enumerate(problem.ask.demand):
        if plan.amounts[t] < wanted:
            found.append(f"period {t}: {plan.amounts[t]} of {wanted}")
    shares = [share for member in plan.members for share in member.shares]
    for share in shares:
        found += _faults_of_share(problem, share)
    for t in range(len(problem.ask.demand)):
        busy = [share.candidate.line for share in shares if share.amounts[t]]
        if len(busy) != len(set(busy)):
            found.append(f"period {t}: a line makes two products")
    if len({share.candidate.spec for share in shares}) > 1:
        found.append("two specs")
    if sum(member.price for member in plan.members) != plan.price:
        found.append("the members' prices do not add up")
    if plan.bound > plan.figure or not 0 <= plan.gap <= 1:
        found.append("the bound lies above the figure")
    if plan.last_shipment > problem.ask.deadline:
        found.append("too late")
    return found


def _faults_of_share(problem: Problem, share: Share) -> list[str]:
    each = share.candidate
    found = []
    for t, amount in enumerate(share.amounts):
        if amount and amount < each.moq:
            found.append(f"{each.offer} ships {amount}, less than its MOQ")
        if amount > most_of(problem, each, t):
            found.append(f"{each.offer} ships {amount}, more than it can")
        tier = [tier.price for tier in each.tiers if tier.amount <= amount]
        if amount and tier[-1] != share.prices[t]:
            found.append(f"{each.offer} is paid {share.prices[t]} and not {tier[-1]}")
    if not any(share.amounts):
        found.append(f"{each.offer} ships nothing")
    if each.misfit > problem.most_misfit:
        found.append(f"{each.offer} does not fit")
    return found

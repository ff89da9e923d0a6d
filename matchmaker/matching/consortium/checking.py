"""Figures of a consortium problem that cannot be used are refused before anything is searched."""

from __future__ import annotations

from decimal import Decimal

from matchmaker.errors import BadInput
from matchmaker.matching.consortium.problem import Ask, Candidate, Problem
from matchmaker.measures import UNITS

LARGEST_AMOUNT = 10**9
LARGEST_PRICE = Decimal(10) ** 12
MOST_PERIODS = 120
MOST_CANDIDATES = 5000


def check(problem: Problem) -> None:
    """Raises BadInput naming field, value and remedy."""
    _check_ask(problem.ask)
    _within("most_misfit", problem.most_misfit, Decimal(0), Decimal(100))
    if len(problem.candidates) > MOST_CANDIDATES:
        remedy = f"Ask about at most {MOST_CANDIDATES} candidates at a time."
        raise BadInput("candidates", len(problem.candidates), remedy)
    owner: dict[str, str] = {}
    seen: set[str] = set()
    for at, each in enumerate(problem.candidates):
        _check_candidate(each, problem.ask, f"candidates[{at}]")
        if owner.setdefault(each.line, each.firm) != each.firm:
            remedy = "A line belongs to one firm; give each its own."
            raise BadInput(f"candidates[{at}].line", each.line, remedy)
        if each.offer in seen:
            remedy = "Name every offer once."
            raise BadInput(f"candidates[{at}].offer", each.offer, remedy)
        seen.add(each.offer)


def _check_ask(ask: Ask) -> None:
    if ask.unit not in UNITS:
        raise BadInput("ask.unit", ask.unit, "Use a UN/ECE Rec 20 code such as KGM.")
    if not ask.step.is_finite() or ask.step <= 0:
        raise BadInput("ask.step", ask.step, "Give a step above nought, such as 0.001.")
    if len(ask.fences) < 2 or len(ask.fences) > MOST_PERIODS + 1:
        raise BadInput("ask.fences", len(ask.fences), f"Give 1 to {MOST_PERIODS} periods.")
    for before, after in zip(ask.fences, ask.fences[1:], strict=False):
        if after <= before:
            raise BadInput("ask.fences", after, "Give the periods in order, each a day or more.")
    for each in ask.demand:
        _whole("ask.demand", each, 0, LARGEST_AMOUNT)
    if not ask.demand or not any(ask.demand):
        raise BadInput("ask.demand", list(ask.demand), "Ask for more than nought in some period.")
    if ask.is_once and (len(ask.demand) != 1 or not 1 <= ask.due <= ask.periods):
        remedy = "Give one amount and the number of the period by which it is due."
        raise BadInput("ask.due", ask.due, remedy)
    if len(ask.demand) > ask.periods:
        raise BadInput("ask.demand", len(ask.demand), "Give no more amounts than periods.")
    _whole("ask.most_members", ask.most_members, 0, LARGEST_AMOUNT)


def _check_candidate(each: Candidate, ask: Ask, path: str) -> None:
    if len(each.free) != ask.periods:
        remedy = f"Give an amount for each of the {ask.periods} periods."
        raise BadInput(f"{path}.free", len(each.free), remedy)
    for amount in each.free:
        _whole(f"{path}.free", amount, 0, LARGEST_AMOUNT)
    _whole(f"{path}.moq", each.moq, 0, LARGEST_AMOUNT)
    _whole(f"{path}.lead_days", each.lead_days, 0, 3650)
    _within(f"{path}.misfit", each.misfit, Decimal(0), Decimal(100))
    if not each.tiers or each.tiers[0].amount > max(each.moq, 1):
        remedy = "Give at least one price, from the smallest order on."
        raise BadInput(f"{path}.tiers", [tier.amount for tier in each.tiers], remedy)
    for before, after in zip(each.tiers, each.tiers[1:], strict=False):
        if after.amount <= before.amount:
            raise BadInput(f"{path}.tiers", after.amount, "Give the tiers in rising order.")
    for tier in each.tiers:
        _whole(f"{path}.tiers", tier.amount, 0, LARGEST_AMOUNT)
        _within(f"{path}.tiers", tier.price, Decimal(0), LARGEST_PRICE)


def _whole(field: str, value: object, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadInput(field, value, f"Give a whole number from {least} to {most:,}.")


def _within(field: str, value: Decimal, least: Decimal, most: Decimal) -> None:
    if not value.is_finite() or not least <= value <= most:
        raise BadInput(field, value, f"Give a number from {least} to {most:,}.")

"""Small consortium problems drawn by seed: everything that can matter is in some of them."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal

from matchmaker.matching.consortium.problem import Ask, Candidate, Missing, PriceFrom, Problem

TODAY = dt.date(2027, 1, 1)
MONTHS = tuple(dt.date(2027, month, 1) for month in range(1, 13))


def make_ask(demand: tuple[int, ...] = (10,), **changes: object) -> Ask:
    """So many kilograms in each month from January 2027 on, in euros."""
    fences = MONTHS[: len(demand) + 1]
    ask = Ask("KGM", Decimal(1), "EUR", TODAY, fences, demand)
    return replace(ask, **changes)  # type: ignore[arg-type]


def make_candidate(name: str, free: tuple[int, ...] = (10,), **changes: object) -> Candidate:
    """A firm with one line and one product at 1 euro a kilogram, ready since long."""
    at_one = (PriceFrom(1, Decimal(1)),)
    one = Candidate(name, f"{name}'s product", f"{name}'s line", free, 1, at_one)
    return replace(one, **changes)  # type: ignore[arg-type]


def draw(seed: int) -> Problem:
    """Up to five firms and three periods; a third of a single shipment, some of two specs."""
    dice = random.Random(seed)
    periods = dice.randint(1, 3)
    later = dice.randint(0, 2)
    is_once = dice.random() < 0.35
    asked = 1 if is_once else periods
    ask = Ask(
        "KGM", Decimal(1), "EUR", TODAY, MONTHS[: periods + later + 1],
        tuple(dice.randint(0 if t else 1, 60) for t in range(asked)),
        is_once=is_once, due=periods if is_once else 0,
    )  # fmt: skip
    candidates: list[Candidate] = []
    for firm in "ABCDE"[: dice.randint(1, 5)]:
        for line in range(dice.choice((1, 1, 1, 2))):
            for offer in range(dice.choice((1, 1, 1, 2))):
                name = f"{firm}{line}{offer}"
                candidates.append(_candidate(dice, firm, f"{firm}{line}", name, ask))
    group = dice.choice((None, dt.date(2027, 1, 10), dt.date(2027, 2, 5)))
    return Problem(ask, tuple(candidates), group, Decimal(dice.choice((100, 100, 25))))


def _candidate(dice: random.Random, firm: str, line: str, name: str, ask: Ask) -> Candidate:
    moq = dice.randint(0, 12)
    price = Decimal(dice.randint(100, 900)) / 100
    tiers = [PriceFrom(dice.randint(0, max(moq, 1)), price)]
    if dice.random() < 0.4:
        cheaper = price * dice.randint(60, 99) / 100
        tiers.append(PriceFrom(max(moq, 1) + dice.randint(1, 15), round(cheaper, 2)))
    ready = dice.choice((dt.date.min,) * 4 + (dt.date(2027, 1, 20), dt.date(2027, 2, 15), None))
    is_missing = ready != dt.date.min
    return Candidate(
        firm, name, line,
        free=tuple(dice.choice((0, 5, 12, 20, 30)) for _ in range(ask.periods)),
        moq=moq, tiers=tuple(tiers), misfit=Decimal(dice.choice((0, 0, 5, 20, 40))),
        ready_on=ready, soonest_on=dice.choice((ready, TODAY)) if is_missing else ready,
        in_group=dice.random() < 0.4, lead_days=dice.choice((0, 0, 10, 40)),
        spec=dice.choice(("", "", "", "fine")) if ask.demand[0] % 3 == 0 else "",
        allocated=dice.randint(0, 3),
        missing=(Missing("OEKO-TEX", (20, 60)),) if is_missing else (),
    )  # fmt: skip

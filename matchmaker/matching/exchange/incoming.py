"""Requirements and offers from JSON; `schemas` says how they and the answers look. Pure.

A file holds a requirement, or an object with `requirement` and `offers`; a file of offers holds
a list of them, or an object with `offers`. What cannot be used raises BadInput with the JSON
path, the value and the remedy.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from matchmaker.certification.readiness import Book
from matchmaker.errors import BadInput
from matchmaker.json_data import NOTHING, as_json, no_such_field, read
from matchmaker.json_schema import schema_of
from matchmaker.json_text import parsed
from matchmaker.matching.checking import check_offer, check_requirement, check_together
from matchmaker.matching.exchange.outgoing import Answer
from matchmaker.matching.problem import Offer, Requirement
from matchmaker.matching.scoring.question import Rates

MOST_OFFERS = 200_000
BOTH = ("requirement", "offers")  # what a file may hold that is more than a requirement


@dataclass(frozen=True)
class Brought:
    """What a file holds: a requirement and, if it brings them, the offers to choose from."""

    requirement: Requirement
    offers: tuple[Offer, ...] | None = None


def schemas() -> dict[str, Any]:
    """The JSON Schemas of what goes in and what comes out, by name."""
    return {
        "requirement": schema_of(Requirement, "A requirement"),
        "offer": schema_of(Offer, "An offer"),
        "answer": schema_of(Answer, "What matching answers"),
    }


def brought_by(text: str | bytes, *, today: dt.date, book: Book, rates: Rates) -> Brought:
    """What a file brings, checked. Raises BadInput."""
    told = parsed(text)
    if isinstance(told, dict) and _is_both(told):
        _check_names(told)
    else:
        requirement = read(Requirement, told)
        check_requirement(requirement, today=today, book=book, rates=rates, path="$.")
        return Brought(requirement)
    requirement = read(Requirement, told["requirement"], "$.requirement")
    check_requirement(requirement, today=today, book=book, rates=rates, path="$.requirement.")
    offers = _offers(told["offers"], "$.offers") if "offers" in told else None
    return Brought(requirement, offers)


def _is_both(told: dict[str, Any]) -> bool:
    """Whether it holds a requirement beside offers, and is none itself."""
    is_named = bool(told.keys() & BOTH)
    return is_named or any(get_close_matches(each, BOTH, 1, cutoff=0.8) for each in told)


def _check_names(told: dict[str, Any]) -> None:
    for name in told:
        if name not in BOTH:
            raise BadInput(f"$.{name}", as_json(told[name]), no_such_field(name, BOTH))
    if "requirement" not in told:
        remedy = "It is missing: say what is wanted beside the offers."
        raise BadInput("$.requirement", NOTHING, remedy)


def offers_from(text: str | bytes) -> tuple[Offer, ...]:
    """The offers of a file, checked. Raises BadInput."""
    told = parsed(text)
    if isinstance(told, dict):
        if "offers" not in told:
            remedy = "Give a list of offers, or an object with 'offers'."
            raise BadInput("$.offers", NOTHING, remedy)
        return _offers(told["offers"], "$.offers")
    return _offers(told, "$")


def _offers(told: Any, path: str) -> tuple[Offer, ...]:
    if not isinstance(told, list) or not told:
        raise BadInput(path, as_json(told), "Give a list with at least one offer.")
    if len(told) > MOST_OFFERS:
        raise BadInput(path, len(told), f"Give at most {MOST_OFFERS:,} offers.")
    offers = []
    for at, each in enumerate(told):
        offer = read(Offer, each, f"{path}[{at}]")
        check_offer(offer, path=f"{path}[{at}].")
        offers.append(offer)
    check_together(offers, path=path)
    return tuple(offers)

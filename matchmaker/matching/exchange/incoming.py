"""Requirements and offers from JSON; `schemas` says how they and the answers look. Pure.

A file holds a requirement, or an object with `requirement` and `offers`; a file of offers holds
a list of them, or an object with `offers`. What cannot be used raises BadInput with the JSON
path, the value and the remedy.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from matchmaker.certification.readiness import Book
from matchmaker.errors import BadInput
from matchmaker.json_data import read
from matchmaker.json_schema import schema_of
from matchmaker.json_text import parsed
from matchmaker.matching.checking import check_offer, check_requirement
from matchmaker.matching.exchange.outgoing import Answer
from matchmaker.matching.problem import Offer, Requirement
from matchmaker.matching.scoring.question import Rates

MOST_OFFERS = 200_000


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
    if isinstance(told, dict) and "offers" in told and "requirement" not in told:
        remedy = "It is missing: say what is wanted beside the offers."
        raise BadInput("$.requirement", "", remedy)
    if not isinstance(told, dict) or "requirement" not in told:
        requirement = read(Requirement, told)
        check_requirement(requirement, today=today, book=book, rates=rates, path="$.")
        return Brought(requirement)
    for name in told.keys() - {"requirement", "offers"}:
        raise BadInput(f"$.{name}", told[name], "Give a requirement and, if you like, offers.")
    requirement = read(Requirement, told["requirement"], "$.requirement")
    check_requirement(requirement, today=today, book=book, rates=rates, path="$.requirement.")
    offers = _offers(told["offers"], "$.offers") if "offers" in told else None
    return Brought(requirement, offers)


def offers_from(text: str | bytes) -> tuple[Offer, ...]:
    """The offers of a file, checked. Raises BadInput."""
    told = parsed(text)
    if isinstance(told, dict):
        if "offers" not in told:
            raise BadInput("$.offers", "", "Give a list of offers, or an object with 'offers'.")
        return _offers(told["offers"], "$.offers")
    return _offers(told, "$")


def _offers(told: Any, path: str) -> tuple[Offer, ...]:
    if not isinstance(told, list) or not told:
        raise BadInput(path, told, "Give a list with at least one offer.")
    if len(told) > MOST_OFFERS:
        raise BadInput(path, len(told), f"Give at most {MOST_OFFERS:,} offers.")
    offers = []
    seen: dict[str, int] = {}
    for at, each in enumerate(told):
        offer = read(Offer, each, f"{path}[{at}]")
        check_offer(offer, path=f"{path}[{at}].")
        first = seen.setdefault(offer.id, at)
        if first != at:
            remedy = f"{path}[{first}] has it already; give every offer an id of its own."
            raise BadInput(f"{path}[{at}].id", offer.id, remedy)
        offers.append(offer)
    return tuple(offers)

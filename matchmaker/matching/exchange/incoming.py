"""Requirements and offers from JSON; `schemas` says how they and the answers look. Pure.

A file holds a requirement, or an object with `requirement` and `offers`; a file of offers holds
a list of them, or an object with `offers`. What cannot be read raises BadInput with the JSON
path, the value and the remedy. Whether it makes sense is checked by who judges it (`services`),
with the book that judges; so all that is read says where in the file it stood.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from matchmaker.errors import BadInput
from matchmaker.json_data import NOTHING, as_json, no_such_field, read
from matchmaker.json_schema import schema_of
from matchmaker.json_text import parsed
from matchmaker.matching.exchange.told import Answer
from matchmaker.matching.problem import Offer, Requirement

MOST_OFFERS = 200_000
BOTH = ("requirement", "offers")  # what a file may hold that is more than a requirement


@dataclass(frozen=True)
class BroughtOffers:
    """Offers of a file; `path`: of their list, such as '$.offers'."""

    offers: tuple[Offer, ...]
    path: str


@dataclass(frozen=True)
class Brought:
    """What a file holds: a requirement and, if it brings them, the offers to choose from.

    `path`: what stands before the names of the requirement's fields, such as '$.requirement.'.
    """

    requirement: Requirement
    path: str = "$."
    offers: BroughtOffers | None = None


def schemas() -> dict[str, Any]:
    """The JSON Schemas of what goes in and what comes out, by name."""
    return {
        "requirement": schema_of(Requirement, "A requirement"),
        "offer": schema_of(Offer, "An offer"),
        "answer": schema_of(Answer, "What matching answers"),
    }


def brought_by(text: str | bytes) -> Brought:
    """What a file brings. Raises BadInput for what cannot be read."""
    told = parsed(text)
    if not isinstance(told, dict) or not _is_both(told):
        return Brought(read(Requirement, told))
    _check_names(told)
    requirement = read(Requirement, told["requirement"], "$.requirement")
    offers = _offers(told["offers"], "$.offers") if "offers" in told else None
    return Brought(requirement, "$.requirement.", offers)


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


def offers_from(text: str | bytes) -> BroughtOffers:
    """The offers of a file. Raises BadInput for what cannot be read."""
    told = parsed(text)
    if isinstance(told, dict):
        if "offers" not in told:
            remedy = "Give a list of offers, or an object with 'offers'."
            raise BadInput("$.offers", NOTHING, remedy)
        return _offers(told["offers"], "$.offers")
    return _offers(told, "$")


def _offers(told: Any, path: str) -> BroughtOffers:
    if not isinstance(told, list) or not told:
        raise BadInput(path, as_json(told), "Give a list with at least one offer.")
    if len(told) > MOST_OFFERS:
        raise BadInput(path, len(told), f"Give at most {MOST_OFFERS:,} offers.")
    offers = (read(Offer, each, f"{path}[{at}]") for at, each in enumerate(told))
    return BroughtOffers(tuple(offers), path)

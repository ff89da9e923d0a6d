"""Requirements and offers from JSON, answers to JSON; `schemas` says how both look. Pure.

A file holds a requirement, or an object with `requirement` and `offers`; a file of offers holds
a list of them, or an object with `offers`. What cannot be used raises BadInput with the JSON
path, the value and the remedy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matchmaker.certification.readiness import Book
from matchmaker.errors import BadInput
from matchmaker.matching.answers import Excluded, Finding, Gap, Judged, Shown
from matchmaker.matching.checking import check_offer, check_requirement
from matchmaker.matching.plain import parsed, read
from matchmaker.matching.problem import Offer, Requirement
from matchmaker.matching.question import Rates
from matchmaker.matching.retrieval import Retrieved
from matchmaker.matching.schema import schema_of

MOST_OFFERS = 200_000


@dataclass(frozen=True)
class Brought:
    """What a file holds: a requirement and, if it brings them, the offers to choose from."""

    requirement: Requirement
    offers: tuple[Offer, ...] | None = None


@dataclass(frozen=True)
class GapTold:
    """What is missing, how to close it, in how many days (at best and at worst), and who helps."""

    code: str
    what: str
    remedy: str
    days: tuple[int, int] | None = None
    who: tuple[str, ...] = ()


@dataclass(frozen=True)
class CriterionTold:
    """One criterion: its value from 0 to 1 (null: not known, or not asked) and why."""

    criterion: str
    value: float | None
    knowledge: str
    sentence: str
    evidence: tuple[Shown, ...] = ()
    gaps: tuple[GapTold, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class FirmTold:
    """A firm with its best offer. `total`: 0 to 1; `confidence`: how much of it rests on facts."""

    rank: int
    firm: str
    name: str
    cluster: str
    offer: str
    title: str
    total: float
    confidence: float
    criteria: tuple[CriterionTold, ...]


@dataclass(frozen=True)
class ExcludedTold:
    """A fitting offer that is not ranked, and why."""

    firm: str
    name: str
    offer: str
    title: str
    reason: str
    sentence: str


@dataclass(frozen=True)
class Answer:
    """What matching answers. `weights`, `fit`: by which versions, so that it can be explained.

    `compared_by`: 'meaning and words', or 'words' where no model was at hand. `offers`: how many
    there are; `judged`: how many of them had to be judged in full.
    """

    requirement: str
    today: dt.date
    weights: str
    fit: str
    compared_by: str
    offers: int
    judged: int
    firms: tuple[FirmTold, ...]
    excluded: tuple[ExcludedTold, ...] = ()
    notes: tuple[str, ...] = field(default=())


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


def answer_of(
    found: Retrieved,
    requirement: Requirement,
    *,
    today: dt.date,
    weights: str,
    fit: str,
    compared_by: str,
    names: Mapping[str, str],
    notes: tuple[str, ...] = (),
) -> Answer:
    """The answer as it is told. `names`: of firms by their ids, as far as they are known."""
    return Answer(
        requirement=requirement.id,
        today=today,
        weights=weights,
        fit=fit,
        compared_by=compared_by,
        offers=found.offers,
        judged=found.judged,
        firms=tuple(_firm(rank, each, names) for rank, each in enumerate(found.ranked, 1)),
        excluded=tuple(_excluded(each, names) for each in found.excluded),
        notes=notes,
    )


def _firm(rank: int, judged: Judged, names: Mapping[str, str]) -> FirmTold:
    offer = judged.offer
    return FirmTold(
        rank=rank,
        firm=offer.maker.id,
        name=names.get(offer.maker.id, ""),
        cluster=offer.maker.cluster,
        offer=offer.id,
        title=offer.title,
        total=round(judged.total, 4),
        confidence=round(judged.confidence, 4),
        criteria=tuple(_criterion(each) for each in judged.findings),
    )


def _criterion(found: Finding) -> CriterionTold:
    return CriterionTold(
        criterion=found.criterion,
        value=None if found.value is None else round(found.value, 4),
        knowledge=found.knowledge,
        sentence=str(found.sentence),
        evidence=found.evidence,
        gaps=tuple(_gap(each) for each in found.gaps),
        steps=found.steps,
    )


def _gap(gap: Gap) -> GapTold:
    return GapTold(gap.code, str(gap.what), str(gap.remedy), gap.days, gap.who)


def _excluded(found: Excluded, names: Mapping[str, str]) -> ExcludedTold:
    maker = found.offer.maker.id
    return ExcludedTold(
        firm=maker,
        name=names.get(maker, ""),
        offer=found.offer.id,
        title=found.offer.title,
        reason=found.reason,
        sentence=str(found.sentence),
    )

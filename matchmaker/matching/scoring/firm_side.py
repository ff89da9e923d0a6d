"""The same answer from the maker's side: is this an order for us? Pure.

Made from the findings of the judgement, so that both sides read the same facts; what only the
firm cares about (is the order within its reach, are the terms its own) is weighed anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from matchmaker.matching.scoring.answers import Judged
from matchmaker.matching.scoring.sentences import Said, say
from matchmaker.matching.scoring.values import SMALLEST
from matchmaker.matching.scoring.weighing import FIRM_SIDE


@dataclass(frozen=True)
class Part:
    """One reason to answer, or not; `value` None when nobody said."""

    name: str
    value: float | None
    sentence: Said


@dataclass(frozen=True)
class Interest:
    """How well a requirement suits a firm, 0 to 1, with its parts."""

    judged: Judged
    total: float
    parts: tuple[Part, ...]


def interest_of(judged: Judged) -> Interest:
    """'Buyers looking for what you make': the requirement as the firm sees it.

    total = mean^(1-s) · min(fit, size)^s with the profile's strictness s: another product, or
    an order far out of reach, is no order, however good its price.
    """
    parts = tuple(_part(judged, name) for name in FIRM_SIDE)
    weights = judged.weights
    known = [(weights.firm[each.name], each.value) for each in parts if each.value is not None]
    whole = sum(weight for weight, _ in known)
    mean = sum(weight * value for weight, value in known) / whole if whole else 0.0
    by_name = {each.name: each.value for each in parts}
    musts = [value for name in ("fit", "size") if (value := by_name[name]) is not None]
    floor = max(min(musts, default=1.0), SMALLEST)
    total = mean ** (1.0 - weights.strictness) * floor**weights.strictness
    return Interest(judged, total, parts)


def _part(judged: Judged, name: str) -> Part:
    if name == "size":
        return _size(judged)
    if name == "terms":
        return _terms(judged)
    finding = judged.by_criterion[name]
    return Part(name, finding.value, finding.sentence)


def _size(judged: Judged) -> Part:
    """An order is too small under the smallest order, too large over the free capacity."""
    found = judged.by_criterion
    pieces = [each for each in (found["moq"], found["quantity"]) if each.value is not None]
    if not pieces:
        return Part("size", None, found["quantity"].sentence)
    worst = min(pieces, key=lambda each: each.value or 0.0)
    return Part("size", worst.value, worst.sentence)


def _terms(judged: Judged) -> Part:
    """Payment terms that the buyer named and the firm takes."""
    wanted = judged.requirement.prefers.payment_terms
    takes = judged.offer.maker.payment_terms
    if not wanted or not takes:
        return Part("terms", None, say("terms.unknown"))
    both = sorted(wanted & takes)
    if both:
        return Part("terms", 1.0, say("terms.agree", terms=", ".join(both)))
    return Part("terms", 0.0, say("terms.differ", terms=", ".join(sorted(wanted))))

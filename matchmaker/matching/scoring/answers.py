"""What judging answers: a value for every criterion, with its evidence, its gap, its sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from matchmaker.matching.problem import Closeness, Offer, Requirement
from matchmaker.matching.scoring.sentences import Said
from matchmaker.matching.scoring.weighing import Weights

# 'unknown': asked, but nobody said; 'not asked': the buyer set no store by it, or it cannot be
# asked of these goods. Both leave the mean; only the first lowers the confidence.
Knowledge = Literal["known", "unknown", "not asked"]


@dataclass(frozen=True)
class Shown:
    """Where a value comes from: a field of the listing, or a piece of evidence.

    `confirmed_on`: when somebody last stood by it; None when nobody said. `grade`: of evidence
    (self-declared, seen, confirmed, witnessed). `is_stale`: older than half a year.
    """

    field: str
    value: str
    confirmed_on: dt.date | None = None
    grade: str = ""
    is_stale: bool = False


# A signal of product fit; the price that was quoted; a unit or a currency into another; what a leg
# of the way costs, or that it is not in the sum. 'price' and 'leg' tell what a firm asks for its
# goods: members of a plan never see each other's.
StepKind = Literal["signal", "price", "unit", "currency", "leg", "left out"]


@dataclass(frozen=True)
class Step:
    """One step from what an offer says to what was asked, in words that can be checked."""

    kind: StepKind
    words: str

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Gap:
    """What is missing and how to close it: `days` at best and at worst, None when not known.

    `code`: the scheme or the field. `who`: who in the cluster can help, as far as is known.
    """

    code: str
    what: Said
    remedy: Said
    days: tuple[int, int] | None = None
    who: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One criterion: `value` in [0, 1], None when it is not known or was not asked.

    `certainty`: how much of its weight counts for the confidence (a stale or incomplete fact
    counts half).
    """

    criterion: str
    value: float | None
    knowledge: Knowledge
    sentence: Said
    evidence: tuple[Shown, ...] = ()
    gaps: tuple[Gap, ...] = ()
    steps: tuple[Step, ...] = ()
    certainty: float = 1.0


@dataclass(frozen=True)
class Judged:
    """An offer's answer to a requirement.

    `total` = mean^(1-s) · floor^s (see `values.py`), `confidence` the share of the weight that
    rests on known and fresh facts. `weights`, `fit_version`, `today` and the inputs are kept:
    judging them again gives the same, whatever has been re-weighted since.
    """

    requirement: Requirement
    offer: Offer
    closeness: Closeness
    today: dt.date
    weights: Weights
    fit_version: str
    total: float
    mean: float
    floor: float
    confidence: float
    findings: tuple[Finding, ...]

    @property
    def by_criterion(self) -> Mapping[str, Finding]:
        return {each.criterion: each for each in self.findings}

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return tuple(gap for each in self.findings for gap in each.gaps)

    @property
    def rank_key(self) -> tuple[float, float, str]:
        """Best first; of equal totals the surer one, then by the offer's id: never by name."""
        return (-self.total, -self.confidence, self.offer.id)


@dataclass(frozen=True)
class Excluded:
    """An offer that is not ranked at all, and why. `reason` is for programs."""

    offer: Offer
    reason: Literal["blocked", "not exportable", "unverified"]
    sentence: Said

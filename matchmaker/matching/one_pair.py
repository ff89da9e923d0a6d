"""One offer against one requirement, looked through before it is judged. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from matchmaker.certification.readiness import Book
from matchmaker.matching.checking import check_closeness, check_offer, check_requirement
from matchmaker.matching.problem import Closeness, Nearby, Offer, Requirement
from matchmaker.matching.scoring.answers import Excluded, Judged
from matchmaker.matching.scoring.fit import FitModel
from matchmaker.matching.scoring.judging import judge_offer
from matchmaker.matching.scoring.question import Rates, prepare
from matchmaker.matching.scoring.weighing import Weights


def judge(
    requirement: Requirement,
    offer: Offer,
    closeness: Closeness,
    *,
    today: dt.date,
    weights: Weights,
    book: Book,
    rates: Rates,
    nearby: Mapping[str, Nearby] | None = None,
    fit: FitModel | None = None,
) -> Judged | Excluded:
    """One offer against one requirement. For many offers `prepare` once and `judge_all`.

    Raises BadInput for what makes no sense (`checking`); `judge_all` takes it as checked.
    """
    check_requirement(requirement, today=today, book=book, rates=rates)
    check_offer(offer, path="offer.")
    check_closeness(closeness)
    question = prepare(
        requirement, today=today, weights=weights, book=book, rates=rates, nearby=nearby, fit=fit
    )
    return judge_offer(question, offer, closeness)

"""Certificates, tests and papers: what the law and the buyer insist on, at the ship date."""

from __future__ import annotations

from collections.abc import Sequence

from matchmaker.certification.readiness import Piece
from matchmaker.matching.problem import GRADES, Offer
from matchmaker.matching.scoring.answers import Finding, Gap, Shown
from matchmaker.matching.scoring.law import LAPSING, WEAK, Papers, Point
from matchmaker.matching.scoring.question import Question
from matchmaker.matching.scoring.sentences import Said, say

# Nothing is known of the market's rules for these goods: India's own papers are half the answer.
RULES_UNKNOWN = 0.5


def judge_papers(question: Question, offer: Offer) -> Finding:
    """All that must be shown; 1 when it can be at the ship date, else the worth of the gaps."""
    found = papers_of(question, offer)
    if not found.points:
        return Finding("papers", None, "not asked", say("papers.none_asked"))
    gaps = tuple(_gap(question, offer, each) for each in found.points if each.value < 1)
    return Finding(
        "papers",
        found.value,
        "known",
        _sentence(question, found.points),
        tuple(_evidence(question, offer, found.points)),
        gaps,
        certainty=1.0 if found.is_market_known else RULES_UNKNOWN,
    )


def papers_of(question: Question, offer: Offer) -> Papers:
    """How the offer stands on everything that must be shown."""
    law = question.law
    goods = law.goods(offer)
    states = law.standing(offer.pieces, law.asked(goods))
    return law.papers(goods, states, offer.made, question.near(offer.maker.cluster).groups)


def best_piece(question: Question, pieces: Sequence[Piece], code: str) -> Piece | None:
    """Of several pieces of a scheme the one that stands best, then the best graded, then newest."""
    return max(
        (each for each in pieces if each.code == code),
        key=lambda each: (question.law.state_of(each), GRADES.index(each.grade), each.issued_on),
        default=None,
    )


def _evidence(question: Question, offer: Offer, points: Sequence[Point]) -> list[Shown]:
    found = []
    for each in points:
        piece = best_piece(question, offer.pieces, each.shown_by) if each.shown_by else None
        if piece is not None:
            until = f"until {piece.expires_on}" if piece.expires_on else "no end named"
            found.append(Shown(piece.code, until, piece.issued_on, piece.grade))
    return found


def _gap(question: Question, offer: Offer, point: Point) -> Gap:
    near = question.near(offer.maker.cluster)
    who = near.helpers.get(point.code, ())
    what, remedy = _what(question, offer, point), _remedy(question, point)
    return Gap(point.code, what, remedy, point.days, who)


def _what(question: Question, offer: Offer, point: Point) -> Said:
    if not point.is_certain:
        return say("papers.to_check", code=point.code)
    piece = best_piece(question, offer.pieces, point.code)
    if piece is not None and point.state == LAPSING:
        return say("papers.lapses", code=point.code, expires=piece.expires_on)
    if piece is not None and point.state == WEAK:
        return say("papers.grade", code=point.code, grade=piece.grade)
    return say("papers.missing", code=point.code)


def _remedy(question: Question, point: Point) -> Said:
    if point.state == WEAK:
        return say("papers.confirm", code=point.code)
    if point.state == LAPSING:
        return say("papers.renew", code=point.code, day=question.law.deadline)
    key = "papers.join" if point.is_joined else "papers.obtain"
    return say(key, code=point.code, low=point.days[0], high=point.days[1])


def _sentence(question: Question, points: Sequence[Point]) -> Said:
    """The worst news first: what cannot be had, what may be late, what is on its way."""
    left = question.days_left
    missing = [each for each in points if each.value < 1]
    if not missing:
        return say("papers.all")
    certain = [each for each in missing if each.is_certain]
    for key, worst in (
        ("papers.late", [each for each in certain if each.days[0] > left]),
        ("papers.tight", [each for each in certain if each.days[1] > left]),
        ("papers.in_time", certain),
    ):
        if worst:
            return say(key, codes=", ".join(each.code for each in worst))
    return say("papers.unsure", codes=", ".join(each.code for each in missing))

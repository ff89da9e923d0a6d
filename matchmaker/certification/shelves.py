"""How a piece of evidence stands for its holder, in one word, and on which shelf it lies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from matchmaker.catalogue.models import Product
from matchmaker.certification.models import Evidence
from matchmaker.certification.queries import now
from matchmaker.certification.renewals import Turn, turns_of
from matchmaker.certification.scope import changes_of
from matchmaker.certification.validity import begins_later, expires_soon, is_valid

State = Literal["withdrawn", "refused", "future", "expired", "expiring", "valid"]
Shelf = Literal["attention", "force", "next", "past"]


def state_of(evidence: Evidence, today: dt.date) -> State:
    """What its dates and its holder say; how far a desk trusts it is the grade."""
    if evidence.withdrawn_at is not None:
        return "withdrawn"
    if evidence.review == "refused":
        return "refused"
    if begins_later(evidence, today):
        return "future"  # a slip from before such days were refused: it asks to be corrected
    if not is_valid(evidence, today):
        return "expired"
    return "expiring" if expires_soon(evidence, today) else "valid"


def shelves_of(kept: Sequence[Evidence], today: dt.date) -> list[tuple[Shelf, list[Evidence]]]:
    """What asks for something, is in force, will take over, is past; empty shelves left out."""
    shelves: dict[Shelf, list[Evidence]] = {"attention": [], "force": [], "next": [], "past": []}
    shown = [each for each in kept if _is_shown(each)]
    turns = turns_of(shown, today)
    renewed = {each.renews for each in shown}
    for each in kept:
        turn = turns.get(each.public_id, "stands")
        shelves[_shelf(each, today, turn, each.public_id in renewed)].append(each)
    return [(name, rows) for name, rows in shelves.items() if rows]


def _shelf(evidence: Evidence, today: dt.date, turn: Turn, is_renewed: bool) -> Shelf:
    state = state_of(evidence, today)
    if state == "withdrawn" or turn == "replaced":
        return "past"
    if (
        evidence.review == "asked"
        or state in ("refused", "expired", "future")
        or lapsed_products(evidence)
    ):
        return "attention"
    if turn == "waits":
        return "next"
    return "force" if state == "valid" or is_renewed else "attention"


def waits_its_turn(evidence: Evidence, earlier: Evidence | None, today: dt.date) -> bool:
    """Whether buyers still see the one it renews instead."""
    pair = [each for each in (earlier, evidence) if each is not None and _is_shown(each)]
    return turns_of(pair, today).get(evidence.public_id) == "waits"


def _is_shown(evidence: Evidence) -> bool:
    return evidence.withdrawn_at is None and evidence.review != "refused"


def lapsed_products(evidence: Evidence) -> list[Product]:
    """Products of its scope that have become others since, so that it covers them no more."""
    return [
        each.product
        for each in evidence.scope
        if each.product is not None and changes_of(each, now(each.product))
    ]

"""What a firm should do next in its catalogue, dearest first. Pure.

Only what helps it to be found and believed, and only what is true: no counts of views, no
praise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matchmaker.catalogue.freshness import Standing

What = Literal[
    "answer", "family", "confirm", "confirm soon", "photo", "publish", "price", "lead", "first"
]


@dataclass(frozen=True)
class Stock:
    """A listing, as far as it decides what to do."""

    public_id: str
    title: str
    state: str
    family_is_guess: bool
    has_photo: bool
    has_price: bool
    has_lead: bool


@dataclass(frozen=True)
class ToDo:
    """One thing. `about`: the listing's title; `public_id`: its id; `count`: how many such."""

    what: What
    public_id: str = ""
    about: str = ""
    count: int = 1


def to_do(stock: Sequence[Stock], standings: Sequence[Standing], enquiries: int) -> list[ToDo]:
    """Everything, in the order in which it pays.

    `standings`: of all prices, lead times and capacities; `enquiries`: not answered yet.
    """
    if not stock:
        answers = [ToDo("answer", count=enquiries)] if enquiries else []
        return [*answers, ToDo("first")]
    shown = [each for each in stock if each.state != "hidden"]
    stale, due = standings.count("stale"), standings.count("due")
    found = [ToDo("answer", count=enquiries)] if enquiries else []
    found += _each("family", [one for one in shown if one.family_is_guess])
    if stale:
        found.append(ToDo("confirm", count=stale))
    found += _each("price", [one for one in shown if not one.has_price])
    found += _each("photo", [one for one in shown if not one.has_photo])
    found += _each("lead", [one for one in shown if not one.has_lead])
    drafts = [one for one in shown if one.state == "draft" and not one.family_is_guess]
    found += _each("publish", drafts)
    if due:
        found.append(ToDo("confirm soon", count=due))
    return found


def _each(what: What, stock: Sequence[Stock]) -> list[ToDo]:
    return [ToDo(what, each.public_id, each.title) for each in stock]

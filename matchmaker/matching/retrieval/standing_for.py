"""One offer that stands for all that are alike in something, so that it is judged once. Pure.

Each shared fact is judged once, by the very functions that judge whole offers.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from matchmaker.certification.readiness import Piece
from matchmaker.json_data import written
from matchmaker.matching.problem import Maker, Offer

NO_MAKER = Maker(id="", cluster="")


def stand_in(maker: Maker = NO_MAKER, **facts: Any) -> Offer:
    """An offer of which nothing is known but these facts."""
    blank = {"id": "", "title": "", "text": "", "family": "", "hs_code": "", "unit": "C62"}
    return Offer(**{**blank, **facts, "maker": maker})


def profile_of(offer: Offer) -> str:
    """What preferences ask of an offer, as text; the same for all that are alike in it."""
    maker = offer.maker
    told = [
        offer.gi is not None,
        maker.women_led,
        maker.size,
        sorted(maker.languages),
        sorted(maker.payment_terms),
        maker.cluster,
        maker.state,
    ]
    return json.dumps(told, ensure_ascii=False)


@lru_cache(maxsize=20_000)
def with_profile(profile: str, pieces: tuple[Piece, ...] = ()) -> Offer:
    """An offer that stands for all of this profile, with such evidence."""
    gi, women_led, size, languages, terms, cluster, state = json.loads(profile)
    maker = Maker(
        id="",
        cluster=cluster,
        state=state,
        size=size,
        women_led=women_led,
        languages=frozenset(languages),
        payment_terms=frozenset(terms),
    )
    return stand_in(maker, gi="" if gi else None, pieces=pieces)


@lru_cache(maxsize=20_000)
def with_markets(markets: str) -> Offer:
    """An offer that stands for all whose makers sold to these countries, joined by commas."""
    known = frozenset(markets.split(",")) if markets else frozenset()
    return stand_in(Maker(id="", cluster="", markets=known))


def attribute_pair(key: str, value: object) -> str:
    """An attribute and its value as one text."""
    return json.dumps([key, written(value)], ensure_ascii=False)


def attribute_key(key: str) -> str:
    """How the texts of this attribute's pairs begin."""
    return json.dumps([key], ensure_ascii=False)[:-1] + ", "


def attribute_of(pair: str) -> tuple[str, Any]:
    """What `attribute_pair` made a text of; lists come back as tuples."""
    key, value = json.loads(pair)
    return key, tuple(value) if isinstance(value, list) else value

"""Offers of any number for the benchmark of matching: drawn by the seed, without a database.

The first 50,000 have texts of their own, truly encoded once and remembered with those of the
search benchmark; the rest are copies with other figures, evidence, markets and a vector moved a
little. The table is made once and kept beside the models.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from random import Random

import numpy as np

from matchmaker.certification.materials import Made
from matchmaker.certification.readiness import Piece
from matchmaker.certification.rulebook import reference_book
from matchmaker.errors import Unavailable
from matchmaker.matching.problem import FreeMonth, Maker, Offer, Tier
from matchmaker.matching.retrieval.building import TableBuilder
from matchmaker.matching.retrieval.columns import VERSION, OfferTable
from matchmaker.measures import PieceFacts
from search.encoder.cache import EmbeddingCache, EncodedTexts
from search.encoder.encoder import OnnxEncoder
from search.encoder.model import fetch_model
from search.meaning import product_meaning
from seed.families import Family, all_families
from seed.reference import read
from seed.world import FirmPlan, LinePlan, Place, World, public_id
from tests.benchmarks.search_catalogue import DRAWN, TODAY, USD_INR, moved, tell
from tests.search.relevance.judged import model_cache

BATCH = 2_000


def open_offers(count: int) -> OfferTable:
    """The table of `count` offers; the first call takes some minutes, later ones milliseconds."""
    folder = model_cache().parent / f"matching-offers-{count}"
    state = f"{count} offers, drawn 1, columns {VERSION}"
    try:
        found = OfferTable(folder)
        if found.state == state:
            return found
    except Unavailable:
        pass  # not made yet
    encoder = OnnxEncoder.open(fetch_model(model_cache()))
    cache_file = EmbeddingCache(model_cache().parent / "benchmark-embeddings.sqlite")
    texts = EncodedTexts(encoder, cache_file)
    drawn = list(_drawn(min(count, DRAWN)))
    with TableBuilder(folder, encoder.model_id, reference_book().conditions, state) as table:
        noise, random = np.random.default_rng(7), Random(7)
        for start in range(0, count, BATCH):
            turn, at = divmod(start, len(drawn))
            some = drawn[at : at + min(BATCH, count - start)]
            vectors = texts.encode([each.text for each in some])
            for offer, vector in zip(some, vectors, strict=True):
                words = "; ".join(_families()[offer.family].aliases)
                if turn:
                    offer, vector = _copy(offer, turn, drawn, random), moved(vector, noise)
                table.add(offer, vector, words)
            tell(f"{table.count:,} of {count:,} offers")
    cache_file.close()
    return OfferTable(folder)


def _drawn(count: int) -> Iterator[Offer]:
    """Spread evenly over one and the same world."""
    everything = [
        offer_of(firm, number, state)
        for firm, state in _firms()
        for number in range(len(firm.products))
    ]
    places = np.linspace(0, len(everything) - 1, count).round().astype(int)
    for at in dict.fromkeys(places.tolist()):
        yield everything[at]


def _firms() -> Iterator[tuple[FirmPlan, str]]:
    """The makers of the search benchmark's catalogue, with their states."""
    clusters = sorted(read("clusters")["clusters"], key=lambda each: str(each["slug"]))
    places = [
        Place(each["slug"], each["sector"], each["district"], each["lat"], each["lon"], ())
        for each in clusters
    ]
    states = {str(each["slug"]): str(each["state"]) for each in clusters}
    for firm in World(places, DRAWN, 1, TODAY, USD_INR).firms():
        yield firm, states[firm.cluster]


def offer_of(firm: FirmPlan, number: int, state: str) -> Offer:
    """What `matching/queries.py` would make of the product, from the plan alone."""
    plan = firm.products[number]
    family = _families()[plan.family]
    line = next((each for each in firm.lines if each.family == plan.family), None)
    is_told = plan.price_audience != "request"
    return Offer(
        id=public_id(firm.public_id, "product", number),
        maker=_maker(firm, state),
        title=plan.title,
        text=product_meaning(plan.title, family.name, plan.description),
        family=family.key,
        hs_code=family.hs,
        unit=family.unit,
        facts=PieceFacts(
            net_kg=plan.net_kg, area_m2=plan.unit_m2, volume_m3=plan.unit_m3,
            per_package=plan.per_package, per_20ft=plan.per_20ft, per_40hc=plan.per_40hc,
        ),
        moq=plan.moq,
        line=plan.family if line else "",
        free=_free(line, float(plan.net_kg)) if line else (),
        capacity_confirmed_on=line.confirmed_on if line else None,
        tiers=tuple(Tier(*each) for each in plan.tiers) if is_told else (),
        price_audience=plan.price_audience if is_told else "public",
        place=firm.site[1],
        price_confirmed_on=plan.confirmed_on if plan.tiers else None,
        lead_days=plan.lead_days,
        lead_confirmed_on=plan.confirmed_on,
        attributes=dict(plan.attributes),
        standards=tuple(plan.standards),
        pieces=tuple(
            Piece(each.scheme, each.issued_on, each.expires_on, each.grade)
            for each in firm.evidence
            if each.product in (None, number)
        ),
        rule_families=tuple(family.rules),
        is_organic="organic" in f"{plan.title} {plan.description}".lower(),
        has_wood_packaging=family.package in ("pallet", "crate"),
        made=Made(told=(plan.title, plan.description)),
    )  # fmt: skip


def _maker(firm: FirmPlan, state: str) -> Maker:
    return Maker(
        id=firm.public_id,
        cluster=firm.cluster,
        state=state,
        size=firm.size,
        women_led=firm.women_led,
        is_verified=firm.verified_on is not None,
        languages=frozenset(firm.languages),
        markets=frozenset(country for country, _ in firm.markets),
    )


def _free(line: LinePlan, net_kg: float) -> tuple[FreeMonth, ...]:
    factor = max(net_kg / line.unit_kg, 0.001)
    return tuple(
        FreeMonth(month, Decimal(f"{max(0.0, capacity - committed) / factor:.2f}"))
        for month, (capacity, committed) in line.months.items()
    )


def _copy(offer: Offer, turn: int, drawn: Sequence[Offer], random: Random) -> Offer:
    """The same goods from another maker: other figures, papers and markets, a sentence more."""
    other = random.choice(drawn)
    price = Decimal(f"{random.uniform(0.6, 1.7):.3f}")
    size = Decimal(f"{random.uniform(0.4, 2.5):.2f}")
    maker = replace(
        other.maker, id=f"{offer.maker.id}-{turn}", cluster=offer.maker.cluster,
        state=offer.maker.state,
    )  # fmt: skip
    sentence = random.choice(other.text.split(". "))
    return replace(
        offer,
        id=f"{offer.id}-{turn}",
        maker=maker,
        text=f"{offer.text} {sentence}.",
        moq=None if offer.moq is None else max(Decimal(1), round(offer.moq * size)),
        free=tuple(replace(each, free=each.free * size) for each in offer.free),
        tiers=tuple(replace(each, price=each.price * price) for each in offer.tiers),
        lead_days=random.randrange(5, 91),
        pieces=other.pieces,
    )


@cache
def _families() -> dict[str, Family]:
    return {family.key: family for family in all_families()}

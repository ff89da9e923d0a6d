"""A catalogue of any size for the search benchmarks: drawn by the seed, without a database.

The first `DRAWN` products have texts of their own, truly encoded once and remembered; the
rest are copies with sentences exchanged, other facts and a vector moved a little.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.measures import UNITS
from matchmaker.slugs import slug_of
from search.contract import Document, Value
from search.encoder.cache import EmbeddingCache, EncodedTexts
from search.encoder.encoder import OnnxEncoder
from search.meaning import attribute_in_words, product_meaning
from seed.families import Family, all_families
from seed.products import ProductPlan
from seed.reference import read
from seed.world import EvidencePlan, FirmPlan, Place, World, public_id

DRAWN = 50_000
TODAY = dt.date(2026, 11, 21)
USD_INR = 88.0
EPOCH = dt.date(1970, 1, 1)
# A copy's cosine to its original: as near as two products of one family often are
KINSHIP = 0.93
_ENCODE_AT_ONCE = 2_000

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Drawn:
    """A product as the index holds it, and the text whose meaning stands for it."""

    id: str
    values: dict[str, Value]
    meaning: str


def draw(count: int) -> list[Drawn]:
    """`count` products (at most DRAWN), spread evenly over one and the same world.

    Always the same world, so that what was encoded for a large run serves a small one.
    """
    everything = _spread(list(_everything()), DRAWN)
    return _spread(everything, count)


def _spread(products: list[Drawn], count: int) -> list[Drawn]:
    if len(products) < count:
        raise ValueError(f"Of {count:,} products asked for, only {len(products):,} were drawn.")
    places = np.linspace(0, len(products) - 1, count).round().astype(int)
    return [products[at] for at in dict.fromkeys(places.tolist())]


def _everything() -> Iterator[Drawn]:
    clusters = sorted(read("clusters")["clusters"], key=lambda each: str(each["slug"]))
    places = [
        Place(each["slug"], each["sector"], each["district"], each["lat"], each["lon"], ())
        for each in clusters
    ]
    facts = {str(each["slug"]): each for each in clusters}
    seen: set[str] = set()
    for firm in World(places, DRAWN, 1, TODAY, USD_INR).firms():
        for number, plan in enumerate(firm.products):
            product = _product(firm, number, plan, facts[firm.cluster])
            if product.meaning not in seen:  # every text is truly another one
                seen.add(product.meaning)
                yield product


def _product(firm: FirmPlan, number: int, plan: ProductPlan, cluster: dict[str, Any]) -> Drawn:
    """What `matchmaker/storefront/documents.py` would make of it, from the plan alone."""
    family, unit = _families()[plan.family], UNITS[_families()[plan.family].unit]
    held = [each for each in firm.evidence if each.product in (None, number)]
    values: dict[str, Value] = {
        "title": plan.title,
        "family": family.name,
        "aliases": "; ".join(family.aliases),
        "description": plan.description,
        "attributes": _attributes(family, plan),
        "firm": firm.name,
        "cluster_name": cluster["name"],
        "hs_text": f"{family.hs} {_hs_labels().get(family.hs, '')}",
        "standards": "; ".join(plan.standards),
        "family_key": family.key,
        "sector": slug_of(family.sector),
        "cluster": firm.cluster,
        "state": cluster["state"],
        "firm_id": firm.public_id,
        "hs2": family.hs[:2],
        "hs4": family.hs[:4],
        "hs6": family.hs,
        "evidence": sorted({each.scheme for each in held if _is_valid(each)}),
        "evidence_any": sorted({each.scheme for each in held}),
        "markets": sorted(country for country, _ in firm.markets),
        "unit_dimension": unit.dimension,
        "demo": True,
        "gi": any(each.scheme == "GI_AU" for each in held),
        "photo": False,
        "has_price": bool(plan.tiers),
        "stale": plan.confirmed_on is None or (TODAY - plan.confirmed_on).days > 180,
        "lead_days": float(plan.lead_days),
        "confirmed_on": float((plan.confirmed_on - EPOCH).days) if plan.confirmed_on else None,
        f"moq_{unit.dimension}": float(plan.moq * unit.factor),
    }
    if plan.tiers and plan.price_audience == "public":
        price = float(plan.tiers[0][1]) / USD_INR / float(unit.factor)
        values["price_usd_public"] = price
    meaning = product_meaning(plan.title, family.name, plan.description)
    return Drawn(public_id(firm.public_id, "product", number), values, meaning)


def _is_valid(evidence: EvidencePlan) -> bool:
    return evidence.expires_on is None or evidence.expires_on >= TODAY


def _attributes(family: Family, plan: ProductPlan) -> str:
    parts = []
    for key, value in plan.attributes.items():
        about = family.attributes[key]
        unit = about.get("unit", "")
        symbol = UNITS[unit].symbol if unit in UNITS else unit
        parts.append(attribute_in_words(about.get("label", key), str(value), symbol))
    return "; ".join(parts)


@cache
def _families() -> dict[str, Family]:
    return {family.key: family for family in all_families()}


@cache
def _hs_labels() -> dict[str, str]:
    return {each["code"]: each["label"] for each in read("hs_subset")["codes"]}


def encode(products: Sequence[Drawn], model: Path, cache_file: Path) -> tuple[Vectors, int]:
    """Their vectors, and how many had to be encoded now; tells its progress on stderr."""
    encoder = OnnxEncoder.open(model)
    remembered = EmbeddingCache(cache_file)
    before = remembered.count(encoder.model_id)
    texts = EncodedTexts(encoder, remembered)
    vectors = np.empty((len(products), encoder.dimensions), dtype=np.float32)
    for start in range(0, len(products), _ENCODE_AT_ONCE):
        some = products[start : start + _ENCODE_AT_ONCE]
        vectors[start : start + len(some)] = texts.encode([each.meaning for each in some])
        tell(f"vectors of {start + len(some):,} of {len(products):,} texts")
    fresh = remembered.count(encoder.model_id) - before
    remembered.close()
    return vectors, fresh


def documents(products: Sequence[Drawn], vectors: Vectors, count: int) -> Iterator[Document]:
    """`count` documents: the products themselves, then perturbed copies in turns."""
    random, noise = Random(7), np.random.default_rng(7)
    for number in range(count):
        turn, at = divmod(number, len(products))
        if turn == 0:
            yield Document(products[at].id, products[at].values, vectors[at])
        else:
            values = _perturbed(products[at].values, products, turn, random)
            aside = moved(vectors[at], noise)
            yield Document(f"{products[at].id}-{turn}", values, aside)


def _perturbed(
    values: dict[str, Value], products: Sequence[Drawn], turn: int, random: Random
) -> dict[str, Value]:
    """One sentence of another product, numbers and maker of its own."""
    other = random.choice(products).values
    sentences = str(values["description"]).split(". ")
    foreign = str(other["description"]).split(". ")
    sentences[random.randrange(len(sentences))] = random.choice(foreign)
    changed = {
        **values,
        "description": ". ".join(sentences),
        "firm": f"{values['firm']} {turn}",
        "firm_id": f"{values['firm_id']}-{turn}",
        "lead_days": float(random.randrange(5, 91)),
        "evidence": other["evidence"],
        "evidence_any": other["evidence_any"],
        "markets": other["markets"],
    }
    for name, value in values.items():
        if name.startswith(("moq_", "price_")) and isinstance(value, float):
            changed[name] = round(value * random.uniform(0.4, 2.5), 2)
    return changed


def moved(vector: Vectors, noise: np.random.Generator) -> Vectors:
    """A unit vector at KINSHIP from this one, in a random direction."""
    aside = noise.standard_normal(len(vector), dtype=np.float32)
    aside -= (aside @ vector) * vector
    aside /= np.linalg.norm(aside)
    found: Vectors = np.float32(KINSHIP) * vector + np.float32((1 - KINSHIP**2) ** 0.5) * aside
    return found


def tell(text: str) -> None:
    """Progress for whoever watches; figures go to stdout."""
    sys.stderr.write(f"  {text}\n")
    sys.stderr.flush()

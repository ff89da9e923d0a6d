"""A believable economy on top of the real clusters: firms, lines, products, evidence.

Pure and deterministic: the same (scale, seed, today) gives the same world, and each firm is
drawn from its own random numbers, so that more of them do not change those before.
Everything here is made up and marked as demonstration data.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from matchmaker.orm import PUBLIC_ID_LENGTH, PUBLIC_ID_LETTERS
from seed.families import Family, all_families
from seed.names import firm_name
from seed.products import ProductPlan, plan_product
from seed.texts import Texts

DEFAULT_SCALE = 4_400  # products
PRODUCTS_PER_FIRM = 4.6
INSIST_BELOW = 20_000  # products up to which texts are kept apart
# The ten clusters that are shown in depth: at least 40 firms, at least 15 of one family.
DEEP = {
    "changanacherry-rubber": "stable-mat",
    "perumbavoor-plywood": "commercial-plywood",
    "alappuzha-coir": "coir-tufted-mat",
    "kollam-cashew": "cashew-kernels",
    "tirupur-knitwear": "cotton-tshirt",
    "moradabad-brassware": "brass-lamp",
    "morbi-ceramics": "vitrified-tile",
    "panipat-home-textiles": "cotton-bath-mat",
    "agra-footwear": "leather-shoes",
    "bhadohi-carpets": "hand-knotted-carpet",
}
DEEP_FIRMS = 46
DEEP_SAME = 20


@dataclass(frozen=True)
class Place:
    """A cluster as the generator sees it."""

    slug: str
    sector: str
    district: str
    lat: float
    lon: float
    gi: tuple[str, ...]


@dataclass(frozen=True)
class LinePlan:
    """A production line: capacity and committed of each month, in units of the family."""

    family: str
    unit: str
    name: str
    months: Mapping[dt.date, tuple[float, float]]
    unit_kg: float
    confirmed_on: dt.date | None


@dataclass(frozen=True)
class EvidencePlan:
    """A piece of evidence; `product` limits it to one product of the firm (its place in it)."""

    scheme: str
    number: str
    issuer: str
    issued_on: dt.date
    expires_on: dt.date | None
    grade: str
    graded_on: dt.date | None
    graded_how: str | None
    laboratory: str | None
    substances: str | None
    product: int | None


@dataclass(frozen=True)
class FirmPlan:
    """One made-up firm with all it has."""

    public_id: str
    name: str
    cluster: str
    about: str
    founded: int
    workers: int
    size: str
    women_led: bool
    languages: tuple[str, ...]
    verified_on: dt.date | None
    markets: tuple[tuple[str, int | None], ...]
    site: tuple[str, str, float, float]
    lines: tuple[LinePlan, ...]
    products: tuple[ProductPlan, ...]
    evidence: tuple[EvidencePlan, ...]


def public_id(*parts: object) -> str:
    """The same short id for the same parts, in the letters of all public ids."""
    number = int.from_bytes(hashlib.sha256("/".join(map(str, parts)).encode()).digest()[:16], "big")
    letters = []
    for _ in range(PUBLIC_ID_LENGTH):
        number, rest = divmod(number, len(PUBLIC_ID_LETTERS))
        letters.append(PUBLIC_ID_LETTERS[rest])
    return "".join(letters)


class World:
    """All firms of a scale (in products), drawn one after the other."""

    def __init__(
        self, places: Sequence[Place], scale: int, seed: int, today: dt.date, usd_inr: float
    ) -> None:
        self.places, self.scale, self.seed = places, scale, seed
        self.today, self.usd_inr = today, usd_inr
        self.texts: dict[str, Texts] = {}
        self.made_in = _families_by_cluster(places)

    def firms(self) -> Iterator[FirmPlan]:
        """Every firm, cluster by cluster in turns, so that a part of a world is one too."""
        from seed.firms import draw_firm

        for number, (place, main) in enumerate(self._jobs()):
            random = Random(f"{self.seed}/firm/{number}")
            name = firm_name(number, place.sector, random)
            yield draw_firm(self, number, name, place, main, random)

    def firm_count(self) -> int:
        return sum(self._firms_of(place) for place in self.places)

    def write(
        self, family: Family, values: Mapping[str, object], random: Random
    ) -> tuple[str, str]:
        """Title and description of a product, unlike those before it in the family."""
        texts = self.texts.get(family.key)
        if texts is None:
            texts = self.texts[family.key] = Texts(family, insist=self.scale < INSIST_BELOW)
        return texts.write(values, random)

    def plan(self, family: Family, random: Random, quality: float) -> ProductPlan:
        return plan_product(self, family, random, quality)

    def _firms_of(self, place: Place) -> int:
        if not self.made_in[place.slug]:
            return 0
        spread = int.from_bytes(hashlib.sha256(place.slug.encode()).digest()[:2], "big") % 9
        usual = DEEP_FIRMS if place.slug in DEEP else 7 + spread
        return max(1, round(usual * self.scale / DEFAULT_SCALE))

    def _jobs(self) -> Iterator[tuple[Place, Family]]:
        """Which firm works where and what it mainly makes."""
        for place in self.places:
            families = self.made_in[place.slug]
            count = self._firms_of(place)
            if not count:
                continue
            random = Random(f"{self.seed}/cluster/{place.slug}")
            weights = [family.clusters[place.slug] for family in families]
            mains = random.choices(families, weights, k=count)
            if place.slug in DEEP:
                chosen = _main_of(place.slug, families)
                same = round(DEEP_SAME * count / DEEP_FIRMS)
                mains = [chosen] * same + mains[same:]
                random.shuffle(mains)
            for main in mains:
                yield place, main


def _main_of(slug: str, families: Sequence[Family]) -> Family:
    return next(family for family in families if family.key == DEEP[slug])


def _families_by_cluster(places: Sequence[Place]) -> dict[str, list[Family]]:
    return {
        place.slug: [family for family in all_families() if place.slug in family.clusters]
        for place in places
    }

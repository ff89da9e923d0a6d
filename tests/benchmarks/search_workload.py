"""What the search benchmarks ask: queries about products that are there, never one twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from random import Random

from search.contract import And, AnyOf, Between, Equals, Filter, Not, Query, Value, Vector
from tests.benchmarks.search_catalogue import Drawn

FACETS = ("sector", "cluster", "state", "hs2", "evidence", "markets")
Encode = Callable[[str], Vector]
Workload = dict[str, list[Query]]


def workload(products: Sequence[Drawn], count: int, encode: Encode, seed: int) -> Workload:
    """`count` queries of each kind, by its name."""
    random = Random(seed)
    texts = _texts(products, random)
    found: Workload = {}
    for name, make in _KINDS.items():
        found[name] = [make(*next(texts), random, encode) for _ in range(count)]
    return found


def _texts(products: Sequence[Drawn], random: Random) -> Iterator[tuple[str, Drawn]]:
    """One to four words of a product's title and family, as buyers type them, with the product."""
    seen: set[str] = set()
    while True:
        product = random.choice(products)
        words = re.findall(r"[^\W\d_]{3,}", f"{product.values['title']} {product.values['family']}")
        wanted = random.choices((1, 2, 3, 4), (0.2, 0.4, 0.3, 0.1))[0]
        text = " ".join(random.sample(words, min(wanted, len(words)))).lower()
        if text and text not in seen:
            seen.add(text)
            yield text, product


def _keyword(text: str, _product: Drawn, _random: Random, _encode: Encode) -> Query:
    return Query(text, highlight=True)


def _typo(text: str, _product: Drawn, random: Random, _encode: Encode) -> Query:
    return Query(_misspelt(text, random), highlight=True)


def _faceted(text: str, _product: Drawn, _random: Random, _encode: Encode) -> Query:
    return Query(text, facets=FACETS, highlight=True)


def _filtered(text: str, product: Drawn, random: Random, _encode: Encode) -> Query:
    return Query(text, filter=_narrow(product, random), facets=FACETS, highlight=True)


def _hybrid(text: str, product: Drawn, random: Random, encode: Encode) -> Query:
    filter = _narrow(product, random)
    return Query(text, encode(text), filter=filter, facets=FACETS, highlight=True)


def _hybrid_broad(text: str, _product: Drawn, random: Random, encode: Encode) -> Query:
    return Query(text, encode(text), filter=_broad(random), facets=FACETS, highlight=True)


_KINDS: dict[str, Callable[[str, Drawn, Random, Encode], Query]] = {
    "keyword": _keyword,
    "typo": _typo,
    "keyword + 6 facets": _faceted,
    "keyword + 3 filters + 6 facets": _filtered,
    "hybrid + 3 filters + 6 facets": _hybrid,
    "hybrid + 3 broad filters + 6 facets": _hybrid_broad,
}


def _misspelt(text: str, random: Random) -> str:
    """A letter of the longest word replaced."""
    longest = max(text.split(), key=len)
    at = random.randrange(1, len(longest))
    return text.replace(longest, longest[:at] + random.choice("aeinorst") + longest[at + 1 :])


def _narrow(product: Drawn, random: Random) -> Filter:
    """Three facts of the product itself: a state, evidence, and a lead time near its own."""
    lead = product.values["lead_days"]
    assert isinstance(lead, float)
    held: Value = product.values["evidence"]
    asked = tuple(random.sample(held, min(2, len(held)))) if isinstance(held, list) else ()
    return And(
        (
            Equals("state", str(product.values["state"])),
            Between("lead_days", lead - 15, lead + 15),
            AnyOf("evidence", asked or ("IEC",)),
        )
    )


def _broad(random: Random) -> Filter:
    """Three facts that most products have."""
    return And(
        (
            Equals("has_price", True),
            Between("lead_days", None, random.randrange(45, 75)),
            Not(Equals("stale", True)),
        )
    )

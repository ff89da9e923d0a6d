"""What evidence covers: goods as they were when its scope was given. Pure.

A scope row remembers family, HS code and town. A product that has become another one since is
no longer covered; put back as it was, it is covered again. Nothing is written for that: whoever
shows evidence asks here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

# Kinds of schemes that speak of goods. The others (registrations, management systems, social
# audits) speak of whoever makes them, whatever the HS code.
OF_GOODS = frozenset({"product certification", "sustainability", "religious"})
ANY_HS = "*"
Change = Literal["family", "hs", "site"]


class Named(Protocol):
    """A row of a scope. `family`, `hs_code`, `place`: as of then; `town`: of the site today."""

    @property
    def product_id(self) -> int | None: ...
    @property
    def site_id(self) -> int | None: ...
    @property
    def family(self) -> str | None: ...
    @property
    def hs_code(self) -> str | None: ...
    @property
    def place(self) -> str | None: ...
    @property
    def town(self) -> str | None: ...


@dataclass(frozen=True)
class ProductNow:
    """What of a product decides: its row number, the key of its family, its HS code."""

    id: int
    family: str
    hs_code: str


@dataclass(frozen=True)
class Covering:
    """What of evidence decides. `kind` and `hs` are its scheme's.

    `material`: the holder said of which material it speaks, for goods the scheme is not
    listed for.
    """

    kind: str
    hs: Sequence[str]
    covers_all: bool
    material: bool
    named: Sequence[Named]


def is_listed(prefixes: Iterable[str], hs_code: str) -> bool:
    """Whether a scheme that names these HS prefixes names this code."""
    return any(each == ANY_HS or hs_code.startswith(each) for each in prefixes)


def asks_material(kind: str, prefixes: Iterable[str], hs_code: str) -> bool:
    """Whether one must say which material is meant: FSC speaks of wood, coir mats are none."""
    return kind in OF_GOODS and not is_listed(prefixes, hs_code)


def covers(evidence: Covering, product: ProductNow) -> bool:
    """Whether the evidence speaks of this product as it is today.

    Evidence for some sites only covers no product by itself: nobody said where it is made.
    """
    if evidence.covers_all:
        return evidence.material or not asks_material(evidence.kind, evidence.hs, product.hs_code)
    return any(
        each.product_id == product.id and not changes_of(each, product) for each in evidence.named
    )


def changes_of(named: Named, product: ProductNow | None) -> tuple[Change, ...]:
    """What has become different since the scope was given; empty while it still covers."""
    found: list[Change] = []
    if product is not None and named.product_id == product.id:
        if named.family is not None and named.family != product.family:
            found.append("family")
        if named.hs_code is not None and named.hs_code != product.hs_code:
            found.append("hs")
    if named.site_id is not None and named.place is not None and named.town != named.place:
        found.append("site")
    return tuple(found)

"""From rows to the pure assessment: products as goods, evidence as pieces, rules as a book."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Product
from matchmaker.certification import knowledge, scope
from matchmaker.certification.materials import Made
from matchmaker.certification.models import Evidence, MarketRule, Scheme
from matchmaker.certification.queries import now
from matchmaker.certification.readiness import Book, Piece
from matchmaker.certification.rules import ANY_FAMILY, ORIGIN, Goods, goods_of, names_of_market

# Countries a reader may choose: those with rules of their own, and members of blocs that a
# maker of these clusters is likely to sell to.
OFFERED = ("DE", "NL", "FR", "IT", "ES", "BE", "PL", "SE", "GB", "US", "CA", "AE", "SA", "OM",
           "QA", "KW", "BH", "JP", "SG", "AU")  # fmt: skip
WOODEN_PACKAGES = frozenset(("pallet", "crate"))
# Attributes of families in which makers state what their goods are made of.
MATERIAL_FIELDS = ("material", "polymer", "rubber")


@dataclass(frozen=True)
class StoredBook(Book):
    """A book with the rows of its schemes, for those who show more of them than decides."""

    rows: Mapping[str, Scheme] = field(default_factory=dict)


def goods_from(product: Product) -> Goods:
    """The product as rules see it.

    Organic is what its maker sells as organic. A certificate alone does not make it so:
    holding one more must never bring one more rule.
    """
    return goods_of(
        product.hs_code,
        product.family.rules,
        is_organic="organic" in f"{product.title} {product.description}".lower(),
        has_wood_packaging=product.package_kind in WOODEN_PACKAGES,
    )


def made_from(product: Product) -> Made:
    """What the listing says of the material."""
    stated = (product.attributes.get(field) for field in MATERIAL_FIELDS)
    others = (value for key, value in product.attributes.items() if key not in MATERIAL_FIELDS)
    return Made(
        stated=tuple(str(value) for value in stated if value),
        told=(product.title, product.description, *(str(value) for value in others)),
    )


def pieces_for(product: Product, held: Iterable[Evidence]) -> tuple[Piece, ...]:
    """What of an organisation's evidence speaks of this product as it is today."""
    return tuple(
        Piece(each.scheme.code, each.issued_on, each.expires_on, each.grade)
        for each in held
        if scope.covers(each.covering, now(product))
    )


def read_book(db: Session, countries: Iterable[str], families: Collection[str]) -> StoredBook:
    """What is known of these markets for goods of these rule families; two queries."""
    names = {ORIGIN}.union(*(names_of_market(each) for each in countries if each))
    rules = db.scalars(
        select(MarketRule)
        .where(MarketRule.market.in_(names), MarketRule.family.in_({ANY_FAMILY, *families}))
        .order_by(MarketRule.id)
    ).all()
    schemes = {each.code: each for each in _schemes(db, rules)}
    return StoredBook(
        rules=rules,
        schemes=schemes,
        rows=schemes,
        prerequisites=knowledge.prerequisites(),
        stand_ins=knowledge.stand_ins(),
        conditions=knowledge.conditions(),
    )


def _schemes(db: Session, rules: Iterable[MarketRule]) -> Sequence[Scheme]:
    codes = {code for each in rules for code in (*each.mandatory, *each.expected)}
    return db.scalars(select(Scheme).where(Scheme.code.in_(codes)).order_by(Scheme.code)).all()

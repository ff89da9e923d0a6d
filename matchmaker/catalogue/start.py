"""A product enters the catalogue by five answers: photo, name, price, pieces a month, minimum."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.catalogue.amounts import not_whole
from matchmaker.catalogue.facts import ProductFacts
from matchmaker.catalogue.guessing import Families, FamilyWords, Guess
from matchmaker.catalogue.likeness import likeness
from matchmaker.catalogue.line_calendar import months_from
from matchmaker.catalogue.models import Firm, Product, ProductFamily
from matchmaker.catalogue.services import change_product, facts_of, list_product, open_line
from matchmaker.clusters.models import Sector
from matchmaker.errors import BadInput, NotFound, refuse
from matchmaker.searching import Searching
from matchmaker.wording import gettext as _

# Nobody trades in more on a phone; the product form offers the rest.
OFFERED_UNITS = ("H87", "KGM", "PR", "SET", "MTR", "MTK", "LTR", "TNE")


@dataclass(frozen=True)
class Answers:
    """What a maker says first. `price`: rupees ex works for one `unit` (UN/ECE Rec 20).

    `monthly`: how many can be made a month; `minimum`: the least that is sold at once.
    """

    name: str
    price: Decimal
    monthly: Decimal
    minimum: Decimal
    unit: str = "H87"


def guess_families(
    db: Session, firm: Firm, name: str, search: Searching | None = None
) -> list[Guess]:
    """The likeliest families of a product of this firm, best first."""
    rows = db.execute(
        select(ProductFamily.key, ProductFamily.name, ProductFamily.aliases, Sector.name)
        .join(Sector, ProductFamily.sector_id == Sector.id)
        .order_by(ProductFamily.key)
    )
    known = tuple(
        FamilyWords(key, title, tuple(words), sector) for key, title, words, sector in rows
    )
    families, sectors = Families(known), {firm.cluster.sector.name}
    by_words = families.rank(name, sectors=sectors)
    if search is None or (by_words and by_words[0].is_sure):
        return by_words  # meaning would cost a phone seconds and say the same
    return families.rank(name, sectors=sectors, meanings=likeness(search, name, known))


def start_listing(
    db: Session,
    actor: Actor,
    firm: Firm,
    answers: Answers,
    guesses: Sequence[Guess],
    *,
    today: dt.date,
) -> Product:
    """Found a listing with twelve months of capacity. The caller commits.

    Family and HS code are those of the best guess, to be settled by the firm. The listing stays
    a draft until then: code and export rules follow the kind, and a guess may be wrong however
    sure it is (honey with a word for chilli in it). Raises BadInput.
    """
    actor.must_write_for(firm.organisation_id)
    if not answers.monthly > 0:
        raise BadInput("monthly", answers.monthly, _("Enter how many you can make in a month."))
    refuse(not_whole("monthly", answers.monthly, answers.unit))
    family = _family(db, firm, guesses)
    facts = ProductFacts(
        sku=_free_number(db, firm),
        title=answers.name.strip(),
        description="",
        hs_code=family.hs_code,
        unit=answers.unit,
        moq=answers.minimum,
        tiers=((answers.minimum, answers.price),),
        price_confirmed_on=today,
        incoterm_place=_place(firm),
        state="draft",
    )
    line = open_line(
        db,
        actor,
        firm,
        family,
        name=facts.title[:120],
        unit=answers.unit,
        months={month: (answers.monthly, Decimal(0)) for month in months_from(today)},
        confirmed_on=today,
    )
    product = list_product(db, actor, firm, family, facts, line=line)
    product.family_is_guess = True
    db.flush()
    return product


def settle_family(
    db: Session, actor: Actor, product: Product, key: str, *, publish: bool = False
) -> Product:
    """The firm says what kind of product it is; code and line follow. The caller commits.

    What it said of the sizes of another kind is kept only where this kind knows them too.
    """
    family = db.scalar(select(ProductFamily).where(ProductFamily.key == key))
    if family is None:
        raise NotFound(_("Choose what kind of product it is."))
    facts = facts_of(product)
    if family.id != product.family_id:
        known = {name: v for name, v in facts.attributes.items() if name in family.attributes}
        facts = replace(facts, hs_code=family.hs_code, attributes=known)
    if publish:
        facts = replace(facts, state="published")
    before = {"family": product.family.key, "is_guess": product.family_is_guess}
    change_product(db, actor, product, facts, family=family)
    product.family_is_guess = False
    if product.line is not None and _is_alone_on_line(db, product):
        product.line.family_id = family.id
    after = {"family": family.key, "is_guess": False}
    record(db, actor, "family.settled", "product", product.public_id, before=before, after=after)
    db.flush()
    return product


def minimum_exceeds_month(answers: Answers) -> bool:
    """Worth a warning, not a refusal: some collect for months."""
    return answers.minimum > answers.monthly


def _family(db: Session, firm: Firm, guesses: Sequence[Guess]) -> ProductFamily:
    """The best guess; without any, what the firm makes most, else something of its sector."""
    if guesses:
        wanted = select(ProductFamily).where(ProductFamily.key == guesses[0].key)
        return db.scalars(wanted).one()
    mine = Counter(db.scalars(select(Product.family_id).where(Product.firm_id == firm.id)))
    if mine:
        return db.get_one(ProductFamily, mine.most_common(1)[0][0])
    of_sector = ProductFamily.sector_id == firm.cluster.sector_id
    found = db.scalar(select(ProductFamily).order_by(of_sector.desc(), ProductFamily.id).limit(1))
    if found is None:
        raise NotFound(_("No kinds of products are on record yet."))
    return found


def _is_alone_on_line(db: Session, product: Product) -> bool:
    users = db.scalar(select(func.count()).where(Product.line_id == product.line_id))
    return users == 1


def _free_number(db: Session, firm: Firm) -> str:
    taken = set(db.scalars(select(Product.sku).where(Product.firm_id == firm.id)))
    number = len(taken) + 1
    while f"P{number}" in taken:
        number += 1
    return f"P{number}"


def _place(firm: Firm) -> str:
    """Where goods are handed over ex works."""
    towns = [site.town for site in firm.sites if site.town]
    return (towns or [firm.cluster.district])[0]

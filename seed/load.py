"""Puts the generated world into the database through the services, in steps that can be repeated.

A firm that is already there (by its public id) is passed over, so that seeding again adds
nothing twice and an interrupted seeding goes on where it stopped.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import Decimal
from itertools import islice
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.changes import REMOVED, Change, note_changes
from matchmaker.accounts.models import Organisation
from matchmaker.accounts.services import found_organisation
from matchmaker.catalogue.capacity import ProductionLine
from matchmaker.catalogue.facts import ProductFacts
from matchmaker.catalogue.models import Firm, Product, ProductFamily
from matchmaker.catalogue.services import list_product, open_line, register_firm, verify_firm
from matchmaker.certification.models import Scheme
from matchmaker.certification.services import declare_evidence, grade_evidence, submit
from matchmaker.clusters.models import Cluster
from matchmaker.money import exchange_rates
from matchmaker.orm import only_reading
from matchmaker.store import Store
from seed.papers import add_papers
from seed.people import add_people, let_go
from seed.products import ProductPlan
from seed.reference import is_loaded, load_reference
from seed.world import DEFAULT_SCALE, EvidencePlan, FirmPlan, Place, World, public_id

Progress = Callable[[float, float, str], None]
Sessions = Callable[[], Session]
FIRMS_AT_ONCE = 20
# Of registrations that no desk has looked at, one in so many waits to be looked up.
WAITING_ONE_IN = 12


@dataclass(frozen=True)
class Seeded:
    """What seeding added."""

    firms: int
    products: int


@dataclass
class Known:
    """Rows that every firm refers to, read once."""

    clusters: dict[str, Cluster]
    families: dict[str, ProductFamily]
    schemes: dict[str, Scheme]

    @classmethod
    def read(cls, db: Session) -> Known:
        return cls(
            {each.slug: each for each in db.scalars(select(Cluster))},
            {each.key: each for each in db.scalars(select(ProductFamily))},
            {each.code: each for each in db.scalars(select(Scheme))},
        )


def seed_world(
    sessions: Sessions,
    *,
    today: dt.date,
    scale: int = DEFAULT_SCALE,
    seed: int = 1,
    store: Store | None = None,
    progress: Progress = lambda _done, _all, _note: None,
) -> Seeded:
    """Reference data, then the made-up economy of `scale` products. Commits as it goes.

    With a store, some of the evidence has a document that waits for the desk.
    """
    with sessions() as db, db.begin():
        if not is_loaded(db):
            load_reference(db, progress)
    world = make_world(sessions, today=today, scale=scale, seed=seed)
    total, done, firms, products = world.firm_count(), 0, 0, 0
    plans = world.firms()
    while batch := list(islice(plans, FIRMS_AT_ONCE)):
        with sessions() as db, db.begin():
            there = _already(db, batch)
            known = Known.read(db)
            for plan in batch:
                if plan.public_id in there:
                    continue
                add_firm(db, plan, known, today)
                firms, products = firms + 1, products + len(plan.products)
        done += len(batch)
        progress(done, total, f"{products:,} products")
    with sessions() as db, db.begin():
        add_people(db)
        if store is not None:
            add_papers(db, store, today)
    return Seeded(firms, products)


def make_world(sessions: Sessions, *, today: dt.date, scale: int, seed: int) -> World:
    """The generator, set up from the clusters in the database."""
    with only_reading(), sessions() as db:
        rows = db.scalars(select(Cluster).order_by(Cluster.slug))
        places = [
            Place(each.slug, each.sector.name, each.district, each.lat, each.lon, tuple(each.gi))
            for each in rows
        ]
    rate = float(exchange_rates().rate("USD", "INR", today).value)
    return World(places, scale, seed, today, rate)


def add_firm(db: Session, plan: FirmPlan, known: Known, today: dt.date) -> Firm:
    """One firm with all it has, through the services. The caller commits."""
    organisation = found_organisation(
        db, SYSTEM, kind="firm", name=plan.name, is_demo=True, public_id=plan.public_id
    )
    firm = register_firm(
        db,
        SYSTEM,
        organisation,
        known.clusters[plan.cluster],
        about=plan.about,
        workers=plan.workers,
        size=plan.size,
        founded=plan.founded,
        women_led=plan.women_led,
        languages=plan.languages,
        markets=plan.markets,
        sites=[plan.site],
    )
    lines = _add_lines(db, firm, plan, known)
    products = [
        _add_product(db, firm, each, number, plan, known, lines)
        for number, each in enumerate(plan.products)
    ]
    _add_evidence(db, organisation, plan, known, products)
    if plan.verified_on:
        verify_firm(db, SYSTEM, firm, plan.verified_on, "Demonstration: registers compared.")
    return firm


def _add_lines(
    db: Session, firm: Firm, plan: FirmPlan, known: Known
) -> dict[str, tuple[ProductionLine, float]]:
    lines = {}
    for each in plan.lines:
        months = {
            month: (Decimal(str(capacity)), Decimal(str(committed)))
            for month, (capacity, committed) in each.months.items()
        }
        line = open_line(
            db,
            SYSTEM,
            firm,
            known.families[each.family],
            name=each.name,
            unit=each.unit,
            months=months,
            confirmed_on=each.confirmed_on,
        )
        lines[each.family] = (line, each.unit_kg)
    return lines


def _add_product(
    db: Session,
    firm: Firm,
    plan: ProductPlan,
    number: int,
    of: FirmPlan,
    known: Known,
    lines: dict[str, tuple[ProductionLine, float]],
) -> Product:
    family = known.families[plan.family]
    line, line_kg = lines.get(plan.family, (None, 1.0))
    # A heavier piece takes more of the press than the line's average piece.
    factor = Decimal(f"{max(float(plan.net_kg) / line_kg, 0.001):.4f}") if line else Decimal(1)
    same = {each.name for each in fields(ProductFacts)} & {each.name for each in fields(plan)}
    facts = ProductFacts(
        **{name: getattr(plan, name) for name in same},
        hs_code=family.hs_code,
        unit=family.unit,
        package_kind=_package(plan.family),
        gi=_gi(of, plan, known),
        incoterm="EXW",
        incoterm_place=known.clusters[of.cluster].district,
        price_confirmed_on=plan.confirmed_on if plan.tiers else None,
        lead_confirmed_on=plan.confirmed_on,
        line_factor=factor,
    )
    identity = public_id(of.public_id, "product", number)
    return list_product(db, SYSTEM, firm, family, facts, line=line, public_id=identity)


def _package(key: str) -> str:
    from seed.families import all_families

    return next(family.package for family in all_families() if family.key == key)


def _gi(of: FirmPlan, plan: ProductPlan, known: Known) -> str | None:
    """A registered name only for authorised users of it, and only for what it protects."""
    if not any(each.scheme == "GI_AU" and each.product is None for each in of.evidence):
        return None
    family = known.families[plan.family]
    words = {word for text in (family.name, *family.aliases) for word in text.lower().split()}
    for name in known.clusters[of.cluster].gi:
        if words & {word.strip("()").lower() for word in name.split()}:
            return name
    return None


def _add_evidence(
    db: Session, holder: Organisation, plan: FirmPlan, known: Known, products: list[Product]
) -> None:
    for each in plan.evidence:
        evidence = declare_evidence(
            db,
            SYSTEM,
            holder,
            known.schemes[each.scheme],
            number=each.number,
            issuer=each.issuer,
            issued_on=each.issued_on,
            expires_on=each.expires_on,
            laboratory=each.laboratory,
            substances=each.substances,
            products=[products[each.product].id] if each.product is not None else (),
        )
        if each.graded_on and each.graded_how:
            grade_evidence(
                db, SYSTEM, evidence, grade=each.grade, on=each.graded_on, how=each.graded_how
            )
        elif number_of(each) % WAITING_ONE_IN == 0:
            submit(evidence)  # registrations only: the others have no document to look at


def number_of(plan: EvidencePlan) -> int:
    """The running number at the end of its own."""
    return int(plan.number.rpartition("-")[2])


def _already(db: Session, batch: list[FirmPlan]) -> set[str]:
    ids = [plan.public_id for plan in batch]
    return set(db.scalars(select(Organisation.public_id).where(Organisation.public_id.in_(ids))))


def remove_demonstration(db: Session) -> int:
    """Delete every made-up firm with all it has, and the people; how many firms.

    Reference data and the audit trail stay. Each firm is noted as removed, for who keeps a copy.
    The caller commits and rebuilds the index.
    """
    demo = select(Organisation.id).where(Organisation.is_demo)
    firms = select(Firm.id).where(Firm.organisation_id.in_(demo))
    removed = db.scalars(firms.order_by(Firm.id)).all()
    note_changes(db, [Change("firm", number, REMOVED) for number in removed])
    let_go(db)
    db.execute(delete(Product).where(Product.firm_id.in_(firms)))
    db.execute(delete(ProductionLine).where(ProductionLine.firm_id.in_(firms)))
    db.execute(delete(Firm).where(Firm.organisation_id.in_(demo)))
    db.execute(delete(Organisation).where(Organisation.is_demo))
    return len(removed)


def note_finished(file: Path, scale: int, seed: int, today: dt.date) -> None:
    """Remember that seeding came to its end, for the next start."""
    file.write_text(json.dumps({"scale": scale, "seed": seed, "on": today.isoformat()}))

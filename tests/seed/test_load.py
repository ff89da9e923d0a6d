"""Seeding loads through services, adds nothing twice and can be taken away again."""

from __future__ import annotations

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.changes import open_changes
from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.capacity import LineMonth, ProductionLine
from matchmaker.catalogue.models import Firm, HsCode, PriceTier, Product
from matchmaker.certification.models import Evidence, MarketRule, Scheme
from matchmaker.clusters.models import Cluster, SeaDistance
from seed.load import remove_demonstration, seed_world
from tests.conftest import TODAY

MADE_UP = (Organisation, Firm, Product, PriceTier, ProductionLine, LineMonth, Evidence)


def counts(engine: Engine, tables: tuple[type, ...]) -> list[int]:
    with Session(engine) as db:
        return [db.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_seeding_on_either_database_again_adds_nothing_and_removal_leaves_the_reference(
    any_engine: Engine,
) -> None:
    sessions = sessionmaker(any_engine)
    first = seed_world(sessions, today=TODAY, scale=60)
    assert first.products >= 40
    before = counts(any_engine, MADE_UP)
    assert min(before) > 0
    again = seed_world(sessions, today=TODAY, scale=60)
    assert (again.firms, again.products) == (0, 0)
    assert counts(any_engine, MADE_UP) == before

    reference = (Cluster, Scheme, MarketRule, HsCode, SeaDistance)
    kept = counts(any_engine, reference)
    assert kept[:3] == [60, 102, 156]
    with sessions() as db, db.begin():
        assert remove_demonstration(db) == first.firms
    assert counts(any_engine, MADE_UP) == [0] * len(MADE_UP)
    assert counts(any_engine, reference) == kept


def test_every_made_up_firm_is_marked_and_noted_for_the_index(sqlite_engine: Engine) -> None:
    sessions = sessionmaker(sqlite_engine)
    seeded = seed_world(sessions, today=TODAY, scale=60)
    with sessions() as db:
        is_made_up = (Organisation.is_demo, Organisation.kind == "firm")
        marked = db.scalar(select(func.count()).where(*is_made_up)) or 0
        assert marked == seeded.firms
        assert len(open_changes(db, "index")) >= seeded.firms + seeded.products

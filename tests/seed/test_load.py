"""Seeding loads through services, adds nothing twice and can be taken away again."""

from __future__ import annotations

from pathlib import Path

from fsspec.implementations.local import LocalFileSystem
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.changes import open_changes
from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.capacity import LineMonth, ProductionLine
from matchmaker.catalogue.models import Firm, HsCode, PriceTier, Product
from matchmaker.certification.models import Evidence, EvidenceDocument, MarketRule, Scheme
from matchmaker.clusters.models import Cluster, SeaDistance
from matchmaker.store import Store
from seed.load import Seeded, remove_demonstration, seed_world
from seed.papers import WANTED, demonstration_papers
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
    assert_marked_and_noted(sessions, first)
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


def assert_marked_and_noted(sessions: sessionmaker[Session], seeded: Seeded) -> None:
    """Every made-up firm is marked, and all that was made is noted for the index."""
    with sessions() as db:
        is_made_up = (Organisation.is_demo, Organisation.kind == "firm")
        marked = db.scalar(select(func.count()).where(*is_made_up)) or 0
        assert marked == seeded.firms
        assert len(open_changes(db, "index")) >= seeded.firms + seeded.products


def test_some_documents_wait_for_the_desk_and_not_twice(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    sessions = sessionmaker(sqlite_engine)
    store = Store(LocalFileSystem(), str(tmp_path))
    seed_world(sessions, today=TODAY, scale=300, store=store)
    with sessions() as db:
        papers = db.scalars(select(EvidenceDocument)).all()
        assert len(papers) == WANTED
        assert {each.evidence.review for each in papers} == {"waiting"}
        assert {each.evidence.holder.is_demo for each in papers} == {True}
        assert {each.media_type for each in papers} == {"image/jpeg", "application/pdf"}
        assert all(store.get(each.digest) for each in papers)
        assert len({each.evidence.submitted_at for each in papers}) == WANTED
    seed_world(sessions, today=TODAY, scale=300, store=store)
    assert counts(sqlite_engine, (EvidenceDocument,)) == [WANTED]
    with sessions() as db, db.begin():
        gone = demonstration_papers(db)
        assert sorted(gone) == sorted(each.digest for each in papers)
        remove_demonstration(db)
    assert counts(sqlite_engine, (EvidenceDocument,)) == [0]

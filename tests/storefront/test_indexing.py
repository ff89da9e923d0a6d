"""The index follows the database, and never tells what not everybody may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.changes import lag_of
from matchmaker.catalogue.models import Firm, Product, ProductFamily
from matchmaker.catalogue.services import change_product
from matchmaker.config import Config
from matchmaker.money import exchange_rates
from matchmaker.searching import Searching
from matchmaker.storefront.documents import cluster_documents, product_documents
from matchmaker.storefront.indexing import Indexer
from search.contract import Between, Equals, Query
from tests.factories import make_family, make_firm, make_product, product_facts

TODAY = dt.date(2026, 11, 21)


@pytest.fixture
def indexer(config: Config, sqlite_engine: Engine) -> Iterator[Indexer]:
    indexer = Indexer(Searching(config))
    indexer.rebuild(sessionmaker(sqlite_engine), TODAY)
    yield indexer
    indexer.search.engine.close()


def titles(indexer: Indexer, text: str) -> list[object]:
    page = indexer.search.engine.search("products", Query(text=text))
    return [hit.values["title"] for hit in page.hits]


def test_what_is_saved_is_found_after_catching_up_and_changed_with_it(
    indexer: Indexer, sqlite_engine: Engine
) -> None:
    sessions = sessionmaker(sqlite_engine)
    with sessions() as db, db.begin():
        number = make_product(db, title="Hammered stable mat").id
    indexer.catch_up(sessions, TODAY)
    assert titles(indexer, "hammered") == ["Hammered stable mat"]
    with sessions() as db, db.begin():
        product = db.get_one(Product, number)
        change_product(db, SYSTEM, product, product_facts(title="Ribbed mat", sku=product.sku))
    indexer.catch_up(sessions, TODAY)
    assert titles(indexer, "hammered") == []
    assert titles(indexer, "ribbed") == ["Ribbed mat"]
    with sessions() as db:
        assert lag_of(db, "index").waiting == 0


def test_of_many_changes_the_words_of_all_come_before_the_meaning_of_any(
    indexer: Indexer, sqlite_engine: Engine
) -> None:
    sessions = sessionmaker(sqlite_engine)
    with sessions() as db, db.begin():
        firm, family = make_firm(db), make_family(db)
        known = firm.id, family.id
        for number in range(70):
            make_product(db, firm=firm, family=family, title=f"Ribbed mat {number}")
    assert indexer.catch_up(sessions, TODAY) > 70
    products = indexer.search.engine.status()["products"]
    assert (products.documents, products.vectors) == (70, 0)
    with sessions() as db, db.begin():  # what is saved meanwhile does not wait for them
        firm, family = db.get_one(Firm, known[0]), db.get_one(ProductFamily, known[1])
        make_product(db, firm=firm, family=family, title="Hammered stable mat")
    indexer.catch_up(sessions, TODAY)
    assert titles(indexer, "hammered") == ["Hammered stable mat"]
    while indexer.catch_up(sessions, TODAY):
        pass
    products = indexer.search.engine.status()["products"]
    assert (products.documents, products.vectors) == (71, 71)


def test_what_is_hidden_disappears_from_the_index(indexer: Indexer, sqlite_engine: Engine) -> None:
    sessions = sessionmaker(sqlite_engine)
    with sessions() as db, db.begin():
        number = make_product(db, title="Hammered stable mat").id
    indexer.catch_up(sessions, TODAY)
    with sessions() as db, db.begin():
        product = db.get_one(Product, number)
        facts = product_facts(title=product.title, sku=product.sku, state="hidden")
        change_product(db, SYSTEM, product, facts)
    indexer.catch_up(sessions, TODAY)
    assert titles(indexer, "hammered") == []


def test_what_clusters_make_is_told_by_what_their_firms_publish_alone(
    sqlite_engine: Engine,
) -> None:
    with Session(sqlite_engine) as db:
        shown, secret, gone = make_family(db), make_family(db), make_family(db)
        firm = make_firm(db)
        hidden_firm = make_firm(db, cluster=firm.cluster)
        make_product(db, firm=firm, family=shown)
        make_product(db, firm=firm, family=secret, state="draft")
        make_product(db, firm=hidden_firm, family=gone)
        hidden_firm.verification = "suspended"
        db.flush()
        (text,) = cluster_documents(db, [firm.cluster_id])
        assert text.document.values["family_key"] == [shown.key]
        counted = [text.document.values[name] for name in ("firm_count", "product_count")]
        assert counted == [1.0, 1.0]


def test_a_price_that_is_not_public_is_in_no_field_and_no_filter_tells_it(
    indexer: Indexer, sqlite_engine: Engine
) -> None:
    secret = Decimal("7351.5")
    sessions = sessionmaker(sqlite_engine)
    with sessions() as db, db.begin():
        make_product(
            db, title="Secret mat", price_audience="verified", tiers=((Decimal(100), secret),)
        )
    indexer.catch_up(sessions, TODAY)
    engine = indexer.search.engine
    found = engine.search("products", Query(text="secret mat")).hits[0]
    usd = float(secret * exchange_rates().rate("INR", "USD").value)
    assert "price_usd_public" not in found.values or found.values["price_usd_public"] is None
    assert "7351" not in repr(found.values)
    between = Between("price_usd_public", usd - 1, usd + 1)
    assert engine.search("products", Query(filter=between)).total == 0
    assert engine.search("products", Query(filter=Equals("has_price", True))).total == 0


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        ("റബ്ബർ പായ", "റബ്ബർ"),
        ("रबर की चटाई", "चटाई"),
        ("İstanbul için ışıklı paspas", "istanbul"),
        ("İstanbul için ışıklı paspas", "ışıklı"),
        ("حصيرة مطاطية", "مطاطية"),
    ],
)
def test_words_of_other_scripts_in_a_text_are_found_by_typing_them(
    indexer: Indexer, sqlite_engine: Engine, words: str, typed: str
) -> None:
    sessions = sessionmaker(sqlite_engine)
    with sessions() as db, db.begin():
        make_product(db, title="Mat for export", description=f"Mat. {words}.")
        make_product(db, title="Another thing", description="Nothing of the kind.")
    indexer.catch_up(sessions, TODAY)
    assert titles(indexer, typed)[:1] == ["Mat for export"]


def test_documents_cost_the_same_number_of_queries_for_one_and_many(
    sqlite_engine: Engine, counted
) -> None:
    with Session(sqlite_engine) as db:
        firm = make_firm(db)
        for _ in range(12):
            make_product(db, firm=firm)
        db.commit()
        ids = list(db.scalars(select(Product.id)))
        rates = exchange_rates()

        def read(some: list[int]) -> int:
            db.expunge_all()
            with counted(sqlite_engine) as statements:
                list(product_documents(db, TODAY, rates, some))
            return len(statements)

        assert read(ids[:1]) == read(ids)

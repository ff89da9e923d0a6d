"""Questions over what is offered in a database, for tests of the table of offers."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.catalogue.models import Product
from matchmaker.catalogue.services import (
    change_product,
    facts_of,
)
from matchmaker.matching.problem import Requirement
from matchmaker.matching.retrieval.services import (
    encoder_of,
    stock_of_offers,
)
from matchmaker.matching.retrieval.stock import StockSearch, search_in
from matchmaker.measures import Quantity
from matchmaker.searching import Searching
from tests.matching.small_trade import WANTED, asked

TODAY = dt.date(2026, 11, 21)
MATS = replace(
    WANTED, text="Rubber mats", family="", attributes={}, hs_code="", buyer="", market="",
    quantity=Quantity(Decimal(500), "H87"),
)  # fmt: skip


def looked_for(db: Session, search: Searching, requirement: Requirement = MATS) -> StockSearch:
    db.flush()
    stock = stock_of_offers(db, search, TODAY)
    encoder = encoder_of(search)
    vector = encoder.encode_query(requirement.text) if encoder else None
    return search_in(stock, asked(requirement), requirement.text, vector)


def titles(found: StockSearch) -> set[str]:
    return {each.offer.title for each in found.best().ranked}


def change(db: Session, product: Product, **facts: Any) -> None:
    """Whoever makes a table lets go of what the session held: it is read again."""
    kept = db.get_one(Product, product.id)
    change_product(db, SYSTEM, kept, replace(facts_of(kept), **facts))

"""What a firm may say of a product, and what is refused."""

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.accounts.models import ChangeEntry
from matchmaker.catalogue.capacity import LineMonth
from matchmaker.catalogue.services import change_product, list_product, open_line
from matchmaker.errors import BadInput, NotAllowed
from tests.factories import make_cast, make_family, make_firm, make_product, product_facts

JANUARY = dt.date(2027, 1, 1)


def test_a_listed_product_is_there_with_its_prices_and_noted_for_the_index(any_db: Session) -> None:
    cast = make_cast(any_db)
    product = list_product(any_db, cast.owner, cast.firm, make_family(any_db), product_facts())
    any_db.commit()
    assert [(tier.from_quantity, tier.price) for tier in product.tiers] == [(100, 900), (500, 850)]
    noted = any_db.execute(select(ChangeEntry.subject_kind, ChangeEntry.subject_id)).all()
    assert ("product", product.id) in [tuple(row) for row in noted]


def test_a_stranger_cannot_list_or_change_products(db: Session) -> None:
    cast = make_cast(db)
    with pytest.raises(NotAllowed):
        list_product(db, cast.stranger, cast.firm, make_family(db), product_facts())
    with pytest.raises(NotAllowed):
        change_product(db, cast.stranger, make_product(db, firm=cast.firm), product_facts())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "  "}, "title"),
        ({"unit": "BOX"}, "unit"),
        ({"moq": Decimal(0)}, "moq"),
        ({"tiers": ((Decimal(10), Decimal(5)), (Decimal(20), Decimal(5)))}, "price"),
        ({"tiers": ((Decimal(10), Decimal(5)), (Decimal(10), Decimal(4)))}, "from quantity"),
        ({"tiers": ((Decimal(10), Decimal(0)),)}, "price"),
    ],
)
def test_what_cannot_be_is_refused_by_name(db: Session, changes: dict, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        make_product(db, **changes)
    assert refused.value.field == field
    assert refused.value.remedy


def test_two_products_of_a_firm_cannot_share_a_number(any_db: Session) -> None:
    firm = make_firm(any_db)
    make_product(any_db, firm=firm, sku="A-1")
    with pytest.raises(IntegrityError):
        make_product(any_db, firm=firm, sku="A-1")


def test_capacity_cannot_be_oversold_whoever_writes(any_db: Session) -> None:
    firm = make_firm(any_db)
    line = open_line(
        any_db,
        make_cast(any_db).officer,
        firm,
        make_family(any_db),
        name="Press 1",
        unit="H87",
        months={JANUARY: (Decimal(100), Decimal(60))},
        confirmed_on=None,
    )
    any_db.commit()
    month = any_db.get(LineMonth, (line.id, JANUARY))
    assert month is not None
    assert month.free == 40
    month.held = Decimal(41)
    with pytest.raises(IntegrityError):
        any_db.flush()


def test_more_committed_than_can_be_made_is_refused_in_words(db: Session) -> None:
    cast = make_cast(db)
    with pytest.raises(BadInput, match="2027-01"):
        open_line(
            db,
            cast.owner,
            cast.firm,
            make_family(db),
            name="Press 1",
            unit="H87",
            months={JANUARY: (Decimal(10), Decimal(11))},
            confirmed_on=None,
        )

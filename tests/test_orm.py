"""The shared column types mean the same on both databases."""

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from matchmaker.accounts.models import User
from matchmaker.catalogue.models import PriceTier, Product
from matchmaker.migrating import differences, is_current, migrate
from matchmaker.orm import PUBLIC_ID_LETTERS, new_public_id
from tests.factories import make_product, make_user


def test_an_instant_comes_back_in_utc_whatever_zone_it_was_given_in(any_db: Session) -> None:
    user = make_user(any_db)
    kochi = dt.timezone(dt.timedelta(hours=5, minutes=30))
    user.created_at = dt.datetime(2026, 11, 21, 9, 0, tzinfo=kochi)
    any_db.commit()
    any_db.expire_all()
    assert user.created_at == dt.datetime(2026, 11, 21, 3, 30, tzinfo=dt.UTC)
    assert user.created_at.tzinfo is dt.UTC


def test_a_time_without_zone_is_refused(any_db: Session) -> None:
    user = make_user(any_db)
    user.created_at = dt.datetime(2026, 11, 21, 9, 0)  # noqa: DTZ001
    with pytest.raises(StatementError, match="without a zone"):
        any_db.flush()


@pytest.mark.parametrize("amount", ["0.0001", "12.5", "1000", "99999999999999.9999"])
def test_decimals_stay_exact(any_db: Session, amount: str) -> None:
    product = make_product(any_db)
    product.moq = Decimal(amount)
    any_db.commit()
    any_db.expire_all()
    assert product.moq == Decimal(amount)
    assert "E" not in str(product.moq)


def test_decimals_compare_and_sort_as_numbers(any_db: Session) -> None:
    for amount in ("9", "10", "2.5", "100"):
        make_product(any_db).moq = Decimal(amount)
    any_db.flush()
    found = any_db.scalars(select(Product.moq).where(Product.moq > 5).order_by(Product.moq)).all()
    assert found == [9, 10, 100]


def test_the_database_refuses_a_price_of_nothing(any_db: Session) -> None:
    product = make_product(any_db)
    any_db.add(PriceTier(product_id=product.id, from_quantity=Decimal(9), price=Decimal(0)))
    with pytest.raises(IntegrityError):
        any_db.flush()


def test_negative_amounts_are_refused(any_db: Session) -> None:
    product = make_product(any_db)
    product.moq = Decimal(-1)
    with pytest.raises(StatementError, match="outside"):
        any_db.flush()


def test_public_ids_have_no_letters_that_are_mistaken() -> None:
    ids = {new_public_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert set("".join(ids)) <= set(PUBLIC_ID_LETTERS)
    assert not set("01ilo") & set(PUBLIC_ID_LETTERS)


def test_the_migrated_database_is_what_the_models_say(any_engine: Engine) -> None:
    assert is_current(any_engine)
    assert differences(any_engine) == []


def test_migrations_lead_back_to_nothing(any_engine: Engine) -> None:
    migrate(any_engine, "base")
    assert not is_current(any_engine)
    migrate(any_engine)
    with Session(any_engine) as db:
        assert db.scalars(select(User)).all() == []

"""One place decides who sees what."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Firm
from matchmaker.catalogue.visibility import (
    FIRM_IS_PUBLIC,
    can_see_firm,
    can_see_price,
    can_see_product,
)
from tests.factories import make_cast, make_product


def seen_by(db: Session, question, subject, cast) -> dict[str, bool]:
    people = {"visitor": None, "stranger": cast.stranger, "owner": cast.owner}
    people |= {"colleague": cast.colleague, "officer": cast.officer}
    return {name: question(actor, subject) for name, actor in people.items()}


ALL = {"visitor": True, "stranger": True, "owner": True, "colleague": True, "officer": True}
INSIDE = ALL | {"visitor": False, "stranger": False}


def test_a_published_product_is_for_all_and_a_draft_for_its_own(db: Session) -> None:
    cast = make_cast(db)
    published = make_product(db, firm=cast.firm)
    draft = make_product(db, firm=cast.firm, state="draft")
    assert seen_by(db, can_see_product, published, cast) == ALL
    assert seen_by(db, can_see_product, draft, cast) == INSIDE


def test_prices_that_are_not_public_are_for_the_firm_and_the_desk(db: Session) -> None:
    cast = make_cast(db)
    for audience, expected in (("public", ALL), ("verified", INSIDE), ("request", INSIDE)):
        product = make_product(db, firm=cast.firm, price_audience=audience)
        assert seen_by(db, can_see_price, product, cast) == expected


def test_a_verified_buyer_sees_what_is_meant_for_verified_buyers_and_no_more(db: Session) -> None:
    cast = make_cast(db)
    meant, hidden = (
        make_product(db, firm=cast.firm, price_audience=each) for each in ("verified", "request")
    )
    cast.stranger.organisation.standing = "verified"
    assert can_see_price(cast.stranger, meant)
    assert not can_see_price(cast.stranger, hidden)
    assert not can_see_price(cast.rival, meant)
    cast.stranger.organisation.standing = "suspended"
    assert not can_see_price(cast.stranger, meant)


def test_a_firm_of_which_nobody_is_known_is_hidden_with_its_products(db: Session) -> None:
    cast = make_cast(db)
    product = make_product(db, firm=cast.firm)
    cast.firm.is_confirmed = False
    assert seen_by(db, can_see_firm, cast.firm, cast) == INSIDE
    assert seen_by(db, can_see_product, product, cast) == INSIDE
    db.flush()
    assert list(db.scalars(select(Firm.id).where(FIRM_IS_PUBLIC, Firm.id == cast.firm.id))) == []


def test_a_suspended_firm_disappears_for_others_with_its_products(db: Session) -> None:
    cast = make_cast(db)
    product = make_product(db, firm=cast.firm)
    cast.firm.verification = "suspended"
    assert seen_by(db, can_see_firm, cast.firm, cast) == INSIDE
    assert seen_by(db, can_see_product, product, cast) == INSIDE

"""What buyers need: posted once unverified, read by its buyer and desks alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.errors import BadInput, Conflict, NotAllowed, NotFound
from matchmaker.notices.models import Notice
from matchmaker.orm import utc_now
from matchmaker.sourcing.models import Requirement
from matchmaker.sourcing.queries import open_requirements, requirement_of, requirements_of
from matchmaker.sourcing.requirements import Wanted, end_requirement, post_requirement
from tests.factories import Cast, make_cast, make_family

TODAY = utc_now().date()
WANTED = Wanted(
    title="Coir door mats",
    quantity=Decimal(2000),
    unit="H87",
    ship_from=TODAY + dt.timedelta(days=30),
    ship_by=TODAY + dt.timedelta(days=60),
)


@pytest.fixture
def cast(db: Session) -> Cast:
    return make_cast(db)


def test_it_is_kept_as_said_and_desks_hear_of_it(db: Session, cast: Cast) -> None:
    family = make_family(db, key="coir-mat")
    wanted = replace(
        WANTED, family_key="coir-mat", monthly=True, market="DE", price_limit=Decimal("2.5"),
        currency="EUR", description="With rubber backing.",
    )  # fmt: skip
    kept = post_requirement(db, cast.stranger, wanted)
    assert (kept.title, kept.quantity, kept.unit, kept.monthly) == (
        "Coir door mats",
        Decimal(2000),
        "H87",
        True,
    )
    assert (kept.family_id, kept.market, kept.price_limit, kept.currency) == (
        family.id,
        "DE",
        Decimal("2.5"),
        "EUR",
    )
    assert not kept.is_verified
    assert db.scalars(select(Notice.subject)).all() == ["Elsewhere Traders needs Coir door mats"]
    assert requirements_of(db, cast.stranger.organisation) == [kept]
    assert open_requirements(db) == [kept]


def test_an_unverified_buyer_posts_one(db: Session, cast: Cast) -> None:
    first = post_requirement(db, cast.stranger, WANTED)
    end_requirement(db, cast.stranger, first, "withdrawn")
    with pytest.raises(NotAllowed, match="one requirement"):
        post_requirement(db, cast.stranger, WANTED)
    cast.stranger.organisation.standing = "verified"
    assert post_requirement(db, cast.stranger, WANTED).is_verified


def test_it_is_read_by_its_buyer_and_desks(db: Session, cast: Cast) -> None:
    kept = post_requirement(db, cast.stranger, WANTED)
    names = [name for name in Cast.__annotations__ if "firm" not in name]
    readers = {n for n in names if requirement_of(db, getattr(cast, n), kept.public_id)}
    assert readers == {"stranger", "officer"}
    with pytest.raises(NotFound):
        end_requirement(db, cast.rival, kept, "closed")


def test_it_ends_once(db: Session, cast: Cast) -> None:
    kept = post_requirement(db, cast.stranger, WANTED)
    end_requirement(db, cast.stranger, kept, "closed")
    assert open_requirements(db) == []
    with pytest.raises(Conflict):
        end_requirement(db, cast.stranger, kept, "withdrawn")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "What you need"),
        ({"quantity": Decimal(-1)}, "Quantity"),
        ({"unit": ""}, "Unit"),
        ({"ship_by": TODAY - dt.timedelta(days=1)}, "At the latest"),
        ({"ship_from": TODAY + dt.timedelta(days=90)}, "At the earliest"),
        ({"price_limit": Decimal(3), "currency": "XXX"}, "Currency"),
        ({"evidence": ("no-such-scheme",)}, "Certificates"),
    ],
)
def test_what_cannot_be_is_said_by_name(
    db: Session, cast: Cast, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as wrong:
        post_requirement(db, cast.stranger, replace(WANTED, **change))
    assert wrong.value.field == field


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    title=st.text(max_size=220),
    quantity=st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-10**15,
                         max_value=10**15),
    starts=st.integers(-400, 1500),
    lasts=st.integers(-50, 400),
    market=st.sampled_from(["", "DE", "US"]),
)  # fmt: skip
def test_whatever_is_typed_is_kept_or_refused_in_words(
    db: Session, cast: Cast, title: str, quantity: Decimal, starts: int, lasts: int, market: str
) -> None:
    cast.stranger.organisation.standing = "verified"
    ship_from = TODAY + dt.timedelta(days=starts)
    wanted = Wanted(
        title=title,
        quantity=quantity,
        unit="H87",
        ship_from=ship_from,
        ship_by=ship_from + dt.timedelta(days=lasts),
        market=market,
    )
    before = db.scalar(select(func.count(Requirement.id)))
    try:
        post_requirement(db, cast.stranger, wanted)
    except BadInput as said:
        assert said.remedy
        assert db.scalar(select(func.count(Requirement.id))) == before

"""Versions, undo, two editors, confirmations and the calendar of lines, as services keep them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.models import ChangeEntry
from matchmaker.catalogue.capacity import LineMonth
from matchmaker.catalogue.history import (
    duplicate_product,
    history_of,
    set_state,
    undo_change,
)
from matchmaker.catalogue.line_calendar import calendar_of, set_capacity
from matchmaker.catalogue.models import Product
from matchmaker.catalogue.product_list import list_own_products, own_product
from matchmaker.catalogue.services import (
    ChangedMeanwhile,
    change_product,
    facts_of,
    list_product,
    open_line,
)
from matchmaker.catalogue.upkeep import ProductVersion
from matchmaker.errors import BadInput, Conflict, NotAllowed, NotFound
from tests.factories import Cast, make_cast, make_family, make_product, product_facts

TODAY = dt.date(2026, 11, 21)
DECEMBER = dt.date(2026, 12, 1)


def change(db: Session, actor: Any, product: Product, **changes: Any) -> Product:
    return change_product(db, actor, product, replace(facts_of(product), **changes))


def test_every_change_is_a_version_with_who_and_what(any_db: Session) -> None:
    db, cast = any_db, make_cast(any_db)
    product = make_product(db, firm=cast.firm, title="Old mat")  # as a seed lists it
    assert db.scalar(select(func.count()).select_from(ProductVersion)) == 0
    change(db, cast.owner, product, title="New mat", moq=Decimal(50))
    change(db, cast.agent, product, attributes={"surface": "ribbed"})
    db.commit()
    assert product.version == 3
    told = [
        (each.number, each.person, {d.field: (d.before, d.after) for d in each.differences})
        for each in history_of(db, product)
    ]
    owner, agent = cast.owner.user, cast.agent.user
    assert owner is not None
    assert agent is not None
    assert told == [
        (3, agent.name, {"attributes.surface": (None, "ribbed")}),
        (2, owner.name, {"title": ("Old mat", "New mat"), "moq": ("100", "50")}),
        (1, None, {}),
    ]


def test_saving_the_same_again_is_no_change(db: Session) -> None:
    cast = make_cast(db)
    product = list_product(db, cast.owner, cast.firm, make_family(db), product_facts())
    change(db, cast.owner, product)
    assert product.version == 1
    assert [each.number for each in history_of(db, product)] == [1]


def test_a_change_is_taken_back_and_the_taking_back_too(db: Session) -> None:
    cast = make_cast(db)
    product = list_product(
        db, cast.owner, cast.firm, make_family(db), product_facts(title="Mat of rubber")
    )
    tiers = facts_of(product).tiers
    change(db, cast.owner, product, title="Wrong", tiers=((Decimal(1), Decimal(1)),))
    assert undo_change(db, cast.colleague, product, 2) == ()
    assert (product.title, facts_of(product).tiers) == ("Mat of rubber", tiers)
    undo_change(db, cast.owner, product, 3)
    assert product.title == "Wrong"
    assert product.version == 4


def test_what_was_changed_since_stays(db: Session) -> None:
    cast = make_cast(db)
    product = list_product(db, cast.owner, cast.firm, make_family(db), product_facts(lead_days=30))
    change(db, cast.owner, product, title="Second", lead_days=40)
    change(db, cast.owner, product, title="Third")
    assert undo_change(db, cast.owner, product, 2) == ("title",)
    assert (product.title, product.lead_days) == ("Third", 30)
    with pytest.raises(Conflict):
        undo_change(db, cast.owner, product, 2)
    with pytest.raises(NotFound):
        undo_change(db, cast.owner, product, 1)


def test_the_second_of_two_editors_is_told(any_engine: Engine) -> None:
    with Session(any_engine) as first, Session(any_engine) as second:
        cast = make_cast(first)
        product = make_product(first, firm=cast.firm)
        number = product.id
        first.commit()
        opened = second.get(Product, number)
        assert opened is not None
        facts, seen = facts_of(opened), opened.version
        second.rollback()
        change(first, cast.owner, product, title="First was faster")
        first.commit()
        again = second.get_one(Product, number)
        with pytest.raises(ChangedMeanwhile):
            change_product(second, SYSTEM, again, replace(facts, moq=Decimal(7)), expected=seen)
        second.rollback()
        assert second.get_one(Product, number).title == "First was faster"


def test_who_states_a_price_or_a_time_confirms_it(db: Session) -> None:
    cast, today = make_cast(db), dt.datetime.now(dt.UTC).date()
    old = dt.date(2026, 1, 1)
    facts = product_facts(price_confirmed_on=old, lead_confirmed_on=old)
    product = list_product(db, cast.owner, cast.firm, make_family(db), facts)
    assert product.price_confirmed_on == old
    change(db, cast.owner, product, title="Another name")
    assert (product.price_confirmed_on, product.lead_confirmed_on) == (old, old)
    change(db, cast.owner, product, tiers=((Decimal(1), Decimal(1)),))
    assert (product.price_confirmed_on, product.lead_confirmed_on) == (today, old)
    change(db, cast.owner, product, lead_days=9)
    assert product.lead_confirmed_on == today
    change(db, cast.owner, product, tiers=())
    assert product.price_confirmed_on is None
    # An import may say on which day a price was given.
    change(db, cast.owner, product, tiers=((Decimal(1), Decimal(2)),), price_confirmed_on=old)
    assert product.price_confirmed_on == old


def test_photos_are_no_facts_of_a_change(db: Session) -> None:
    cast = make_cast(db)
    product = make_product(db, firm=cast.firm)
    product.has_photo = True
    change_product(db, cast.owner, product, product_facts(sku=product.sku))
    assert product.has_photo


def test_a_number_or_code_that_cannot_be_is_refused_in_words(db: Session) -> None:
    cast, family = make_cast(db), make_family(db)
    list_product(db, cast.owner, cast.firm, family, product_facts(sku="A-1"))
    for changes, field in (
        ({"sku": "A-1"}, "sku"),
        ({"hs_code": "999999"}, "hs_code"),
        ({"currency": "XXX"}, "currency"),
    ):
        with pytest.raises(BadInput) as refused:
            list_product(db, cast.owner, cast.firm, family, product_facts(**changes))
        assert refused.value.field == field


def test_a_copy_is_a_draft_as_old_as_what_it_was_copied_from(db: Session) -> None:
    cast, old = make_cast(db), dt.date(2026, 1, 1)
    product = make_product(db, firm=cast.firm, sku="MAT", price_confirmed_on=old, title="Mat")
    copy = duplicate_product(db, cast.owner, product)
    another = duplicate_product(db, cast.owner, product)
    assert (copy.sku, another.sku, copy.state) == ("MAT-2", "MAT-3", "draft")
    assert (copy.title, copy.price_confirmed_on) == ("Mat", old)
    assert [each.price for each in copy.tiers] == [each.price for each in product.tiers]


def test_a_product_is_hidden_and_published_by_its_own_people_only(db: Session) -> None:
    cast = make_cast(db)
    product = make_product(db, firm=cast.firm)
    set_state(db, cast.agent, product, "hidden")
    assert product.state == "hidden"
    for actor in (cast.viewer, cast.rival, cast.stranger, cast.suspended):
        with pytest.raises(NotAllowed):
            set_state(db, actor, product, "published")
    with pytest.raises(BadInput):
        set_state(db, cast.owner, product, "gone")


# -- the calendar of a line ----------------------------------------------------------


def line_of(db: Session, cast: Cast, capacity: int = 100, committed: int = 60) -> Any:
    return open_line(
        db,
        cast.owner,
        cast.firm,
        make_family(db),
        name="Press 1",
        unit="H87",
        months={DECEMBER: (Decimal(capacity), Decimal(committed))},
        confirmed_on=None,
    )


def test_capacity_is_never_stated_below_what_was_promised(any_db: Session) -> None:
    db, cast = any_db, make_cast(any_db)
    line = line_of(db, cast)
    db.get_one(LineMonth, (line.id, DECEMBER)).held = Decimal(15)
    db.flush()
    with pytest.raises(BadInput, match="75 are promised") as refused:
        set_capacity(db, cast.owner, cast.firm, line, {DECEMBER: Decimal(74)}, TODAY)
    assert refused.value.field == "capacity.2026-12"
    set_capacity(db, cast.owner, cast.firm, line, {DECEMBER: Decimal(75)}, TODAY)
    db.commit()
    assert [(each.capacity, each.free) for each in line.months] == [(75, 0)]
    assert line.confirmed_on == TODAY


def test_months_nobody_told_are_shown_as_such_and_can_be_told(db: Session) -> None:
    cast = make_cast(db)
    line = line_of(db, cast)
    product = list_product(db, cast.owner, cast.firm, make_family(db), product_facts(), line=line)
    shown = calendar_of(line.months, TODAY)
    assert [(each.month, each.capacity) for each in shown][:3] == [
        (dt.date(2026, 11, 1), None),
        (DECEMBER, 100),
        (dt.date(2027, 1, 1), None),
    ]
    assert len(shown) == 12
    last = db.scalar(select(func.max(ChangeEntry.id)))
    set_capacity(db, cast.owner, cast.firm, line, {dt.date(2027, 1, 1): Decimal(30)}, TODAY)
    assert [each.capacity for each in line.months] == [100, 30]
    noted = select(ChangeEntry.subject_kind, ChangeEntry.subject_id).where(ChangeEntry.id > last)
    assert ("product", product.id) in [tuple(row) for row in db.execute(noted)]


def test_nobody_states_the_capacity_of_another_firm(db: Session) -> None:
    cast = make_cast(db)
    line = line_of(db, cast)
    with pytest.raises(NotAllowed):
        set_capacity(db, cast.rival, cast.firm, line, {DECEMBER: Decimal(500)}, TODAY)
    with pytest.raises(BadInput):
        set_capacity(db, cast.rival, cast.rival_firm, line, {DECEMBER: Decimal(500)}, TODAY)
    with pytest.raises(BadInput):
        facts = product_facts()
        list_product(db, cast.rival, cast.rival_firm, make_family(db), facts, line=line)


# -- the list ------------------------------------------------------------------------


def test_the_list_counts_and_filters_by_state_age_and_gaps(db: Session) -> None:
    cast = make_cast(db)
    line = line_of(db, cast)
    line.confirmed_on = TODAY
    for changes in (
        {"state": "published", "title": "Whole"},
        {"state": "draft", "tiers": ()},
        {"state": "hidden", "price_confirmed_on": dt.date(2025, 1, 1)},
    ):
        facts = product_facts(**changes)
        list_product(db, cast.owner, cast.firm, make_family(db), facts, line=line)
    make_product(db, firm=cast.rival_firm)
    whole = db.scalars(select(Product).where(Product.title == "Whole")).one()
    whole.has_photo = True
    db.flush()
    listed = list_own_products(db, cast.firm, TODAY)
    assert listed.counts == {
        "all": 3, "published": 1, "draft": 1, "hidden": 1, "stale": 1, "incomplete": 2,
    }  # fmt: skip
    found = list_own_products(db, cast.firm, TODAY, "stale")
    assert [(row.product.state, row.stale) for row in found.rows] == [("hidden", ("price",))]
    assert list_own_products(db, cast.firm, TODAY, words="whol").counts["all"] == 1


def test_the_list_costs_the_same_for_one_product_and_for_twenty(
    db: Session, sqlite_engine: Engine, counted: Any
) -> None:
    cast = make_cast(db)
    line, family = line_of(db, cast), make_family(db)
    asked = []
    for wanted in (1, 19):
        for _each in range(wanted):
            list_product(db, cast.owner, cast.firm, family, product_facts(), line=line)
        db.commit()
        firm = cast.firm
        assert firm.id
        with counted(sqlite_engine) as statements:
            list_own_products(db, firm, TODAY)
        asked.append(len(statements))
    assert asked[0] == asked[1]


def test_the_product_of_another_firm_is_not_there(db: Session) -> None:
    cast = make_cast(db)
    product = make_product(db, firm=cast.firm)
    assert own_product(db, cast.agent, product.public_id) is product
    for actor in (cast.rival, cast.stranger):
        with pytest.raises(NotFound):
            own_product(db, actor, product.public_id)


@pytest.mark.parametrize(
    ("state", "changes", "is_noted"),
    [
        ("draft", {"state": "published"}, True),
        ("published", {"state": "hidden"}, True),
        ("published", {"title": "Another mat"}, False),
    ],
)
def test_the_cluster_is_counted_anew_when_a_product_comes_or_goes(
    db: Session, state: str, changes: dict[str, str], is_noted: bool
) -> None:
    cast = make_cast(db)
    product = make_product(db, firm=cast.firm, state=state)
    last = db.scalar(select(func.max(ChangeEntry.id))) or 0
    change(db, cast.owner, product, **changes)
    noted = set(db.scalars(select(ChangeEntry.subject_kind).where(ChangeEntry.id > last)))
    assert noted == {"product", "firm"} | ({"cluster"} if is_noted else set())

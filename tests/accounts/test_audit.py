"""The audit trail names who, for whom and what, and cannot be changed."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import AuditIsAppendOnly, record
from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue.services import change_product
from tests.factories import make_cast, make_product, product_facts


def test_an_act_is_recorded_with_both_names(any_db: Session) -> None:
    cast = make_cast(any_db)
    agent = Actor(
        cast.stranger.user, cast.stranger.organisation, cast.firm.organisation, cast.stranger.roles
    )
    record(any_db, agent, "product.changed", "product", "abc", before={"a": 1}, after={"a": 2})
    any_db.commit()
    entry = any_db.scalars(select(AuditEntry).where(AuditEntry.subject_id == "abc")).one()
    assert cast.stranger.user is not None
    assert cast.stranger.organisation is not None
    assert (entry.actor, entry.organisation, entry.on_behalf_of, entry.before, entry.after) == (
        cast.stranger.user.public_id,
        cast.stranger.organisation.public_id,
        cast.firm.organisation.public_id,
        {"a": 1},
        {"a": 2},
    )


def test_an_entry_can_neither_be_changed_nor_deleted(db: Session) -> None:
    record(db, make_cast(db).owner, "x", "product", "abc")
    db.commit()
    entry = db.scalars(select(AuditEntry).where(AuditEntry.subject_id == "abc")).one()
    entry.action = "y"
    with pytest.raises(AuditIsAppendOnly):
        db.commit()
    db.rollback()
    db.delete(entry)
    with pytest.raises(AuditIsAppendOnly):
        db.commit()


def test_a_change_of_a_product_keeps_what_it_said_before(db: Session) -> None:
    cast = make_cast(db)
    product = make_product(db, firm=cast.firm, title="Old mat")
    change_product(db, cast.owner, product, product_facts(title="New mat", sku=product.sku))
    entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "product.changed")).one()
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["title"], entry.after["title"]) == ("Old mat", "New mat")
    assert "unit" not in entry.after  # only what changed

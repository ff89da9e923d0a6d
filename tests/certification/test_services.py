"""Evidence is declared by its holder and graded by the desk."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import AuditEntry
from matchmaker.certification.models import Scheme
from matchmaker.certification.services import declare_evidence, grade_evidence
from matchmaker.certification.validity import expires_soon, is_valid
from matchmaker.errors import BadInput, NotAllowed
from tests.factories import Cast, make_cast, make_product

TODAY = dt.date(2026, 11, 21)


def make_scheme(db: Session, **changes) -> Scheme:
    facts = {
        "code": "ISO9001",
        "name": "ISO 9001",
        "owner": "ISO",
        "kind": "management system",
        "evidence_type": "certificate",
        "statutory": False,
        "jurisdiction": "INT",
        "sectors": ["all"],
        "hs": ["*"],
        "lead_days_min": 60,
        "lead_days_max": 120,
        "group_holding": "no",
        "sources": [],
        "confidence": "high",
    }
    scheme = Scheme(**(facts | changes))
    db.add(scheme)
    db.flush()
    return scheme


def declare(db: Session, cast: Cast, actor=None, **changes):
    facts = {
        "number": "N-1",
        "issuer": "Certifier (example)",
        "issued_on": dt.date(2025, 1, 1),
        "expires_on": dt.date(2026, 12, 31),
    }
    scheme = changes.pop("scheme", None) or make_scheme(db)
    return declare_evidence(
        db, actor or cast.owner, cast.firm.organisation, scheme, **(facts | changes)
    )


def test_what_a_firm_declares_is_self_declared_until_a_desk_has_looked(any_db: Session) -> None:
    cast = make_cast(any_db)
    evidence = declare(any_db, cast)
    assert (evidence.grade, evidence.graded_on) == ("self-declared", None)
    grade_evidence(any_db, cast.officer, evidence, grade="seen", on=TODAY, how="original shown")
    any_db.commit()
    assert (evidence.grade, evidence.graded_on) == ("seen", TODAY)
    entry = any_db.scalars(select(AuditEntry).where(AuditEntry.action == "evidence.graded")).one()
    assert (entry.before, entry.after, entry.reason) == (
        {"grade": "self-declared"},
        {"grade": "seen"},
        "original shown",
    )


def test_nobody_declares_for_a_firm_of_others(db: Session) -> None:
    cast = make_cast(db)
    with pytest.raises(NotAllowed):
        declare(db, cast, actor=cast.stranger)


def test_a_consignment_document_is_never_held(db: Session) -> None:
    scheme = make_scheme(db, code="PHYTO", evidence_type="consignment document")
    with pytest.raises(BadInput, match="each shipment"):
        declare(db, make_cast(db), scheme=scheme)


def test_dates_must_be_in_order(db: Session) -> None:
    with pytest.raises(BadInput, match="must not be before"):
        declare(db, make_cast(db), expires_on=dt.date(2024, 1, 1))


def test_evidence_limited_to_a_product_does_not_cover_all(db: Session) -> None:
    cast = make_cast(db)
    product = make_product(db, firm=cast.firm)
    evidence = declare(db, cast, products=[product.id])
    assert evidence.covers_all is False
    assert [scope.product_id for scope in evidence.scope] == [product.id]


def test_the_day_of_expiry_still_counts_and_the_next_does_not(db: Session) -> None:
    evidence = declare(db, make_cast(db), expires_on=TODAY)
    assert is_valid(evidence, TODAY)
    assert expires_soon(evidence, TODAY)
    assert not is_valid(evidence, TODAY + dt.timedelta(days=1))
    assert not is_valid(evidence, dt.date(2024, 12, 31))
    evidence.expires_on = None
    assert is_valid(evidence, dt.date(2099, 1, 1))
    assert not expires_soon(evidence, TODAY)

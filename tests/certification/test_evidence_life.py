"""Evidence through its life: stated, documented, checked, corrected, renewed, taken back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import fsspec
import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matchmaker.accounts.changes import Change
from matchmaker.accounts.models import AuditEntry, ChangeDelivery, ChangeEntry
from matchmaker.catalogue.models import Site
from matchmaker.certification.models import Evidence, Scheme
from matchmaker.certification.papers import add_document, remove_document
from matchmaker.certification.queries import evidence_shown, now
from matchmaker.certification.reviewing import approve, ask, refuse, stamp_of
from matchmaker.certification.scope import covers
from matchmaker.certification.scoping import MaterialAsked
from matchmaker.certification.services import (
    EvidenceFacts,
    EvidenceMoved,
    answer_question,
    change_evidence,
    renew_evidence,
    withdraw_evidence,
)
from matchmaker.errors import BadInput, NotAllowed
from matchmaker.notices.models import Notice
from matchmaker.store import Store
from tests.certification.papers import pdf, picture
from tests.certification.test_services import declare, make_scheme
from tests.factories import Cast, make_cast, make_product

TODAY = dt.date(2026, 11, 21)
FACTS = EvidenceFacts(
    number="N-1",
    issuer="Certifier (example)",
    issued_on=dt.date(2025, 1, 1),
    expires_on=dt.date(2026, 12, 31),
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(fsspec.filesystem("file"), str(tmp_path / "store"))


@pytest.fixture
def cast(db: Session) -> Cast:
    return make_cast(db)


def shown(db: Session, cast: Cast) -> list[Evidence]:
    return evidence_shown(db, [cast.firm.organisation_id]).get(cast.firm.organisation_id, [])


def checked(db: Session, cast: Cast, evidence: Evidence, grade: str = "seen") -> None:
    approve(db, cast.officer, evidence, grade=grade, how="Original shown.", on=TODAY,
            seen=stamp_of(evidence))  # fmt: skip


def noted(db: Session) -> list[Change]:
    """What was noted for the index since the last time."""
    db.flush()
    rows = db.scalars(select(ChangeEntry).order_by(ChangeEntry.id)).all()
    found = [Change(each.subject_kind, each.subject_id, each.action) for each in rows]
    db.execute(delete(ChangeDelivery))
    db.execute(delete(ChangeEntry))
    return found


def subjects(db: Session) -> list[str]:
    return list(db.scalars(select(Notice.subject).order_by(Notice.id)))


def test_a_document_puts_it_into_the_queue_and_the_same_twice_is_one(
    db: Session, cast: Cast, store: Store
) -> None:
    evidence = declare(db, cast)
    assert evidence.review == "none"
    first = add_document(db, cast.owner, store, evidence, pdf(), "a.pdf")
    again = add_document(db, cast.colleague, store, evidence, pdf(), "b.pdf")
    assert (evidence.review, first, len(evidence.documents)) == ("waiting", again, 1)
    assert store.get(first.digest) == pdf()
    assert evidence.submitted_at is not None


def test_a_registration_can_be_looked_up_without_a_document(db: Session, cast: Cast) -> None:
    evidence = declare(db, cast, scheme=make_scheme(db, code="IEC", evidence_type="registration"))
    change_evidence(db, cast.owner, evidence, replace(FACTS, number="0512345678"))
    assert evidence.review == "waiting"


def test_approval_tells_the_firm_and_the_index(db: Session, cast: Cast, store: Store) -> None:
    product = make_product(db, firm=cast.firm)
    evidence = declare(db, cast)
    add_document(db, cast.owner, store, evidence, pdf(), "a.pdf")
    noted(db)
    checked(db, cast, evidence, "confirmed")
    assert (evidence.review, evidence.grade, evidence.graded_on) == ("approved", "confirmed", TODAY)
    assert noted(db) == [Change("product", product.id, "saved"),
                         Change("firm", cast.firm.id, "saved")]  # fmt: skip
    assert set(subjects(db)) == {"ISO 9001, number N-1: checked"}


def test_only_desks_decide(db: Session, cast: Cast) -> None:
    evidence = declare(db, cast)
    seen = stamp_of(evidence)
    for actor in (cast.owner, cast.agent, cast.rival, cast.stranger, cast.operator):
        with pytest.raises(NotAllowed):
            approve(db, actor, evidence, grade="seen", how="Trust me.", on=TODAY, seen=seen)
        with pytest.raises(NotAllowed):
            refuse(db, actor, evidence, reason="No.", seen=seen)
        with pytest.raises(NotAllowed):
            ask(db, actor, evidence, question="Why?", seen=seen)


@pytest.mark.parametrize("grade", ["self-declared", "", "gold"])
def test_a_desk_grades_upwards_of_seen_and_says_how(db: Session, cast: Cast, grade: str) -> None:
    evidence = declare(db, cast)
    seen = stamp_of(evidence)
    with pytest.raises(BadInput):
        approve(db, cast.officer, evidence, grade=grade, how="Shown.", on=TODAY, seen=seen)
    with pytest.raises(BadInput):
        approve(db, cast.officer, evidence, grade="confirmed", how=" ", on=TODAY, seen=seen)


def test_no_desk_has_seen_a_document_that_was_never_sent(
    db: Session, cast: Cast, store: Store
) -> None:
    evidence = declare(db, cast)
    with pytest.raises(BadInput, match="No document was sent"):
        checked(db, cast, evidence, "seen")
    add_document(db, cast.owner, store, evidence, pdf(), "a.pdf")
    checked(db, cast, evidence, "seen")
    assert evidence.grade == "seen"


def test_nobody_approves_what_they_did_not_see(db: Session, cast: Cast, store: Store) -> None:
    evidence = declare(db, cast)
    seen = stamp_of(evidence)
    add_document(db, cast.owner, store, evidence, picture(), "other.jpg")
    with pytest.raises(EvidenceMoved):
        approve(db, cast.officer, evidence, grade="seen", how="Shown.", on=TODAY, seen=seen)
    seen = stamp_of(evidence)
    change_evidence(db, cast.owner, evidence, replace(FACTS, number="N-2"))
    with pytest.raises(EvidenceMoved):
        refuse(db, cast.officer, evidence, reason="No.", seen=seen)
    seen = stamp_of(evidence)
    checked(db, cast, evidence)
    with pytest.raises(EvidenceMoved):
        ask(db, cast.officer, evidence, question="A colleague was faster?", seen=seen)


def test_refused_evidence_is_shown_to_nobody_and_the_firm_reads_why(
    db: Session, cast: Cast
) -> None:
    evidence = declare(db, cast)
    assert shown(db, cast) == [evidence]
    refuse(db, cast.officer, evidence, reason="The number is not in the register.",
           seen=stamp_of(evidence))  # fmt: skip
    assert shown(db, cast) == []
    assert evidence.review_note == "The number is not in the register."
    notice = db.scalars(select(Notice)).first()
    assert notice is not None
    assert "The number is not in the register." in notice.text


def test_a_question_is_answered_and_the_exchange_is_kept(
    db: Session, cast: Cast, store: Store
) -> None:
    evidence = declare(db, cast)
    add_document(db, cast.owner, store, evidence, pdf(), "a.pdf")
    ask(db, cast.officer, evidence, question="Which site is it for?", seen=stamp_of(evidence))
    assert evidence.review == "asked"
    answer_question(db, cast.agent, evidence, "For Kottayam.")
    assert evidence.review == "waiting"
    entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "evidence.answered")).one()
    assert (entry.reason, entry.on_behalf_of) == ("For Kottayam.", cast.firm.public_id)


def test_an_answer_without_any_document_reaches_the_desk_too(db: Session, cast: Cast) -> None:
    evidence = declare(db, cast)
    ask(db, cast.officer, evidence, question="Which site is it for?", seen=stamp_of(evidence))
    answer_question(db, cast.owner, evidence, "For Kottayam.")
    assert evidence.review == "waiting"
    assert evidence.submitted_at is not None


def test_what_was_refused_is_not_brought_back_by_an_answer(
    db: Session, cast: Cast, store: Store
) -> None:
    evidence = declare(db, cast)
    add_document(db, cast.owner, store, evidence, pdf(), "a.pdf")
    refuse(db, cast.officer, evidence, reason="Not theirs.", seen=stamp_of(evidence))
    with pytest.raises(EvidenceMoved):
        answer_question(db, cast.owner, evidence, "It is.")
    assert (evidence.review, shown(db, cast)) == ("refused", [])


def test_a_better_document_brings_the_refused_back_and_the_index_learns_of_it(
    db: Session, cast: Cast, store: Store
) -> None:
    evidence = declare(db, cast)
    refuse(db, cast.officer, evidence, reason="Cannot be read.", seen=stamp_of(evidence))
    noted(db)
    add_document(db, cast.owner, store, evidence, pdf(), "a.pdf")
    assert (evidence.review, shown(db, cast)) == ("waiting", [evidence])
    assert noted(db) == [Change("firm", cast.firm.id, "saved")]


def test_what_is_corrected_after_the_check_falls_back(
    db: Session, cast: Cast, store: Store
) -> None:
    evidence = declare(db, cast)
    add_document(db, cast.owner, store, evidence, pdf(), "a.pdf")
    checked(db, cast, evidence)
    change_evidence(db, cast.owner, evidence, FACTS)  # the same: nothing to look at again
    assert (evidence.grade, evidence.review) == ("seen", "approved")
    change_evidence(db, cast.owner, evidence, replace(FACTS, expires_on=dt.date(2030, 1, 1)))
    assert (evidence.grade, evidence.graded_on, evidence.review) == (
        "self-declared",
        None,
        "waiting",
    )


def test_rivals_and_lookers_on_change_nothing(db: Session, cast: Cast, store: Store) -> None:
    evidence = declare(db, cast)
    for actor in (cast.rival, cast.stranger, cast.viewer, cast.suspended):
        with pytest.raises(NotAllowed):
            change_evidence(db, actor, evidence, FACTS)
        with pytest.raises(NotAllowed):
            renew_evidence(db, actor, evidence, FACTS)
        with pytest.raises(NotAllowed):
            withdraw_evidence(db, actor, evidence)
        with pytest.raises(NotAllowed):
            add_document(db, actor, store, evidence, pdf(), "a.pdf")


def test_a_renewal_keeps_the_earlier_one(db: Session, cast: Cast) -> None:
    evidence = declare(db, cast)
    with pytest.raises(BadInput, match="newer"):
        renew_evidence(db, cast.owner, evidence, FACTS)
    facts = replace(FACTS, number="N-2", issued_on=TODAY, expires_on=dt.date(2029, 11, 20))
    renewed = renew_evidence(db, cast.owner, evidence, facts)
    assert renewed.renews == evidence.public_id
    assert (renewed.grade, renewed.scheme) == ("self-declared", evidence.scheme)
    assert shown(db, cast) == [evidence, renewed]


def test_what_is_taken_back_is_kept_and_shown_to_nobody(
    db: Session, cast: Cast, store: Store
) -> None:
    evidence = declare(db, cast)
    withdraw_evidence(db, cast.owner, evidence, "Entered twice.")
    assert shown(db, cast) == []
    assert db.get(Evidence, evidence.id) is evidence
    with pytest.raises(BadInput, match="taken back"):
        change_evidence(db, cast.owner, evidence, FACTS)
    with pytest.raises(BadInput, match="taken back"):
        add_document(db, cast.owner, store, evidence, pdf(), "a.pdf")


def test_a_document_a_desk_relied_on_stays(db: Session, cast: Cast, store: Store) -> None:
    evidence = declare(db, cast)
    one = add_document(db, cast.owner, store, evidence, pdf(), "a.pdf")
    assert remove_document(db, cast.owner, one) == one.digest
    assert (evidence.documents, evidence.review, evidence.document_hash) == ([], "none", None)
    other = add_document(db, cast.owner, store, evidence, pdf(b"%2"), "b.pdf")
    checked(db, cast, evidence)
    with pytest.raises(BadInput, match="relied"):
        remove_document(db, cast.owner, other)


def forest(db: Session) -> Scheme:
    return make_scheme(db, code="FSC_COC", name="FSC chain of custody", kind="sustainability",
                       hs=["44"])  # fmt: skip


def test_a_scheme_not_listed_for_the_product_asks_which_material_is_meant(
    db: Session, cast: Cast
) -> None:
    product = make_product(db, firm=cast.firm)
    scheme = forest(db)
    with pytest.raises(MaterialAsked) as asked:
        declare(db, cast, scheme=scheme, products=[product.id])
    assert asked.value.products == (product,)
    with pytest.raises(MaterialAsked):
        declare(db, cast, scheme=scheme)  # for all of it, none of which is wood
    evidence = declare(
        db, cast, scheme=scheme, products=[product.id], materials={product.id: "the wooden tray"}
    )
    assert [row.material for row in evidence.scope] == ["the wooden tray"]
    assert covers(evidence.covering, now(product))


def test_a_product_that_is_changed_into_another_falls_out_of_the_scope(
    db: Session, cast: Cast
) -> None:
    product = make_product(db, firm=cast.firm)
    evidence = declare(db, cast, products=[product.id])
    assert covers(evidence.covering, now(product))
    product.family = make_product(db, firm=cast.firm).family
    assert not covers(evidence.covering, now(product))


def test_the_scope_is_products_times_sites_and_all_sites_are_no_limit(
    db: Session, cast: Cast
) -> None:
    one, two = make_product(db, firm=cast.firm), make_product(db, firm=cast.firm)
    here, there = (Site(firm_id=cast.firm.id, name=town, town=town) for town in ("Pala", "Kochi"))
    db.add_all([here, there])
    db.flush()
    both = declare(db, cast, products=[one.id, two.id], sites=[here.id])
    assert [(row.product_id, row.site_id, row.place) for row in both.scope] == [
        (one.id, here.id, "Pala"),
        (two.id, here.id, "Pala"),
    ]
    scheme = both.scheme
    assert declare(db, cast, scheme=scheme, sites=[here.id, there.id]).covers_all
    here.town = "Ettumanoor"
    assert not covers(both.covering, now(one))


def test_nobody_names_products_or_sites_of_others(db: Session, cast: Cast) -> None:
    other = make_product(db, firm=cast.rival_firm)
    with pytest.raises(BadInput, match="own products"):
        declare(db, cast, products=[other.id])
    site = Site(firm_id=cast.rival_firm.id, name="x", town="x")
    db.add(site)
    db.flush()
    with pytest.raises(BadInput, match="own sites"):
        declare(db, cast, scheme=forest(db), sites=[site.id])

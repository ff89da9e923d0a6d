"""What is asked about evidence: what an organisation can show, what waits for the desk."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, Select, and_, or_, select, union_all
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.changes import Change
from matchmaker.catalogue.models import Firm, Product, ProductFamily
from matchmaker.certification.models import (
    Evidence,
    EvidenceDocument,
    EvidenceMember,
    EvidenceScope,
)
from matchmaker.certification.scope import ProductNow
from matchmaker.errors import NotFound
from matchmaker.wording import gettext as _

# What others are shown: neither what was taken back nor what a desk refused.
IS_SHOWN: ColumnElement[bool] = and_(Evidence.withdrawn_at.is_(None), Evidence.review != "refused")
WHOLE = (
    joinedload(Evidence.scheme),
    joinedload(Evidence.holder),
    selectinload(Evidence.scope).joinedload(EvidenceScope.site),
)

# The same with the products of the scope, for who may see and change all of it.
KEPT = (
    *WHOLE,
    selectinload(Evidence.scope).joinedload(EvidenceScope.product).joinedload(Product.family),
    selectinload(Evidence.documents),
)


def shown_by(organisations: Collection[int] | Select[int]) -> Select[int, int]:
    """Row numbers of evidence and of the organisations that may show it: holders and members.

    The organisations are named in both halves: SQLite would read all evidence first otherwise.
    """
    own = select(Evidence.id, Evidence.holder_id.label("organisation_id")).where(
        Evidence.holder_id.in_(organisations)
    )
    through = select(EvidenceMember.evidence_id, EvidenceMember.organisation_id).where(
        EvidenceMember.organisation_id.in_(organisations)
    )
    both = union_all(own, through).subquery()
    return select(both.c.id, both.c.organisation_id)


def evidence_shown(db: Session, organisations: Collection[int]) -> dict[int, list[Evidence]]:
    """What each of these organisations can show, with scheme, holder and scope; two queries."""
    if not organisations:
        return {}
    showing = shown_by(organisations).subquery()
    rows = db.execute(
        select(Evidence, showing.c.organisation_id)
        .join(showing, showing.c.id == Evidence.id)
        .where(IS_SHOWN)
        .options(*WHOLE)
        .order_by(Evidence.id)
    )
    found: dict[int, list[Evidence]] = defaultdict(list)
    for evidence, organisation in rows:
        found[organisation].append(evidence)
    return dict(found)


def renewed_by(today: dt.date) -> Select[str | None]:
    """Public ids of evidence whose next one is there, begins by this day and was not refused."""
    return select(Evidence.renews).where(
        Evidence.renews.is_not(None), Evidence.issued_on <= today, IS_SHOWN
    )


def now(product: Product) -> ProductNow:
    """What of a product decides whether evidence covers it."""
    return ProductNow(product.id, product.family.key, product.hs_code)


def evidence_kept(db: Session, holder_id: int) -> Sequence[Evidence]:
    """Everything an organisation keeps here, withdrawn and refused too; newest first."""
    return db.scalars(
        select(Evidence)
        .where(Evidence.holder_id == holder_id)
        .options(*KEPT)
        .order_by(Evidence.id.desc())
    ).all()


def groups_of(db: Session, organisation_id: int) -> Sequence[Evidence]:
    """Certificates of cluster bodies that cover this organisation."""
    return db.scalars(
        select(Evidence)
        .join(EvidenceMember, EvidenceMember.evidence_id == Evidence.id)
        .where(EvidenceMember.organisation_id == organisation_id, IS_SHOWN)
        .options(*WHOLE)
        .order_by(Evidence.id.desc())
    ).all()


def find_cover(db: Session, organisation_id: int, public_id: str) -> EvidenceMember | None:
    """That this evidence of a cluster body covers the organisation, with what it is; or None.

    The documents are left out: they stay between the body and the desk.
    """
    return db.scalar(
        select(EvidenceMember)
        .join(Evidence, Evidence.id == EvidenceMember.evidence_id)
        .where(EvidenceMember.organisation_id == organisation_id, Evidence.public_id == public_id)
        .options(
            joinedload(EvidenceMember.evidence).options(
                joinedload(Evidence.scheme),
                joinedload(Evidence.holder),
                selectinload(Evidence.scope).joinedload(EvidenceScope.site),
                selectinload(Evidence.scope).joinedload(EvidenceScope.product),
            )
        )
    )


def find_evidence(db: Session, actor: Actor, public_id: str) -> Evidence:
    """The evidence, for its holder, who acts for it, and desks; NotFound for everybody else."""
    found = db.scalar(
        select(Evidence)
        .where(Evidence.public_id == public_id)
        .options(*KEPT, selectinload(Evidence.members).joinedload(EvidenceMember.organisation))
    )
    if found is None or not can_see_evidence(actor, found):
        raise NotFound(_("There is no such certificate or report here."))
    return found


def find_document(db: Session, actor: Actor, public_id: str) -> EvidenceDocument:
    """The same for a document of it."""
    found = db.scalar(
        select(EvidenceDocument)
        .where(EvidenceDocument.public_id == public_id)
        .options(joinedload(EvidenceDocument.evidence))
    )
    if found is None or not can_see_evidence(actor, found.evidence):
        raise NotFound(_("There is no such document here."))
    return found


def can_see_evidence(actor: Actor, evidence: Evidence) -> bool:
    """Whether the actor may see all of it, with documents: holder, its agents, desks."""
    if actor.is_suspended:
        return False
    if actor.is_system or actor.is_desk:
        return True
    return actor.acts_for is not None and actor.acts_for.id == evidence.holder_id


def renewals_of(db: Session, evidence: Evidence) -> tuple[Evidence | None, Sequence[Evidence]]:
    """The one it renews, and those that renew it and were not taken back."""
    kin = db.scalars(
        select(Evidence)
        .where(
            Evidence.holder_id == evidence.holder_id,
            or_(Evidence.renews == evidence.public_id, Evidence.public_id == evidence.renews),
        )
        .order_by(Evidence.id)
    ).all()
    earlier = next((each for each in kin if each.public_id == evidence.renews), None)
    later = [each for each in kin if each is not earlier and each.withdrawn_at is None]
    return earlier, later


def products_of(db: Session, organisation_id: int) -> Sequence[Product]:
    """What the holder may name in a scope, by title; hidden and draft ones too."""
    return db.scalars(
        select(Product)
        .join(Firm, Firm.id == Product.firm_id)
        .where(Firm.organisation_id == organisation_id)
        .options(joinedload(Product.family).joinedload(ProductFamily.sector))
        .order_by(Product.title)
    ).all()


def firm_of(db: Session, organisation_id: int) -> Firm | None:
    """The trading side of the holder, with its sites; None for a cluster body."""
    return db.scalar(
        select(Firm)
        .where(Firm.organisation_id == organisation_id)
        .options(selectinload(Firm.sites))
    )


def concerned(db: Session, evidence: Evidence) -> list[Change]:
    """Firms and products whose documents in the index speak of this evidence."""
    organisations = {evidence.holder_id, *(each.organisation_id for each in evidence.members)}
    named = None if evidence.covers_all else {each.product_id for each in evidence.scope}
    return concerned_by(db, organisations, named)


def concerned_by(
    db: Session, organisations: Iterable[int], named: Collection[int | None] | None = None
) -> list[Change]:
    """Firms of these organisations and their published products, or only those `named`."""
    firms = db.scalars(
        select(Firm.id).where(Firm.organisation_id.in_(set(organisations))).order_by(Firm.id)
    ).all()
    query = select(Product.id).where(Product.firm_id.in_(firms), Product.state == "published")
    if named is not None:
        query = query.where(Product.id.in_(named))
    products = db.scalars(query.order_by(Product.id)).all()
    return [
        *(Change("product", number, "saved") for number in products),
        *(Change("firm", number, "saved") for number in firms),
    ]

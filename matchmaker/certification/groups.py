"""Group certificates: a cluster body holds one for its member firms. The caller commits.

A member shows it under the body's name for as long as it is a member, no day longer. It is told
when that begins, and may decline.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.changes import note_changes
from matchmaker.accounts.models import Mandate, Organisation
from matchmaker.catalogue.models import Firm
from matchmaker.certification.models import Evidence, EvidenceMember, Scheme
from matchmaker.certification.queries import concerned_by
from matchmaker.clusters.models import ClusterInstitution, Institution
from matchmaker.errors import N_, BadInput, NotAllowed
from matchmaker.notices.services import tell_members
from matchmaker.wording import gettext as _

# 'multi-site' holds inside one legal entity only: no cover for neighbours.
SHARED = ("yes", "via-ICS", "partial")


def may_cover(holder: Organisation, scheme: Scheme) -> bool:
    """Whether a certificate of this holder and scheme can stand for member firms."""
    return holder.kind == "institution" and scheme.group_holding in SHARED


def possible_members(db: Session, holder: Organisation) -> Sequence[Firm]:
    """Firms of the clusters that the body serves, and those it acts for; by name."""
    served = (
        select(ClusterInstitution.cluster_id)
        .join(Institution, Institution.id == ClusterInstitution.institution_id)
        .where(Institution.organisation_id == holder.id)
    )
    clients = select(Mandate.client_id).where(
        Mandate.agent_id == holder.id, Mandate.ended_at.is_(None)
    )
    return db.scalars(
        select(Firm)
        .join(Organisation, Organisation.id == Firm.organisation_id)
        .where(or_(Firm.cluster_id.in_(served), Firm.organisation_id.in_(clients)))
        .options(joinedload(Firm.organisation), joinedload(Firm.cluster))
        .order_by(Organisation.name)
    ).all()


def cover_member(db: Session, actor: Actor, evidence: Evidence, firm: Firm, since: dt.date) -> None:
    """Let the certificate stand for this firm too, and tell it; nothing if it does already.

    Raises BadInput for a scheme that cannot be held jointly and for firms that the body
    neither serves nor acts for.
    """
    actor.must_write_for(evidence.holder_id)
    if not may_cover(evidence.holder, evidence.scheme):
        raise BadInput(
            "member", firm.name, _("This certificate covers its holder only, no group of firms.")
        )
    if firm.id not in {each.id for each in possible_members(db, evidence.holder)}:
        raise BadInput("member", firm.name, _("It is not a firm that you serve or act for."))
    if any(each.organisation_id == firm.organisation_id for each in evidence.members):
        return
    evidence.members.append(EvidenceMember(organisation=firm.organisation, since=since))
    db.flush()
    _note(db, actor, evidence, "evidence.member-added", firm.organisation_id, firm.public_id)
    _tell(
        db, actor, evidence, firm.organisation,
        N_("%(scheme)s: you are covered by the certificate of %(holder)s"),
        N_("Your pages show it from now on, under the name of %(holder)s. Look at what it says;"
           " you may decline to be covered there."),
        named=firm.organisation,
    )  # fmt: skip


def end_cover(db: Session, actor: Actor, evidence: Evidence, organisation: Organisation) -> None:
    """The firm is no member any more: said by the body, or by the firm. The other one is told."""
    try:
        actor.must_write_for(evidence.holder_id)
        other = organisation
    except NotAllowed:
        actor.must_write_for(organisation.id)
        other = evidence.holder
    member = db.get(EvidenceMember, (evidence.id, organisation.id))
    if member is None:
        return
    db.delete(member)
    db.flush()
    db.expire(evidence, ["members"])
    _note(
        db, actor, evidence, "evidence.member-ended", organisation.id, organisation.public_id
    )  # fmt: skip
    _tell(
        db, actor, evidence, other,
        N_("%(scheme)s: the certificate of %(holder)s no longer covers %(firm)s"),
        N_("The pages of %(firm)s do not show it any more."),
        named=organisation,
        may_open=other is evidence.holder,
    )  # fmt: skip


def _tell(
    db: Session, actor: Actor, evidence: Evidence, told: Organisation, subject: str, text: str,
    *, named: Organisation, may_open: bool = True,
) -> None:  # fmt: skip
    """Tell the side that did not do it; whose agent did it is told by nobody what they did."""
    tell_members(
        db,
        told,
        kind="evidence.group",
        subject=subject,
        text=text,
        values={
            "scheme": evidence.scheme.name,
            "holder": evidence.holder.name,
            "firm": named.name,
        },
        # Who is covered no more may not open it any more.
        address="/firm/evidence" + (f"/{evidence.public_id}" if may_open else ""),
        except_for=actor.user,
    )


def _note(
    db: Session, actor: Actor, evidence: Evidence, action: str, organisation: int, named: str
) -> None:
    record(db, actor, action, "evidence", evidence.public_id, after={"member": named})
    note_changes(db, concerned_by(db, [organisation]))

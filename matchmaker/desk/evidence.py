"""Evidence to be checked: document and data side by side, and the three decisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.accounts.models import Organisation
from matchmaker.certification.fields import FACTS
from matchmaker.certification.history import history_of
from matchmaker.certification.models import Evidence, EvidenceDocument
from matchmaker.certification.queries import find_evidence, firm_of
from matchmaker.certification.reviewing import approve, ask, grades_for, refuse, stamp_of
from matchmaker.certification.shelves import lapsed_products, state_of
from matchmaker.database import get_db
from matchmaker.desk import working
from matchmaker.desk.models import Assignment
from matchmaker.desk.pages import pages
from matchmaker.errors import BadInput, Conflict, NotFound
from matchmaker.orm import utc_now
from matchmaker.web import CONTENT_SECURITY_POLICY
from matchmaker.wording import gettext as _

# This page alone may show documents: pictures in a sealed frame, PDFs in the browser's viewer.
WITH_DOCUMENTS = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'; object-src 'self'"
QUEUE = "evidence"


@dataclass(frozen=True)
class Twin:
    """The same number or the very same file at somebody else's: a copy, or a slip."""

    holder: str
    public_id: str
    is_same_file: bool


@pages.get("/desk/evidence")
@open_to("desk")
def evidence() -> Response:
    """The queue of what waits to be checked."""
    return redirect(url_for("desk.queue", queue=QUEUE))


@pages.get("/desk/evidence/<public_id>")
@open_to("desk")
def evidence_case(public_id: str) -> Response:
    """One piece, ready to be decided."""
    return _case_page(find_evidence(get_db(), acting(), public_id))


@pages.post("/desk/evidence/<public_id>/<decision>")
@open_to("desk")
def decide_evidence(public_id: str, decision: str) -> Response:
    """Approve with a grade, refuse with a reason, ask, or take it; then on to the next."""
    db = get_db()
    found = find_evidence(db, acting(), public_id)
    decide = DECISIONS.get(decision)
    if decide is None:
        raise NotFound(_("There is no such decision."))
    try:
        said = decide(db, found)
        db.commit()
    except (BadInput, Conflict) as wrong:
        db.rollback()
        answer = _case_page(find_evidence(db, acting(), public_id), decision, wrong)
        answer.status_code = 422 if isinstance(wrong, BadInput) else wrong.status
        return answer
    flash(said, "success")
    if decision == "take":
        return redirect(url_for("desk.evidence_case", public_id=public_id))
    following = next_case(db, found)
    if following is None:
        return redirect(url_for("desk.queue", queue=QUEUE))
    return redirect(url_for("desk.evidence_case", public_id=following))


def next_case(db: Session, after: Evidence) -> str | None:
    """The public id of what has waited longest and is not a colleague's; None if nothing is."""
    user = acting().user
    taken = (
        select(Assignment.subject)
        .where(Assignment.queue == QUEUE, Assignment.officer_id.is_not(None))
        .where(Assignment.officer_id != (user.id if user else 0))
    )
    return db.scalar(
        select(Evidence.public_id)
        .where(
            Evidence.id != after.id,
            Evidence.review == "waiting",
            Evidence.withdrawn_at.is_(None),
            Evidence.public_id.not_in(taken),
        )
        .order_by(Evidence.submitted_at, Evidence.id)
        .limit(1)
    )


def twins_of(db: Session, evidence: Evidence) -> Sequence[Twin]:
    """Pieces of other holders with the same number of the scheme, or with the same document."""
    digests = [each.digest for each in evidence.documents]
    same_file = select(EvidenceDocument.evidence_id).where(EvidenceDocument.digest.in_(digests))
    same_number = (Evidence.scheme_id == evidence.scheme_id) & (Evidence.number == evidence.number)
    rows = db.execute(
        select(Organisation.name, Evidence.public_id, Evidence.id.in_(same_file))
        .join(Organisation, Organisation.id == Evidence.holder_id)
        .where(
            Evidence.holder_id != evidence.holder_id,
            Evidence.withdrawn_at.is_(None),
            or_(same_number, Evidence.id.in_(same_file)),
        )
        .order_by(Evidence.id)
        .limit(10)
    )
    return [Twin(name, public_id, bool(same)) for name, public_id, same in rows]


def _approve(db: Session, found: Evidence) -> str:
    given = request.form
    approve(
        db,
        acting(),
        found,
        grade=given.get("grade", ""),
        how=given.get("how", "")[:2000],
        on=utc_now().date(),
        seen=given.get("seen", ""),
    )
    return _("Approved: %(scheme)s of %(holder)s.", **_names(found))


def _refuse(db: Session, found: Evidence) -> str:
    given = request.form
    refuse(db, acting(), found, reason=given.get("reason", "")[:2000], seen=given.get("seen", ""))
    return _("Refused: %(scheme)s of %(holder)s.", **_names(found))


def _ask(db: Session, found: Evidence) -> str:
    given, question = request.form, request.form.get("question", "")[:2000]
    ask(db, acting(), found, question=question, seen=given.get("seen", ""))
    return _("Asked about %(scheme)s of %(holder)s.", **_names(found))


def _take(db: Session, found: Evidence) -> str:
    working.assign_cases(db, acting(), QUEUE, [found.public_id], officer="me")
    return _("It is yours now.")


DECISIONS: dict[str, Callable[[Session, Evidence], str]] = {
    "approve": _approve,
    "refuse": _refuse,
    "ask": _ask,
    "take": _take,
}


def _names(evidence: Evidence) -> dict[str, str]:
    return {"scheme": evidence.scheme.name, "holder": evidence.holder.name}


def _case_page(
    found: Evidence, decision: str = "", wrong: BadInput | Conflict | None = None
) -> Response:
    db = get_db()
    answer = make_response(
        render_template(
            "desk/evidence.html",
            evidence=found,
            firm=firm_of(db, found.holder_id),
            words=FACTS[found.scheme.evidence_type],
            state=state_of(found, utc_now().date()),
            lapsed=lapsed_products(found),
            twins=twins_of(db, found),
            history=history_of(db, found),
            assignment=db.scalar(
                select(Assignment)
                .where(Assignment.queue == QUEUE, Assignment.subject == found.public_id)
                .options(joinedload(Assignment.officer))
            ),
            seen=stamp_of(found),
            grades=grades_for(found),
            following=next_case(db, found),
            decision=decision,
            wrong=wrong,
            typed=request.form,
        )
    )
    answer.headers["Content-Security-Policy"] = WITH_DOCUMENTS
    return answer

"""Firms are verified by stated criteria, refused with a reason, suspended by heads.

The caller commits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.changes import note_changes
from matchmaker.accounts.members import members_of
from matchmaker.accounts.models import Organisation, User
from matchmaker.accounts.standing import (
    lift_suspension,
    restore_person,
    suspend_organisation,
    suspend_person,
    verify_organisation,
    withdraw_verification,
)
from matchmaker.catalogue.models import Firm
from matchmaker.catalogue.services import verify_firm
from matchmaker.certification.queries import concerned_by, evidence_kept
from matchmaker.desk.criteria import (
    BY_KEY,
    CRITERIA,
    GROUPS,
    Criterion,
    criteria_for,
    groups_missing,
    numbers_disagree,
    other_numbers,
    tidy_number,
)
from matchmaker.desk.models import FirmCheck, FirmRefusal
from matchmaker.desk.rights import must_be_head
from matchmaker.errors import N_, BadInput, Conflict
from matchmaker.notices.services import tell_members
from matchmaker.orm import utc_now
from matchmaker.wording import gettext as _

LOOK_AGAIN = dt.timedelta(days=30)
LONGEST_WAIT = dt.timedelta(days=366)


def checks_of(db: Session, firm: Firm) -> dict[str, FirmCheck]:
    """What was checked of a firm, by criterion."""
    rows = db.scalars(select(FirmCheck).where(FirmCheck.firm_id == firm.id))
    return {row.criterion: row for row in rows}


def offered_criteria(db: Session, firm: Firm) -> list[Criterion]:
    """What can be checked of this firm as it is."""
    return criteria_for(has_account=bool(members_of(db, firm.organisation)))


def met_of(db: Session, firm: Firm) -> list[str]:
    """Which criteria are met; what can no longer be true of the firm counts no more."""
    offered = {each.key for each in offered_criteria(db, firm)}
    checks = checks_of(db, firm)
    return sorted(key for key, each in checks.items() if each.is_met and key in offered)


def numbers_elsewhere(db: Session, firm: Firm) -> dict[str, list[str]]:
    """By criterion: what the firm's own evidence says where the number checked differs."""
    held: dict[str, list[str]] = {}
    for each in evidence_kept(db, firm.organisation_id):
        if each.withdrawn_at is None:
            held.setdefault(each.scheme.code, []).append(each.number)
    checks = checks_of(db, firm)
    found = {
        each.key: other_numbers(each, checks[each.key].number, held.get(each.scheme, []))
        for each in CRITERIA
        if each.scheme and each.key in checks
    }
    return {key: numbers for key, numbers in found.items() if numbers}


def note_check(
    db: Session,
    actor: Actor,
    firm: Firm,
    criterion: str,
    *,
    is_met: bool,
    how: str,
    number: str = "",
) -> FirmCheck:
    """Write down one criterion: met or not, by whom, how, when. A wrong number is refused."""
    actor.must_be_desk()
    known = BY_KEY.get(criterion)
    if known is None:
        raise BadInput("criterion", criterion, _("Choose one of the criteria listed."))
    if not how.strip():
        raise BadInput("how", how, _("Say how it was checked."))
    if is_met and known not in offered_criteria(db, firm):
        raise BadInput("how", how, _("Nobody has signed up for this firm: invite its owner first."))
    number = tidy_number(number)[:40] if known.number else ""
    if known.number and is_met:
        trouble = known.trouble(number)
        if trouble:
            raise BadInput("number", number, _(trouble))
    checks = checks_of(db, firm)
    numbers = {key: each.number for key, each in checks.items() if each.is_met}
    if is_met:
        _must_agree(numbers | {criterion: number})
    row = checks.get(criterion) or FirmCheck(firm_id=firm.id, criterion=criterion)
    row.is_met, row.how, row.number, row.at = is_met, how.strip(), number, utc_now()
    row.officer_id = actor.user.id if actor.user else None
    db.add(row)
    db.flush()
    after = {"criterion": criterion, "met": is_met} | ({"number": number} if number else {})
    record(db, actor, "firm.checked", "firm", firm.public_id, after=after, reason=row.how)
    return row


def verify(db: Session, actor: Actor, firm: Firm) -> None:
    """Vouch for the firm. Raises BadInput while a group of criteria is not met."""
    actor.must_be_desk()
    if firm.verification == "suspended":
        raise Conflict(_("This firm is suspended. The head of a desk has to lift that first."))
    checks = checks_of(db, firm)
    met = met_of(db, firm)
    missing = groups_missing(met)
    if missing:
        words = "; ".join(str(_(GROUPS[each])) for each in missing)
        raise BadInput("checks", ", ".join(met), _("Still missing: %(what)s.", what=words))
    how = "; ".join(f"{key}: {checks[key].how}" for key in met)
    verify_firm(db, actor, firm, utc_now().date(), how)
    firm.is_confirmed = True  # the desk has spoken with somebody
    _forget_refusal(db, firm)
    _show_anew(db, firm)
    _tell(
        db,
        firm.organisation,
        N_("Your firm was verified by the export desk"),
        N_("Buyers see it from now on beside your name."),
        address="/firm",
    )


def refuse(db: Session, actor: Actor, firm: Firm, *, reason: str, again_on: dt.date | None) -> None:
    """Leave the firm unverified, tell it why, and look again on a day (a month from now)."""
    actor.must_be_desk()
    if firm.verification != "unverified":
        raise Conflict(_("This firm does not wait to be verified."))
    reason = _reason(reason)
    today = utc_now().date()
    day = again_on or today + LOOK_AGAIN
    if not today < day <= today + LONGEST_WAIT:
        raise BadInput("again_on", day, _("Choose a day within the next year."))
    row = db.get(FirmRefusal, firm.id) or FirmRefusal(firm_id=firm.id)
    row.reason, row.again_on, row.at = reason, day, utc_now()
    row.officer_id = actor.user.id if actor.user else None
    db.add(row)
    after = {"again": day.isoformat()}
    record(db, actor, "firm.refused", "firm", firm.public_id, after=after, reason=reason)
    _tell(
        db,
        firm.organisation,
        N_("The export desk could not verify your firm yet"),
        N_("Why: %(reason)s\n\nThe desk looks again on %(day)s."),
        address="/firm",
        reason=reason,
        day=day.isoformat(),
    )


def withdraw(db: Session, actor: Actor, firm: Firm, *, reason: str) -> None:
    """Take back that the desk vouches for a firm, and tell it why; it stays on the pages.

    What was checked before has to be checked anew. Raises Conflict where it is not verified.
    """
    actor.must_be_desk()
    if firm.verification != "verified":
        raise Conflict(_("This firm is not verified."))
    reason = _reason(reason)
    _set_verification(db, actor, firm.organisation, "unverified", reason, "firm.unverified")
    _tell_withdrawn(db, firm.organisation, reason, address="/firm")


def withdraw_buyer(db: Session, actor: Actor, organisation: Organisation, *, reason: str) -> None:
    """The same of a buyer: back to three firms and one requirement."""
    actor.must_be_desk()
    reason = _reason(reason)
    withdraw_verification(db, actor, organisation, reason=reason)
    _tell_withdrawn(db, organisation, reason)


def suspend(db: Session, actor: Actor, organisation: Organisation, *, reason: str) -> None:
    """By a head: nobody acts in it, and the pages of a firm are no longer public."""
    must_be_head(actor)
    if organisation.kind == "desk":
        raise BadInput("organisation", organisation.name, _("A desk cannot be suspended here."))
    reason = _reason(reason)
    suspend_organisation(db, actor, organisation, reason=reason)
    _set_verification(db, actor, organisation, "suspended", reason, "firm.suspended")
    _tell(
        db,
        organisation,
        N_("%(name)s was suspended by the export desk"),
        N_("Why: %(reason)s\n\nAnswer the desk if this is a mistake."),
        reason=reason,
    )


def lift(db: Session, actor: Actor, organisation: Organisation, *, reason: str) -> None:
    """By a head: it may act again; what was checked before has to be checked anew."""
    must_be_head(actor)
    if organisation.standing != "suspended":
        raise Conflict(_("This organisation is not suspended."))
    reason = _reason(reason)
    lift_suspension(db, actor, organisation, reason=reason)
    _set_verification(db, actor, organisation, "unverified", reason, "firm.restored")
    _tell(
        db,
        organisation,
        N_("%(name)s is no longer suspended"),
        N_("Why: %(reason)s"),
        reason=reason,
    )


def verify_buyer(
    db: Session, actor: Actor, organisation: Organisation, *, checks: Mapping[str, str]
) -> None:
    """Vouch for a buyer; `checks`: key of `standing.CHECKS` → how it was made."""
    actor.must_be_desk()
    if organisation.standing == "suspended":
        raise Conflict(_("It is suspended. The head of a desk has to lift that first."))
    unsaid = [key for key, how in checks.items() if not how.strip()]
    if unsaid:
        raise BadInput("how", ", ".join(unsaid), _("Say of each check how it was made."))
    how = "; ".join(f"{key}: {said.strip()}" for key, said in checks.items())
    verify_organisation(db, actor, organisation, checks=list(checks), reason=how)
    _tell(
        db,
        organisation,
        N_("%(name)s was verified by the export desk"),
        N_("You may now ask any firm and post requirements without limit."),
    )


def suspend_somebody(db: Session, actor: Actor, user: User, *, reason: str) -> None:
    """By a head: the person can sign in, read why, take their data along, and nothing else."""
    must_be_head(actor)
    if actor.user is not None and actor.user.id == user.id:
        raise BadInput("person", user.name, _("Nobody suspends themselves."))
    suspend_person(db, actor, user, reason=reason)


def restore_somebody(db: Session, actor: Actor, user: User, *, reason: str) -> None:
    """By a head: the person may act again."""
    must_be_head(actor)
    restore_person(db, actor, user, reason=_reason(reason))


def _must_agree(numbers: Mapping[str, str]) -> None:
    if numbers_disagree(numbers.get("gst", ""), numbers.get("iec", "")):
        remedy = _("GSTIN and IEC carry the PAN of different holders. One of them is not theirs.")
        raise BadInput("number", f"{numbers['gst']} / {numbers['iec']}", remedy)


def _tell(
    db: Session,
    organisation: Organisation,
    subject: str,
    text: str,
    *,
    address: str = "/account",
    **values: str,
) -> None:
    tell_members(
        db,
        organisation,
        kind="standing.changed",
        subject=subject,
        text=text,
        values={"name": organisation.name} | values,
        address=address,
    )


def _tell_withdrawn(
    db: Session, organisation: Organisation, reason: str, *, address: str = "/account"
) -> None:
    _tell(
        db,
        organisation,
        N_("The export desk has taken back that %(name)s is verified"),
        N_("Why: %(reason)s\n\nAnswer the desk if this is a mistake."),
        address=address,
        reason=reason,
    )


def _set_verification(
    db: Session, actor: Actor, organisation: Organisation, to: str, reason: str, action: str
) -> None:
    """Of the organisation's firm, if it has one; `action` names it in the audit trail."""
    firm = db.scalar(select(Firm).where(Firm.organisation_id == organisation.id))
    if firm is None:
        return
    before = firm.verification
    firm.verification, firm.verified_on = to, None
    record(
        db,
        actor,
        action,
        "firm",
        firm.public_id,
        before={"verification": before},
        after={"verification": to},
        reason=reason,
    )
    if to == "unverified":
        db.execute(delete(FirmCheck).where(FirmCheck.firm_id == firm.id))
    _forget_refusal(db, firm)
    _show_anew(db, firm)


def _forget_refusal(db: Session, firm: Firm) -> None:
    db.execute(delete(FirmRefusal).where(FirmRefusal.firm_id == firm.id))


def _show_anew(db: Session, firm: Firm) -> None:
    """The index and its readers learn of it: the firm and all it has published."""
    note_changes(db, concerned_by(db, [firm.organisation_id]))


def _reason(text: str) -> str:
    if not text.strip():
        raise BadInput("reason", text, _("Say why: those concerned will read it."))
    return text.strip()

"""How far a buyer or another organisation is known, and what follows from it.

    registered          signed up; with a confirmed address: three firms, one requirement
    verified            a desk made the checks below: no such limit
    suspended           with the reason, which its members are shown

Firms are verified by the desk's own criteria (`desk/`); this is about the organisation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import DESK_ROLES, Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.models import Organisation, User
from matchmaker.errors import N_, BadInput, Conflict, NotAllowed
from matchmaker.orm import Model, utc_now
from matchmaker.wording import gettext as _

FIRMS_AT_ONCE = 3
REQUIREMENTS_AT_ONCE = 1
BUYING_KINDS = ("buyer", "intermediary")
# What a desk looks at before it calls a buyer verified, and how.
CHECKS = {
    "register": N_("Listed in the company register of its country under this name and address"),
    "address": N_("The e-mail address belongs to the company's own domain"),
    "website": N_("Its website shows the trade it claims"),
    "call": N_("Reached by a telephone number that was found independently"),
    "references": N_("A supplier, a chamber or a mission knows it"),
}
CHECKS_NEEDED = 2


@dataclass(frozen=True)
class Allowance:
    """Whether something may be done now; `left` is None without limit; `reason` says why not.

    `is_verified` is what an enquiry or requirement made now is marked with.
    """

    allowed: bool
    is_verified: bool
    left: int | None = None
    reason: str = ""


def may_contact(
    db: Session, actor: Actor, *, firm_id: int | None = None, lock: bool = False
) -> Allowance:
    """Whether the actor may send an enquiry, and if not, what to do about it.

    `firm_id`: the row of the firm that is asked; one already in contact does not count anew.
    `lock`: hold the organisation until the commit, so that two enquiries sent at the same
    moment cannot both be the third.
    """
    refusal = _refusal(actor)
    if refusal or actor.acts_for is None:
        return Allowance(False, False, 0, refusal)
    if actor.acts_for.standing == "verified":
        return Allowance(True, True)
    if lock:
        _hold(db, actor.acts_for)
    enquiry = _table("enquiry")
    contacted = set(
        db.scalars(
            select(enquiry.c.firm_id)
            .where(enquiry.c.organisation_id == actor.acts_for.id)
            .distinct()
        )
    )
    left = max(FIRMS_AT_ONCE - len(contacted), 0)
    if left or firm_id in contacted:
        return Allowance(True, False, left)
    return Allowance(
        False,
        False,
        0,
        _("You have contacted three firms. A desk has to verify you before you contact more."),
    )


def may_post(db: Session, actor: Actor, *, lock: bool = False) -> Allowance:
    """Whether the actor may post a requirement; withdrawn and closed ones count too."""
    refusal = _refusal(actor)
    if refusal or actor.acts_for is None:
        return Allowance(False, False, 0, refusal)
    if actor.acts_for.standing == "verified":
        return Allowance(True, True)
    if lock:
        _hold(db, actor.acts_for)
    requirement = _table("requirement")
    posted = db.scalar(
        select(func.count())
        .select_from(requirement)
        .where(requirement.c.organisation_id == actor.acts_for.id)
    )
    left = max(REQUIREMENTS_AT_ONCE - (posted or 0), 0)
    if left:
        return Allowance(True, False, left)
    return Allowance(
        False,
        False,
        0,
        _("You have posted one requirement. A desk has to verify you before you post more."),
    )


def _refusal(actor: Actor) -> str:
    """Why this actor may not turn to firms at all; empty if they may."""
    if actor.is_suspended:
        return _("This account is suspended. Your account page says why and by whom.")
    if actor.acts_for is None or actor.acts_for.kind not in BUYING_KINDS:
        return _("Enquiries are sent and requirements posted by buyers and intermediaries.")
    if "viewer" in actor.roles:
        return _("You may look but not write here. Ask an owner of your organisation.")
    is_known = actor.acts_for.standing == "verified"
    if not is_known and (actor.user is None or actor.user.confirmed_at is None):
        return _("Confirm your e-mail address first: open the link in the mail we sent you.")
    return ""


def _table(name: str) -> Table:
    """A table of a room to the right, by its name: rooms import leftwards only."""
    return Model.metadata.tables[name]


def _hold(db: Session, organisation: Organisation) -> None:
    db.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())


def verify_organisation(
    db: Session, actor: Actor, organisation: Organisation, *, checks: Sequence[str], reason: str
) -> None:
    """A desk vouches for it; `checks` are keys of CHECKS, at least two. The caller commits."""
    actor.must_be_desk()
    unknown = set(checks) - CHECKS.keys()
    if unknown or len(set(checks)) < CHECKS_NEEDED:
        raise BadInput("checks", ", ".join(checks), _("Tick at least two checks that were made."))
    _change(db, actor, organisation, "verified", reason, sorted(set(checks)))


def withdraw_verification(
    db: Session, actor: Actor, organisation: Organisation, *, reason: str
) -> None:
    """Back to registered: a desk vouches for it no more. Raises Conflict. The caller commits."""
    actor.must_be_desk()
    if organisation.standing != "verified":
        raise Conflict(_("It is not verified."))
    _change(db, actor, organisation, "registered", _reason(reason), [], "organisation.unverified")


def ask_for_verification(db: Session, actor: Actor, organisation: Organisation) -> None:
    """Put a buyer before the desks: it stands first in their queue from now on.

    Asked again it changes nothing. Raises NotAllowed, Conflict. The caller commits.
    """
    actor.must_write_for(organisation.id)
    if organisation.kind not in BUYING_KINDS or organisation.standing != "registered":
        raise Conflict(_("There is nothing to ask for: this is no buyer that waits."))
    if actor.user is None or actor.user.confirmed_at is None:
        raise NotAllowed(
            _("Confirm your e-mail address first: open the link in the mail we sent you.")
        )
    if organisation.asks_since is not None:
        return
    organisation.asks_since = utc_now()
    record(db, actor, "verification.asked", "organisation", organisation.public_id)


def suspend_organisation(
    db: Session, actor: Actor, organisation: Organisation, *, reason: str
) -> None:
    """Nobody acts in it any more; its members are shown the reason. The caller commits."""
    actor.must_be_desk()
    _change(db, actor, organisation, "suspended", _reason(reason), [])


def lift_suspension(db: Session, actor: Actor, organisation: Organisation, *, reason: str) -> None:
    """Back to registered: what was checked before counts no more. The caller commits."""
    actor.must_be_desk()
    _change(db, actor, organisation, "registered", reason, [])


def suspend_person(db: Session, actor: Actor, user: User, *, reason: str) -> None:
    """The person can sign in, read why, export their data, and nothing else."""
    actor.must_be_desk()
    user.suspended_reason = _reason(reason)
    record(db, actor, "user.suspended", "user", user.public_id, reason=reason)


def restore_person(db: Session, actor: Actor, user: User, *, reason: str) -> None:
    """Lift the suspension of a person. The caller commits."""
    actor.must_be_desk()
    user.suspended_reason = None
    record(db, actor, "user.restored", "user", user.public_id, reason=reason)


def drop_second_factor(db: Session, actor: Actor, user: User, *, reason: str) -> None:
    """For who lost phone and recovery codes: signing in asks for the password alone again.

    Desks do it for people they know, never for each other's staff: that is for the command
    line. The caller commits.
    """
    actor.must_be_desk()
    staff = {each.role for each in user.memberships} & (DESK_ROLES | {"operator"})
    if staff and not actor.is_system:
        raise NotAllowed(_("The second step of desk staff is reset by who runs the site."))
    user.tf_primary_method, user.tf_totp_secret, user.mf_recovery_codes = None, None, None
    record(db, actor, "user.second_factor_dropped", "user", user.public_id, reason=_reason(reason))


def _reason(text: str) -> str:
    if not text.strip():
        raise BadInput("reason", text, _("Say why: those concerned will read it."))
    return text.strip()


def _change(
    db: Session,
    actor: Actor,
    organisation: Organisation,
    standing: str,
    reason: str,
    checks: list[str],
    action: str = "",
) -> None:
    before = {"standing": organisation.standing, "checks": organisation.standing_checks}
    organisation.standing = standing
    organisation.standing_on = utc_now().date()
    organisation.standing_reason = reason.strip() or None
    organisation.standing_checks = checks
    organisation.asks_since = None  # the desk has spoken
    record(
        db,
        actor,
        action or f"organisation.{standing}",
        "organisation",
        organisation.public_id,
        before=before,
        after={"standing": standing, "checks": checks},
        reason=reason,
    )

"""The people of an organisation: members, roles, invitations, links handed over."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security.utils import send_mail
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import SelectChoice  # type: ignore[import-untyped]

from matchmaker.access import acting, open_to
from matchmaker.accounts.attempts import invites
from matchmaker.accounts.entering import page_to_hand_over, public_address
from matchmaker.accounts.entries import Invitation
from matchmaker.accounts.forms import InviteForm
from matchmaker.accounts.invitations import invite, open_invitations, roles_offered, withdraw
from matchmaker.accounts.links import hand_over_link, living_links, may_hand_over, revoke_links
from matchmaker.accounts.managing import managing_role, may_bring_people, may_manage, roles_of
from matchmaker.accounts.members import change_role, members_of, remove_member
from matchmaker.accounts.models import Membership, Organisation, User
from matchmaker.accounts.views import pages, role_name
from matchmaker.database import get_db
from matchmaker.errors import BadInput, NotFound
from matchmaker.web import local_address


@pages.get("/account/members")
@open_to("member")
def members() -> str:
    """Who belongs to the organisation one acts for, and who is invited."""
    return _page(_organisation(), _form(_organisation()))


@pages.post("/account/members/invite")
@open_to("member")
def invite_member() -> Response | str:
    """Invite somebody by mail, or get a link to hand over."""
    actor, db, organisation = acting(), get_db(), _organisation()
    form = _form(organisation)
    if not form.validate():
        return _page(organisation, form)
    assert actor.user is not None
    invites(actor.user.public_id)
    try:
        invitation, secret = invite(
            db,
            actor,
            organisation,
            name=form.name.data,
            role=form.role.data,
            email=form.email.data,
            phone=form.phone.data,
        )
    except BadInput as wrong:
        form[wrong.field].errors = [wrong.remedy]
        return _page(organisation, form)
    address = public_address("accounts.invitation", secret=secret)
    if invitation.email:
        send_mail(
            _("An invitation to %(name)s", name=organisation.name),
            invitation.email,
            "accounts/email/invitation",
            invitation=invitation,
            inviter=actor.user,
            address=address,
        )
        db.commit()
        # Only the mail holds the link: whoever opens it has shown that the address is theirs.
        flash(_("The invitation was sent to %(address)s.", address=invitation.email), "success")
        return redirect(_back(organisation))
    db.commit()
    return page_to_hand_over(
        title=_("Hand this to %(name)s", name=invitation.name),
        address=address,
        name=invitation.name,
        text=_(
            "%(name)s, you are invited to join %(organisation)s at Matchmaker. Open this link on"
            " your phone:",
            name=invitation.name,
            organisation=organisation.name,
        ),
        back=_back(organisation),
    )


@pages.post("/account/invitations/<public_id>/withdraw")
@open_to("member")
def withdraw_invitation(public_id: str) -> Response:
    """The link that was sent or handed over stops working."""
    actor, db = acting(), get_db()
    invitation = db.scalar(select(Invitation).where(Invitation.public_id == public_id))
    if invitation is None or not may_bring_people(actor, invitation.organisation):
        raise NotFound(_("This invitation was not found."))
    withdraw(db, actor, invitation)
    db.commit()
    flash(_("The invitation was withdrawn."), "success")
    return redirect(_back(invitation.organisation))


@pages.post("/account/members/<person>/role")
@open_to("member")
def set_role(person: str) -> Response:
    """Give a member another role."""
    actor, db = acting(), get_db()
    membership = _membership(person)
    if not may_manage(actor, membership.organisation):
        raise NotFound(_("This person was not found."))
    change_role(db, actor, membership, request.form.get("role", ""))
    db.commit()
    flash(
        _(
            "%(name)s is now: %(role)s.",
            name=membership.user.name,
            role=role_name(membership.role),
        ),
        "success",
    )
    return redirect(_back(membership.organisation))


@pages.post("/account/members/<person>/remove")
@open_to("member")
def remove(person: str) -> Response:
    """End a membership: another's, or one's own."""
    actor, db = acting(), get_db()
    membership = _membership(person)
    is_own = actor.user is not None and membership.user_id == actor.user.id
    organisation, name = membership.organisation, membership.user.name
    if not (is_own or may_manage(actor, organisation)):
        raise NotFound(_("This person was not found."))
    remove_member(db, actor, membership)
    db.commit()
    if is_own:
        flash(_("You are no longer a member of %(name)s.", name=organisation.name), "success")
        return redirect(url_for(".home"))
    flash(_("%(name)s is no longer a member.", name=name), "success")
    return redirect(_back(organisation))


@pages.post("/account/people/<person>/link")
@open_to("member")
def hand_over(person: str) -> str:
    """A link or picture that signs one person in, once; shown now and never again."""
    actor, db, user = acting(), get_db(), _person(person)
    _link, secret = hand_over_link(db, actor, user)
    db.commit()
    return page_to_hand_over(
        title=_("Hand this to %(name)s", name=user.name),
        address=public_address("accounts.enter", secret=secret),
        name=user.name,
        text=_(
            "%(name)s, open this link on your phone to sign in at Matchmaker. It works once,"
            " for three days. Give it to nobody:",
            name=user.name,
        ),
        back=_after_link(),
    )


@pages.post("/account/people/<person>/link/revoke")
@open_to("member")
def revoke(person: str) -> Response:
    """Links of this person that were handed over and not used stop working."""
    actor, db, user = acting(), get_db(), _person(person)
    revoke_links(db, actor, user)
    db.commit()
    flash(_("Links handed to %(name)s no longer work.", name=user.name), "success")
    return redirect(_after_link())


def _after_link() -> str:
    back = request.form.get("next")
    return local_address(back) if back else url_for(".members")


def _organisation() -> Organisation:
    """The one acted for; desks may name another (`?of=` its public id)."""
    actor, asked = acting(), request.values.get("of", "")
    own = actor.acts_for
    if not asked or (own is not None and own.public_id == asked):
        assert own is not None  # 'member' lets nobody else in
        return own
    other = get_db().scalar(select(Organisation).where(Organisation.public_id == asked))
    if other is None or not may_bring_people(actor, other):
        raise NotFound(_("This organisation was not found."))
    return other


def _membership(person: str) -> Membership:
    found = get_db().scalar(
        select(Membership)
        .join(User, Membership.user_id == User.id)
        .where(User.public_id == person, Membership.organisation_id == _organisation().id)
    )
    if found is None:
        raise NotFound(_("This person was not found."))
    return found


def _person(public_id: str) -> User:
    """Somebody one may hand a link to; anybody else is not found."""
    user = get_db().scalar(select(User).where(User.public_id == public_id))
    if user is None or not may_hand_over(acting(), user):
        raise NotFound(_("This person was not found."))
    return user


def _form(organisation: Organisation) -> InviteForm:
    form = InviteForm()
    roles = roles_offered(acting(), organisation)
    form.role.choices = [SelectChoice(role, role_name(role)) for role in roles]
    if request.method == "GET":
        # Who manages is chosen on purpose, and stands first where it is offered at all.
        form.role.data = next(each for each in roles if each != managing_role(organisation))
    return form


def _page(organisation: Organisation, form: InviteForm) -> str:
    actor, db = acting(), get_db()
    members = members_of(db, organisation)
    return render_template(
        "accounts/members.html",
        actor=actor,
        organisation=organisation,
        members=members,
        links={
            each.user_id: living_links(db, each.user) for each in members if not each.user.email
        },
        invitations=open_invitations(db, organisation),
        roles=roles_of(organisation),
        manages=may_manage(actor, organisation),
        brings=may_bring_people(actor, organisation),
        may_hand_over=lambda user: may_hand_over(actor, user),
        form=form,
    )


def _back(organisation: Organisation) -> str:
    own = acting().acts_for
    is_own = own is not None and own.id == organisation.id
    return url_for("accounts.members", of=None if is_own else organisation.public_id)

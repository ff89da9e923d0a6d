"""Where links lead: signing in by a link handed over, accepting an invitation."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_security.utils import hash_password
from werkzeug.wrappers import Response

from matchmaker.access import ACTING_FOR, ACTING_IN, current_actor, open_to
from matchmaker.accounts.addresses import account_of
from matchmaker.accounts.attempts import attempt_at
from matchmaker.accounts.entering import let_in
from matchmaker.accounts.entries import Invitation
from matchmaker.accounts.forms import AcceptByPhoneForm, AcceptForm
from matchmaker.accounts.invitations import accept, invitation_of
from matchmaker.accounts.links import link_of, use_link
from matchmaker.accounts.models import User
from matchmaker.accounts.notice import NOTICE_VERSION
from matchmaker.accounts.services import add_user
from matchmaker.accounts.views import pages
from matchmaker.clocks import zone_of
from matchmaker.database import get_db
from matchmaker.errors import NotAllowed
from matchmaker.orm import utc_now
from matchmaker.reader import current_reader


@pages.get("/enter/<secret>")
@open_to("anyone")
def enter(secret: str) -> str:
    """Shows a button. Messengers fetch links to draw a preview: that must not spend them."""
    return render_template("accounts/enter.html", user=link_of(get_db(), secret).user)


@pages.post("/enter/<secret>")
@open_to("anyone")
def enter_now(secret: str) -> Any:
    """Spend the link and sign the person in."""
    attempt_at("links").begin()
    db = get_db()
    user = use_link(db, secret)
    answer = let_in(user, "link")
    db.commit()
    return answer or redirect(url_for("arriving.begin"))


@pages.get("/invitation/<secret>")
@open_to("anyone")
def invitation(secret: str) -> str:
    """Who invites, to what; a button for those who are signed in, a form for others."""
    asked = invitation_of(get_db(), secret)
    form = _form(asked)
    if not form.name.data:
        form.name.data = asked.name
    return _page(asked, form)


@pages.post("/invitation/<secret>")
@open_to("anyone")
def accept_invitation(secret: str) -> Any:
    """Become a member: as who is signed in, or with a new account."""
    db = get_db()
    asked = invitation_of(db, secret)
    actor = current_actor()
    if actor is not None and actor.user is not None:
        if actor.is_suspended:
            raise NotAllowed(
                _("This account is suspended. Your account page says why and by whom.")
            )
        accept(db, asked, actor.user)
        return _welcome(asked)
    if _has_account(asked):
        return redirect(url_for("security.login", next=request.script_root + request.path))
    form = _form(asked)
    if not form.validate():
        return _page(asked, form)
    user = _new_user(asked, form)
    accept(db, asked, user)
    answer = let_in(user, "invitation")
    return answer or _welcome(asked)


def _welcome(asked: Invitation) -> Response:
    get_db().commit()
    session[ACTING_IN] = asked.organisation.public_id
    session.pop(ACTING_FOR, None)
    flash(_("Welcome to %(name)s.", name=asked.organisation.name), "success")
    return redirect(url_for("arriving.begin"))


def _new_user(asked: Invitation, form: AcceptForm | AcceptByPhoneForm) -> User:
    user = add_user(get_db(), name=form.name.data, email=asked.email)
    user.phone, user.language = asked.phone, current_reader().language
    user.notice_version = NOTICE_VERSION
    user.zone = zone_of(asked.organisation.country, request.form.get("zone", ""))
    if asked.email:
        # The link was mailed to this address and shown to nobody else.
        user.confirmed_at = utc_now()
        user.password = hash_password(form.password.data)
    return user


def _form(asked: Invitation) -> AcceptForm | AcceptByPhoneForm:
    return AcceptForm() if asked.email else AcceptByPhoneForm()


def _has_account(asked: Invitation) -> bool:
    """Whether the address invited has one; only who got the mail can ask."""
    return bool(asked.email) and account_of(get_db(), str(asked.email)) is not None


def _page(asked: Invitation, form: AcceptForm | AcceptByPhoneForm) -> str:
    return render_template(
        "accounts/invitation.html",
        invitation=asked,
        form=form,
        actor=current_actor(),
        has_account=_has_account(asked),
    )

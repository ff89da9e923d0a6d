"""The pages by which people give their account an e-mail address, or another one.

Outside of the rooms because it needs two of them: accounts keep the address, notices tell of it.
Everybody changes their own; no address of a page and no field of a form names anybody else.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_security.utils import hash_password, send_mail
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matchmaker.access import acting, current_actor, open_to
from matchmaker.accounts.addresses import (
    account_of,
    ask_for_address,
    change_of,
    confirm_address,
    waiting_address,
    withdraw_address,
)
from matchmaker.accounts.attempts import TooManyMails, confirms_address
from matchmaker.accounts.entering import asked_again, in_anew, public_address
from matchmaker.accounts.entries import AddressChange
from matchmaker.accounts.forms import AddressForm, FirstPasswordForm
from matchmaker.accounts.models import User
from matchmaker.accounts.qr import qr_picture
from matchmaker.database import get_db
from matchmaker.errors import N_, BadInput
from matchmaker.notices.services import tell, write_letter
from matchmaker.notices.surroundings import spoken

pages = Blueprint("address", __name__)
# What was typed is kept here while the password is asked for once more.
TYPED = "typed_address"
CONFIRM = N_("Confirm your e-mail address")
TAKEN = N_("Your address at Matchmaker")
CHANGED = N_("Your e-mail address is now %(address)s")
CHANGED_TEXT = N_(
    "From now on you sign in with it and your password, on any device, and mail goes there.\n\n"
    "If this was not you, tell the export desk at once."
)
LEFT = N_("The e-mail address of your account was changed")
LEFT_TEXT = N_(
    "%(name)s, your account at Matchmaker has another e-mail address now. This one no longer"
    " signs in, and all other devices were signed out.\n\n"
    "If this was not you, tell the export desk at once: it can stop the account."
)


@pages.get("/account/email")
@open_to("user")
def change() -> Any:
    """A form for the new address, or what waits to be confirmed."""
    user = _oneself()
    return asked_again(user) or _page(user, AddressForm(email=session.pop(TYPED, "")))


@pages.post("/account/email")
@open_to("user")
def ask() -> Any:
    """Write to the address. The answer is the same, whoever has it; the letter tells."""
    user, form, db = _oneself(), AddressForm(), get_db()
    again = asked_again(user)
    if again is not None:
        session[TYPED] = (form.email.data or "")[:254]
        return again
    if not form.validate():
        return _page(user, form)
    try:
        confirms_address(user.public_id)
        secret = ask_for_address(db, user, form.email.data)
    except (TooManyMails, BadInput) as refused:
        form.email.errors = [getattr(refused, "remedy", refused.message)]
        return _page(user, form), refused.status
    _write(db, user, form.email.data.lower(), secret)
    db.commit()
    return redirect(url_for(".change"))


@pages.post("/account/email/give-up")
@open_to("user")
def give_up() -> Response:
    """The link that was mailed stops working."""
    db = get_db()
    withdraw_address(db, _oneself())
    db.commit()
    flash(_("Nothing was changed. The link we mailed works no more."), "success")
    return redirect(url_for("accounts.home"))


@pages.get("/account/email/confirm/<secret>")
@open_to("anyone")
def confirm(secret: str) -> str:
    """A button, where the person is signed in; elsewhere, the way there."""
    asked, actor = change_of(get_db(), secret), current_actor()
    if actor is None or actor.user is None or actor.user.id != asked.user_id:
        address = public_address("address.confirm", secret=secret)
        picture = qr_picture(address, _("The link as a picture"))
        return render_template(
            "accounts/address_elsewhere.html",
            asked=asked,
            actor=actor,
            picture=picture,
            secret=secret,
        )
    return _confirm_page(asked, _first_password(asked), secret)


@pages.post("/account/email/confirm/<secret>")
@open_to("user")
def confirm_now(secret: str) -> Any:
    """The address is theirs; who had no password has one now."""
    db, user = get_db(), _oneself()
    asked = change_of(db, secret)
    if asked.user_id != user.id:
        return redirect(url_for(".confirm", secret=secret))
    form = _first_password(asked)
    if form is not None and not form.validate():
        return _confirm_page(asked, form, secret)
    former = confirm_address(db, asked, hash_password(form.password.data) if form else None)
    in_anew(user)
    _tell(db, user, former)
    db.commit()
    flash(_("From now on you sign in with %(address)s.", address=user.email), "success")
    return redirect(url_for("accounts.home"))


def _oneself() -> User:
    user = acting().user
    assert user is not None  # 'user' lets nobody else in
    return user


def _first_password(asked: AddressChange) -> FirstPasswordForm | None:
    return None if asked.user.password else FirstPasswordForm(asked.user, asked.email)


def _write(db: Session, user: User, address: str, secret: str) -> None:
    """A link to who asked; a warning to who has the address already."""
    holder = account_of(db, address)
    if holder is None or holder.id == user.id:
        link = public_address("address.confirm", secret=secret)
        template, facts = "accounts/email/address_confirmation", {"address": link}
        _mail(user, address, CONFIRM, template, facts)
    else:
        known = {"confirmed": holder.confirmed_at is not None}
        _mail(holder, str(holder.email), TAKEN, "accounts/email/address_taken", known)


def _mail(user: User, address: str, subject: str, template: str, facts: dict[str, Any]) -> None:
    with spoken(user.language):
        send_mail(_(subject), address, template, user=user, **facts)


def _tell(db: Session, user: User, former: str | None) -> None:
    """The bell and the new address; and the former one, which may be all that its owner has."""
    values = {"address": user.email}
    tell(db, user, kind="account.address", subject=CHANGED, text=CHANGED_TEXT,
         address="/account", values=values)  # fmt: skip
    # The addresses of people made up to show are nobody's, or a stranger's.
    if former is None or former == user.email or user.is_demo:
        return
    with spoken(user.language):
        subject, text = _(LEFT), _(LEFT_TEXT, name=user.name)
    write_letter(db, address=former, kind="account.address_left", subject=subject,
                 text=f"{text}\n", user=user, language=user.language)  # fmt: skip


def _page(user: User, form: AddressForm) -> str:
    waiting = waiting_address(get_db(), user)
    return render_template("accounts/address.html", user=user, form=form, waiting=waiting)


def _confirm_page(asked: AddressChange, form: FirstPasswordForm | None, secret: str) -> str:
    return render_template("accounts/address_confirm.html", asked=asked, form=form, secret=secret)

"""What the pages of accounts share: signing a person in, addresses of links, text to paste."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request, session, url_for
from flask_login import COOKIE_NAME
from flask_security import login_user
from flask_security.proxies import _security
from flask_security.utils import check_and_update_authn_fresh

from matchmaker.access import ACTING_FOR, ACTING_IN
from matchmaker.accounts.models import User
from matchmaker.accounts.qr import qr_picture


def public_address(endpoint: str, **values: Any) -> str:
    """The address people outside use, whatever host this request named."""
    return str(current_app.extensions["config"].public_url) + url_for(endpoint, **values)


def let_in(user: User, how: str) -> object | None:
    """Sign the person in and keep them signed in; an answer if a second step comes first."""
    second_step: object | None = _security.two_factor_plugins.tf_enter(
        user, True, how, next_loc=None
    )
    if second_step is None:
        # Who has only a phone should not need somebody else every day.
        login_user(user, remember=True, authn_via=[how])
    session.pop(ACTING_IN, None)
    session.pop(ACTING_FOR, None)
    return second_step


def in_anew(user: User) -> None:
    """Keep this browser signed in after all sessions of the person were ended."""
    login_user(user, remember=COOKIE_NAME in request.cookies, authn_via=["change"])


def asked_again(user: User) -> Any | None:
    """The page that asks who they are once more; None if that was today, or nothing can be lost.

    Who has neither password nor confirmed address has nothing to type but a new link, and would
    depend for good on whoever hands it over.
    """
    if not (user.password or user.confirmed_at):
        return None
    config = current_app.config
    within, grace = config["SECURITY_FRESHNESS"], config["SECURITY_FRESHNESS_GRACE_PERIOD"]
    if check_and_update_authn_fresh(within, grace):
        return None
    return _security._reauthn_handler(within, grace)


def page_to_hand_over(*, address: str, name: str, text: str, back: str, title: str) -> str:
    """The one page that shows a link: as a picture, and as a text for any messenger."""
    return render_template(
        "accounts/hand_over.html",
        address=address,
        name=name,
        text=text,
        back=back,
        title=title,
        picture=qr_picture(address, title),
    )

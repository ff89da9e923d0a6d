"""Joining: a person, their organisation and, for makers, their firm, in one page.

Outside of the rooms because it needs two of them: accounts and the catalogue. Until somebody of
it is known a firm that joined is shown to nobody outside.
"""

from __future__ import annotations

from dataclasses import dataclass

import pycountry
from babel import Locale
from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import get_locale
from flask_security.confirmable import send_confirmation_instructions
from flask_security.signals import user_confirmed
from flask_security.utils import hash_password, send_mail
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectChoice  # type: ignore[import-untyped]

from matchmaker.access import open_to
from matchmaker.accounts.actor import SYSTEM, Actor
from matchmaker.accounts.addresses import account_of
from matchmaker.accounts.attempts import asks_for_mail
from matchmaker.accounts.changes import Change, note_changes
from matchmaker.accounts.forms import JoinAsFirmForm, JoinAsTraderForm, JoinForm
from matchmaker.accounts.messages import SUBJECTS
from matchmaker.accounts.models import Organisation, User
from matchmaker.accounts.notice import NOTICE_VERSION
from matchmaker.accounts.services import add_member, add_user, found_organisation
from matchmaker.accounts.vouching import vouch_for, when_vouched_for
from matchmaker.arriving import came_for
from matchmaker.catalogue.models import Firm
from matchmaker.catalogue.services import register_firm
from matchmaker.certification.queries import concerned_by
from matchmaker.clocks import zone_of
from matchmaker.clusters.models import Cluster
from matchmaker.database import get_db
from matchmaker.errors import NotFound
from matchmaker.reader import current_reader
from matchmaker.wording import gettext as _

pages = Blueprint("joining", __name__)
KINDS = ("firm", "buyer", "intermediary")
JOINED = "joined_as"


@dataclass(frozen=True)
class Newcomer:
    """What somebody who joins tells us. `cluster` and `town` are told by firms alone."""

    kind: str
    name: str
    email: str
    password_hash: str
    organisation: str
    country: str = "IN"
    language: str = "en"
    cluster: Cluster | None = None
    town: str = ""
    zone: str = ""  # as the browser told it


def join(db: Session, newcomer: Newcomer) -> User | None:
    """Found the user, the organisation and the firm; None where the address has an account.

    The caller commits, and writes to the address in both cases.
    """
    if account_of(db, newcomer.email) is not None:
        return None
    user = add_user(db, name=newcomer.name.strip(), email=newcomer.email.lower())
    user.password, user.language = newcomer.password_hash, newcomer.language
    user.notice_version = NOTICE_VERSION
    user.zone = zone_of(newcomer.country, newcomer.zone)
    organisation = found_organisation(
        db,
        Actor(user),
        kind=newcomer.kind,
        name=newcomer.organisation,
        country=newcomer.country,
    )
    add_member(db, SYSTEM, user=user, organisation=organisation, role="owner")
    if newcomer.kind == "firm" and newcomer.cluster is not None:
        firm = register_firm(
            db,
            Actor(user, organisation),
            organisation,
            newcomer.cluster,
            about="",
            workers=1,  # the least a firm has; asked for later
            size="micro",
            languages=[newcomer.language],
            sites=[(newcomer.town, newcomer.town, None, None)],
        )
        firm.is_confirmed = False  # anybody can type any address
    return user


@user_confirmed.connect
def _address_confirmed(_app: object, *, user: User, **_more: object) -> None:
    for membership in user.memberships:
        vouch_for(get_db(), membership.organisation)


@when_vouched_for
def _show_firm(db: Session, organisation: Organisation) -> None:
    """From now on everybody sees it, with what it published."""
    firm = db.scalar(
        select(Firm).where(Firm.organisation_id == organisation.id, Firm.is_confirmed.is_(False))
    )
    if firm is None:
        return
    firm.is_confirmed = True
    shown = concerned_by(db, [organisation.id])
    note_changes(db, [*shown, Change("cluster", firm.cluster_id, "saved")])


@pages.get("/join")
@open_to("anyone")
def choose() -> str:
    """As what does one join?"""
    return render_template("accounts/join.html")


@pages.get("/join/<kind>")
@open_to("anyone")
def start(kind: str) -> str:
    """The form for buyers, intermediaries or firms. Desks are by invitation only."""
    return _page(kind, _form(kind))


@pages.post("/join/<kind>")
@open_to("anyone")
def join_now(kind: str) -> Response | str:
    """The same answer whether the address is new or has an account; the mail tells."""
    form, db = _form(kind), get_db()
    if not form.validate():
        return _page(kind, form)
    asks_for_mail()
    newcomer = _newcomer(kind, form, db)
    user = join(db, newcomer)
    if user is not None:
        send_confirmation_instructions(user)  # type: ignore[no-untyped-call]
    else:
        known = account_of(db, newcomer.email)
        assert known is not None
        send_mail(
            SUBJECTS["REGISTER"],
            str(known.email),
            "security/email/welcome_existing",
            user=known,
            confirmed=known.confirmed_at is not None,
        )
    db.commit()
    session[JOINED] = newcomer.email
    return redirect(url_for(".joined", next=came_for()))


@pages.get("/join/sent")
@open_to("anyone")
def joined() -> str:
    """What to do next: open the mail."""
    return render_template("accounts/joined.html", email=session.get(JOINED, ""))


def _newcomer(kind: str, form: JoinForm, db: Session) -> Newcomer:
    cluster, town, country = None, "", "IN"
    if isinstance(form, JoinAsFirmForm):
        cluster = db.scalar(select(Cluster).where(Cluster.slug == form.cluster.data))
        town = form.town.data
    elif isinstance(form, JoinAsTraderForm):
        country = form.country.data
    return Newcomer(
        kind=kind,
        name=form.name.data,
        email=form.email.data,
        # Hashed in every case, so that the time it takes tells nothing.
        password_hash=hash_password(form.password.data),
        organisation=form.organisation.data,
        country=country,
        language=current_reader().language,
        cluster=cluster,
        town=town,
        zone=request.form.get("zone", ""),
    )


def _form(kind: str) -> JoinForm:
    if kind not in KINDS:
        raise NotFound(_("One can join as a firm, a buyer or an intermediary."))
    if kind == "firm":
        firm = JoinAsFirmForm()
        firm.cluster.choices = _clusters()
        return firm
    trader = JoinAsTraderForm()
    trader.country.choices = [SelectChoice("", ""), *country_choices()]
    if request.method == "GET":
        trader.country.data = current_reader().country or ("IN" if kind != "buyer" else "")
    return trader


def _clusters() -> list[SelectChoice]:
    rows = get_db().execute(select(Cluster.slug, Cluster.name).order_by(Cluster.name))
    return [SelectChoice("", ""), *(SelectChoice(slug, name) for slug, name in rows)]


def country_choices() -> list[SelectChoice]:
    """Codes and names of countries, in the order of the reader's language."""
    names = Locale.parse(str(get_locale() or "en")).territories
    named = [(names.get(each.alpha_2, each.name), each.alpha_2) for each in pycountry.countries]
    return [SelectChoice(code, name) for name, code in sorted(named)]


def _page(kind: str, form: JoinForm) -> str:
    return render_template("accounts/join_as.html", kind=kind, form=form)

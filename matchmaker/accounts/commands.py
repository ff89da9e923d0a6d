"""Commands about accounts: the first people of a site, who have nobody to invite them."""

from __future__ import annotations

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.audit import record
from matchmaker.accounts.links import hand_over_link
from matchmaker.accounts.models import Membership, Organisation, User
from matchmaker.accounts.services import add_member, add_user, found_organisation
from matchmaker.accounts.standing import drop_second_factor
from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.orm import utc_now
from matchmaker.server_status import served_at


@click.group()
def account() -> None:
    """Accounts of people."""


@account.command("desk")
@click.argument("email")
@click.option("--name", default="", help="The person's name (default: the address).")
@click.option("--desk", "desk_name", default="Export desk", help="The desk's name, if it is new.")
@click.option("--operator", is_flag=True, help="Who runs the site, rather than a desk head.")
@click.option("--drop-second-step", is_flag=True, help="Phone and recovery codes were lost.")
@click.pass_obj
def found_desk(
    config: Config, email: str, name: str, desk_name: str, operator: bool, drop_second_step: bool
) -> None:
    """Make EMAIL the head of the export desk (or operator) and print a sign-in link."""
    role = "operator" if operator else "desk_head"
    with Session(make_engine(config.database_url)) as db, db.begin():
        user = _user(db, email.strip().lower(), name)
        desk = _desk(db, desk_name)
        _give(db, user, desk, role)
        if drop_second_step:
            drop_second_factor(db, SYSTEM, user, reason="By who runs the site.")
        link, secret = hand_over_link(db, SYSTEM, user)
        click.echo(f"{user.email} is {role.replace('_', ' ')} of {desk.name}.")
        click.echo(f"Sign in once, before {link.expires_at:%Y-%m-%d %H:%M} UTC, by")
        click.echo(f"{served_at(config)}/enter/{secret}")


def _user(db: Session, email: str, name: str) -> User:
    user = db.scalar(select(User).where(func.lower(User.email) == email))
    if user is None:
        user = add_user(db, name=name or email, email=email)
    # Whoever runs the machine vouches for the address.
    user.confirmed_at = user.confirmed_at or utc_now()
    return user


def _desk(db: Session, name: str) -> Organisation:
    desk = db.scalar(
        select(Organisation)
        .where(Organisation.kind == "desk", Organisation.is_demo.is_(False))
        .order_by(Organisation.id)
        .limit(1)
    )
    return desk or found_organisation(db, SYSTEM, kind="desk", name=name)


def _give(db: Session, user: User, desk: Organisation, role: str) -> None:
    there = db.scalar(
        select(Membership).where(
            Membership.user_id == user.id, Membership.organisation_id == desk.id
        )
    )
    if there is None:
        add_member(db, SYSTEM, user=user, organisation=desk, role=role)
        return
    if there.role == role:
        return
    before, there.role = there.role, role
    record(
        db,
        SYSTEM,
        "membership.changed",
        "organisation",
        desk.public_id,
        before={"user": user.public_id, "role": before},
        after={"user": user.public_id, "role": role},
    )

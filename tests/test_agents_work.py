"""Who lets somebody act for them is told what was done, once a day and agent."""

from __future__ import annotations

import datetime as dt
import inspect
from dataclasses import replace

import pytest
from flask import Flask
from flask_babel import get_locale
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker import agents_work, server_children
from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.invitations import invite
from matchmaker.accounts.links import hand_over_link
from matchmaker.accounts.models import AuditEntry, Membership
from matchmaker.agents_work import tell_clients
from matchmaker.catalogue.models import Product
from matchmaker.catalogue.services import change_product, facts_of
from matchmaker.jobs import SCHEDULES
from matchmaker.notices.digest import write_digests
from matchmaker.notices.models import Letter, Notice
from matchmaker.notices.queries import choices_of
from matchmaker.notices.services import mark_read, set_pace
from matchmaker.orm import utc_now
from tests.certification.test_services import declare
from tests.factories import Cast, make_cast, make_product, make_user


@pytest.fixture
def cast(db: Session) -> Cast:
    return make_cast(db)


def act(db: Session, actor: Actor, product: Product, days: int) -> None:
    change_product(db, actor, product, replace(facts_of(product), lead_days=days))
    db.flush()


def bell(db: Session, actor: Actor) -> list[Notice]:
    assert actor.user is not None
    mine = select(Notice).where(Notice.user_id == actor.user.id, Notice.kind == "agent.worked")
    return list(db.scalars(mine.order_by(Notice.id)))


def test_the_firm_is_told_by_whom_and_what_and_nobody_else_is(db: Session, cast: Cast) -> None:
    product = make_product(db, firm=cast.firm)
    act(db, cast.agent, product, 19)
    declare(db, cast, cast.agent)
    assert tell_clients(db, utc_now()) == 2  # owner and colleague; the viewer changes nothing
    (notice,) = bell(db, cast.owner)
    assert cast.agent.organisation is not None and cast.agent.user is not None
    assert notice.subject == "Cluster Body has worked for you"
    assert notice.text.splitlines() == [
        f"Products and prices: {product.title}",
        "Certificates and reports: ISO 9001",
        f"Done by {cast.agent.user.name}.",
    ]
    assert notice.address.startswith(f"/account/mandates#{cast.agent.organisation.public_id}-")
    for other in (cast.viewer, cast.agent, cast.rival, cast.stranger):
        assert bell(db, other) == []


def test_a_firm_is_told_that_people_were_brought_in_for_it(db: Session, cast: Cast) -> None:
    firm = cast.firm.organisation
    invite(db, cast.agent, firm, name="Asha", role="viewer", phone="98765 43210")
    phone = make_user(db, email=None)
    db.add(Membership(user=phone, organisation=firm, role="viewer"))
    db.flush()
    hand_over_link(db, cast.agent, phone)
    tell_clients(db, utc_now())
    (notice,) = bell(db, cast.owner)
    assert cast.agent.user is not None
    assert notice.text.splitlines() == [
        "People were invited to become members.",
        "Links that sign members in were handed over.",
        f"Done by {cast.agent.user.name}.",
    ]


def test_what_a_firm_does_itself_or_the_system_does_is_no_news(db: Session, cast: Cast) -> None:
    act(db, cast.owner, make_product(db, firm=cast.firm), 19)
    assert tell_clients(db, utc_now()) == 0


def test_many_changes_of_a_day_are_one_notice_that_grows(db: Session, cast: Cast) -> None:
    assert cast.owner.user is not None
    first, other = (make_product(db, firm=cast.firm, title=each) for each in ("Mat", "Rope"))
    now = utc_now()
    act(db, cast.agent, first, 19)
    tell_clients(db, now)
    mark_read(db, cast.owner.user)
    db.expire_all()
    tell_clients(db, now)  # nothing more was done
    act(db, cast.agent, first, 20)
    tell_clients(db, now)
    (notice,) = bell(db, cast.owner)
    assert notice.read_at is not None  # the same things again
    act(db, cast.agent, other, 21)
    tell_clients(db, now)
    (notice,) = bell(db, cast.owner)
    assert notice.text.startswith("Products and prices: Mat, Rope\n")
    assert notice.read_at is None


def test_each_day_has_its_own_and_the_last_minutes_of_one_are_not_lost(
    db: Session, cast: Cast
) -> None:
    midnight = dt.datetime(2031, 3, 5, 18, 30, tzinfo=dt.UTC)  # in Kochi
    for minutes in (-2, 3):
        at(db, cast, midnight + dt.timedelta(minutes=minutes))
    tell_clients(db, midnight + dt.timedelta(minutes=5))
    days = [each.address[-10:] for each in bell(db, cast.owner)]
    assert days == ["2031-03-05", "2031-03-06"]
    tell_clients(db, midnight + dt.timedelta(days=1, minutes=5))
    assert len(bell(db, cast.owner)) == 2


def at(db: Session, cast: Cast, moment: dt.datetime) -> None:
    """An enquiry answered by the agent at this moment."""
    record(db, cast.agent, "enquiry.message", "enquiry", f"e{moment:%H%M}")
    db.flush()
    moved = update(AuditEntry).where(AuditEntry.subject_id == f"e{moment:%H%M}")
    db.execute(moved.values(at=moment).execution_options(synchronize_session=False))


def test_it_is_mailed_in_the_morning_or_at_once_by_wish(db: Session, cast: Cast) -> None:
    assert cast.owner.user is not None and cast.colleague.user is not None
    for actor in (cast.owner, cast.colleague):
        assert actor.user is not None
        actor.user.confirmed_at = utc_now()
    set_pace(db, cast.colleague.user, "agent.worked", "at once")
    act(db, cast.agent, make_product(db, firm=cast.firm), 19)
    tell_clients(db, utc_now())
    letters = select(Letter.user_id).where(Letter.kind == "agent.worked")
    assert db.scalars(letters).all() == [cast.colleague.user.id]
    write_digests(db, utc_now() + dt.timedelta(days=1))
    digests = select(Letter.text).where(
        Letter.user_id == cast.owner.user.id, Letter.kind.in_(("digest", "agent.worked"))
    )
    (mailed,) = db.scalars(digests)
    assert "Cluster Body has worked for you" in mailed
    assert "agent.worked" in [each.kind.key for each in choices_of(db, cast.owner.user)]


def test_each_reads_it_in_their_own_language(
    app: Flask, app_db: Session, app_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert app_cast.owner.user is not None
    app_cast.owner.user.language = "de"
    act(app_db, app_cast.agent, make_product(app_db, firm=app_cast.firm), 19)
    monkeypatch.setattr(agents_work, "_", lambda text, **values: f"{get_locale()}: {text % values}")
    with app.app_context():
        tell_clients(app_db, utc_now())
    told = [bell(app_db, actor)[0] for actor in (app_cast.owner, app_cast.colleague)]
    assert [each.subject[:4] for each in told] == ["de: ", "en: "]
    assert [{line[:4] for line in each.text.splitlines()} for each in told] == [{"de: "}, {"en: "}]


def test_the_worker_knows_of_it_and_looks_every_five_minutes() -> None:
    assert "import agents_work" in inspect.getsource(server_children.worker)
    assert SCHEDULES["agents.tell"].cron == "*/5 * * * *"

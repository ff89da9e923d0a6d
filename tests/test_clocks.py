"""Times are shown on the reader's own clock, and its zone is named."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.models import AuditEntry, User
from matchmaker.clocks import choices, for_reader, zone_of
from matchmaker.desk.trail import Asked, read_trail
from matchmaker.notices.models import Notice
from matchmaker.sourcing.models import Enquiry, EnquiryMessage
from tests.accounts.visits import JOIN
from tests.factories import Cast
from tests.signed_in import sign_in

NOON = dt.datetime(2026, 11, 22, 12, 56, tzinfo=dt.UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "Nov 22, 2026, 1:56\u202fPM GMT+01:00"),
        ("de", "22.11.2026, 13:56 GMT+01:00"),
        ("fr", "22 nov. 2026, 13:56 UTC+01:00"),
    ],
)
def test_a_time_is_told_with_its_zone(app: Flask, language: str, shown: str) -> None:
    with app.test_request_context(environ_overrides={"matchmaker.language": language}):
        assert for_reader(NOON, BERLIN) == shown


@pytest.mark.parametrize(
    ("country", "told", "zone"),
    [
        ("DE", "", "Europe/Berlin"),
        ("FR", "", "Europe/Paris"),
        ("IN", "", "Asia/Kolkata"),
        ("US", "America/Los_Angeles", "America/Los_Angeles"),
        ("US", "", "America/New_York"),
        ("DE", "Middle/Earth", "Europe/Berlin"),
        ("DE", "/etc/passwd", "Europe/Berlin"),
        ("AQ", "", "UTC"),  # ten clocks, and none of them the usual one
    ],
)
def test_who_joins_gets_the_clock_of_their_browser_or_country(
    country: str, told: str, zone: str
) -> None:
    assert zone_of(country, told) == zone


def test_a_german_who_joins_reads_german_time(client: FlaskClient, app_db: Session) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = False
    client.post("/join/buyer", data=JOIN | {"country": "DE"})
    client.post("/join/buyer", data=JOIN | {"country": "US", "email": "b@example.com",
                "zone": "America/Denver"})  # fmt: skip
    assert app_db.scalars(select(User.zone).order_by(User.id)).all() == [
        "Europe/Berlin",
        "America/Denver",
    ]


def test_zones_are_offered_from_west_to_east_with_their_distance(app: Flask) -> None:
    with app.test_request_context():
        offered = choices(NOON)
    assert ("Asia/Kolkata", "Kolkata (GMT+05:30)") in offered
    names = [name for name, _label in offered]
    assert (
        names.index("America/New_York") < names.index("Europe/Berlin") < names.index("Asia/Tokyo")
    )


def test_all_pages_with_times_show_them_on_the_readers_clock(
    client: FlaskClient, app_db: Session, app_cast: Cast
) -> None:
    """A notice, a question and the trail: each just before a quarter to seven in Nepal."""
    pages = _happened(app_db, app_cast)
    for actor, page in pages:
        assert "6:41\u202fPM GMT+05:45" in sign_in(client, actor).get(page).text, page


def _happened(db: Session, cast: Cast) -> list[tuple[Actor, str]]:
    buyer, officer, owner = cast.stranger, cast.officer, cast.owner
    assert buyer.organisation and buyer.user and officer.user and owner.user
    db.execute(update(User).values(zone="Asia/Kathmandu"))
    db.add(Notice(user_id=buyer.user.id, kind="test", subject="Look", text="Look.",
                  address="/account", created_at=NOON))  # fmt: skip
    enquiry = Enquiry(organisation_id=buyer.organisation.id, firm_id=cast.firm.id)
    db.add(enquiry)
    db.flush()
    db.add(EnquiryMessage(enquiry_id=enquiry.id, sender_id=buyer.user.id, text="How many?",
                          organisation_id=buyer.organisation.id, at=NOON))  # fmt: skip
    db.commit()
    _at_noon(db, officer)
    thread = f"/enquiries/{enquiry.public_id}"
    return [(buyer, "/notices"), (buyer, thread), (officer, "/desk/audit")]


def _at_noon(db: Session, actor: Actor) -> None:
    """One act in the trail at noon. Entries cannot be changed: the clock is told beforehand."""
    record(db, actor, "user.restored", "user", "2222222222")
    (entry,) = [each for each in db.new if isinstance(each, AuditEntry)]
    entry.at = NOON
    db.commit()


def test_a_day_of_the_trail_is_a_day_of_the_reader(
    any_db: Session,
) -> None:
    user = User(name="Head", email=None)
    any_db.add(user)
    any_db.flush()
    record(any_db, Actor(user), "user.restored", "user", user.public_id)
    (entry,) = [each for each in any_db.new if isinstance(each, AuditEntry)]
    entry.at = dt.datetime(2026, 11, 21, 20, 0, tzinfo=dt.UTC)  # the 22nd already in India
    any_db.flush()
    day = {"since": "2026-11-22", "until": "2026-11-22"}
    found = [
        read_trail(any_db, Asked.read(day, zone))[1] for zone in (dt.UTC, ZoneInfo("Asia/Kolkata"))
    ]
    assert found == [0, 1]
    # The first and the last day there are have no midnight everywhere.
    for edge in ("0001-01-01", "9999-12-31"):
        read_trail(any_db, Asked.read({"since": edge, "until": edge}, ZoneInfo("Asia/Kolkata")))

"""Who is told what, in which language and at which pace."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import User
from matchmaker.database import get_db
from matchmaker.notices.digest import latest_morning, write_digests
from matchmaker.notices.kinds import KINDS, UnknownKind, choices_for, kind_of
from matchmaker.notices.models import Letter, Notice
from matchmaker.notices.services import set_pace, tell, write_letter
from matchmaker.orm import utc_now
from tests.factories import make_user

KOLKATA = ZoneInfo("Asia/Kolkata")


def say(db: Session, user: User, kind: str = "evidence.decided", subject: str = "News") -> Notice:
    return tell(db, user, kind=kind, subject=subject, text="Something.", address="/firm")


def letters(db: Session) -> list[tuple[str, str]]:
    return [(each.address, each.subject) for each in db.scalars(select(Letter).order_by(Letter.id))]


def test_everything_is_in_the_bell_and_mailed_as_wished(db: Session) -> None:
    user = make_user(db, email="a@example.com")
    for pace in ("at once", "digest", "off"):
        set_pace(db, user, "evidence.decided", pace)
        say(db, user, subject=pace)
    bell = db.scalars(select(Notice).order_by(Notice.id)).all()
    assert [(n.subject, n.letter_id is not None, n.for_digest) for n in bell] == [
        ("at once", True, False),
        ("digest", False, True),
        ("off", False, False),
    ]
    assert letters(db) == [("a@example.com", "at once")]


def test_what_may_not_be_switched_off_is_not(db: Session) -> None:
    user = make_user(db)
    set_pace(db, user, "standing.changed", "off")
    say(db, user, "standing.changed")
    assert len(letters(db)) == 1


@pytest.mark.parametrize(
    "change",
    [{"email": None}, {"confirmed_at": None}, {"is_demo": True}, {"active": False}],
    ids=lambda change: next(iter(change)),
)
def test_who_cannot_be_mailed_has_the_bell(db: Session, change: dict[str, object]) -> None:
    user = make_user(db)
    for name, value in change.items():
        setattr(user, name, value)
    say(db, user)
    assert letters(db) == []
    assert len(db.scalars(select(Notice)).all()) == 1


def test_mail_stops_when_it_comes_back_and_goes_on_when_it_arrives(db: Session) -> None:
    user = make_user(db)
    first = write_letter(
        db, address=str(user.email), kind="account.x", subject="s", text="t", user=user
    )
    first.state = "bounced"
    assert say(db, user).letter_id is None
    user.email = "new@example.com"  # of which nothing is known yet
    assert say(db, user).letter_id is not None


def test_each_reads_it_in_their_own_language(app: Flask) -> None:
    with app.app_context():
        db = get_db()
        for language in ("ml", "en", "xx"):
            user = make_user(db)
            user.language = language
            tell(
                db,
                user,
                kind="enquiry.received",
                subject="Notices",
                text="Mail",
                address="/ml/firm/enquiries",  # as whoever caused it reads
            )
        bell = db.scalars(select(Notice).order_by(Notice.id)).all()
        assert [notice.subject for notice in bell] == ["അറിയിപ്പുകൾ", "Notices", "Notices"]
        assert {notice.address for notice in bell} == {"/firm/enquiries"}
        public = app.extensions["config"].public_url
        assert db.scalars(select(Letter.text).order_by(Letter.id)).all() == [
            f"മെയിൽ\n\n{public}/ml/firm/enquiries\n",
            f"Mail\n\n{public}/firm/enquiries\n",
            f"Mail\n\n{public}/firm/enquiries\n",
        ]


def test_a_percent_sign_in_what_is_said_harms_nothing(db: Session) -> None:
    user = make_user(db)
    assert say(db, user, subject="5 % off").subject == "5 % off"
    filled = tell(
        db, user, kind="enquiry.received", subject="%(x)s", text="t", values={"x": "%(y)s %"}
    )
    assert filled.subject == "%(y)s %"


def test_an_unknown_kind_is_a_slip_that_shows(db: Session) -> None:
    with pytest.raises(UnknownKind, match=r"notices/kinds\.py"):
        say(db, make_user(db), "evidence.decidedd")


def test_kinds_are_known_once_and_offered_to_whom_they_concern() -> None:
    assert len({kind.key for kind in KINDS}) == len(KINDS)
    assert kind_of("account.reset_instructions").key == "account"
    offered = {kind.key for kind in choices_for(frozenset({"buyer"}))}
    assert "enquiry.message" in offered
    assert not offered & {"enquiry.received", "task.assigned", "account"}


@given(
    # Samoa left out a whole day in 2011.
    seconds=st.integers(1_330_000_000, 4_000_000_000),
    zone=st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})),
)
def test_the_latest_morning_is_the_last_seven_oclock_there(seconds: int, zone: str) -> None:
    now = dt.datetime.fromtimestamp(seconds, dt.UTC)
    morning = latest_morning(now, ZoneInfo(zone))
    assert morning.astimezone(ZoneInfo(zone)).time() == dt.time(7)
    assert dt.timedelta(0) <= now - morning < dt.timedelta(hours=26)  # clocks are turned back


def at(text: str) -> dt.datetime:
    """An instant by the clock of Kolkata."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=KOLKATA).astimezone(dt.UTC)


def gathered(db: Session, user: User, when: dt.datetime, subject: str) -> Notice:
    notice = say(db, user, "facts.stale", subject)
    notice.created_at = when
    db.flush()
    return notice


def test_the_digest_comes_in_the_morning_once(db: Session) -> None:
    user = make_user(db, email="a@example.com")
    set_pace(db, user, "facts.stale", "digest")
    gathered(db, user, at("2026-11-20 09:00"), "One")
    gathered(db, user, at("2026-11-20 18:00"), "Two")
    assert write_digests(db, at("2026-11-21 06:59")) == 0
    gathered(db, user, at("2026-11-21 07:01"), "Three")
    assert write_digests(db, at("2026-11-21 07:02")) == 1
    assert letters(db) == [("a@example.com", "3 new for you at Matchmaker")]
    text = db.scalars(select(Letter.text)).one()
    assert [each in text for each in ("One", "Two", "Three")] == [True] * 3
    assert write_digests(db, at("2026-11-21 07:32")) == 0


def test_the_digest_leaves_out_what_was_read_and_who_wants_none(db: Session) -> None:
    reader, content = make_user(db), make_user(db)
    for user in (reader, content):
        set_pace(db, user, "facts.stale", "digest")
        gathered(db, user, at("2026-11-20 09:00"), "One")
    gathered(db, reader, at("2026-11-20 09:30"), "Read").read_at = utc_now()
    set_pace(db, content, "digest", "off")
    assert write_digests(db, at("2026-11-21 12:00")) == 1
    assert letters(db) == [(reader.email, "One")]


def test_morning_is_where_the_reader_is(db: Session) -> None:
    for number, zone in enumerate(("Asia/Kolkata", "Europe/Berlin", "no/where")):
        user = make_user(db, email=f"{number}@example.com")
        user.zone = zone
        set_pace(db, user, "facts.stale", "digest")
        gathered(db, user, at("2026-11-20 22:00"), zone)
    assert write_digests(db, at("2026-11-21 08:00")) == 2
    assert write_digests(db, at("2026-11-21 11:30")) == 1  # seven in Berlin
    assert [subject for _address, subject in letters(db)] == [
        "Asia/Kolkata",
        "no/where",
        "Europe/Berlin",
    ]

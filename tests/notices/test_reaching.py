"""Mail that comes back, and the people whom only a call or a messenger reaches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.config import BadSetting, Config
from matchmaker.notices import commands
from matchmaker.notices.bounces import Report, note_bounce, read_report
from matchmaker.notices.message import message_of
from matchmaker.notices.models import Letter, Notice
from matchmaker.notices.reaching import message_with_link, ready_message, unreached_people
from matchmaker.notices.services import tell, write_letter
from matchmaker.orm import utc_now
from tests.factories import make_cast, make_user

STATUS = """Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; gone@example.com
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such person
"""


def report_about(message_id: str, action: str = "failed", whole: bool = False) -> bytes:
    """A report as mail servers write them: the status, then the mail or its headers."""
    returned = f"Message-ID: {message_id}\nSubject: Hello\n\n{'Text' if whole else ''}"
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    return (
        "From: MAILER-DAEMON@mx.example.org\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n"
        "--B\nContent-Type: text/plain\n\nSorry.\n\n"
        f"--B\nContent-Type: message/delivery-status\n\n{STATUS.format(action=action)}\n"
        f"--B\nContent-Type: {kind}\n\n{returned}\n--B--\n"
    ).encode()


@pytest.mark.parametrize("whole", [True, False])
def test_a_report_names_the_letter_and_why(whole: bool) -> None:
    raw = report_about("<abc234defg@mm.example>", whole=whole)
    assert read_report(raw) == Report("abc234defg", True, "smtp; 550 5.1.1 no such person")


def test_a_delay_is_not_final_and_an_answer_is_no_report() -> None:
    delayed = read_report(report_about("<abc234defg@mm.example>", "delayed"))
    assert delayed is not None and not delayed.is_final
    answer = EmailMessage()
    answer["Subject"] = "Out of office"
    answer.set_content("Back on Monday. 550 failed")
    assert read_report(answer.as_bytes()) is None


@example(b"Content-Type:multipart/mixed;r*", 0, 900)  # over this one Python's reader stumbles
@given(st.binary(max_size=2000), st.integers(0, 900), st.integers(0, 900))
def test_no_mail_however_torn_breaks_the_reader(noise: bytes, start: int, length: int) -> None:
    raw = report_about("<abc234defg@mm.example>", whole=True)
    read_report(noise)
    read_report(raw[:start] + noise + raw[start + length :])


def test_a_bounce_is_noted_at_our_letter_only(db: Session) -> None:
    letter = write_letter(db, address="gone@example.com", kind="account.x", subject="s", text="t")
    letter.state = "accepted"
    assert note_bounce(db, Report("zzzzzzzzzz", True, "")) is None
    assert note_bounce(db, Report(letter.public_id, False, "")) is None
    assert letter.state == "accepted"
    assert note_bounce(db, Report(letter.public_id, True, "550 gone")) is letter
    assert (letter.state, letter.trouble) == ("bounced", "550 gone")


def test_an_operator_sees_sends_again_and_notes_what_came_back(
    sessions: sessionmaker[Session], posted: Callable[..., int], plain: Config, tmp_path
) -> None:
    _first, _second, third = posted(), posted(), posted()
    with sessions() as db, db.begin():
        db.execute(update(Letter).where(Letter.id != third).values(state="failed"))
        number = db.get_one(Letter, third).public_id
    config = Config.from_env(
        {"MATCHMAKER_DATA": str(tmp_path)}, database_url=f"sqlite:///{tmp_path}/test.sqlite"
    )

    def run(*words: str, typed: bytes | None = None) -> str:
        return CliRunner().invoke(commands.mail, words, obj=config, input=typed).output

    assert "1 wait" in run("status")
    assert "2 failed" in run("status")
    assert "nothing is sent" in run("status")
    assert "2 letters wait to be sent again." in run("retry")
    assert "nothing was noted" in run("bounced", typed=b"Subject: hello\n\nhi")
    came_back = report_about(f"<{number}@localhost>")
    assert "somebody@example.com came back" in run("bounced", typed=came_back)
    assert "1 came back" in run("status")


def test_the_unreached_are_those_no_mail_finds(db: Session) -> None:
    cast = make_cast(db)
    paper, bounced, fine, patient = (make_user(db) for _ in range(4))
    paper.email, paper.phone, patient.email = None, "+919876543210", None
    for user in (paper, bounced, fine, patient):
        tell(db, user, kind="facts.stale", subject="Old", text="t")
        tell(db, user, kind="facts.stale", subject="Confirm your price", text="t")
    long_ago = utc_now() - dt.timedelta(days=4)
    db.execute(update(Notice).where(Notice.user_id != patient.id).values(created_at=long_ago))
    letter = write_letter(
        db, address=str(bounced.email), kind="digest", subject="s", text="t", user=bounced
    )
    letter.state, letter.trouble = "bounced", "550 gone"
    db.flush()
    found = {each.user.id: each for each in unreached_people(db)}
    assert set(found) == {paper.id, bounced.id}
    assert (found[paper.id].why, found[paper.id].phone) == ("no mail", "+919876543210")
    assert (found[bounced.id].why, found[bounced.id].trouble) == ("bounced", "550 gone")
    assert found[paper.id].unread == 2
    assert found[paper.id].latest == "Confirm your price"
    words = ready_message(found[paper.id])
    assert paper.name in words and "Confirm your price" in words and "/sign-in" in words
    linked = message_with_link(db, cast.officer, found[paper.id])
    assert "/enter/" in linked
    # Whoever has a password signs in with it: a link would let the desk act as them.
    found[bounced.id].user.password = "hash"
    assert "/enter/" not in message_with_link(db, cast.officer, found[bounced.id])


def test_the_unreached_cost_the_same_however_many(
    db: Session, counted: Callable[..., AbstractContextManager[list[str]]]
) -> None:
    def cost(people: int) -> int:
        for _person in range(people):
            user = make_user(db, email=None)
            tell(db, user, kind="facts.stale", subject="s", text="t")
        db.execute(update(Notice).values(created_at=utc_now() - dt.timedelta(days=9)))
        db.commit()
        db.expire_all()
        with counted(db.get_bind()) as statements:  # type: ignore[arg-type]
            assert [ready_message(each) for each in unreached_people(db)]
        return len(statements)

    assert cost(3) == cost(20)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    subject=st.text(max_size=80),
    text=st.text(max_size=300),
    language=st.sampled_from(["en", "ml", "ar", "xx"]),
)
def test_whatever_is_written_arrives_as_written(
    plain: Config, subject: str, text: str, language: str
) -> None:
    letter = Letter(
        public_id="abc234defg",
        address="a@example.com",
        kind="account.x",
        subject=" ".join(subject.split()),
        text=text,
        language=language,
        created_at=utc_now(),
    )
    raw = message_of(letter, plain).as_bytes()
    assert message_of(letter, plain)["Message-ID"] == "<abc234defg@localhost>"
    read = message_from_bytes(raw, policy=policy.default)
    assert isinstance(read, EmailMessage)
    body = read.get_body(("plain",))
    assert body is not None
    assert body.get_content().split() == text.split()
    assert (read["To"], read["Bcc"]) == ("a@example.com", None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MATCHMAKER_MAIL_URL", "mail.example.org"),
        ("MATCHMAKER_MAIL_URL", "http://mail.example.org"),
        ("MATCHMAKER_MAIL_URL", "smtp://"),
        ("MATCHMAKER_MAIL_URL", "smtp://mail.example.org:99999"),
        ("MATCHMAKER_MAIL_FROM", "Matchmaker"),
        ("MATCHMAKER_MAIL_FROM", "A <a@example.org>\nBcc: b@example.org"),
    ],
)
def test_settings_that_cannot_send_stop_the_start(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        Config.from_env({name: value})

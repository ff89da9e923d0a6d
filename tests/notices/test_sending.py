"""Letters leave, wait, fail and come back as what really happened to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.config import Config
from matchmaker.notices import outbox, sending
from matchmaker.notices.models import Letter
from matchmaker.notices.transport import Folder, ServerDown, Smtp
from matchmaker.orm import utc_now
from tests.notices.conftest import Sink

Sessions = sessionmaker[Session]
Post = Callable[..., int]
Look = Callable[[int], Letter]


def make_due(sessions: Sessions) -> None:
    """As if the waiting time were over."""
    with sessions() as db, db.begin():
        db.execute(update(Letter).values(next_try_at=utc_now()))


def test_a_letter_reaches_the_server(
    sessions: Sessions, plain: Config, server: Smtp, sink: Sink, posted: Post, stands: Look
) -> None:
    number = posted("Your link", text="Open this:\n\nhttps://mm.example/x?a=1\n")
    assert sending.send_due(sessions, server, plain) == 1
    (mail,) = sink.received
    letter = stands(number)
    assert (letter.state, letter.tries, letter.trouble) == ("accepted", 1, None)
    assert letter.sent_at is not None
    assert mail["To"] == "somebody@example.com"
    assert mail["Subject"] == "Your link"
    assert mail["Message-ID"] == f"<{letter.public_id}@localhost>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == letter.created_at.replace(microsecond=0)
    assert "List-Unsubscribe" not in mail
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None and html is not None
    assert text.get_content().splitlines()[0] == "Open this:"
    assert 'href="https://mm.example/x?a=1"' in html.get_content()
    assert sending.send_due(sessions, server, plain) == 0


def test_one_address_that_is_refused_holds_nobody_up(
    sessions: Sessions, plain: Config, server: Smtp, sink: Sink, posted: Post, stands: Look
) -> None:
    sink.refusals["gone@example.com"] = "550 5.1.1 no such person"
    gone, fine = posted("One", address="gone@example.com"), posted("Two")
    sending.send_due(sessions, server, plain)
    assert (stands(gone).state, stands(gone).trouble) == ("bounced", "550 5.1.1 no such person")
    assert stands(fine).state == "accepted"
    assert sink.subjects == ["Two"]


def test_what_is_refused_for_now_waits_longer_every_time_then_fails(
    sessions: Sessions, plain: Config, server: Smtp, sink: Sink, posted: Post, stands: Look
) -> None:
    sink.refusals["somebody@example.com"] = "451 4.7.1 come back later"
    number = posted()
    waits = []
    for _try in range(len(outbox.WAITS)):
        sending.send_due(sessions, server, plain)
        waits.append(stands(number).next_try_at - utc_now())
        assert sending.send_due(sessions, server, plain) == 0  # not before its time
        make_due(sessions)
    expected = [each.total_seconds() for each in outbox.WAITS]
    assert [each.total_seconds() for each in waits] == pytest.approx(expected, abs=10)
    assert stands(number).state == "waiting"
    sending.send_due(sessions, server, plain)
    assert (stands(number).state, stands(number).trouble) == ("failed", "451 4.7.1 come back later")


def test_a_letter_refused_for_what_it_says_failed_and_can_be_sent_again(
    sessions: Sessions, plain: Config, server: Smtp, sink: Sink, posted: Post, stands: Look
) -> None:
    sink.refusals["data"] = "554 5.7.1 looks like spam"
    number = posted()
    sending.send_due(sessions, server, plain)
    assert stands(number).state == "failed"
    del sink.refusals["data"]
    with sessions() as db, db.begin():
        assert outbox.retry_failed(db) == 1
    sending.send_due(sessions, server, plain)
    assert stands(number).state == "accepted"


def test_while_nobody_listens_everything_waits_and_says_why(
    sessions: Sessions, plain: Config, nobody: Smtp, posted: Post, stands: Look
) -> None:
    numbers = [posted(), posted()]
    with pytest.raises(ServerDown, match="connection was refused"):
        sending.send_due(sessions, nobody, plain)
    for number in numbers:
        letter = stands(number)
        assert (letter.state, letter.tries) == ("waiting", 0)
        assert "connection was refused" in (letter.trouble or "")
    with sessions() as db:
        assert outbox.state_of_outbox(db).waiting == 2


def test_when_the_server_is_back_all_goes_out(
    sessions: Sessions, plain: Config, nobody: Smtp, server: Smtp, sink: Sink, posted: Post
) -> None:
    posted("One"), posted("Two")
    with pytest.raises(ServerDown):
        sending.send_due(sessions, nobody, plain)
    assert sending.send_due(sessions, server, plain) == 2
    assert sink.subjects == ["One", "Two"]


def test_a_sender_killed_before_it_noted_sends_again_under_the_same_number(
    sessions: Sessions,
    plain: Config,
    server: Smtp,
    sink: Sink,
    posted: Post,
    stands: Look,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number = posted()

    class Killed(BaseException):
        """What no `except Exception` on the way stops, as nothing stops SIGKILL."""

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as m, pytest.raises(Killed):
        m.setattr(outbox, "note_sent", die)
        sending.send_due(sessions, server, plain)
    assert stands(number).state == "waiting"
    assert sending.send_due(sessions, server, plain) == 0  # still taken by the dead one
    make_due(sessions)
    sending.send_due(sessions, server, plain)
    first, second = sink.received
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]
    assert stands(number).state == "accepted"


def test_two_senders_do_not_send_one_letter(any_db: Session) -> None:
    any_db.add(Letter(address="a@example.com", kind="account.x", subject="s", text="t"))
    any_db.commit()
    (number,) = outbox.due_letters(any_db)
    assert outbox.take(any_db, number) is not None
    any_db.commit()
    assert outbox.take(any_db, number) is None


def test_what_no_mail_can_carry_fails_and_holds_nobody_up(
    sessions: Sessions, plain: Config, server: Smtp, sink: Sink, posted: Post, stands: Look
) -> None:
    broken, fine = posted("One", address="a\r\nBcc: b@example.com"), posted("Two")
    sending.send_due(sessions, server, plain)
    assert stands(broken).state == "failed"
    assert stands(fine).state == "accepted"
    assert sink.subjects == ["Two"]


def test_without_a_server_mail_is_files_and_says_so(
    sessions: Sessions, plain: Config, tmp_path: Path, posted: Post, stands: Look
) -> None:
    number = posted("നമസ്കാരം", language="ml", address="jörg@example.com")
    sending.send_due(sessions, Folder(tmp_path / "mail"), plain)
    assert stands(number).state == "folder"
    (file,) = (tmp_path / "mail").iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert file.name.endswith(f"-{stands(number).public_id}.eml")
    assert mail["Subject"] == "നമസ്കാരം"
    assert mail["To"] == "jörg@example.com"


def test_a_folder_that_cannot_be_written_keeps_letters_waiting(
    sessions: Sessions, plain: Config, tmp_path: Path, posted: Post, stands: Look
) -> None:
    (tmp_path / "mail").write_text("a file where the folder should be")
    number = posted()
    with pytest.raises(ServerDown, match="mail folder cannot be written"):
        sending.send_due(sessions, Folder(tmp_path / "mail"), plain)
    assert stands(number).state == "waiting"


def test_a_password_is_not_sent_in_the_clear(server: Smtp) -> None:
    import matchmaker.notices.transport as transport

    elsewhere = Smtp(server.host, server.port, encrypted=False, user="u", password="p")
    with pytest.MonkeyPatch.context() as m, pytest.raises(ServerDown, match="no encryption"):
        m.setattr(transport, "_is_this_machine", lambda _host: False)
        with elsewhere.opened():
            pass


def test_what_left_long_ago_is_forgotten(
    sessions: Sessions, plain: Config, server: Smtp, posted: Post
) -> None:
    old, young, waits = posted("old"), posted("young"), posted("waits")
    with sessions() as db, db.begin():
        long_ago = utc_now() - dt.timedelta(days=100)
        db.execute(update(Letter).where(Letter.id != young).values(created_at=long_ago))
        db.execute(update(Letter).where(Letter.id != waits).values(state="accepted"))
    with sessions() as db, db.begin():
        assert outbox.forget_sent(db) == 1
    with sessions() as db:
        assert {each: db.get(Letter, each) is not None for each in (old, young, waits)} == {
            old: False,
            young: True,
            waits: True,
        }

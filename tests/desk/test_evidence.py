"""The desk checks evidence: document and data side by side, three decisions, on to the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.certification.models import Evidence, Scheme
from matchmaker.certification.papers import add_document
from matchmaker.certification.reviewing import stamp_of
from matchmaker.certification.services import declare_evidence
from matchmaker.store import Store
from tests.certification.papers import pdf, picture
from tests.factories import Cast
from tests.reading import words_of
from tests.signed_in import sign_in


@pytest.fixture
def officer(app: Flask, app_cast: Cast) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return sign_in(app.test_client(), app_cast.officer)


@pytest.fixture
def store(app: Flask) -> Store:
    found: Store = app.extensions["store"]
    return found


Sent = Callable[..., Evidence]


@pytest.fixture
def sent(app_db: Session, app_cast: Cast, store: Store) -> Sent:
    """Evidence with a document, as the firm sent it in."""

    def make(actor: Actor | None = None, number: str = "Q-1", content: bytes | None = None):
        actor = actor or app_cast.owner
        scheme = app_db.scalars(select(Scheme).where(Scheme.code == "ISO9001")).one()
        assert actor.acts_for is not None
        evidence = declare_evidence(app_db, actor, actor.acts_for, scheme, number=number,
                                    issuer="Certifier", issued_on=dt.date(2026, 1, 1),
                                    expires_on=dt.date(2028, 1, 1))  # fmt: skip
        name = "a.jpg" if content and content.startswith(b"\xff") else "a.pdf"
        add_document(app_db, actor, store, evidence, content or pdf(number.encode()), name)
        stamp_of(evidence)
        app_db.commit()
        return evidence

    return make


def seen(app_db: Session, evidence: Evidence) -> str:
    found = app_db.get(Evidence, evidence.id, populate_existing=True)
    assert found is not None
    stamp = stamp_of(found)
    app_db.commit()
    return stamp


def test_document_and_data_stand_side_by_side_and_only_here_in_a_frame(
    officer: FlaskClient, sent: Sent
) -> None:
    paper, photo = sent(), sent(number="Q-2", content=picture())
    page = officer.get(f"/desk/evidence/{paper.public_id}")
    assert f'data="/documents/{paper.documents[0].public_id}?view=1"' in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "object-src 'self'" in policy
    assert "frame-src 'self'" in policy
    assert "object-src" not in officer.get("/desk").headers["Content-Security-Policy"]
    page = officer.get(f"/desk/evidence/{photo.public_id}")
    assert 'sandbox title="a.jpg"' in page.text
    shown = words_of(page.text)
    for said in ("Certificate number Q-2", "Certification body Certifier", "IAF CertSearch"):
        assert said in shown


def test_approval_leads_to_the_next_that_is_nobody_elses(
    officer: FlaskClient, app_db: Session, sent: Sent
) -> None:
    first, second = sent(), sent(number="Q-2")
    address = f"/desk/evidence/{first.public_id}/approve"
    given = {"grade": "confirmed", "how": "Found in the register.", "seen": seen(app_db, first)}
    answer = officer.post(address, data=given)
    assert answer.location == f"/desk/evidence/{second.public_id}"
    found = app_db.get(Evidence, first.id, populate_existing=True)
    assert found is not None
    assert (found.review, found.grade, found.graded_how) == (
        "approved",
        "confirmed",
        "Found in the register.",
    )
    app_db.commit()
    given = {"question": "Which site?", "seen": seen(app_db, second)}
    answer = officer.post(f"/desk/evidence/{second.public_id}/ask", data=given)
    assert answer.location == "/desk/queues/evidence"


def test_what_is_missing_is_said_and_what_was_typed_stays(
    officer: FlaskClient, app_db: Session, sent: Sent
) -> None:
    evidence = sent()
    address = f"/desk/evidence/{evidence.public_id}"
    answer = officer.post(
        f"{address}/approve", data={"how": "By eye", "seen": seen(app_db, evidence)}
    )
    assert answer.status_code == 422
    assert "Choose how far you checked it." in words_of(answer.text)
    assert "By eye" in answer.text
    answer = officer.post(f"{address}/refuse", data={"reason": " ", "seen": seen(app_db, evidence)})
    assert "Say why: the firm will read it." in words_of(answer.text)
    assert officer.post(f"{address}/bless").status_code == 404


def test_an_officer_who_saw_something_else_is_told(
    officer: FlaskClient, app_db: Session, sent: Sent
) -> None:
    evidence = sent()
    given = {"grade": "seen", "how": "Shown.", "seen": "0" * 16}
    answer = officer.post(f"/desk/evidence/{evidence.public_id}/approve", data=given)
    assert answer.status_code == 409
    assert "Look again." in words_of(answer.text)


def test_the_same_number_or_file_at_another_firm_is_pointed_out(
    officer: FlaskClient, app_cast: Cast, sent: Sent
) -> None:
    mine, copied = sent(), sent(actor=app_cast.rival)
    shown = words_of(officer.get(f"/desk/evidence/{mine.public_id}").text)
    assert f"The very same file was sent by {copied.holder.name}." in shown
    other = sent(number="Q-7")
    again = sent(actor=app_cast.rival, number="Q-7", content=pdf(b"another"))
    shown = words_of(officer.get(f"/desk/evidence/{other.public_id}").text)
    assert f"{again.holder.name} shows the same number." in shown


def test_firms_do_not_decide(app: Flask, officer: FlaskClient, app_cast: Cast, sent: Sent) -> None:
    evidence = sent()
    for actor in (
        app_cast.owner,
        app_cast.rival,
        app_cast.agent,
        app_cast.stranger,
        app_cast.operator,
    ):
        client = sign_in(app.test_client(), actor)
        assert client.get(f"/desk/evidence/{evidence.public_id}").status_code == 403
        given = {"grade": "seen", "how": "x", "seen": stamp_of(evidence)}
        address = f"/desk/evidence/{evidence.public_id}/approve"
        assert client.post(address, data=given).status_code == 403


def test_a_case_is_taken(officer: FlaskClient, app_cast: Cast, sent: Sent) -> None:
    evidence = sent()
    address = f"/desk/evidence/{evidence.public_id}"
    assert officer.post(f"{address}/take").location == address
    assert app_cast.officer.user is not None
    assert f"taken by {app_cast.officer.user.name}" in words_of(officer.get(address).text)

"""What a page says of evidence that was taken back, or that the desk checks without a file."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.models import AuditEntry
from tests.certification.papers import pdf
from tests.factories import Cast
from tests.reading import words_of
from tests.signed_in import sign_in

Comes = Callable[[Actor], FlaskClient]
FACTS = {
    "number": "Q-17",
    "issuer": "Certifier (example)",
    "covers": "all",
    "issued_on": "2026-01-01",
    "expires_on": "2028-01-01",
}


@pytest.fixture
def comes(app: Flask, app_cast: Cast) -> Comes:
    app.config["WTF_CSRF_ENABLED"] = False
    return lambda actor: sign_in(app.test_client(), actor)


def entered(client: FlaskClient, code: str, *, with_file: bool = True) -> str:
    """The address of evidence just entered."""
    sent = {"document": (io.BytesIO(pdf()), "a.pdf")} if with_file else {}
    address = f"/firm/evidence/new/{code}"
    answer = client.post(address, data=FACTS | sent, content_type="multipart/form-data")
    assert answer.status_code == 302, words_of(answer.text)
    return str(answer.location)


def test_it_is_asked_before_anything_is_taken_back(app_cast: Cast, comes: Comes) -> None:
    owner = comes(app_cast.owner)
    piece = entered(owner, "ISO9001")
    page = owner.get(piece).text
    assert f'href="{piece}/withdraw"' in page
    assert f'action="{piece}/withdraw"' not in page  # no button that acts at one touch
    question = words_of(owner.get(f"{piece}/withdraw").text)
    assert "Take it back?" in question
    assert "enter it anew and the desk checks it again" in question
    assert "It waits for the desk" in words_of(owner.get(piece).text)  # looking changed nothing
    assert "<form" not in re.sub(
        r"<header.*?</header>", "", comes(app_cast.viewer).get(f"{piece}/withdraw").text, flags=re.S
    )


def test_what_was_taken_back_waits_for_nobody_and_no_buyer_sees_it(
    app_db: Session, app_cast: Cast, comes: Comes
) -> None:
    owner = comes(app_cast.owner)
    piece = entered(owner, "ISO9001")
    assert owner.post(f"{piece}/withdraw", data={"reason": "Typed twice."}).status_code == 302
    owner.get("/firm")  # the green line is shown once
    for language in ("", "/ml"):
        for address in (piece, "/firm/evidence"):
            shown = words_of(owner.get(language + address).text)
            assert ("taken back" if not language else "പിൻവലിച്ചു") in shown
            for untrue in ("waits for the desk", "self-declared", "കാത്തിരിക്കുന്നു"):
                assert untrue not in shown, (language, address)
    shown = words_of(owner.get(piece).text)
    assert "Buyers do not see it, and the desk does not look at it." in shown
    assert "Typed twice." in shown
    said = app_db.scalar(select(AuditEntry.reason).where(AuditEntry.action == "evidence.withdrawn"))
    assert said == "Typed twice."


def test_its_document_can_still_be_taken_out(app_cast: Cast, comes: Comes) -> None:
    owner = comes(app_cast.owner)
    piece = entered(owner, "ISO9001")
    owner.post(f"{piece}/withdraw")
    (remove,) = re.findall(r'action="(/documents/[^"]+/remove)"', owner.get(piece).text)
    assert owner.post(remove).status_code == 302
    assert "No document was sent." in words_of(owner.get(piece).text)


def test_a_registration_without_a_file_waits_to_be_looked_up_in_its_register(
    app_cast: Cast, comes: Comes
) -> None:
    owner = comes(app_cast.owner)
    shown = words_of(owner.get(entered(owner, "FSSAI", with_file=False)).text)
    assert "It waits for the desk, which looks the number up in the register." in shown
    assert "none is needed" in shown
    assert "only with one" not in shown
    shown = words_of(owner.get(entered(owner, "ISO9001", with_file=False)).text)
    assert "The desk can check it only with one." in shown
    assert "waits for the desk" not in shown.lower()

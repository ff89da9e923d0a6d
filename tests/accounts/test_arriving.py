"""What somebody came for is not lost on the way in; who came for nothing lands on their work."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.arriving import LONGEST, work_of
from matchmaker.catalogue.models import Product
from matchmaker.sourcing.models import Enquiry
from tests.accounts.visits import GOOD, JOIN, link_in_last_letter, make_account
from tests.factories import (
    Cast,
    make_actor,
    make_organisation,
    make_product,
    make_requirement,
)
from tests.signed_in import sign_in

ASHA = {"email": "asha@example.com", "password": GOOD}
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "///evil.example",
    "javascript:alert(1)",
    "/enquiries\r\nSet-Cookie: a=b",
)


@pytest.fixture
def product(app_db: Session, app_cast: Cast) -> Product:
    made = make_product(app_db, firm=app_cast.firm)
    app_db.commit()
    return made


def linked(page: str, path: str) -> str:
    """The address of the one link to this path, with all that it carries."""
    found = set(re.findall(rf'<a[^>]*href="({re.escape(path)}(?:\?[^"]*)?)"', page))
    assert len(found) == 1, (path, found)
    return unescape(found.pop())


def form_of(page: str) -> str:
    found = re.search(r'<form method="post" action="([^"]*)"', page)
    assert found
    return unescape(found[1])


def test_the_question_is_still_there_after_joining(
    app: Flask, client: FlaskClient, product: Product, in_haste: None
) -> None:
    asked = f"/de/products/{product.slug}/enquire"
    page = client.get(client.get(asked).headers["Location"]).text
    page = client.get(linked(page, "/de/join")).text
    page = client.get(linked(page, "/de/join/buyer")).text
    answer = client.post(form_of(page), data=JOIN | {"country": "DE"})
    assert JOIN["email"] in client.get(answer.headers["Location"]).text
    # The letter is opened on another device, which knows nothing of what was asked.
    phone = app.test_client()
    page = phone.get(link_in_last_letter(app)).text
    assert phone.post(form_of(page), data={"password": "x"}).status_code == 200
    assert phone.post(form_of(page), data={"password": GOOD}).headers["Location"] == asked
    assert product.title in phone.get(asked).text


def test_the_link_asked_for_again_still_knows_it(
    app: Flask, client: FlaskClient, in_haste: None
) -> None:
    answer = client.post("/join/buyer?next=/enquiries", data=JOIN | {"country": "DE"})
    page = client.get(answer.headers["Location"]).text
    page = client.get(linked(page, "/confirm")).text
    client.post(form_of(page), data={"email": JOIN["email"]})
    assert link_in_last_letter(app).endswith("?next=/enquiries")


def test_the_question_is_still_there_after_signing_in(
    app: Flask, client: FlaskClient, product: Product, in_haste: None
) -> None:
    make_account(app)
    asked = f"/products/{product.slug}/enquire"
    way = client.get(asked).headers["Location"]
    assert client.post(way, data=ASHA | {"password": "wrong"}).status_code == 200
    assert client.post(way, data=ASHA).headers["Location"] == asked


@pytest.mark.parametrize("elsewhere", [*ELSEWHERE, "/" + "x" * LONGEST])
def test_nobody_is_led_away_from_this_site(
    app: Flask, client: FlaskClient, in_haste: None, elsewhere: str
) -> None:
    form = client.post(
        "/join/buyer", query_string={"next": elsewhere}, data=JOIN | {"country": "DE"}
    )
    assert form.headers["Location"] == "/join/sent"
    link = link_in_last_letter(app)
    assert "?" not in link
    answer = client.post(link, query_string={"next": elsewhere}, data={"password": GOOD})
    assert answer.headers["Location"] == "/begin"


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_nor_by_signing_in(app: Flask, client: FlaskClient, in_haste: None, elsewhere: str) -> None:
    make_account(app)
    answer = client.post("/sign-in", data=ASHA | {"next": elsewhere})
    way = answer.headers.get("Location", "")
    # Some are taken for odd addresses of ours; none has a host, as browsers read it.
    assert re.match(r"(/[a-z%]|$)", way), way


def test_what_was_typed_while_signed_out_is_there_again_once(
    client: FlaskClient, product: Product, app_cast: Cast, in_haste: None
) -> None:
    asked = f"/products/{product.slug}/enquire"
    typed = {"text": "Do they bear <heat>?", "quantity": "700", "unit": "H87", "ship_by": ""}
    answer = client.post(asked, data=typed)
    assert answer.headers["Location"] == f"/sign-in?next={asked}"
    sign_in(client, app_cast.stranger)
    firm = client.get(f"/firms/{app_cast.firm.slug}/enquire").text
    assert "bear" not in firm  # another page's question
    page = client.get(asked).text
    assert "Do they bear &lt;heat&gt;?" in page and 'value="700"' in page
    assert "bear" not in client.get(asked).text


def test_a_page_for_people_signed_in_offers_the_ways_in(client: FlaskClient) -> None:
    answer = client.get("/ml/requirements?shown=closed")
    assert answer.status_code == 401
    back = "next=/ml/requirements?shown%3Dclosed"
    for way in ("/ml/sign-in", "/ml/join"):
        assert f'href="{way}?{back}"' in answer.text
    # What was sent is no page to come back to.
    assert "next=" not in client.post("/account/as").text


def test_a_page_for_others_offers_ones_own_work(client: FlaskClient, app_cast: Cast) -> None:
    sign_in(client, app_cast.owner)
    answer = client.get("/desk")
    assert (answer.status_code, answer.text.count('href="/begin"')) == (403, 2)  # menu, button


def test_everybody_lands_on_their_work(app_db: Session, app_cast: Cast) -> None:
    buyer = make_actor(app_db, make_organisation(app_db, kind="buyer", name="Matten"), "owner")
    body = make_actor(app_db, make_organisation(app_db, kind="institution", name="Body"), "owner")
    assert work_of(app_db, buyer) == "storefront.search"
    party = buyer.acts_for
    assert party is not None
    make_requirement(app_db, party, ship_by=dt.date(2027, 3, 1))
    assert work_of(app_db, buyer) == "sourcing.requirements"
    app_db.add(Enquiry(organisation_id=party.id, firm_id=app_cast.firm.id))
    app_db.flush()
    assert work_of(app_db, buyer) == "sourcing.sent_enquiries"
    assert work_of(app_db, app_cast.owner) == "catalogue.home"
    assert work_of(app_db, app_cast.officer) == "desk.home"
    assert work_of(app_db, body) == "accounts.home"
    party.standing = "suspended"
    assert work_of(app_db, buyer) == "accounts.home"


def test_signing_in_leads_to_the_work(app: Flask, client: FlaskClient, in_haste: None) -> None:
    make_account(app)
    assert client.post("/sign-in", data=ASHA).headers["Location"] == "/begin"
    assert client.get("/begin").headers["Location"] == "/account"  # of no organisation yet


def test_every_page_lets_people_sign_out_and_strangers_join(
    client: FlaskClient, product: Product, app_cast: Cast
) -> None:
    pages = ("/", "/search", f"/products/{product.slug}", "/clusters", "/no-such-page")
    assert [page for page in pages if "/sign-out" in client.get(page).text] == []
    for kind in ("", "/buyer", "/firm"):
        assert linked(client.get("/").text, f"/join{kind}")
    sign_in(client, app_cast.owner)
    for page in (*pages, "/account"):
        assert linked(client.get(page).text, "/sign-out")
    assert "Sign out?" in client.get("/sign-out").text  # a look signs nobody out
    assert client.get("/account").status_code == 200
    # Public pages are packed: nothing secret may stand in them.
    assert [page for page in pages if "csrf" in client.get(page).text] == []
    assert "/join" not in client.get("/").text

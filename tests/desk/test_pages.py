"""The desk's pages as its people meet them: every queue with content, and what they decide."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.entries import Contact
from matchmaker.accounts.models import AuditEntry, Organisation, User
from matchmaker.catalogue.models import Firm, Product
from matchmaker.database import database, get_db
from matchmaker.desk.models import QUEUES, Assignment, Flag
from matchmaker.notices.models import Letter, Notice
from tests.desk_queues import fill_queues
from tests.factories import (
    Cast,
    make_actor,
    make_cast,
    make_product,
)
from tests.signed_in import sign_in

GSTIN = "32ABCFE1234F1Z"


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The cast, kept in the database of the application, with something in every queue."""
    with app.app_context(), Session(database.engine, expire_on_commit=False) as db:
        made = make_cast(db)
        fill_queues(db, made)
        db.commit()
        assert made.firm.organisation.slug  # read while there is a session
        assert made.rival_firm.organisation.slug
        return made


def head_of(app: Flask, cast: Cast) -> Actor:
    assert cast.officer.organisation is not None
    with app.app_context(), Session(database.engine, expire_on_commit=False) as db:
        desk = db.get_one(Organisation, cast.officer.organisation.id)
        head = make_actor(db, desk, "desk_head")
        db.commit()
        return head


def token(client: FlaskClient, address: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)
    assert found is not None, address
    return found[1]


def send(client: FlaskClient, page: str, address: str, **fields: object) -> tuple[int, str]:
    """Status and text of what a form of `page` leads to."""
    given = {"csrf_token": token(client, page), **fields}
    answer = client.post(address, data=given, follow_redirects=True)
    return answer.status_code, answer.text


def first_case(page: str, queue: str) -> str:
    """The subject of the first row that a page shows."""
    found = re.search(r'name="case" value="(\w+)"', page)
    assert found is not None, queue
    return found[1]


@pytest.fixture
def officer(client: FlaskClient, cast: Cast) -> FlaskClient:
    return sign_in(client, cast.officer)


def test_every_number_of_the_home_leads_to_as_many_rows(officer: FlaskClient) -> None:
    page = officer.get("/desk").text
    numbers = {
        address: int(number)
        for address, number in re.findall(r'<a href="(/desk/queues/\w+[^"]*)">(\d+)</a>', page)
    }
    assert {re.search(r"queues/(\w+)", each)[1] for each in numbers} == set(QUEUES)  # type: ignore[index]
    for address, number in numbers.items():
        rows = officer.get(address.replace("&amp;", "&")).text.count('name="case"')
        assert rows == number, address


def test_a_page_that_cannot_be_breaks_nothing(officer: FlaskClient, cast: Cast) -> None:
    lists = ("queues/firms", "firms", "people", "audit", f"readiness/{cast.firm.public_id}")
    for page in ("-3", "²", "9" * 5000):
        for address in lists:
            answer = officer.get(f"/desk/{address}", query_string={"page": page})
            assert answer.status_code == 200, (address, page)


@pytest.mark.parametrize("queue", QUEUES)
def test_every_case_opens(officer: FlaskClient, queue: str) -> None:
    page = officer.get(f"/desk/queues/{queue}").text
    (address, *_others) = re.findall(r'<a data-open href="([^"]+)"', page)
    assert officer.get(address).status_code == 200


def test_three_cases_and_fifty_cost_the_same_number_of_queries(
    app: Flask, cast: Cast, counted: Callable[[Engine], AbstractContextManager[list[str]]]
) -> None:
    pages = ["/desk", *(f"/desk/queues/{queue}" for queue in QUEUES), "/desk/people", "/desk/audit"]
    with app.app_context():
        engine = database.engine
        fill_queues(get_db(), cast, 2)
        get_db().commit()
    few, many = {}, {}
    for seen in (few, many):
        for address in pages:
            client = sign_in(app.test_client(), cast.officer)
            with counted(engine) as statements:
                assert client.get(address).status_code == 200
            seen[address] = len(statements)
        with app.app_context():
            fill_queues(get_db(), cast, 47)
            get_db().commit()
    assert few == many
    assert max(many.values()) < 30


def test_rows_are_assigned_with_a_day_and_found_by_who_has_them(
    app: Flask, officer: FlaskClient, cast: Cast
) -> None:
    page = "/desk/queues/stale"
    case = first_case(officer.get(page).text, "stale")
    assert cast.officer.user is not None
    status, text = send(
        officer, page, page, case=case, act="assign", officer="me", due_on="2026-12-24"
    )
    assert (status, "1 case assigned." in text) == (200, True)
    assert case in officer.get(f"{page}?who=me").text
    assert case not in officer.get(f"{page}?who=nobody").text
    assert case in officer.get(f"{page}?who={cast.officer.user.public_id}").text
    send(officer, page, page, case=case, act="assign", due_on="2026-12-31")
    assert case in officer.get(f"{page}?who=me").text
    noted = select(AuditEntry.after).where(AuditEntry.action == "case.assigned")
    with app.app_context():
        assert list(get_db().scalars(noted.order_by(AuditEntry.id))) == [
            {"officer": cast.officer.user.public_id, "due": "2026-12-24"},
            {"due": "2026-12-31"},  # whoever has it keeps it
        ]


def test_nothing_ticked_is_said_beside_the_buttons_and_what_was_typed_stays(
    officer: FlaskClient,
) -> None:
    page = "/desk/queues/firms"
    status, text = send(officer, page, page, act="aside", days="30", note="On leave until May")
    assert status == 400
    assert "Tick at least one row." in text
    assert "On leave until May" in text


def test_what_is_set_aside_is_gone_from_the_queue_and_can_be_put_back(
    officer: FlaskClient,
) -> None:
    page = "/desk/queues/imports"
    case = first_case(officer.get(page).text, "imports")
    send(officer, page, page, case=case, act="aside", days="always", note="Sent a new one")
    assert case not in officer.get(page).text
    shown = officer.get(f"{page}?aside=1").text
    assert ("Sent a new one" in shown, "set aside for good" in shown) == (True, True)
    send(officer, f"{page}?aside=1", page, case=case, act="back")
    assert case in officer.get(page).text


def test_those_concerned_are_reminded_once(app: Flask, officer: FlaskClient) -> None:
    page = "/desk/queues/stale"
    case = first_case(officer.get(page).text, "stale")
    for said in ("1 case: reminded.", "left alone"):
        assert said in send(officer, page, page, case=case, act="remind")[1]
    with app.app_context():
        asked = get_db().scalars(select(Notice.subject).where(Notice.address == "/firm")).all()
        row = get_db().scalars(select(Assignment)).one()
        assert (len(asked), row.queue, row.reminded_at is not None) == (1, "stale", True)


def test_a_case_that_is_not_in_the_queue_is_not_touched(app: Flask, officer: FlaskClient) -> None:
    page = "/desk/queues/stale"
    send(officer, page, page, case="qqqqqqqqqq", act="take")
    with app.app_context():
        assert get_db().scalars(select(Assignment)).all() == []


def test_a_firm_is_verified_once_each_group_of_criteria_is_met(
    app: Flask, officer: FlaskClient, cast: Cast
) -> None:
    page = f"/desk/firms/{cast.rival_firm.public_id}"
    status, text = send(officer, page, f"{page}/decision", act="verify")
    assert (status, "Still missing" in text) == (400, True)
    wrong = f"{GSTIN}0"
    status, text = send(officer, page, f"{page}/checks/gst", met="yes", number=wrong, how="Portal")
    assert (status, "mistyped" in text, f'value="{wrong}"' in text) == (400, True, True)
    for criterion, number in (("udyam", "udyam-kl-02-0012345"), ("video", ""), ("contact", "")):
        fields = {"met": "yes", "number": number, "how": "Looked on 3 November"}
        assert send(officer, page, f"{page}/checks/{criterion}", **fields)[0] == 200
    assert "is verified" in send(officer, page, f"{page}/decision", act="verify")[1]
    with app.app_context():
        firm = get_db().scalars(select(Firm).where(Firm.id == cast.rival_firm.id)).one()
        assert firm.verification == "verified"


def test_a_refused_firm_leaves_the_queue_until_its_day_and_is_told_why(
    app: Flask, officer: FlaskClient, cast: Cast
) -> None:
    page, firm = f"/desk/firms/{cast.firm.public_id}", cast.firm.public_id
    assert firm in officer.get("/desk/queues/firms").text
    assert send(officer, page, f"{page}/decision", act="refuse", reason="")[0] == 400
    send(officer, page, f"{page}/decision", act="refuse", reason="Nobody answered the phone.")
    assert firm not in officer.get("/desk/queues/firms").text
    with app.app_context():
        told = get_db().scalars(select(Notice.text).where(Notice.kind == "standing.changed")).all()
    assert told
    assert all("Nobody answered the phone." in each for each in told)


def test_only_a_head_suspends_and_the_firm_disappears(
    app: Flask, officer: FlaskClient, cast: Cast
) -> None:
    page = f"/desk/firms/{cast.firm.public_id}"
    address = f"/desk/organisations/{cast.firm.organisation.public_id}/suspension"
    public = f"/firms/{cast.firm.organisation.slug}"
    assert send(officer, page, address, act="suspend", reason="False papers.")[0] == 403
    assert app.test_client().get(public).status_code == 200
    head = sign_in(app.test_client(), head_of(app, cast))
    assert "is suspended" in send(head, page, address, act="suspend", reason="False papers.")[1]
    assert app.test_client().get(public).status_code == 404
    member = sign_in(app.test_client(), cast.owner)
    assert member.get("/firm").status_code == 403
    assert "False papers." in member.get("/account").text
    send(head, page, address, act="lift", reason="It was the printer's mistake.")
    assert app.test_client().get(public).status_code == 200


def test_a_person_is_suspended_by_a_head_only(app: Flask, officer: FlaskClient, cast: Cast) -> None:
    assert cast.stranger.user is not None
    page = f"/desk/people/{cast.stranger.user.public_id}"
    address = f"{page}/suspension"
    assert send(officer, page, address, act="suspend", reason="Spam.")[0] == 403
    head = sign_in(app.test_client(), head_of(app, cast))
    assert send(head, page, address, act="suspend", reason="Spam.")[0] == 200
    assert "Spam." in head.get(page).text


def test_a_buyer_is_verified_by_two_checks_that_say_how(officer: FlaskClient, cast: Cast) -> None:
    assert cast.stranger.organisation is not None
    page = f"/desk/buyers/{cast.stranger.organisation.public_id}"
    fields = {"check": ["register", "call"], "how-register": "Handelsregister HRB 1"}
    status, text = send(officer, page, f"{page}/verification", **fields)
    assert (status, "Handelsregister HRB 1" in text) == (400, True)
    fields["how-call"] = "Reached by the chamber's number"
    assert "is verified" in send(officer, page, f"{page}/verification", **fields)[1]


def test_a_visitor_reports_a_product_and_the_desk_hides_it(
    app: Flask, officer: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        db = get_db()
        product = make_product(db, firm=db.get_one(Firm, cast.firm.id))
        db.commit()
        slug, number = product.slug, product.id
    visitor = app.test_client()
    page = f"/report/products/{slug}"
    assert send(visitor, page, page, reason="other", text="")[0] == 400
    assert "Thank you" in send(visitor, page, page, reason="stolen", text="My photo")[1]
    with app.app_context():
        flag = get_db().scalars(select(Flag).where(Flag.reason == "stolen")).one().public_id
    settle = f"/desk/flags/{flag}"
    assert send(officer, settle, settle, outcome="hidden", reason="It is theirs.")[0] == 200
    assert visitor.get(f"/products/{slug}").status_code == 404
    with app.app_context():
        assert get_db().get_one(Product, number).state == "hidden"
        told = get_db().scalars(select(Notice).where(Notice.kind == "listing.changed")).all()
    assert told


def test_reports_are_counted_per_address(app: Flask, cast: Cast) -> None:
    slug = cast.firm.organisation.slug
    visitor, page = app.test_client(), f"/report/firms/{slug}"
    assert f'href="{page}"' in visitor.get(f"/firms/{slug}").text
    given = {"csrf_token": token(visitor, page), "reason": "wrong"}
    answers = [visitor.post(page, data=given).status_code for _ in range(7)]
    assert answers == [302] * 6 + [429]


def test_what_a_visitor_cannot_see_cannot_be_reported(app: Flask, cast: Cast) -> None:
    with app.app_context():
        db = get_db()
        draft = make_product(db, firm=db.get_one(Firm, cast.firm.id))
        draft.state = "draft"
        db.commit()
        slug = draft.slug
    assert app.test_client().get(f"/report/products/{slug}").status_code == 404
    assert app.test_client().get("/report/clusters/x").status_code == 404


def test_the_unreached_stand_with_number_message_and_a_link_that_signs_in(
    app: Flask, officer: FlaskClient
) -> None:
    with app.app_context():
        phone = get_db().scalars(select(User).where(User.phone.is_not(None))).one()
        page = f"/desk/people/{phone.public_id}"
    assert "+919876500000" in officer.get("/desk/people").text
    text = send(officer, page, f"{page}/message")[1]
    link = re.search(r"http\S+(/enter/[\w-]+)", text)
    assert link is not None
    assert app.test_client().get(link[1]).status_code == 200


def test_contacts_come_in_whole_or_not_at_all_and_are_told(
    app: Flask, officer: FlaskClient
) -> None:
    page = "/desk/contacts"
    table = "Name;Company;E-Mail;Phone;Country\nErika;Muster GmbH;erika@example.com;;de\n"
    status, text = send(officer, page, page, source="Ambiente 2026", table=f"{table}X;;nonsense;;")
    assert (status, "Line 3" in text, "Ambiente 2026" in text) == (400, True, True)
    with app.app_context():
        assert get_db().scalars(select(Contact)).all() == []
    fields = {"source": "Ambiente 2026", "table": table, "tell": "1"}
    assert "1 added" in send(officer, page, page, **fields)[1]
    assert "1 brought up to date" in send(officer, page, page, **fields)[1]
    with app.app_context():
        letter = get_db().scalars(select(Letter).where(Letter.kind == "account.contact")).one()
        assert "Ambiente 2026" in letter.text
        assert "/privacy/request" in letter.text
        contact = get_db().scalars(select(Contact)).one().public_id
    send(officer, page, f"{page}/{contact}/erase")
    assert "erika@example.com" not in officer.get(page).text


def test_nobody_but_desks_can_act_on_cases(app: Flask, cast: Cast) -> None:
    assert cast.officer.user is not None
    for actor in (cast.owner, cast.rival, cast.stranger, cast.agent, cast.operator, cast.suspended):
        client = sign_in(app.test_client(), actor)
        given = {"csrf_token": token(client, "/privacy/request")}
        for address in (
            "/desk/queues/firms",
            f"/desk/firms/{cast.firm.public_id}/decision",
            f"/desk/firms/{cast.firm.public_id}/checks/video",
            f"/desk/organisations/{cast.firm.organisation.public_id}/suspension",
            f"/desk/people/{cast.officer.user.public_id}/suspension",
            f"/desk/people/{cast.officer.user.public_id}/message",
            "/desk/contacts",
        ):
            assert client.post(address, data=given).status_code == 403, address

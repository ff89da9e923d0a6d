"""What the desk's forms let be said and what they ask: checks, rows of a queue, contacts."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.entries import Contact
from matchmaker.accounts.models import AuditEntry, Membership
from matchmaker.accounts.standing import ask_for_verification
from matchmaker.certification.models import Scheme
from matchmaker.certification.services import declare_evidence
from matchmaker.desk.criteria import BY_KEY, other_numbers
from matchmaker.desk.models import Assignment
from matchmaker.desk.verifying import note_check, verify
from matchmaker.errors import BadInput
from matchmaker.orm import utc_now
from matchmaker.sourcing.services import Question, send_enquiry
from tests.factories import make_actor, make_firm, make_organisation
from tests.house import House, Inside
from tests.signed_in import sign_in

ASIDE = {"act": "aside", "days": "30"}
HEADING = "name,company,email,phone,country\n"


@pytest.fixture
def house(app: Flask) -> House:
    app.config["WTF_CSRF_ENABLED"] = False
    return House(app)


@pytest.fixture
def officer(house: House) -> FlaskClient:
    return house.comes("officer")


def declare(now: Inside, scheme: Scheme, number: str, days: int = 300) -> None:
    """The firm enters evidence that ends in so many days."""
    today = utc_now().date()
    declare_evidence(
        now.db,
        SYSTEM,
        now.firm.organisation,
        scheme,
        number=number,
        issuer="Somebody",
        issued_on=today - dt.timedelta(days=400),
        expires_on=today + dt.timedelta(days=days),
    )


def shown_rows(page: str) -> list[str]:
    return re.findall(r'name="shown" value="(\w+)"', page)


def test_an_account_that_is_not_there_cannot_be_confirmed(
    house: House, officer: FlaskClient
) -> None:
    with house.inside() as now:
        desk, firm = now.actors["officer"], now.firm
        page = f"/desk/firms/{firm.public_id}"
        for key, number in (("udyam", "UDYAM-KL-02-0012345"), ("video", ""), ("contact", "")):
            note_check(now.db, desk, firm, key, is_met=True, how="Seen", number=number)
        now.db.commit()
    assert "checks/contact" in officer.get(page).text
    with house.inside() as now:
        now.db.execute(
            delete(Membership).where(Membership.organisation_id == now.firm.organisation_id)
        )
        now.db.commit()
    without = officer.get(page).text
    assert "checks/contact" not in without
    assert "no account to confirm" in without
    assert (
        officer.post(f"{page}/checks/contact", data={"met": "yes", "how": "x"}).status_code == 400
    )
    with house.inside() as now, pytest.raises(BadInput, match="reached by a number"):
        verify(now.db, now.actors["officer"], now.firm)


def test_a_number_that_differs_from_the_firms_own_evidence_is_pointed_out(
    house: House, officer: FlaskClient
) -> None:
    with house.inside() as now:
        page = f"/desk/firms/{now.firm.public_id}"
        scheme = now.db.scalars(select(Scheme).where(Scheme.code == "UDYAM")).one()
        declare(now, scheme, "UDYAM-KL-02-0000043")
        now.db.commit()
    warning = "own evidence says another number: UDYAM-KL-02-0000043"
    for number, is_warned in (("UDYAM-UP-01-0000043", True), ("UDYAM-KL-02-0000043", False)):
        given = {"met": "yes", "how": "Looked", "number": number}
        answer = officer.post(f"{page}/checks/udyam", data=given, follow_redirects=True)
        assert (answer.status_code, warning in answer.text) == (200, is_warned)


@pytest.mark.parametrize(
    ("key", "number", "held_numbers", "others"),
    [
        ("udyam", "UDYAM-KL-02-0000043", ["udyam-kl-02-0000043"], []),
        ("udyam", "UDYAM-KL-02-0000043", ["DEMO-UDYAM-00043"], ["DEMO-UDYAM-00043"]),
        ("udyam", "", ["DEMO-UDYAM-00043"], []),
        ("iec", "ABCFE1234F", ["XYZFE1234F", "ABCFE1234F"], []),
        # The number of an undertaking is no GSTIN.
        ("gst", "32ABCFE1234F1ZX", ["AD3203240001234"], []),
    ],
)
def test_numbers_are_compared_with_those_of_the_same_scheme(
    key: str, number: str, held_numbers: list[str], others: list[str]
) -> None:
    assert other_numbers(BY_KEY[key], number, held_numbers) == others


def test_evidence_that_has_ended_is_said_to_have_ended(house: House, officer: FlaskClient) -> None:
    with house.inside() as now:
        scheme = now.db.scalars(select(Scheme).where(Scheme.evidence_type == "certificate")).first()
        assert scheme is not None
        declare(now, scheme, "A1", days=-3)
        declare(now, scheme, "A2")
        now.db.commit()
        page = f"/desk/firms/{now.firm.public_id}"
    text = officer.get(page).text
    assert (text.count(">ended "), text.count(" ends ")) == (1, 1)


def test_all_rows_of_the_page_are_meant_by_one_box(house: House, officer: FlaskClient) -> None:
    page = "/desk/queues/firms"
    rows = shown_rows(officer.get(page).text)
    assert len(rows) == 3
    with house.inside() as now:
        make_firm(now.db)  # comes meanwhile: what was on the page is meant
        now.db.commit()
    given = {"act": "take", "all": "1", "shown": rows}
    assert "3 cases are yours." in officer.post(page, data=given, follow_redirects=True).text
    with house.inside() as now:
        assert set(now.db.scalars(select(Assignment.subject))) == set(rows)


def test_nothing_is_set_aside_without_a_reason(house: House, officer: FlaskClient) -> None:
    page = "/desk/queues/firms"
    rows = shown_rows(officer.get(page).text)
    unsaid = officer.post(page, data=ASIDE | {"case": rows[0], "note": " "})
    assert (unsaid.status_code, "who meets the case again reads it" in unsaid.text) == (400, True)
    assert f'value="{rows[0]}" id="case-{rows[0]}"' in unsaid.text
    assert shown_rows(officer.get(page).text) == rows
    officer.post(page, data=ASIDE | {"case": rows[0], "note": "On leave until May"})
    assert rows[0] not in shown_rows(officer.get(page).text)


def test_who_reminds_nobody_is_told_why(house: House, officer: FlaskClient) -> None:
    page = "/desk/queues/firms"
    with house.inside() as now:
        lonely = make_firm(now.db).public_id
        now.db.commit()
    given = {"act": "remind", "case": lonely}
    text = officer.post(page, data=given, follow_redirects=True).text
    assert "0 cases" not in text
    assert "Nobody was reminded." in text
    assert "1 has nobody here who could be told. Call them." in text


def test_a_buyer_asks_to_be_verified_and_stands_first(house: House, officer: FlaskClient) -> None:
    with house.inside() as now:
        for _number in range(2):  # both have waited for longer
            older = make_organisation(now.db, kind="buyer")
            older.created_at -= dt.timedelta(days=9)
            make_actor(now.db, older, "owner")
        buyer = now.actors["stranger"].organisation
        assert buyer is not None
        now.db.commit()
        name, subject = buyer.name, buyer.public_id
    client = house.comes("stranger")
    assert "Ask to be verified" in client.get("/account").text
    asked = client.post("/account/verification", data={"next": "/requirements"})
    assert (asked.status_code, asked.location) == (302, "/requirements")
    account = client.get("/account").text
    assert ("You asked on" in account, "Ask to be verified" in account) == (True, False)
    queue = officer.get("/desk/queues/buyers").text
    assert shown_rows(queue)[0] == subject
    assert "asks to be verified since" in queue
    assert "asks to be verified since" in officer.get(f"/desk/buyers/{subject}").text
    assert f"asked for the verification of organisation “{name}”" in officer.get("/desk/audit").text


def test_asking_twice_is_noted_once_and_only_buyers_ask(house: House) -> None:
    with house.inside() as now:
        stranger = now.actors["stranger"]
        assert stranger.organisation is not None
        for _time in range(2):
            ask_for_verification(now.db, stranger, stranger.organisation)
        now.db.commit()
        asked = select(AuditEntry).where(AuditEntry.action == "verification.asked")
        assert len(now.db.scalars(asked).all()) == 1
    for name in ("owner", "officer"):
        assert house.comes(name).post("/account/verification").status_code == 403


def test_at_the_limit_the_button_stands_beside_the_refusal(house: House) -> None:
    page, client = f"/products/{house.product}/enquire", house.comes("stranger")
    assert "Ask to be verified" not in client.get(page).text
    with house.inside() as now:
        for firm in (make_firm(now.db), make_firm(now.db), make_firm(now.db)):
            send_enquiry(now.db, now.actors["stranger"], firm, None, Question("How soon?"))
        now.db.commit()
    refused = client.get(page).text
    assert "You have contacted three firms." in refused
    assert 'action="/account/verification"' in refused


def test_contacts_are_told_line_by_line_and_the_missing_source_by_its_name(
    house: House, officer: FlaskClient
) -> None:
    page = "/desk/contacts"
    empty = officer.post(page, data={})
    assert empty.status_code == 400
    assert "Say from where you have them" in empty.text
    assert "Choose a file, or paste the table below." in empty.text
    assert "Line 1" not in empty.text
    table = (
        f"{HEADING}Erika,Muster,e@example.com,,Germany\nJohn,X,,,UK\nUwe,,u@example.com,,Atlantis\n"
    )
    wrong = officer.post(page, data={"source": "Ambiente 2026", "table": table})
    assert wrong.status_code == 400
    assert "Line 3, email. Enter an e-mail address or a phone number." in wrong.text
    assert "Line 4, country: “Atlantis”. Enter its name" in wrong.text
    assert "1 line is fine: Erika" in wrong.text
    with house.inside() as now:
        assert now.db.scalars(select(Contact)).all() == []
    given = {"source": "Ambiente 2026", "table": table, "leave_out": "1"}
    assert "1 added" in officer.post(page, data=given, follow_redirects=True).text
    with house.inside() as now:
        kept = now.db.scalars(select(Contact)).one()
        assert (kept.name, kept.country) == ("Erika", "DE")


def test_a_suspension_without_a_reason_opens_its_form_again(house: House) -> None:
    with house.inside() as now:
        desk = now.actors["officer"].organisation
        assert desk is not None
        head = make_actor(now.db, desk, "desk_head")
        assert head.user is not None
        now.db.commit()
        me = head.user.public_id
        client = house.app.test_client()
        page = f"/desk/firms/{now.firm.public_id}"
        address = f"/desk/organisations/{now.firm.organisation.public_id}/suspension"
        sign_in(client, head)
    unsaid = client.post(address, data={"act": "suspend", "reason": ""})
    assert unsaid.status_code == 400
    assert "<details open><summary>Suspend it" in unsaid.text
    assert "<details open><summary>Suspend it" not in client.get(page).text
    own = client.get(f"/desk/people/{me}").text
    assert ("Suspend this person" in own, "Nobody suspends themselves." in own) == (False, True)


def test_the_trail_names_what_was_asked_and_whom(house: House, officer: FlaskClient) -> None:
    with house.inside() as now:
        asked = send_enquiry(now.db, now.actors["stranger"], now.firm, None, Question("Hello?"))
        now.db.commit()
        name, number = now.firm.name, asked.public_id
    text = officer.get("/desk/audit").text
    assert f"sent the enquiry to “{name}”" in text
    assert f"enquiry {number}" not in text


def test_every_firms_readiness_leads_back_to_the_desks_page_of_it(
    house: House, officer: FlaskClient
) -> None:
    with house.inside() as now:
        firm = now.firm.public_id
    assert f'href="/desk/firms/{firm}"' in officer.get(f"/desk/readiness/{firm}").text
    assert "/desk/firms/" not in house.comes("owner").get("/firm/readiness").text

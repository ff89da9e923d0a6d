"""What a desk has decided can be taken back: hidden products, verified firms and buyers."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.accounts.models import AuditEntry, Organisation
from matchmaker.catalogue.history import set_state
from matchmaker.catalogue.models import Product
from matchmaker.desk.models import FirmCheck, Flag
from matchmaker.desk.reporting import hidden_products, report, restore_product, settle
from matchmaker.desk.verifying import note_check, verify, verify_buyer
from matchmaker.errors import BadInput, Conflict
from matchmaker.notices.models import Notice
from matchmaker.sourcing.services import Question, send_enquiry
from tests.house import House, Inside

WHY = "The picture is somebody else’s."
MENDED = "They sent a picture of their own."
TWO_CHECKS = {"register": "HRB 1", "call": "By the chamber's number"}


@pytest.fixture
def house(app: Flask) -> House:
    app.config["WTF_CSRF_ENABLED"] = False
    return House(app)


def the_product(now: Inside) -> Product:
    return now.db.scalars(select(Product)).one()


def entry(now: Inside, action: str) -> AuditEntry:
    return now.db.scalars(select(AuditEntry).where(AuditEntry.action == action)).one()


def told(now: Inside, subject: str) -> set[int]:
    """Who was told so, by row number."""
    return set(now.db.scalars(select(Notice.user_id).where(Notice.subject == subject)))


@pytest.fixture
def hidden(house: House) -> dict[str, str]:
    """A product that the desk has hidden after a report: its public id, its address, its flag."""
    with house.inside() as now:
        product = the_product(now)
        flag = report(now.db, None, product, reason="stolen", text="Mine")
        settle(now.db, now.actors["officer"], flag, outcome="hidden", reason=WHY)
        now.db.commit()
        return {
            "product": product.public_id,
            "page": f"/products/{product.slug}",
            "firm": f"/desk/firms/{product.firm.public_id}",
            "flag": f"/desk/flags/{flag.public_id}",
        }


def test_the_desk_reads_why_it_is_hidden_and_is_led_to_where_it_is_shown_again(
    house: House, hidden: dict[str, str]
) -> None:
    officer = house.comes("officer")
    page = officer.get(hidden["page"]).text
    assert ("Hidden by the export desk." in page, WHY in page) == (True, True)
    assert "This is a draft" not in page
    form = f"{hidden['firm']}#hidden-{hidden['product']}"
    assert (form in page, form in officer.get(hidden["flag"]).text) == (True, True)
    assert f"/desk/products/{hidden['product']}/restoration" in officer.get(hidden["firm"]).text
    assert f"Hidden: {WHY}" in officer.get(hidden["flag"]).text
    own = house.comes("owner").get(f"/firm/products/{hidden['product']}/edit").text
    assert ("Hidden by the export desk." in own, WHY in own) == (True, True)


def test_a_hidden_product_is_shown_again_with_a_reason_the_firm_is_told(
    house: House, hidden: dict[str, str]
) -> None:
    officer, address = house.comes("officer"), f"/desk/products/{hidden['product']}/restoration"
    unsaid = officer.post(address, data={"reason": " "})
    assert (unsaid.status_code, "those concerned will read it" in unsaid.text) == (400, True)
    assert house.comes("visitor").get(hidden["page"]).status_code == 404
    said = officer.post(address, data={"reason": MENDED}, follow_redirects=True)
    assert "is no longer hidden by the desk" in said.text
    assert house.comes("visitor").get(hidden["page"]).status_code == 200
    with house.inside() as now:
        done = entry(now, "product.restored")
        assert (done.before, done.after, done.reason) == (
            {"state": "hidden", "reason": WHY},
            {"state": "published"},
            MENDED,
        )
        subject = "The export desk shows “Rubber mat” again"
        assert now.user("owner").id in told(now, subject)
    assert officer.post(address, data={"reason": MENDED}).status_code == 409


def test_the_firm_cannot_publish_what_the_desk_has_hidden(
    house: House, hidden: dict[str, str]
) -> None:
    with house.inside() as now:
        product, owner = the_product(now), now.actors["owner"]
        with pytest.raises(BadInput, match="Ask the desk to look at it again"):
            set_state(now.db, owner, product, "published")
        set_state(now.db, owner, product, "draft")
        restore_product(now.db, now.actors["officer"], product, reason=MENDED)
        # Its firm takes it up again, not the desk.
        assert (product.state, product.hidden_because) == ("draft", None)
        assert list(hidden_products(now.db, now.firm)) == []
        with pytest.raises(Conflict):
            restore_product(now.db, now.actors["officer"], product, reason=MENDED)


def test_an_enquiry_about_a_hidden_product_leads_to_no_missing_page(house: House) -> None:
    with house.inside() as now:
        product = the_product(now)
        asked = send_enquiry(
            now.db, now.actors["stranger"], now.firm, product, Question("How soon?")
        )
        now.db.commit()
        thread, page = f"/enquiries/{asked.public_id}", f"/products/{product.slug}"
    buyer = house.comes("stranger")
    assert f'href="{page}"' in buyer.get(thread).text
    with house.inside() as now:
        flag = report(now.db, None, the_product(now), reason="stolen", text="")
        settle(now.db, now.actors["officer"], flag, outcome="hidden", reason=WHY)
        now.db.commit()
    shown = buyer.get(thread).text
    assert (f'href="{page}"' in shown, "not shown at present" in shown) == (False, True)
    assert f'href="{page}"' in house.comes("officer").get(thread).text  # it opens for the desk


def test_a_firm_is_unverified_again_with_a_reason_and_checked_anew(house: House) -> None:
    with house.inside() as now:
        officer = now.actors["officer"]
        for criterion, number in (("udyam", "UDYAM-KL-02-0012345"), ("video", ""), ("contact", "")):
            note_check(now.db, officer, now.firm, criterion, is_met=True, how="Seen", number=number)
        verify(now.db, officer, now.firm)
        now.db.commit()
        page = f"/desk/firms/{now.firm.public_id}"
    client = house.comes("officer")
    unsaid = client.post(f"{page}/decision", data={"act": "withdraw", "reason": ""})
    assert (unsaid.status_code, "those concerned will read it" in unsaid.text) == (400, True)
    given = {"act": "withdraw", "reason": "The works stand empty."}
    assert (
        "no longer verified"
        in client.post(f"{page}/decision", data=given, follow_redirects=True).text
    )
    with house.inside() as now:
        done = entry(now, "firm.unverified")
        assert (now.firm.verification, now.firm.verified_on) == ("unverified", None)
        assert (done.before, done.reason) == ({"verification": "verified"}, given["reason"])
        assert now.db.scalars(select(FirmCheck)).all() == []
        subject = f"The export desk has taken back that {now.firm.name} is verified"
        assert now.user("owner").id in told(now, subject)
    assert "took back the verification of" in client.get("/desk/audit").text
    assert client.post(f"{page}/decision", data=given).status_code == 409


def test_a_buyer_is_unverified_again_and_asks_three_firms(house: House) -> None:
    with house.inside() as now:
        buyer = now.actors["stranger"].organisation
        assert buyer is not None
        verify_buyer(now.db, now.actors["officer"], buyer, checks=TWO_CHECKS)
        now.db.commit()
        page, number = f"/desk/buyers/{buyer.public_id}", buyer.id
    client = house.comes("officer")
    assert f"{page}/withdrawal" in client.get(page).text
    assert client.post(f"{page}/withdrawal", data={"reason": ""}).status_code == 400
    client.post(f"{page}/withdrawal", data={"reason": "The register knows it no more."})
    with house.inside() as now:
        buyer, done = now.db.get_one(Organisation, number), entry(now, "organisation.unverified")
        assert (buyer.standing, buyer.standing_checks) == ("registered", [])
        assert done.reason == "The register knows it no more."
        subject = f"The export desk has taken back that {buyer.name} is verified"
        assert told(now, subject) == {now.user("stranger").id}


def test_settled_reports_stay_settled(house: House, hidden: dict[str, str]) -> None:
    """Showing a product again opens no old report: a new one may come."""
    with house.inside() as now:
        restore_product(now.db, now.actors["officer"], the_product(now), reason=MENDED)
        now.db.commit()
        assert [each.settled_at is not None for each in now.db.scalars(select(Flag))] == [True]
    assert "Show it again" not in house.comes("officer").get(hidden["flag"]).text

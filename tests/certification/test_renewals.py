"""A certificate and its renewals are one line: which of them stands, and what each page shows."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.certification import renewals
from matchmaker.certification.models import GRADES, Evidence
from matchmaker.certification.renewals import standing_ones, turns_of
from matchmaker.certification.shelves import shelves_of, waits_its_turn
from matchmaker.orm import utc_now
from matchmaker.storefront.listed import held_evidence
from tests.certification.papers import pdf
from tests.certification.test_services import declare
from tests.factories import Cast, make_cast
from tests.reading import words_of
from tests.signed_in import sign_in

TODAY = dt.date(2026, 11, 22)


@dataclass(frozen=True)
class Paper:
    public_id: str
    issued_on: dt.date
    expires_on: dt.date | None
    grade: str = "confirmed"
    renews: str | None = None


OLD = Paper("old", dt.date(2024, 1, 1), dt.date(2027, 1, 1))
NEW = Paper("new", TODAY, dt.date(2030, 1, 1), renews="old")


def turns(*pieces: Paper, on: dt.date = TODAY) -> dict[str, str]:
    return dict(turns_of(pieces, on))


def test_grades_have_the_heights_that_the_models_give_them() -> None:
    assert sorted(GRADES, key=lambda each: renewals._HEIGHT[each]) == list(GRADES)


def test_the_earlier_stands_until_the_later_is_checked_as_far() -> None:
    claimed = replace(NEW, grade="self-declared")
    assert turns(OLD, claimed) == {"old": "stands", "new": "waits"}
    assert turns(claimed, OLD) == {"old": "stands", "new": "waits"}
    assert turns(OLD, replace(NEW, grade="seen")) == {"old": "stands", "new": "waits"}
    assert turns(OLD, NEW) == {"old": "replaced", "new": "stands"}
    both_claimed = replace(OLD, grade="self-declared"), claimed
    assert turns(*both_claimed) == {"old": "replaced", "new": "stands"}


def test_the_earlier_stands_until_the_later_begins_or_it_ends_itself() -> None:
    assert turns(OLD, NEW, on=dt.date(2026, 11, 21)) == {"old": "stands", "new": "waits"}
    claimed = replace(NEW, grade="self-declared")
    assert turns(OLD, claimed, on=dt.date(2027, 1, 1))["new"] == "waits"
    assert turns(OLD, claimed, on=dt.date(2027, 1, 2)) == {"old": "replaced", "new": "stands"}


def test_of_a_chain_one_stands() -> None:
    claimed = replace(NEW, public_id="mid", grade="self-declared", issued_on=dt.date(2026, 1, 1))
    last = replace(NEW, public_id="last", renews="mid")
    for line in ((OLD, claimed, last), (last, claimed, OLD)):
        assert [each.public_id for each in standing_ones(line, TODAY)] == ["last"]
    twice = replace(NEW, public_id="again", issued_on=TODAY, grade="self-declared")
    assert list(turns(OLD, NEW, twice).values()).count("stands") == 1


def test_what_renews_one_another_in_a_ring_or_something_gone_stands_all_the_same() -> None:
    assert turns(replace(NEW, renews="gone")) == {"new": "stands"}
    ring = replace(OLD, renews="new"), NEW
    assert "stands" in turns(*ring).values()
    unrelated = [OLD, replace(OLD, public_id="other")]
    assert standing_ones(unrelated, TODAY) == unrelated


def test_the_firms_own_list_keeps_both_on_shelves_of_their_own(db: Session) -> None:
    cast = make_cast(db)
    old = declare(db, cast, expires_on=dt.date(2029, 1, 1))
    old.grade, old.graded_on = "confirmed", TODAY
    new = declare(db, cast, scheme=old.scheme, issued_on=TODAY, expires_on=dt.date(2031, 1, 1))
    new.renews = old.public_id
    assert shelves_of([new, old], TODAY) == [("force", [old]), ("next", [new])]
    assert waits_its_turn(new, old, TODAY)
    new.grade, new.graded_on = "confirmed", TODAY
    assert shelves_of([new, old], TODAY) == [("force", [new]), ("past", [old])]
    assert not waits_its_turn(new, old, TODAY)
    new.review, new.review_note = "refused", "Not readable."
    assert shelves_of([new, old], TODAY) == [("attention", [new]), ("force", [old])]
    new.withdrawn_at = utc_now()
    assert shelves_of([new, old], TODAY) == [("force", [old]), ("past", [new])]


FACTS = {"number": "OLD-1", "issuer": "Certifier", "covers": "all", "issued_on": "2026-01-01"}


@pytest.fixture
def renewed(app: Flask, app_db: Session, app_cast: Cast) -> tuple[Evidence, str]:
    """A certificate that a desk has checked, and the address of its renewal, just entered."""
    app.config["WTF_CSRF_ENABLED"] = False
    owner = sign_in(app.test_client(), app_cast.owner)
    first = owner.post("/firm/evidence/new/ISO9001", data=FACTS | {"expires_on": "2098-01-01"})
    assert first.status_code == 302
    old = app_db.scalars(select(Evidence)).one()
    old.grade, old.graded_on, old.graded_how = "seen", TODAY, "Original shown."
    old.review = "approved"
    app_db.commit()
    sent = FACTS | {
        "number": "NEW-2",
        "issued_on": "2026-06-01",
        "expires_on": "2099-01-01",
        "document": (io.BytesIO(pdf()), "a.pdf"),
    }
    again = owner.post(f"{first.location}/renew", data=sent, content_type="multipart/form-data")
    assert again.status_code == 302, words_of(again.text)
    return old, str(again.location)


def test_buyers_see_one_line_before_and_after_the_desk_has_looked(
    app: Flask, app_db: Session, app_cast: Cast, renewed: tuple[Evidence, str]
) -> None:
    old, _address = renewed
    public, firm = f"/firms/{app_cast.firm.slug}", app_cast.firm.organisation_id
    visitor = app.test_client()

    def shown() -> tuple[bool, bool, list[str]]:
        text = words_of(visitor.get(public).text)
        rows = standing_ones(held_evidence(app_db, [firm])[firm], TODAY)
        app_db.commit()
        return "OLD-1" in text, "NEW-2" in text, [row.grade for row in rows]

    assert shown() == (True, False, ["seen"])
    new = app_db.scalars(select(Evidence).where(Evidence.renews == old.public_id)).one()
    new.grade, new.graded_on, new.graded_how = "confirmed", TODAY, "Asked the issuer."
    app_db.commit()
    assert shown() == (False, True, ["confirmed"])


def test_the_firm_reads_what_renews_what_and_what_buyers_see_until_then(
    app: Flask, app_cast: Cast, renewed: tuple[Evidence, str]
) -> None:
    old, address = renewed
    owner = sign_in(app.test_client(), app_cast.owner)
    shown = words_of(owner.get(address).text)
    assert "Renews OLD-1" in shown
    assert "Until then buyers see the earlier one." in shown
    assert "self-declared." not in shown
    assert "Renewed by NEW-2" in words_of(owner.get(f"/firm/evidence/{old.public_id}").text)
    listed = words_of(owner.get("/firm/evidence").text)
    assert listed.index("In force") < listed.index("OLD-1") < listed.index("will take over")
    assert listed.index("will take over") < listed.index("NEW-2")

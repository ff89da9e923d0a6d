"""The audit trail reads as sentences, is narrowed, and is taken along without formulas."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import actor_of_key
from matchmaker.accounts.audit import record
from matchmaker.accounts.privacy import erase_person
from matchmaker.accounts.standing import suspend_person
from matchmaker.catalogue.services import change_product
from matchmaker.config import ROOT
from matchmaker.database import get_db
from matchmaker.desk.sentences import ACTIONS
from matchmaker.desk.trail import Asked, export, inert, latest_about, read_trail
from matchmaker.orm import utc_now
from tests.factories import make_cast, make_product, product_facts


@pytest.fixture
def db(app: Flask) -> Iterator[Session]:
    with app.test_request_context():
        yield get_db()


def sentences(db: Session, **asked: object) -> list[str]:
    return [line.sentence for line in read_trail(db, Asked(**asked))[0]]  # type: ignore[arg-type]


def test_an_act_is_a_sentence_with_both_names_and_what_changed(db: Session) -> None:
    cast = make_cast(db)
    product = make_product(db, firm=cast.firm, title="Old mat")
    change_product(db, cast.agent, product, product_facts(title="New mat", sku=product.sku))
    (line, *_rest) = latest_about(db, [("product", product.public_id)])
    assert cast.agent.user is not None
    assert (
        line.sentence == f"{cast.agent.user.name} changed product “New mat”, for {cast.firm.name}"
    )
    assert ("title", "Old mat", "New mat") in line.changes
    assert line.organisation == "Cluster Body"


def test_it_is_narrowed_by_person_organisation_subject_action_and_day(db: Session) -> None:
    cast = make_cast(db)
    product = make_product(db, firm=cast.firm, title="Ring mat")
    record(db, cast.owner, "product.changed", "product", product.public_id)
    record(db, cast.officer, "firm.checked", "firm", cast.rival_firm.public_id)
    db.flush()
    assert cast.owner.user is not None
    assert cast.officer.user is not None
    changed = f"{cast.owner.user.name} changed product “Ring mat”"
    checked = f"{cast.officer.user.name} checked firm “{cast.rival_firm.name}”"
    today = utc_now().date()
    assert sentences(db, person=cast.owner.user.name) == [changed]
    assert sentences(db, person=cast.officer.user.public_id) == [checked]
    assert sentences(db, organisation="Export Desk") == [checked]
    assert changed in sentences(db, subject="ring mat")
    assert sentences(db, action="firm.checked") == [checked]
    assert sentences(db, since=today, action="firm.checked") == [checked]
    assert sentences(db, until=today - dt.timedelta(days=1)) == []
    assert sentences(db, until=dt.date.max, action="firm.checked") == [checked]
    lines, total = read_trail(db, Asked())
    assert (len(lines), total > 10) == (min(total, 50), True)


def test_what_a_program_did_stands_under_its_key(db: Session) -> None:
    cast = make_cast(db)
    program = actor_of_key(cast.firm.organisation, "mm_1a2b")
    record(db, program, "firm.checked", "firm", cast.firm.public_id)
    db.flush()
    assert sentences(db, action="firm.checked") == [f"key:mm_1a2b checked firm “{cast.firm.name}”"]


def test_erased_people_are_named_by_their_pseudonym_only(db: Session) -> None:
    cast = make_cast(db)
    assert cast.stranger.user is not None
    name, pseudonym = cast.stranger.user.name, cast.stranger.user.public_id
    record(db, cast.stranger, "enquiry.sent", "enquiry", "abc")
    suspend_person(db, cast.officer, cast.stranger.user, reason="Spam.")
    erase_person(db, cast.stranger, cast.stranger.user)
    found = sentences(db, person=pseudonym)
    assert f"Former member {pseudonym} sent enquiry abc" in found
    assert not any(name in each for each in found)
    assert name not in export(db, Asked())


def test_the_table_holds_the_same_acts_and_no_formula(db: Session) -> None:
    cast = make_cast(db)
    reason = '=HYPERLINK("http://evil.example","x")'
    record(db, cast.officer, "firm.checked", "firm", cast.firm.public_id, reason=reason)
    rows = list(csv.DictReader(io.StringIO(export(db, Asked(action="firm.checked")))))
    assert [(row["name of it"], row["reason"]) for row in rows] == [
        (f"firm “{cast.firm.name}”", f"'{reason}")
    ]
    assert [inert(each) for each in ("=1", "+1", "-1", "@a", "\tx", "a=1")] == [
        *("'=1", "'+1", "'-1", "'@a", "'\tx"),
        "a=1",
    ]


def test_every_act_that_is_recorded_has_a_sentence() -> None:
    """An act without one is still shown, but as `thing: done`."""
    call = re.compile(r'\brecord\(\s*\w+,\s*[\w.()]+,\s*"([a-z_]+\.[a-z_-]+)"')
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "matchmaker").rglob("*.py")]
    recorded = {action for source in sources for action in call.findall(source)}
    assert len(recorded) > 40
    assert recorded - ACTIONS.keys() == set()

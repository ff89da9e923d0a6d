"""A day of issue that is still to come: refused when entered, never called the end of anything."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.certification import services
from matchmaker.certification.models import Evidence, Scheme
from matchmaker.certification.services import (
    EvidenceFacts,
    change_evidence,
    check_facts,
    declare_evidence,
    renew_evidence,
    today_of,
)
from matchmaker.certification.shelves import shelves_of, state_of
from matchmaker.errors import BadInput
from matchmaker.orm import utc_now
from matchmaker.storefront import evidence_view
from tests.certification.test_services import declare, make_scheme
from tests.factories import Cast, make_cast
from tests.reading import words_of
from tests.signed_in import sign_in

TODAY = dt.date(2026, 11, 22)
FACTS = EvidenceFacts(number="N-1", issuer="Certifier (example)", issued_on=TODAY)
STILL_TO_COME = "still to come"


@pytest.fixture
def cast(db: Session) -> Cast:
    return make_cast(db)


def next_week() -> dt.date:
    return utc_now().date() + dt.timedelta(days=7)


def test_today_can_be_a_day_of_issue_and_tomorrow_cannot() -> None:
    scheme = Scheme(code="X", evidence_type="registration")
    check_facts(scheme, FACTS, TODAY)
    with pytest.raises(BadInput, match=STILL_TO_COME) as refused:
        check_facts(scheme, replace(FACTS, issued_on=TODAY + dt.timedelta(days=1)), TODAY)
    assert (refused.value.field, refused.value.value) == ("issued_on", dt.date(2026, 11, 23))


def test_a_morning_in_kochi_is_a_day_that_others_do_not_have_yet(
    db: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = dt.datetime(2026, 11, 22, 20, 30, tzinfo=dt.UTC)  # two in the morning in Kochi
    monkeypatch.setattr(services, "utc_now", lambda: night)
    assert cast.owner.user is not None
    for zone in ("Asia/Kolkata", "America/New_York", "nowhere"):
        cast.owner.user.zone = zone
        assert today_of(cast.owner) == dt.date(2026, 11, 23)
    assert today_of(SYSTEM) == dt.date(2026, 11, 23)
    cast.owner.user.zone = "Pacific/Kiritimati"
    monkeypatch.setattr(services, "utc_now", lambda: night.replace(hour=11))
    assert today_of(cast.owner) == night.astimezone(ZoneInfo("Pacific/Kiritimati")).date()


def test_it_is_refused_when_declared_corrected_or_renewed(db: Session, cast: Cast) -> None:
    evidence, later = declare(db, cast), replace(FACTS, issued_on=next_week())
    with pytest.raises(BadInput, match=STILL_TO_COME):
        declare_evidence(
            db, cast.owner, cast.firm.organisation, evidence.scheme,
            number="N-2", issuer="C", issued_on=next_week(), expires_on=None,
        )  # fmt: skip
    with pytest.raises(BadInput, match=STILL_TO_COME):
        change_evidence(db, cast.owner, evidence, later)
    with pytest.raises(BadInput, match=STILL_TO_COME):
        renew_evidence(db, cast.owner, evidence, later)
    assert db.scalars(select(Evidence)).all() == [evidence]


def test_what_was_entered_before_asks_to_be_corrected_and_is_not_called_over(
    db: Session, cast: Cast
) -> None:
    evidence = declare(db, cast, expires_on=dt.date(2029, 5, 1), scheme=make_scheme(db))
    evidence.issued_on = dt.date(2028, 5, 1)
    assert state_of(evidence, TODAY) == "future"
    assert shelves_of([evidence], TODAY) == [("attention", [evidence])]
    (row,) = evidence_view.evidence_rows([evidence], TODAY, shown_by=evidence.holder_id)
    assert (row.state, row.counts) == ("future", False)
    assert state_of(evidence, dt.date(2028, 5, 1)) == "valid"
    assert state_of(evidence, dt.date(2029, 5, 2)) == "expired"


def test_the_form_says_so_beside_the_day(app: Flask, app_db: Session, app_cast: Cast) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    owner = sign_in(app.test_client(), app_cast.owner)
    typed = {"number": "1", "issuer": "I", "covers": "all", "issued_on": next_week().isoformat()}
    answer = owner.post("/firm/evidence/new/FSSAI", data=typed | {"expires_on": "2099-01-01"})
    assert answer.status_code == 422
    field = answer.text[answer.text.index('for="issued_on"') :]
    assert STILL_TO_COME in field[: field.index('for="expires_on"')]
    assert app_db.scalars(select(Evidence)).all() == []


def test_no_page_calls_something_expired_that_ends_in_the_future(
    app: Flask, app_db: Session, app_cast: Cast
) -> None:
    scheme = app_db.scalars(select(Scheme).where(Scheme.code == "ISO9001")).one()
    made = declare_evidence(
        app_db, app_cast.owner, app_cast.firm.organisation, scheme, number="N-1", issuer="C",
        issued_on=TODAY, expires_on=dt.date(2099, 1, 1),
    )  # fmt: skip
    made.issued_on = dt.date(2098, 1, 1)
    app_db.commit()
    owner = sign_in(app.test_client(), app_cast.owner)
    firm = app_cast.firm
    for address in (f"/firm/evidence/{made.public_id}", "/firm/evidence", f"/firms/{firm.slug}"):
        shown = words_of(owner.get(address).text)
        assert "not in force yet" in shown, address
        assert "expired" not in shown, address
    assert "ISO9001" not in words_of(owner.get(f"/clusters/{firm.cluster.slug}").text)

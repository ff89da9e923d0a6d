"""What stands in a queue and what does not, on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.certification.models import Evidence, Scheme
from matchmaker.certification.services import declare_evidence
from matchmaker.desk.cases import Wanted, count_all, look_around, read_cases
from matchmaker.desk.models import QUEUES, FirmRefusal
from matchmaker.orm import utc_now
from tests.factories import make_cast, make_cluster, make_firm, make_product, make_requirement

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
TODAY = NOW.date()


def subjects(db: Session, queue: str, **wanted: object) -> list[str]:
    look = look_around(db, NOW)
    cases, total = read_cases(db, look, queue, Wanted(**wanted), 0)  # type: ignore[arg-type]
    assert total == len(cases)
    return [each.subject for each in cases]


def make_scheme(db: Session) -> Scheme:
    scheme = Scheme(
        code="X", name="Scheme X", owner="Somebody", kind="quality", evidence_type="certificate",
        statutory=False, jurisdiction="IN", sectors=[], hs=[], lead_days_min=1, lead_days_max=2,
        group_holding="no", sources=[], confidence="high",
    )  # fmt: skip
    db.add(scheme)
    db.flush()
    return scheme


def held(db: Session, scheme: Scheme, days: Sequence[int]) -> list[Evidence]:
    firm = make_firm(db)
    return [
        declare_evidence(
            db,
            SYSTEM,
            firm.organisation,
            scheme,
            number=str(each),
            issuer="Somebody",
            issued_on=dt.date(2025, 1, 1),
            expires_on=TODAY + dt.timedelta(days=each),
        )
        for each in days
    ]


def test_certificates_stand_by_their_end_until_renewed_or_withdrawn(any_db: Session) -> None:
    days = (-31, -30, -1, 0, 90, 91, 10, 20)
    made = held(any_db, make_scheme(any_db), days)
    made[6].withdrawn_at = utc_now()
    made[5].renews = made[7].public_id
    any_db.flush()
    expected = [made[n].public_id for n in (1, 2, 3, 4)]
    assert subjects(any_db, "expiring") == expected
    cases, _total = read_cases(any_db, look_around(any_db, NOW), "expiring", Wanted(), 0)
    assert [each.state for each in cases] == ["expired", "expired", "expiring", "expiring"]


def test_a_renewal_that_was_refused_or_lies_ahead_ends_no_case(any_db: Session) -> None:
    made = held(any_db, make_scheme(any_db), (5, 6, 400, 401))
    made[2].renews, made[2].review = made[0].public_id, "refused"
    made[3].renews, made[3].issued_on = made[1].public_id, TODAY + dt.timedelta(days=1)
    any_db.flush()
    assert subjects(any_db, "expiring") == [made[0].public_id, made[1].public_id]


def test_a_firm_is_stale_once_however_many_facts_are(any_db: Session) -> None:
    firm, fresh = make_firm(any_db), make_firm(any_db)
    for age in (181, 200, 300):
        on = TODAY - dt.timedelta(days=age)
        make_product(any_db, firm=firm, price_confirmed_on=on, lead_confirmed_on=TODAY)
    exactly = TODAY - dt.timedelta(days=180)
    make_product(any_db, firm=fresh, price_confirmed_on=exactly, lead_confirmed_on=exactly)
    (case,) = read_cases(any_db, look_around(any_db, NOW), "stale", Wanted(), 0)[0]
    assert (case.subject, case.number, case.days) == (firm.public_id, 3, 300)


def test_refused_firms_come_back_on_their_day(any_db: Session) -> None:
    first, second = make_firm(any_db), make_firm(any_db)
    for firm, day in ((first, TODAY), (second, TODAY + dt.timedelta(days=1))):
        any_db.add(FirmRefusal(firm_id=firm.id, reason="Nobody there.", again_on=day))
    any_db.flush()
    assert subjects(any_db, "firms") == [first.public_id]


def test_cases_are_narrowed_by_place(any_db: Session) -> None:
    here = make_firm(any_db, cluster=make_cluster(any_db, state="Kerala", slug="changanacherry"))
    there = make_firm(any_db, cluster=make_cluster(any_db, state="Punjab", slug="ludhiana"))
    assert subjects(any_db, "firms", state="Punjab") == [there.public_id]
    assert subjects(any_db, "firms", cluster="changanacherry") == [here.public_id]
    assert len(subjects(any_db, "firms", sector="rubber")) == 2
    assert subjects(any_db, "firms", sector="coir") == []


def test_all_queues_are_counted_at_once(any_db: Session) -> None:
    make_cast(any_db)
    held(any_db, make_scheme(any_db), (5,))
    counts = count_all(any_db, look_around(any_db, NOW), Wanted(), 0)
    assert [each.queue for each in counts] == list(QUEUES)
    totals = {each.queue: each.total for each in counts if each.total}
    assert totals == {"firms": 4, "expiring": 1, "buyers": 1}
    assert all(each.nobody == each.total and each.mine == 0 for each in counts)


def test_a_requirement_waits_until_it_is_closed_or_too_late(any_db: Session) -> None:
    cast = make_cast(any_db)
    asked = {
        name: make_requirement(
            any_db, cast.stranger.organisation, state=state, ship_by=TODAY + late
        )
        for name, state, late in (
            ("open", "open", dt.timedelta(0)),
            ("closed", "closed", dt.timedelta(9)),
            ("late", "open", dt.timedelta(-1)),
        )
    }
    assert subjects(any_db, "requirements") == [asked["open"].public_id]
    cases, _total = read_cases(any_db, look_around(any_db, NOW), "requirements", Wanted(), 0)
    assert [(each.what, each.state) for each in cases] == [("Mats for stables", "unverified")]

"""Rows become offers: what is free after holds, what may be seen of prices, whose papers count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.catalogue.holds import Wish, place_holds
from matchmaker.catalogue.models import Product
from matchmaker.catalogue.services import list_product, open_line, verify_firm
from matchmaker.certification.groups import cover_member
from matchmaker.certification.services import declare_evidence
from matchmaker.clusters.models import ClusterInstitution, Institution
from matchmaker.matching.problem import FreeMonth, Nearby, Offer, Reliability, Requirement, Tier
from matchmaker.matching.queries import (
    book_for,
    nearby_clusters,
    offers_shown,
    reliability_of,
    requirement_from,
)
from matchmaker.matching.services import audience_of
from matchmaker.measures import Quantity
from matchmaker.money import Money
from matchmaker.orm import utc_now
from matchmaker.sourcing.models import Enquiry, EnquiryMessage
from matchmaker.sourcing.models import Requirement as PostedRequirement
from tests.certification.test_services import make_scheme
from tests.factories import (
    make_cast,
    make_family,
    make_firm,
    make_organisation,
    make_product,
    product_facts,
)

TODAY = dt.date(2026, 11, 21)
JANUARY, FEBRUARY = dt.date(2027, 1, 1), dt.date(2027, 2, 1)


def offers_of(db: Session) -> dict[str, Offer]:
    db.flush()
    return {each.offer.title: each.offer for each in offers_shown(db, TODAY)}


def make_lined(db: Session, factor: str = "2") -> tuple[Product, int]:
    """A product that takes `factor` units of a line with 100 a month, 40 of it committed."""
    firm, family = make_firm(db), make_family(db)
    months = {month: (Decimal(100), Decimal(40)) for month in (JANUARY, FEBRUARY)}
    line = open_line(
        db, SYSTEM, firm, family, name="Press", unit="H87", months=months, confirmed_on=TODAY
    )
    facts = product_facts(title="Mat", line_factor=Decimal(factor))
    return list_product(db, SYSTEM, firm, family, facts, line=line), line.id


def test_an_offer_tells_the_facts_of_its_listing(db: Session) -> None:
    firm = make_firm(db, markets=[("DE", 2019)], languages=["en", "ml"], women_led=True)
    verify_firm(db, SYSTEM, firm, TODAY, "Registers compared.")
    product = make_product(db, firm=firm, title="Rubber mat", attributes={"thickness_mm": 18})
    offer = offers_of(db)["Rubber mat"]
    assert (offer.id, offer.maker.id) == (product.public_id, firm.public_id)
    assert (offer.maker.is_verified, offer.maker.women_led, offer.maker.size) == (
        True, True, "micro")  # fmt: skip
    assert (offer.maker.markets, offer.maker.languages) == ({"DE"}, {"en", "ml"})
    assert (offer.hs_code, offer.unit, offer.moq, offer.lead_days) == (
        "401699", "H87", Decimal(100), 30)  # fmt: skip
    assert offer.tiers == (Tier(Decimal(100), Decimal(900)), Tier(Decimal(500), Decimal(850)))
    assert (offer.facts.net_kg, offer.attributes) == (Decimal("12.5"), {"thickness_mm": 18})
    assert (offer.free, offer.line) == ((), "")


def test_what_is_free_is_what_nobody_holds_in_the_product_s_own_units(db: Session) -> None:
    _, line = make_lined(db)
    free = offers_of(db)["Mat"].free
    assert free == (FreeMonth(JANUARY, Decimal(30)), FreeMonth(FEBRUARY, Decimal(30)))
    buyer = make_organisation(db, kind="buyer", name="Elsewhere Traders")
    until = utc_now() + dt.timedelta(hours=72)
    place_holds(db, SYSTEM, buyer, [Wish(line, JANUARY, Decimal(11))], until)
    # 49 of the line are left, 24.5 of the product.
    assert offers_of(db)["Mat"].free[0] == FreeMonth(JANUARY, Decimal("24.5"))


def test_a_price_for_the_firm_and_desks_alone_never_becomes_part_of_an_offer(db: Session) -> None:
    for audience in ("public", "verified", "request"):
        make_product(db, title=audience, price_audience=audience)
    found = offers_of(db)
    assert [(each, bool(offer.tiers), offer.price_audience) for each, offer in found.items()] == [
        ("public", True, "public"),
        ("verified", True, "verified"),
        ("request", False, "public"),
    ]
    assert found["request"].price_confirmed_on is None


def test_who_may_be_matched_by_prices_for_verified_buyers(db: Session) -> None:
    cast = make_cast(db)
    assert [audience_of(each) for each in (None, cast.stranger, cast.owner, cast.officer)] == [
        "public", "public", "public", "verified"
    ]  # fmt: skip
    assert cast.stranger.organisation is not None
    cast.stranger.organisation.standing = "verified"
    assert audience_of(cast.stranger) == "verified"


def test_suspended_unconfirmed_and_draft_are_not_offered(db: Session) -> None:
    suspended, unconfirmed = make_firm(db), make_firm(db)
    suspended.verification, unconfirmed.is_confirmed = "suspended", False
    make_product(db, firm=suspended)
    make_product(db, firm=unconfirmed)
    make_product(db, title="draft").state = "draft"
    make_product(db, title="shown")
    assert list(offers_of(db)) == ["shown"]


def test_the_firm_s_name_is_not_among_the_words(db: Session) -> None:
    firm = make_firm(db)
    make_product(db, firm=firm, title="Mat", description=f"{firm.name} makes mats of rubber.")
    offer = offers_of(db)["Mat"]
    assert firm.name not in f"{offer.title} {offer.text}"
    assert "makes mats of rubber" in offer.text


def test_group_certificates_count_for_members_and_are_told_to_neighbours(db: Session) -> None:
    member = make_firm(db)
    make_firm(db, cluster=member.cluster)
    body = make_organisation(db, name="Coir Cluster Society", kind="institution")
    society = Institution(name="Society", kind="SPV", organisation_id=body.id)
    db.add(society)
    db.flush()
    db.add(ClusterInstitution(cluster_id=member.cluster_id, institution_id=society.id))
    scheme = make_scheme(db, code="GROUP", group_holding="yes")
    evidence = declare_evidence(
        db, SYSTEM, body, scheme, number="G-1", issuer="Certifier",
        issued_on=dt.date(2026, 1, 1), expires_on=dt.date(2027, 1, 1),
    )  # fmt: skip
    cover_member(db, SYSTEM, evidence, member, TODAY)
    make_product(db, firm=member, title="member")
    make_product(db, title="stranger")
    found = offers_of(db)
    assert [piece.code for piece in found["member"].pieces] == ["GROUP"]
    assert found["stranger"].pieces == ()
    near = nearby_clusters(db, TODAY)
    assert near[member.cluster.slug] == Nearby(frozenset({"GROUP"}), {"GROUP": ("Society",)})
    assert nearby_clusters(db, dt.date(2027, 6, 1)) == {}


def test_an_enquiry_of_yesterday_is_not_yet_unanswered(db: Session) -> None:
    firm, buyer = make_firm(db), make_organisation(db, kind="buyer", name="Elsewhere Traders")
    now = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
    for days, answered_after, state in ((30, 6, "answered"), (20, None, "new"), (1, None, "new"),
                                        (40, None, "spam")):  # fmt: skip
        asked = now - dt.timedelta(days=days)
        enquiry = Enquiry(organisation_id=buyer.id, firm_id=firm.id, state=state, created_at=asked)
        enquiry.messages.append(EnquiryMessage(organisation_id=buyer.id, text="?", at=asked))
        if answered_after:
            at = asked + dt.timedelta(hours=answered_after)
            answer = EnquiryMessage(organisation_id=firm.organisation_id, text="!", at=at)
            enquiry.messages.append(answer)
        db.add(enquiry)
    db.flush()
    found = reliability_of(db, {firm.id}, TODAY)
    assert found == {firm.id: Reliability(enquiries=2, answered=1, median_reply_hours=6.0)}


def test_a_posted_requirement_becomes_the_question(db: Session) -> None:
    buyer = make_organisation(db, kind="buyer", name="Elsewhere Traders")
    make_family(db)
    posted = PostedRequirement(
        public_id="need", organisation_id=buyer.id, title="Rubber mats", description="Black.",
        quantity=Decimal(500), unit="H87", monthly=True, ship_from=JANUARY,
        ship_by=dt.date(2027, 3, 31), market="DE", price_limit=Decimal(4), currency="EUR",
        evidence=["ISO9001"],
    )  # fmt: skip
    assert requirement_from(posted, "rubber-mat") == Requirement(
        id="need", text="Rubber mats. Black.", quantity=Quantity(Decimal(500), "H87"),
        ship_from=JANUARY, ship_by=dt.date(2027, 3, 31), months=3, family="rubber-mat",
        market="DE", target=Money(Decimal(4), "EUR"), musts=("ISO9001",),
    )  # fmt: skip


def test_the_book_knows_the_schemes_that_the_buyer_names(db: Session) -> None:
    make_scheme(db, code="SA8000")
    asked = requirement_from(
        PostedRequirement(
            public_id="n", title="t", description="", quantity=Decimal(1), unit="H87",
            monthly=False, ship_from=JANUARY, ship_by=FEBRUARY, evidence=["SA8000"],
        )
    )  # fmt: skip
    assert set(book_for(db, asked).schemes) == {"SA8000"}


def test_offers_are_read_in_as_many_queries_for_one_as_for_three(
    db: Session,
    sqlite_engine: Engine,
    counted: Callable[[Engine], AbstractContextManager[list[str]]],
) -> None:
    def queries() -> int:
        db.flush()
        db.expire_all()
        with counted(sqlite_engine) as statements:
            list(offers_shown(db, TODAY))
        return len(statements)

    make_lined(db)
    alone = queries()
    for _ in range(2):
        make_lined(db)
    assert queries() == alone

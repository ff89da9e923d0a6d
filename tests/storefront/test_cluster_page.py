"""A cluster's page and the list of clusters: members, what they can do together, the way out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.catalogue.models import VERIFICATION, Firm, ProductFamily
from matchmaker.catalogue.services import open_line
from matchmaker.catalogue.visibility import FIRM_IS_PUBLIC, can_see_firm
from matchmaker.certification.models import Scheme
from matchmaker.certification.services import declare_evidence
from matchmaker.clusters.models import Cluster
from matchmaker.database import database
from matchmaker.storefront import cluster_page, pages
from tests.factories import make_family, make_firm, make_organisation
from tests.reading import words_of

TODAY = dt.date(2026, 11, 21)
DECEMBER = dt.date(2026, 12, 1)
Counted = Callable[[Engine], AbstractContextManager[list[str]]]


@pytest.fixture(autouse=True)
def _at_a_known_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "today", lambda: TODAY)


@pytest.fixture
def cluster(app_db: Session) -> Cluster:
    """A real one, without firms."""
    return app_db.scalars(select(Cluster).where(Cluster.slug == "changanacherry-rubber")).one()


def read(client: FlaskClient, query: str = "") -> str:
    return words_of(client.get(f"/clusters/changanacherry-rubber{query}").text)


def add_line(
    db: Session, firm: Firm, family: ProductFamily, capacity: int, taken: int, unit: str = "H87"
) -> None:
    months = {DECEMBER: (Decimal(capacity), Decimal(taken))}
    open_line(db, SYSTEM, firm, family, name="L", unit=unit, months=months, confirmed_on=TODAY)


def test_capacity_of_the_firms_is_pooled_by_family(
    app_db: Session, client: FlaskClient, cluster: Cluster
) -> None:
    family = make_family(app_db, name="Stable mats")
    first, second, gone = (make_firm(app_db, cluster=cluster) for _ in range(3))
    gone.verification = "suspended"
    add_line(app_db, first, family, 1000, 400)
    add_line(app_db, second, family, 500, 100)
    add_line(app_db, gone, family, 7000, 0)
    app_db.commit()

    shown = read(client)

    assert "Stable mats 2 firms" in shown
    assert "December 2026: 1,000 pieces free of 1,500" in shown
    assert "Free a month, together 1,000 pieces Stable mats" in shown


def test_pieces_and_kilograms_are_never_added(
    app_db: Session, client: FlaskClient, cluster: Cluster
) -> None:
    family = make_family(app_db)
    add_line(app_db, make_firm(app_db, cluster=cluster), family, 1000, 0)
    add_line(app_db, make_firm(app_db, cluster=cluster), family, 30, 0, unit="KGM")
    app_db.commit()

    shown = read(client)

    assert "December 2026: 1,000 pieces free of 1,000" in shown
    assert "December 2026: 30 kg free of 30" in shown


def test_made_up_firms_are_counted_apart(
    app_db: Session, client: FlaskClient, cluster: Cluster
) -> None:
    make_firm(app_db, cluster=cluster)
    app_db.commit()
    assert "Demonstration data" not in client.get("/clusters/changanacherry-rubber").text

    for _ in range(2):
        made_up = make_organisation(app_db, is_demo=True)
        make_firm(app_db, cluster=cluster, organisation=made_up)
    app_db.commit()
    html = client.get("/clusters/changanacherry-rubber").text
    assert "1 real firm; 2 demonstration firms counted apart." in words_of(html)
    assert "3 firms 2 of them demonstration" in words_of(html)
    assert "Demonstration data" in html


def test_evidence_is_counted_by_firm_with_its_best(
    app_db: Session, client: FlaskClient, cluster: Cluster
) -> None:
    scheme = app_db.scalars(select(Scheme).where(Scheme.code == "ISO9001")).one()
    past, soon, later = dt.date(2026, 1, 1), dt.date(2026, 12, 1), dt.date(2028, 1, 1)
    for each in ((past, later), (soon,), (past,)):
        firm = make_firm(app_db, cluster=cluster)
        for day in each:
            declare_evidence(app_db, SYSTEM, firm.organisation, scheme, number="1", issuer="I",
                             issued_on=dt.date(2025, 1, 1), expires_on=day)  # fmt: skip
    app_db.commit()

    assert "ISO9001 ISO 9001 quality management 1 1 1" in read(client)


def test_facts_of_the_place_name_their_sources(client: FlaskClient) -> None:
    shown = read(client)
    assert "Cluster CFC operating by 2023. New Indian Express" in shown
    assert "Rubber cluster CFC, Changanassery common facility centre" in shown
    assert "Rubber Board, Kottayam" in shown
    assert "No firm of this cluster is listed yet" in shown


def test_the_way_by_sea_follows_the_readers_port(client: FlaskClient) -> None:
    assert "By sea to your port choose your port below" in read(client)
    client.get("/preferences?port=DEHAM")
    assert "By sea to Hamburg 12,661 km about 20 days at 14 knots" in read(client)
    client.get("/preferences?port=ZZZZZ")
    assert "By sea to your port" in read(client)


def test_geographical_indication_and_export_town_are_named(client: FlaskClient) -> None:
    shown = words_of(client.get("/clusters/alappuzha-coir").text)
    assert "town of export excellence · Alleppey Coir" in shown


def test_sums_see_the_same_firms_as_people(app_db: Session, cluster: Cluster) -> None:
    for standing in VERIFICATION:
        make_firm(app_db, cluster=cluster).verification = standing
    app_db.flush()
    summed = set(app_db.scalars(select(Firm.verification).where(FIRM_IS_PUBLIC)))
    seen = {firm.verification for firm in app_db.scalars(select(Firm)) if can_see_firm(None, firm)}
    assert summed == seen


def test_a_large_cluster_costs_no_more_queries_than_a_small_one(
    site: Flask, visitor: FlaskClient, counted: Counted
) -> None:
    with site.app_context():
        engine = database.engine

    def queries(slug: str) -> int:
        with counted(engine) as statements:
            assert visitor.get(f"/clusters/{slug}").status_code == 200
        return len(statements)

    queries("changanacherry-rubber")
    assert queries("changanacherry-rubber") == queries("kannur-handloom") <= 14


def test_members_have_pages_that_do_not_overlap(
    visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_page, "MEMBERS_A_PAGE", 2)

    def firms(page: int) -> set[str]:
        html = visitor.get(f"/clusters/changanacherry-rubber?page={page}").text
        members = html[html.index('id="members"') : html.index("</ul>", html.index('id="members"'))]
        return {part.split('"')[0] for part in members.split('href="/firms/')[1:]}

    assert len(firms(1)) == len(firms(2)) == 2
    assert not firms(1) & firms(2)


def test_an_unknown_cluster_leads_to_the_search(client: FlaskClient) -> None:
    answer = client.get("/clusters/rubber-of-nowhere")
    assert answer.status_code == 404
    assert 'value="rubber of nowhere"' in answer.text


@pytest.mark.parametrize("by", ["state", "sector", "nonsense"])
def test_all_clusters_are_listed_once(client: FlaskClient, by: str) -> None:
    html = client.get(f"/clusters?by={by}").text
    groups = html[html.index('class="group"') : html.index('class="beside"')]
    assert groups.count('href="/clusters/') == 60


def test_where_the_data_comes_from_is_told_with_numbers(client: FlaskClient) -> None:
    shown = words_of(client.get("/about-data").text)
    assert "60 clusters in 41 sectors" in shown
    assert "156 rules of markets and 102 schemes" in shown
    assert "No demonstration record is on this site" in shown


def test_a_made_up_world_says_that_it_is_made_up(site: Flask, visitor: FlaskClient) -> None:
    shown = words_of(visitor.get("/about-data").text)
    assert "None of them exists" in shown
    assert re.search(r"products, demonstration [1-9]", shown)

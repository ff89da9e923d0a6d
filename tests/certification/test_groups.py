"""A cluster body's certificate stands for its member firms, as long as they are members."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.models import Organisation
from matchmaker.certification.groups import cover_member, end_cover, may_cover, possible_members
from matchmaker.certification.models import Evidence
from matchmaker.certification.queries import evidence_shown
from matchmaker.certification.services import declare_evidence
from matchmaker.clusters.models import ClusterInstitution, Institution
from matchmaker.errors import BadInput, NotAllowed
from matchmaker.storefront.evidence_view import evidence_held, evidence_rows
from tests.certification.test_services import make_scheme
from tests.factories import Cast, make_actor, make_cast, make_organisation

TODAY = dt.date(2026, 11, 21)


@pytest.fixture
def cast(db: Session) -> Cast:
    return make_cast(db)


@pytest.fixture
def body(db: Session, cast: Cast) -> Actor:
    """Somebody of the body that serves the cluster of `cast.firm`."""
    organisation = make_organisation(db, name="Coir Cluster Society", kind="institution")
    institution = Institution(name="Society", kind="SPV", organisation_id=organisation.id)
    db.add(institution)
    db.flush()
    db.add(ClusterInstitution(cluster_id=cast.firm.cluster_id, institution_id=institution.id))
    return make_actor(db, organisation, "editor")


def held(db: Session, body: Actor, holding: str = "yes") -> Evidence:
    assert body.organisation is not None
    scheme = make_scheme(db, code=f"GROUP-{holding}", group_holding=holding)
    return declare_evidence(
        db,
        body,
        body.organisation,
        scheme,
        number="G-1",
        issuer="Certifier",
        issued_on=dt.date(2026, 1, 1),
        expires_on=dt.date(2027, 1, 1),
    )


def shown(db: Session, organisation: Organisation) -> list[tuple[str, str]]:
    rows = evidence_rows(evidence_held(db, organisation.id), TODAY, shown_by=organisation.id)
    return [(row.number, row.holder) for row in rows]


def test_members_show_it_under_the_name_of_its_holder_until_they_leave(
    db: Session, cast: Cast, body: Actor
) -> None:
    evidence = held(db, body)
    assert shown(db, cast.firm.organisation) == []
    cover_member(db, body, evidence, cast.firm, TODAY)
    cover_member(db, body, evidence, cast.firm, TODAY)
    assert shown(db, cast.firm.organisation) == [("G-1", "Coir Cluster Society")]
    assert shown(db, evidence.holder) == [("G-1", "")]
    assert shown(db, cast.rival_firm.organisation) == []
    end_cover(db, body, evidence, cast.firm.organisation)
    assert shown(db, cast.firm.organisation) == []


def test_a_firm_may_say_itself_that_it_is_no_member_and_nobody_else(
    db: Session, cast: Cast, body: Actor
) -> None:
    evidence = held(db, body)
    cover_member(db, body, evidence, cast.firm, TODAY)
    for actor in (cast.rival, cast.stranger, cast.viewer):
        with pytest.raises(NotAllowed):
            end_cover(db, actor, evidence, cast.firm.organisation)
    end_cover(db, cast.owner, evidence, cast.firm.organisation)
    assert shown(db, cast.firm.organisation) == []


def test_what_cannot_be_held_jointly_covers_no_group(db: Session, cast: Cast, body: Actor) -> None:
    alone = held(db, body, "multi-site")
    assert not may_cover(alone.holder, alone.scheme)
    with pytest.raises(BadInput, match="holder only"):
        cover_member(db, body, alone, cast.firm, TODAY)


def test_a_body_covers_only_firms_it_serves_or_acts_for(
    db: Session, cast: Cast, body: Actor
) -> None:
    evidence = held(db, body)
    assert list(possible_members(db, evidence.holder)) == [cast.firm]
    with pytest.raises(BadInput, match="serve or act for"):
        cover_member(db, body, evidence, cast.rival_firm, TODAY)
    with pytest.raises(NotAllowed):
        cover_member(db, cast.owner, evidence, cast.firm, TODAY)
    assert cast.agent.organisation is not None
    assert list(possible_members(db, cast.agent.organisation)) == [cast.firm]


def test_many_organisations_are_read_at_once(db: Session, cast: Cast, body: Actor) -> None:
    evidence = held(db, body)
    cover_member(db, body, evidence, cast.firm, TODAY)
    wanted = [cast.firm.organisation_id, cast.rival_firm.organisation_id, evidence.holder_id]
    assert evidence_shown(db, wanted) == {
        cast.firm.organisation_id: [evidence],
        evidence.holder_id: [evidence],
    }
    assert evidence_shown(db, []) == {}

"""A firm that a group certificate covers is told, reads what covers it, and may decline."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.models import Organisation
from matchmaker.certification.models import Evidence, EvidenceDocument, Scheme
from matchmaker.certification.services import declare_evidence
from matchmaker.clusters.models import ClusterInstitution, Institution
from matchmaker.notices.models import Notice
from tests.factories import Cast, make_actor, make_organisation
from tests.reading import words_of
from tests.signed_in import sign_in


@dataclass(frozen=True)
class World:
    """A cluster body, somebody of it, and a certificate it holds for its members."""

    body: Organisation
    holder: Actor
    evidence: Evidence

    @property
    def address(self) -> str:
        return f"/firm/evidence/{self.evidence.public_id}"


@pytest.fixture
def world(app: Flask, app_db: Session, app_cast: Cast) -> World:
    app.config["WTF_CSRF_ENABLED"] = False
    body = make_organisation(app_db, name="Coir Cluster Society", kind="institution")
    institution = Institution(name="Society", kind="SPV", organisation_id=body.id)
    app_db.add(institution)
    app_db.flush()
    serves = {"cluster_id": app_cast.firm.cluster_id, "institution_id": institution.id}
    app_db.add(ClusterInstitution(**serves))
    holder = make_actor(app_db, body, "editor")
    scheme = app_db.scalars(select(Scheme).where(Scheme.code == "ISO9001")).one()
    scheme.group_holding = "yes"
    evidence = declare_evidence(
        app_db, holder, body, scheme, number="G-1", issuer="Certifier (example)",
        issued_on=dt.date(2026, 1, 1), expires_on=dt.date(2099, 1, 1),
    )  # fmt: skip
    document = {"digest": "0" * 64, "file_name": "secret.pdf", "media_type": "application/pdf"}
    evidence.documents.append(EvidenceDocument(**document, size=1))
    app_db.commit()
    world = World(body, holder, evidence)
    answer = sign_in(app.test_client(), holder).post(
        f"{world.address}/members", data={"firm": app_cast.firm.public_id}
    )
    assert answer.status_code == 302
    return world


def told(app_db: Session, actor: Actor) -> list[tuple[str, str]]:
    assert actor.user is not None
    query = select(Notice.subject, Notice.address).where(
        Notice.user_id == actor.user.id, Notice.kind == "evidence.group"
    )
    found = [(subject, address) for subject, address in app_db.execute(query)]
    app_db.commit()
    return found


def test_the_firm_is_told_and_opens_what_covers_it(
    app: Flask, app_db: Session, app_cast: Cast, world: World
) -> None:
    said = f"{world.evidence.scheme.name}: you are covered by the certificate of {world.body.name}"
    assert told(app_db, app_cast.owner) == [(said, world.address)]
    assert told(app_db, app_cast.rival) == []
    assert told(app_db, world.holder) == []
    for actor, may_decline in ((app_cast.owner, True), (app_cast.viewer, False)):
        page = sign_in(app.test_client(), actor).get(world.address)
        assert page.status_code == 200
        shown = words_of(page.text)
        for fact in ("held by Coir Cluster Society", "G-1", "Certifier (example)", "Jan 1, 2099"):
            assert fact in shown
        assert ("Decline to be covered" in shown) is may_decline
        assert "secret.pdf" not in shown
    assert sign_in(app.test_client(), app_cast.rival).get(world.address).status_code == 404
    listed = sign_in(app.test_client(), app_cast.owner).get("/firm/evidence").text
    assert f'href="{world.address}"' in listed
    paper = world.evidence.documents[0].public_id
    assert sign_in(app.test_client(), app_cast.owner).get(f"/documents/{paper}").status_code == 404


def test_a_firm_declines_and_the_body_is_told(
    app: Flask, app_db: Session, app_cast: Cast, world: World
) -> None:
    owner = sign_in(app.test_client(), app_cast.owner)
    public = f"/firms/{app_cast.firm.slug}"
    assert "G-1" in words_of(owner.get(public).text)
    member = app_cast.firm.organisation.public_id
    assert owner.post(f"{world.address}/members/{member}/end").status_code == 302
    assert "G-1" not in words_of(owner.get(public).text)
    ((subject, address),) = told(app_db, world.holder)
    assert subject.endswith(f"no longer covers {app_cast.firm.name}")
    assert address == world.address
    assert len(told(app_db, app_cast.owner)) == 1  # what one did oneself is no news


def test_a_firm_is_told_when_the_body_ends_it(
    app: Flask, app_db: Session, app_cast: Cast, world: World
) -> None:
    member = app_cast.firm.organisation.public_id
    holder = sign_in(app.test_client(), world.holder)
    assert holder.post(f"{world.address}/members/{member}/end").status_code == 302
    (_begun, (subject, address)) = told(app_db, app_cast.owner)
    assert subject.endswith(f"no longer covers {app_cast.firm.name}")
    assert address == "/firm/evidence"  # what covered it is closed to the firm now

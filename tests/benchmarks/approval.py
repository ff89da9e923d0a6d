"""How soon a buyer's filter knows an approved certificate: from the desk's commit to the hit.

    python -m tests.benchmarks.approval [--json] [--times 15]

A small seeded site of its own; the worker process indexes; this process approves one firm's
certificate after the other and looks, each time, whether the filter finds what that firm makes.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.changes import lag_of
from matchmaker.app import create_app
from matchmaker.catalogue.models import Firm, Product
from matchmaker.certification.models import Evidence, Scheme
from matchmaker.certification.reviewing import approve, stamp_of
from matchmaker.certification.services import declare_evidence
from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.orm import utc_now
from search.contract import And, Engine, Equals, Query
from tests.benchmarks.freshness import time_on_site

SCHEME = "ISO9001"
PATIENCE = 60.0


def main() -> None:
    title = "From the approval of a certificate to the filter"
    time_on_site(title, approve_and_look, times=15, goal=2)


def approve_and_look(config: Config, times: int) -> list[float]:
    """Seconds for each of so many firms; the first is the worker's warming up."""
    sessions = sessionmaker(make_engine(config.database_url))
    engine: Engine = create_app(config).extensions["searching"].engine
    with sessions() as db:
        firms = db.scalars(_without_it().limit(times)).all()
    return [_once(sessions, engine, each) for each in firms]


def _without_it() -> Select[int]:
    """Firms with something to be found, which do not have the certificate yet."""
    has_it = select(Evidence.holder_id).join(Scheme).where(Scheme.code == SCHEME)
    listed = select(Product.firm_id).where(Product.state == "published")
    chosen = select(Firm.id).where(Firm.id.in_(listed), Firm.organisation_id.not_in(has_it))
    return chosen.order_by(Firm.id)


def _once(sessions: sessionmaker[Session], engine: Engine, firm_id: int) -> float:
    today, a_year = utc_now().date(), dt.timedelta(days=365)
    with sessions() as db:
        firm = db.get_one(Firm, firm_id)
        wanted = Query(filter=And((Equals("firm_id", firm.public_id), Equals("evidence", SCHEME))))
        scheme = db.scalars(select(Scheme).where(Scheme.code == SCHEME)).one()
        piece = declare_evidence(
            db, SYSTEM, firm.organisation, scheme, number=f"Q-{firm_id}", issuer="Certifier",
            issued_on=today - a_year, expires_on=today + a_year,
        )  # fmt: skip
        db.commit()
        _until(lambda: _nothing_waits(sessions), "changes wait for the index")
        assert engine.search("products", wanted).total == 0
        approve(
            db, SYSTEM, piece,
            grade="confirmed", how="Asked.", on=today, seen=stamp_of(piece),
        )  # fmt: skip
        db.commit()
    began = time.perf_counter()
    _until(lambda: engine.search("products", wanted).total > 0, "nothing is found")
    return time.perf_counter() - began


def _nothing_waits(sessions: sessionmaker[Session]) -> bool:
    with sessions() as db:
        return lag_of(db, "index").waiting == 0


def _until(happened: Callable[[], bool], what: str) -> None:
    began = time.perf_counter()
    while not happened():
        if time.perf_counter() - began > PATIENCE:
            sys.exit(f"After {PATIENCE:g} s still: {what}.")
        time.sleep(0.005)


if __name__ == "__main__":
    main()

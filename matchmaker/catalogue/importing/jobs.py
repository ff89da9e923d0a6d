"""The work of imports that is done behind the page: reading, writing, and photos."""

from __future__ import annotations

from sqlalchemy import Select, select

from matchmaker.catalogue.importing.applying import apply_import
from matchmaker.catalogue.importing.photos import PHOTOS
from matchmaker.catalogue.importing.placing import place_photos
from matchmaker.catalogue.importing.services import job_of, keep_look, look_at
from matchmaker.catalogue.upkeep import CatalogueImport
from matchmaker.database import get_db
from matchmaker.jobs import JSON, JobRequest, JobRun, Payload, job, sweep
from matchmaker.orm import only_reading
from matchmaker.store import get_store

READ, WRITE = "catalogue.import", "catalogue.import.write"


@job(READ, queue="quick")
def read_import(run: JobRun, payload: Payload) -> JSON:
    """Stage a sheet, so that a person can look at what it would do."""
    return run.step("read", _read, run, payload["import"])


@job(WRITE, queue="heavy")
def write_import(run: JobRun, payload: Payload) -> JSON:
    """Write what was agreed to. Killed in the middle nothing is written; it is done again."""
    return run.step("write", _write, run, payload["import"])


@sweep
def imports_without_a_job() -> list[JobRequest]:
    """Imports that wait to be read or written."""
    asked = select(CatalogueImport).where(CatalogueImport.state.in_(("reading", "applying")))
    return [request_of(row) for row in get_db().scalars(asked)]


def request_of(row: CatalogueImport) -> JobRequest:
    """The job this row waits for."""
    name = READ if row.state == "reading" else WRITE
    return JobRequest(name, job_of(row), {"import": row.public_id})


def _read(run: JobRun, public_id: str) -> str:
    db = get_db()
    with only_reading():  # for seconds; meanwhile others save
        row = db.scalar(_named(public_id))
        if row is None or row.state != "reading":
            return "over"
        look = look_at(db, row, get_store(), run.progress)
        db.rollback()
    row = _locked(public_id)
    if row is None or row.state != "reading":
        return "over"
    keep_look(db, row, look)
    db.commit()
    return row.state


def _write(run: JobRun, public_id: str) -> str:
    db = get_db()
    row = _locked(public_id)
    if row is None or row.state != "applying":
        return "over"
    if row.media_type == PHOTOS:
        place_photos(db, row, get_store(), run.progress)
    else:
        apply_import(db, row, run.progress)
    db.commit()
    return row.state


def _locked(public_id: str) -> CatalogueImport | None:
    """The row, held until the commit, so that two workers never write one import at once."""
    return get_db().scalar(_named(public_id).with_for_update())


def _named(public_id: str) -> Select[CatalogueImport]:
    return select(CatalogueImport).where(CatalogueImport.public_id == public_id)

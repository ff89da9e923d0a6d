"""The worker's part: a new table of offers every night, and when much has changed.

Once a minute somebody looks whether one is due; it is written behind the heavy jobs, so that
never two are written at once. One that fails is counted on the health page and tried again in
the next hour; until then the old table serves, with what changed since read from the database.
"""

from __future__ import annotations

from matchmaker.config import Config
from matchmaker.database import get_db
from matchmaker.jobs import JSON, JobRun, Jobs, Payload, job, scheduled
from matchmaker.matching.retrieval.services import rebuild_offers, table_wanted
from matchmaker.orm import only_reading, utc_now
from matchmaker.searching import searching

LOOK, WRITE = "offers.look", "offers.write"


@scheduled(LOOK, "* * * * *", timezone="UTC")
def look_for_changes(run: JobRun, _payload: Payload) -> JSON:
    """Ask for a new table if one is due; returns the id of its job."""
    return run.step("look", ask_if_due, run.config)


@job(WRITE, queue="heavy")
def write_table(run: JobRun, _payload: Payload) -> JSON:
    """Write the table, unless another process was faster; returns how many offers it holds."""
    return run.step("write", _write, run)


def ask_if_due(config: Config) -> str:
    """Asking again within the hour asks for nothing more."""
    now = utc_now()
    with only_reading():
        wanted = table_wanted(get_db(), searching(), now)
    if not wanted:
        return ""
    job_id = f"offers-{wanted}-{now:%Y%m%d%H}"
    Jobs(config).enqueue(WRITE, job_id)
    return job_id


def _write(run: JobRun) -> int:
    db, now = get_db(), utc_now()
    with only_reading():
        if not table_wanted(db, searching(), now):
            return 0
        return rebuild_offers(
            db, searching(), now.date(), lambda done: run.progress(done, done, "offers")
        )

"""The worker's part: a new table of offers every night, and when much has changed.

Once a minute somebody looks whether one is due; it is written behind the heavy jobs, so that
never two are written at once. One that fails is counted on the health page and tried again in
the next hour; until then the old table serves, with what changed since read from the database.
Who looks removes what nobody reads any more, too.
"""

from __future__ import annotations

import datetime as dt

from matchmaker.config import Config
from matchmaker.database import get_db
from matchmaker.jobs import JSON, JobRun, Jobs, Payload, job, scheduled
from matchmaker.matching.retrieval.queries import count_shown
from matchmaker.matching.retrieval.services import (
    rebuild_if_wanted,
    remove_leftovers,
    table_wanted,
)
from matchmaker.orm import only_reading, utc_now
from matchmaker.searching import searching

LOOK, WRITE = "offers.look", "offers.write"


@scheduled(LOOK, "* * * * *", timezone="UTC")
def look_for_changes(run: JobRun, _payload: Payload) -> JSON:
    """Ask for a new table if one is due; returns the id of its job."""
    return run.step("look", _look, run.config)


@job(WRITE, queue="heavy")
def write_table(run: JobRun, _payload: Payload) -> JSON:
    """Write the table, unless another process was faster; returns how many offers it holds."""
    return run.step("write", _write, run)


def ask_if_due(config: Config, now: dt.datetime) -> str:
    """The id of the job, "" where none is due; asking again within the hour asks for no other."""
    with only_reading():
        wanted = table_wanted(get_db(), searching(), now)
    if not wanted:
        return ""
    job_id = f"offers-{wanted}-{now:%Y%m%d%H}"
    Jobs(config).enqueue(WRITE, job_id)
    return job_id


def _look(config: Config) -> str:
    now = utc_now()
    remove_leftovers(searching(), now)
    return ask_if_due(config, now)


def _write(run: JobRun) -> int:
    with only_reading():
        db = get_db()
        total = count_shown(db)
        return rebuild_if_wanted(
            db, searching(), utc_now(), lambda done: run.progress(done, max(done, total), "offers")
        )

"""From one embedding model to another, in the background, while searches go on.

`matchmaker model use NAME` notes the next model and asks the worker for a job: it fetches the
model and encodes every text into the cache of embeddings, as long as that takes. Only then is
the choice changed; the thread that keeps the index sees indexes of another model than the
chosen one and rebuilds each from the cache, in seconds. Each index names the model of its
vectors, so queries are encoded by the old one until the very swap of their index.
"""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from flask import current_app
from sqlalchemy.orm import sessionmaker

from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.jobs import JobRequest, JobRun, Jobs, JobState, Payload, job, sweep
from matchmaker.model_choice import ModelChoice, choose, chosen, remembered
from matchmaker.orm import only_reading
from matchmaker.searching import Searching
from matchmaker.storefront.indexing import meanings
from search.encoder.cache import EncodedTexts
from search.encoder.model import fetch_model, ready_folder
from search.encoder.opening import open_bulk_encoder
from search.encoder.ready import read_ready

JOB = "search.use_model"
SWAP_WITHIN = 3600.0  # seconds; it takes a few for 5,000 products
_AT_ONCE = 256


def use_model(config: Config, source: str) -> str:
    """Have the index re-encoded by this model in the background; returns the job's id.

    A change that is still under way is given up; asking for the model in use does only that
    and returns "". Nothing changes for readers until all is encoded. Raises Unavailable when
    the job store cannot be reached; the sweep asks again.
    """
    jobs = Jobs(config)
    before = chosen(config)
    if before.job_id and not _is_over(jobs.state(before.job_id)):
        jobs.cancel(before.job_id)
    if source == before.source:
        choose(config, replace(before, next_source="", job_id=""))
        return ""
    job_id = f"model-{secrets.token_hex(6)}"
    choose(config, replace(before, next_source=source, job_id=job_id))
    jobs.enqueue(JOB, job_id, {"source": source})
    return job_id


def change_of(config: Config) -> tuple[ModelChoice, JobState | None]:
    """The choice and, while a next model is prepared or failed to be, how that job stands."""
    choice = chosen(config)
    return choice, Jobs(config).state(choice.job_id) if choice.next_source else None


def how_far(state: JobState | None) -> str:
    """The state of a change in words, for the command line."""
    if state is None or state.status == "waiting":
        return "waits for the worker"
    if state.status == "failed":
        return f"FAILED: {state.error}"
    if state.progress is None or not state.progress.total:
        return state.status
    done, total = state.progress.done, state.progress.total
    return f"{state.progress.note} {done:,} of {total:,} ({done / total:.0%})"


def models_held(search: Searching) -> dict[str, str]:
    """By which model's vectors each index is searched. Raises SearchUnavailable."""
    return {name: search.engine.vector_model(name) for name in search.engine.status()}


@sweep
def changes_without_a_job() -> Iterable[JobRequest]:
    """The job of a choice that was noted by a process which died before it asked for it."""
    choice = chosen(current_app.extensions["config"])
    if choice.next_source:
        yield JobRequest(JOB, choice.job_id, {"source": choice.next_source})


@job(JOB, queue="heavy")
def prepare_and_switch(run: JobRun, payload: Payload) -> str:
    """Fetch, encode, choose, wait for the swap; returns the new model's id."""
    source = str(payload["source"])
    model_id = run.step("fetch", _fetch, run.config, source)
    run.step("encode", _encode_everything, run, source)
    if run.step("choose", _choose, run, source, model_id):
        run.step("swap", _wait_for_the_swap, run, model_id)
        run.step("forget", _forget_others, run.config, model_id)
    return model_id


def _fetch(config: Config, source: str) -> str:
    return read_ready(fetch_model(config.model_dir, source=source)).model_id


def _encode_everything(run: JobRun, source: str) -> int:
    """Every text into the cache. Killed and begun again, it only looks up what it had done."""
    encoder = open_bulk_encoder(ready_folder(run.config.model_dir, source))
    encoded = EncodedTexts(encoder, remembered(run.config))
    engine = make_engine(run.config.database_url)
    done = 0
    try:
        with only_reading(), sessionmaker(engine)() as db:
            texts, total = meanings(db, dt.datetime.now(dt.UTC).date())
            while batch := list(islice(texts, _AT_ONCE)):
                encoded.encode(batch)
                done += len(batch)
                run.progress(done, max(done, total), "encoding")
    finally:
        engine.dispose()
    return done


def _choose(run: JobRun, source: str, model_id: str) -> bool:
    """Make it the model in use, unless somebody chose yet another meanwhile."""
    before = chosen(run.config)
    if before.model_id != model_id and before.job_id != run.job_id:
        return False
    choose(run.config, ModelChoice(source, model_id))
    return True


def _wait_for_the_swap(run: JobRun, model_id: str) -> bool:
    """Until every index holds this model's vectors; False when it was not to be."""
    search = Searching(run.config)
    give_up = time.monotonic() + SWAP_WITHIN
    while time.monotonic() < give_up and chosen(run.config).model_id == model_id:
        held = list(models_held(search).values())
        if held and set(held) == {model_id}:
            return True
        run.progress(held.count(model_id), len(held), "swapping")
        time.sleep(0.2)
    return False


def _forget_others(config: Config, model_id: str) -> int:
    """Drop the embeddings of former models, once no index is rebuilt from them any more."""
    if set(models_held(Searching(config)).values()) != {model_id}:
        return 0
    return remembered(config).keep_only(model_id)


def _is_over(state: JobState | None) -> bool:
    return state is not None and state.is_over

"""The table of offers: a file beside the database, made from it; the database is the truth.

It is made when it is first needed, and by the worker (`jobs.py`) when much has changed and every
night. Between, what changed is read from the database for every question: nothing is promised
that is gone, and what was saved a moment ago is found.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from matchmaker.certification.knowledge import conditions
from matchmaker.certification.readiness import Book
from matchmaker.errors import Unavailable
from matchmaker.matching.problem import Offer
from matchmaker.matching.queries import UNKNOWN_BEHAVIOUR, Found, offers_shown
from matchmaker.matching.retrieval.building import TableBuilder
from matchmaker.matching.retrieval.columns import Audience, OfferTable, Rows
from matchmaker.matching.retrieval.queries import (
    Changes,
    changes_since,
    ids_of_products,
    makers_now,
    products_of,
    taken_now,
)
from matchmaker.matching.retrieval.stock import Stock, Taken
from matchmaker.model_choice import remembered
from matchmaker.orm import utc_now
from matchmaker.processes import hold
from matchmaker.searching import Searching
from search.encoder.cache import EncodedTexts
from search.encoder.encoder import Encoder
from search.encoder.errors import EncoderError

ENCODE_AT_ONCE = 64
# So many changed offers are read and written for a question (some 4 ms each); where there are
# more a new table is made first.
MOST_CHANGED = 400
# The worker makes a new table for so many changes once nothing was saved for a while, or once
# the first has waited for long; and each night, as how firms answer is counted by days.
WORTH_A_TABLE = 100
QUIET, LONGEST_WAIT = dt.timedelta(minutes=1), dt.timedelta(minutes=15)
LOOK_EVERY = 0.2  # seconds, while another process makes the table
Progress = Callable[[int], None]


@dataclass(frozen=True)
class _Held:
    """The table there is, of what it was made, and what was noted as changed since."""

    table: OfferTable
    taken: Taken
    changes: Changes


def stock_of_offers(
    db: Session, search: Searching, today: dt.date, audience: Audience = "public"
) -> Stock:
    """All that is offered, as of now.

    A new table is made first where there is none, where too much changed, and for another model.
    While another process is at that the old one serves without what changed
    (`Stock.left_out`): nobody waits for minutes.
    """
    held = _held(db, search, today, audience)
    if held is None:
        with _turn(search):
            # Another process may have made it while we waited.
            if _held(db, search, today, audience) is None:
                _write(db, search, today)
        held = _held_surely(db, search, today, audience)
    gone, numbers = _changed(db, held)
    if len(numbers) > MOST_CHANGED or held.table.model_id != _model_id(search):
        turn = hold(_lock(search))
        if turn is not None:
            with turn:
                _write(db, search, today)
            held = _held_surely(db, search, today, audience)
            gone, numbers = _changed(db, held)
    table, now = held.table, numbers[-MOST_CHANGED:]
    changed = _small_table(offers_shown(db, today, now), search, table) if now else None
    return Stock(table, gone, changed, held.taken, len(numbers) - len(now))


def rebuild_offers(
    db: Session, search: Searching, today: dt.date, progress: Progress = lambda _done: None
) -> int:
    """Write the table of offers from the database; how many there are.

    Waits while another process writes it. Texts that were encoded for the search index are not
    encoded again.
    """
    with _turn(search):
        return _write(db, search, today, progress)


def table_wanted(db: Session, search: Searching, now: dt.datetime) -> str:
    """Which table should be replaced by a new one, by a name of its own; "" when none."""
    try:
        table = OfferTable(table_folder(search))
        taken = Taken.read(table.state)
    except Unavailable:
        return "none"
    changes = changes_since(db, taken)
    is_due = (
        changes is None
        or taken.day != now.date()
        or table.model_id != _model_id(search)
        or _is_worth_it(changes, now)
    )
    return f"{taken.at:%Y%m%dT%H%M%S}" if is_due else ""


def _is_worth_it(changes: Changes, now: dt.datetime) -> bool:
    if len(changes.products) + len(changes.firms) < WORTH_A_TABLE:
        return False
    assert changes.first_at is not None and changes.last_at is not None
    return now - changes.last_at >= QUIET or now - changes.first_at >= LONGEST_WAIT


def _held(db: Session, search: Searching, today: dt.date, audience: Audience) -> _Held | None:
    """None where there is no table, or one of which it cannot be told what changed since."""
    try:
        # First the table, then the database: a change between the two is then seen.
        table = OfferTable(table_folder(search), audience)
        taken = Taken.read(table.state)
    except Unavailable:
        return None
    changes = changes_since(db, taken)
    # Months before those of its day are not in it; those that are over by now weigh nothing.
    lacks_months = taken.day.replace(day=1) > today
    return None if changes is None or lacks_months else _Held(table, taken, changes)


def _held_surely(db: Session, search: Searching, today: dt.date, audience: Audience) -> _Held:
    found = _held(db, search, today, audience)
    if found is None:
        raise Unavailable("The table of offers is being replaced; try again in a minute.")
    return found


def _changed(db: Session, held: _Held) -> tuple[Rows, list[int]]:
    """Rows that no longer hold, and the row numbers of products to be read in their stead.

    Whatever is saved of a product notes its firm too: the firm's other offers hold as long as
    the firm counts as it did.
    """
    table, changes = held.table, held.changes
    if not changes.products and not changes.firms:
        return table.rows_of(()), []
    gone = [table.rows_of(ids_of_products(db, changes.products))]
    numbers = list(changes.products)
    for public_id, (firm, maker) in makers_now(db, changes.firms).items():
        rows = table.rows_of_maker(public_id)
        if len(rows):
            before = table.offers(rows[:1])[0].maker
            if replace(before, reliability=UNKNOWN_BEHAVIOUR) != maker:
                gone.append(rows)
                numbers += products_of(db, [firm])
    return np.unique(np.concatenate(gone)), list(dict.fromkeys(numbers))


def _small_table(offers: Iterable[Found], search: Searching, like: OfferTable) -> OfferTable:
    """Some offers as a table whose figures compare with those of another."""
    encoder = encoder_of(search) if like.model_id == _model_id(search) else None
    # It is mapped into memory when it is opened: the files are not needed after that.
    with tempfile.TemporaryDirectory(prefix="offers-") as folder:
        builder = TableBuilder(
            Path(folder), encoder.model_id if encoder else "", conditions(), like=like.keywords
        )
        with builder as table:
            _fill(table, offers, search, encoder)
        return OfferTable(Path(folder), like.audience)


def _write(
    db: Session, search: Searching, today: dt.date, progress: Progress = lambda _done: None
) -> int:
    taken, encoder = taken_now(db, today, utc_now()), encoder_of(search)
    model_id = encoder.model_id if encoder else ""
    folder, state = table_folder(search), taken.written()
    with TableBuilder(folder, model_id, conditions(), state) as table:
        _fill(table, offers_shown(db, today), search, encoder, progress)
    return table.count


@contextmanager
def _turn(search: Searching) -> Iterator[None]:
    """One process writes the table at a time; waits until it is ours."""
    while (turn := hold(_lock(search))) is None:
        time.sleep(LOOK_EVERY)
    with turn:
        yield


def _lock(search: Searching) -> Path:
    return table_folder(search) / "lock"


def _model_id(search: Searching) -> str:
    encoder = encoder_of(search)
    return encoder.model_id if encoder else ""


def brought_table(
    offers: Iterable[Offer], folder: Path, search: Searching, book: Book
) -> OfferTable:
    """Offers that somebody brings, written as a table into `folder`."""
    encoder = encoder_of(search)
    with TableBuilder(folder, encoder.model_id if encoder else "", book.conditions) as table:
        _fill(table, (Found(each, "") for each in offers), search, encoder)
    # Who brings offers with prices may see them.
    return OfferTable(folder, "verified")


def table_folder(search: Searching) -> Path:
    return search.config.data_dir / "matching" / "offers"


def encoder_of(search: Searching) -> Encoder | None:
    """The model, or None where none can be had: then words alone decide."""
    try:
        return search.encoder
    except EncoderError:
        return None


def _fill(
    table: TableBuilder,
    offers: Iterable[Found],
    search: Searching,
    encoder: Encoder | None,
    progress: Progress = lambda _done: None,
) -> None:
    cache = remembered(search.config) if encoder else None
    texts = EncodedTexts(encoder, cache) if encoder and cache else None
    remaining = iter(offers)
    while batch := list(islice(remaining, ENCODE_AT_ONCE)):
        vectors = list(texts.encode([each.offer.text for each in batch])) if texts else []
        for at, each in enumerate(batch):
            table.add(each.offer, vectors[at] if vectors else None, each.words)
        progress(table.count)
    if cache:
        cache.close()

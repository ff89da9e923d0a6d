"""The table of offers: a file beside the database, made from it; the database is the truth.

It is made when it is first needed, and by the worker (`jobs.py`) when much has changed and every
night. Between, what changed is read from the database for every question: nothing is promised
that is gone, and what was saved a moment ago is found.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import structlog
from sqlalchemy.orm import Session

from matchmaker.certification.knowledge import conditions
from matchmaker.certification.readiness import Book
from matchmaker.errors import BadInput, Unavailable
from matchmaker.json_data import read, written
from matchmaker.matching.problem import Offer
from matchmaker.matching.queries import UNKNOWN_BEHAVIOUR, Found, offers_shown
from matchmaker.matching.retrieval.building import TableBuilder, remove_old_tables
from matchmaker.matching.retrieval.columns import POINTER, Audience, OfferTable, Rows
from matchmaker.matching.retrieval.queries import (
    Changes,
    changes_since,
    ids_of_all_products,
    ids_of_products,
    makers_now,
    products_of,
    shown_of,
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
PATIENCE = 30.0  # seconds that a question waits for it where there is no table at all
# Nobody reads a table so long after it was replaced, or answers a question for so long.
LEFT_OVER = dt.timedelta(minutes=10)
log = structlog.get_logger("matchmaker.matching")
Progress = Callable[[int], None]


@dataclass(frozen=True)
class _Held:
    """The table there is, of what it was made, its rows that no longer hold and the row numbers
    of products to be read in their stead, what changed last at the end."""

    table: OfferTable
    taken: Taken
    gone: Rows
    numbers: list[int]


def stock_of_offers(
    db: Session, search: Searching, today: dt.date, audience: Audience = "public"
) -> Stock:
    """All that is offered, as of now.

    A new table is made first where there is none, where too much changed, and for another model.
    While another process is at that the old one serves without what changed
    (`Stock.left_out`): nobody waits for minutes. The session's transaction may end, so that it
    sees what another process made its table of; nothing unsaved may be in it. Raises Unavailable
    where there is no table and another process is still making the first.
    """
    seen = _current(search)
    held = _held(db, search, today, audience)
    if held is None and seen:
        # Our transaction may be older than the table: then that is not another database's.
        db.rollback()
        held = _held(db, search, today, audience)
    if held is None or _is_outdated(held, search):
        with _turn(search, 0.0 if held else PATIENCE) as is_ours:
            if is_ours and _current(search) == seen:
                _write(db, search, today)
            elif is_ours or held is None:
                db.rollback()
        held = _held(db, search, today, audience)
    if held is None:
        raise Unavailable("The table of offers is being made; try again in a minute.")
    table, now = held.table, held.numbers[-MOST_CHANGED:]
    changed = _small_table(offers_shown(db, today, now), search, table) if now else None
    return Stock(table, held.gone, changed, held.taken, len(held.numbers) - len(now))


def rebuild_offers(
    db: Session, search: Searching, today: dt.date, progress: Progress = lambda _done: None
) -> int:
    """Write the table of offers from the database; how many there are.

    Waits while another process writes it. Texts that were encoded for the search index are not
    encoded again.
    """
    with _turn(search):
        return _write(db, search, today, progress)


def rebuild_if_wanted(
    db: Session, search: Searching, now: dt.datetime, progress: Progress = lambda _done: None
) -> int:
    """The same, unless another process was faster: then 0. The session's transaction ends."""
    with _turn(search):
        # What was read before we waited is old; a newer table must not be replaced by it.
        db.rollback()
        if not table_wanted(db, search, now):
            return 0
        return _write(db, search, now.date(), progress)


def remove_leftovers(search: Searching, now: dt.datetime) -> None:
    """Remove tables that nobody reads any more: verified buyers' prices are in them."""
    before = (now - LEFT_OVER).timestamp()
    with _turn(search, 0.0) as is_ours:
        if is_ours:
            remove_old_tables(table_folder(search), before)
    for each in _asked_folder(search).glob("offers-*"):
        try:
            is_old = each.stat().st_mtime < before
        except FileNotFoundError:
            continue  # its question was answered just now
        if is_old:
            shutil.rmtree(each, ignore_errors=True)


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
        or changes.has_removed
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
    if changes is None or lacks_months:
        return None
    return _Held(table, taken, *_changed(db, table, changes))


def _is_outdated(held: _Held, search: Searching) -> bool:
    return len(held.numbers) > MOST_CHANGED or held.table.model_id != _model_id(search)


def _changed(db: Session, table: OfferTable, changes: Changes) -> tuple[Rows, list[int]]:
    """Rows that no longer hold, and the row numbers of products to be read in their stead.

    Whatever is saved of a product notes its firm too: the firm's other offers hold as long as
    the firm counts as it did.
    """
    if not changes.products and not changes.firms:
        return table.rows_of(()), []
    gone = [table.rows_of(ids_of_products(db, changes.products))]
    if changes.has_removed:
        gone.append(np.setdiff1d(np.arange(table.count), table.rows_of(ids_of_all_products(db))))
    numbers = list(changes.products)
    for public_id, (firm, maker) in makers_now(db, changes.firms).items():
        rows = table.rows_of_maker(public_id)
        if len(rows):
            before = table.offers(rows[:1])[0].maker
            if replace(before, reliability=UNKNOWN_BEHAVIOUR) != maker:
                gone.append(rows)
                numbers += products_of(db, [firm])
    return np.unique(np.concatenate(gone)), shown_of(db, list(dict.fromkeys(numbers)))


def _small_table(offers: Iterable[Found], search: Searching, like: OfferTable) -> OfferTable:
    """Some offers as a table whose figures compare with those of another."""
    encoder = encoder_of(search) if like.model_id == _model_id(search) else None
    # It is mapped into memory when it is opened: the files are not needed after that. Those of a
    # question that was killed are found there and removed.
    aside = _asked_folder(search)
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="offers-", dir=aside) as folder:
        builder = TableBuilder(
            Path(folder), encoder.model_id if encoder else "", conditions(), like=like.keywords
        )
        with builder as table:
            _fill(table, _readable(offers), search, encoder)
        return OfferTable(Path(folder), like.audience)


def _write(
    db: Session, search: Searching, today: dt.date, progress: Progress = lambda _done: None
) -> int:
    now, encoder = utc_now(), encoder_of(search)
    folder, state = table_folder(search), taken_now(db, today, now).written()
    # A process that was killed amid its table left it, perhaps on a disk that is full of such.
    remove_old_tables(folder, (now - LEFT_OVER).timestamp())
    with TableBuilder(folder, _model_id(search), conditions(), state) as table:
        _fill(table, _readable(offers_shown(db, today)), search, encoder, progress)
    return table.count


def _readable(offers: Iterable[Found]) -> Iterator[Found]:
    """Those that can be read again: at a row that cannot every question would end."""
    for each in offers:
        try:
            read(Offer, written(each.offer))
        except BadInput as wrong:
            log.error("a product cannot be matched", product=each.offer.id, why=str(wrong))
        else:
            yield each


@contextmanager
def _turn(search: Searching, patience: float = float("inf")) -> Iterator[bool]:
    """One process writes the table at a time. Waits at most so many seconds; whether it is ours."""
    until = time.monotonic() + patience
    while (turn := hold(table_folder(search) / "lock")) is None and time.monotonic() < until:
        time.sleep(LOOK_EVERY)
    with turn or nullcontext():
        yield turn is not None


def _current(search: Searching) -> str:
    """The name of the table that counts; "" where there is none."""
    pointer = table_folder(search) / POINTER
    return pointer.read_text(encoding="utf-8") if pointer.exists() else ""


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


def _asked_folder(search: Searching) -> Path:
    """Where the small tables of questions are for as long as it takes to open them."""
    return search.config.data_dir / "matching" / "asked"


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
    remaining = iter(offers)
    with closing(remembered(search.config)) if encoder else nullcontext() as cache:
        texts = EncodedTexts(encoder, cache) if encoder and cache else None
        while batch := list(islice(remaining, ENCODE_AT_ONCE)):
            vectors = list(texts.encode([each.offer.text for each in batch])) if texts else []
            for at, each in enumerate(batch):
                table.add(each.offer, vectors[at] if vectors else None, each.words)
            progress(table.count)

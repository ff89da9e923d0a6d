"""Ten thousand rows: sent, read, previewed, written, found by their words.

    python -m tests.benchmarks.imports [--json]

Needs no model: meaning follows the words, and is measured by `encoder`.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.changes import lag_of
from matchmaker.catalogue.importing.applying import apply_import
from matchmaker.catalogue.importing.services import agree, send_import, stage_import
from matchmaker.catalogue.importing.writing import as_xlsx
from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.migrating import migrate
from matchmaker.searching import Searching
from matchmaker.store import open_store
from matchmaker.storefront.indexing import CONSUMER, Indexer
from seed.reference import load_reference
from tests.benchmarks.harness import Figures
from tests.factories import make_cast

ROWS = 10_000
NAMES = ("Coir door mat", "Rubber mat", "Cashew kernels", "Commercial plywood", "Black pepper")


def sheet() -> bytes:
    """A price list as a trader has it: own numbers, names, prices with units, sizes."""
    table: list[list[str | int | float | None]] = [
        ["Item code", "Item", "Rate", "Min qty", "Delivery", "Weight (kg)", "Remarks"]
    ]
    for number in range(ROWS):
        name = NAMES[number % len(NAMES)]
        price = f"Rs {number % 900 + 20}/pc"
        line = [f"B-{number}", f"{name} no {number}", price, 100, "30 days", 2.5, f"Lot {number}"]
        table.append([*line])
    return as_xlsx({"Price list": table})


def main() -> None:
    figures = Figures(f"An import of {ROWS:,} rows")
    content = sheet()
    with tempfile.TemporaryDirectory() as folder:
        config = Config.from_env({}, data_dir=Path(folder))
        engine = make_engine(config.database_url, create=True)
        migrate(engine)
        sessions = sessionmaker(engine)
        with sessions() as db, db.begin():
            load_reference(db)
        _measure(figures, config, sessions, content)
    figures.finish()


def _measure(
    figures: Figures, config: Config, sessions: sessionmaker[Session], content: bytes
) -> None:
    indexer = Indexer(Searching(config))
    today = dt.datetime.now(dt.UTC).date()
    indexer.ensure(sessions, today)
    with sessions() as db:
        cast, store = make_cast(db), open_store(config)
        db.commit()
        began = time.perf_counter()
        row = send_import(db, cast.owner, store, file_name="list.xlsx", content=content)
        stage_import(db, row, store, lambda *_: None)
        db.commit()
        previewed = time.perf_counter()
        agree(db, cast.owner, row)
        apply_import(db, row, lambda *_: None)
        db.commit()
        written = time.perf_counter()
        assert row.state == "applied", row.trouble
        assert row.counts["created"] == ROWS, row.counts
    while indexer.catch_up(sessions, today):
        pass
    found = time.perf_counter()
    with sessions() as db:
        assert lag_of(db, CONSUMER).waiting == 0
    figures.told("read and previewed", previewed - began, "s")
    # No page that saves waits longer than this for the one writer SQLite allows.
    figures.at_most("written in one transaction", written - previewed, "s", goal=12)
    figures.told("indexed by words", found - written, "s")
    figures.at_most("sent to found by words", found - began, "s", goal=60)


if __name__ == "__main__":
    main()

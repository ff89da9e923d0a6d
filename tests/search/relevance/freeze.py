"""Writes the catalogue that the labels speak of: the products of the default seeded world.

    python -m tests.search.relevance.freeze

The labels name products of this file, so it is written once. A world seeded later may have
other texts and other ids; the labels go on meaning these.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from matchmaker.database import make_engine
from matchmaker.migrating import migrate
from matchmaker.money import exchange_rates
from matchmaker.storefront.documents import Text, product_documents
from seed.load import seed_world
from tests.search.relevance.judged import CATALOGUE

TODAY = dt.date(2026, 11, 21)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{folder}/world.sqlite"
        engine = make_engine(address)
        migrate(engine)
        sessions = sessionmaker(engine)
        seed_world(sessions, today=TODAY, seed=1)
        with sessions() as db:
            texts = list(_texts(db))
        engine.dispose()
    write(CATALOGUE, texts)
    size = CATALOGUE.stat().st_size / 1_000_000
    sys.stdout.write(f"{len(texts):,} products, {size:.2f} MB in {CATALOGUE}\n")


def _texts(db: Session) -> Iterator[Text]:
    """Products of one family side by side, since like texts compress one another."""
    texts = product_documents(db, TODAY, exchange_rates())
    yield from sorted(texts, key=lambda text: (text.document.values["family_key"], text.meaning))


def write(file: Path, texts: list[Text]) -> None:
    """The same bytes for the same texts: no name and no time of writing inside."""
    with (
        file.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=9, fileobj=raw, mtime=0) as packed,
    ):
        for text in texts:
            line = {
                "id": text.document.id,
                "values": dict(text.document.values),
                "meaning": text.meaning,
            }
            packed.write(json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n")


if __name__ == "__main__":
    main()

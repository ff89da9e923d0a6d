"""Writes the offers that the labels speak of: the products of the default seeded world.

    python -m tests.matching.judged.freeze

The labels name offers of this file, so it is written once. A world seeded later may have other
texts, prices and evidence; the labels go on meaning these.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy.orm import sessionmaker

from matchmaker.database import make_engine
from matchmaker.json_data import written
from matchmaker.matching.problem import Offer
from matchmaker.matching.queries import offers_shown
from matchmaker.migrating import migrate
from seed.load import seed_world
from tests.matching.judged.judged import OFFERS, TODAY


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/world.sqlite", create=True)
        migrate(engine)
        sessions = sessionmaker(engine)
        seed_world(sessions, today=TODAY, seed=1)
        with sessions() as db:
            offers = [found.offer for found in offers_shown(db, TODAY)]
        engine.dispose()
    # Like texts side by side compress one another.
    write(OFFERS, sorted(offers, key=lambda offer: (offer.family, offer.text)))
    size = OFFERS.stat().st_size / 1_000_000
    sys.stdout.write(f"{len(offers):,} offers, {size:.2f} MB in {OFFERS}\n")


def write(file: Path, offers: Iterable[Offer]) -> None:
    """The same bytes for the same offers: no name and no time of writing inside."""
    with (
        file.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=9, fileobj=raw, mtime=0) as packed,
    ):
        for offer in offers:
            packed.write(json.dumps(written(offer), ensure_ascii=False).encode() + b"\n")


if __name__ == "__main__":
    main()

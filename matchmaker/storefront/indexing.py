"""Keeps the search index the picture of the database: by the change log, or by a rebuild."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.changes import Change, drain, mark_delivered, open_changes
from matchmaker.catalogue.models import Firm, Product
from matchmaker.clusters.models import Cluster
from matchmaker.model_choice import remembered
from matchmaker.money import exchange_rates
from matchmaker.orm import only_reading
from matchmaker.searching import Searching
from matchmaker.storefront.documents import (
    Text,
    cluster_documents,
    firm_documents,
    product_documents,
)
from search.contract import Document, IndexSettings, Vector
from search.encoder.cache import EmbeddingCache, EncodedTexts
from search.encoder.errors import EncoderError

log = structlog.get_logger("matchmaker.index")
CONSUMER = "index"
# Of many changes at once the words are written first; their meaning is owed under this name.
MEANING = "meaning"
ENCODE_AT_ONCE = 64
# So few that a product saved meanwhile is found almost as soon as ever.
OWED_AT_ONCE = 32
Progress = Callable[[str, int, int], None]
Sessions = Callable[[], Session]


@dataclass(frozen=True)
class Rebuilt:
    """How many documents each index holds after a rebuild, and how many of them have meaning."""

    products: int
    firms: int
    clusters: int


class Indexer:
    """Writes the three indexes. One per process that indexes."""

    def __init__(self, search: Searching) -> None:
        self.search = search
        self._cache: EmbeddingCache | None = None

    def catch_up(self, sessions: Sessions, today: dt.date) -> int:
        """Work off what changed; returns how much.

        Of many changes first the words of all become findable, then the meaning.
        """
        done = drain(sessions, CONSUMER, lambda db, changes: self._write(db, changes, today))
        return done or drain(
            sessions,
            MEANING,
            lambda db, changes: self._write(db, changes, today, owed=True),
            batch=OWED_AT_ONCE,
        )

    def rebuild(
        self, sessions: Sessions, today: dt.date, progress: Progress | None = None
    ) -> Rebuilt:
        """Build all indexes aside and swap them in; searches are answered all the while.

        What changed before is then worked off; what changes meanwhile stays noted.
        """
        settings = self.search.settings()
        tell = progress or (lambda _name, _done, _all: None)
        counts = {}
        with only_reading(), sessions() as db:
            before = {each: open_changes(db, each) for each in (CONSUMER, MEANING)}
            for name, (texts, total) in _sources(db, today).items():
                model = settings[name].vector_model
                documents = self._with_meaning(texts, model, partial(tell, name), total)
                counts[name] = self.search.engine.rebuild(settings[name], documents)
                tell(name, total, total)
        with sessions() as db, db.begin():
            for consumer, numbers in before.items():
                mark_delivered(db, consumer, numbers)
        return Rebuilt(**counts)

    def ensure(self, sessions: Sessions, today: dt.date, progress: Progress | None = None) -> bool:
        """Repair what is missing, damaged or outdated by a rebuild; True if that was needed.

        Never by an empty index: until the new one is full, searches say that they are down,
        or are answered from the outdated one.
        """
        engine = self.search.engine
        wanted: dict[str, IndexSettings] = self.search.settings()
        lost = [name for name, each in wanted.items() if not engine.is_current(each)]
        if not lost:
            return False
        log.warning("rebuilding the search index", lost=lost)
        self.rebuild(sessions, today, progress)
        return True

    def _write(
        self, db: Session, changes: Sequence[Change], today: dt.date, *, owed: bool = False
    ) -> str | None:
        """Bring these subjects into the indexes; who has still to work on them, if anybody."""
        by_kind: dict[str, list[int]] = {"product": [], "firm": [], "cluster": []}
        for change in changes:
            by_kind.setdefault(change.subject_kind, []).append(change.subject_id)
        rates = exchange_rates()
        products = list(product_documents(db, today, rates, by_kind["product"]))
        firms = list(firm_documents(db, today, by_kind["firm"]))
        clusters = list(cluster_documents(db, by_kind["cluster"]))
        many = not owed and len(products) + len(firms) > ENCODE_AT_ONCE
        gone = _gone(db, Product, by_kind["product"], products)
        self._replace("products", products, gone, words_only=many)
        gone = _gone(db, Firm, by_kind["firm"], firms)
        self._replace("firms", firms, gone, words_only=many)
        self._replace("clusters", clusters, [])
        return MEANING if many else None

    def _replace(
        self,
        index: str,
        texts: Sequence[Text],
        gone: Sequence[str],
        *,
        words_only: bool = False,
    ) -> None:
        if not texts and not gone:
            return
        engine = self.search.engine
        if words_only:
            engine.write(index, [text.document for text in texts], gone)
        else:
            engine.write(index, self._with_meaning(texts, engine.vector_model(index)), gone)

    def _with_meaning(
        self,
        texts: Iterable[Text],
        model: str,
        tell: Callable[[int, int], None] | None = None,
        total: int = 0,
    ) -> Iterator[Document]:
        """Documents with their vectors by this model; without, where it is missing."""
        done = 0
        remaining = iter(texts)
        while batch := list(islice(remaining, ENCODE_AT_ONCE)):
            vectors = self._vectors([text.meaning for text in batch], model)
            for text, vector in zip(batch, vectors, strict=True):
                yield replace(text.document, vector=vector)
            done += len(batch)
            if tell:
                tell(done, total)

    def _vectors(self, texts: Sequence[str], model: str) -> Sequence[Vector | None]:
        try:
            encoder = self.search.encoder_of(model)
            self._cache = self._cache or remembered(self.search.config)
            return list(EncodedTexts(encoder, self._cache).encode(texts))
        except EncoderError as missing:
            log.warning("indexing words only", reason=str(missing))
            return [None] * len(texts)


def meanings(db: Session, today: dt.date) -> tuple[Iterator[str], int]:
    """Every text whose meaning is indexed, and about how many there are."""
    sources = list(_sources(db, today).values())
    texts = (text.meaning for documents, _ in sources for text in documents)
    return texts, sum(total for _, total in sources)


def _sources(db: Session, today: dt.date) -> dict[str, tuple[Iterator[Text], int]]:
    return {
        "clusters": (cluster_documents(db), _count(db, Cluster)),
        "firms": (firm_documents(db, today), _count(db, Firm)),
        "products": (product_documents(db, today, exchange_rates()), _count(db, Product)),
    }


def _count(db: Session, model: type) -> int:
    return db.scalar(select(func.count()).select_from(model)) or 0


def _gone(db: Session, model: type, ids: Sequence[int], shown: Sequence[Text]) -> list[str]:
    """Public ids of changed rows that nobody may see any more."""
    rows = db.scalars(select(model.public_id).where(model.id.in_(ids)))  # type: ignore[attr-defined]
    return sorted(set(rows) - {text.document.id for text in shown})

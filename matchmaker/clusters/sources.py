"""Where statements come from: the sources of the reference data, as pages name them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.clusters.models import Source


@dataclass(frozen=True)
class SourceLink:
    """Where a statement comes from; without `url` it is not on the web, or was not looked up."""

    title: str
    url: str | None
    evidence: str


def sources_by_key(db: Session, keys: Iterable[str]) -> dict[str, SourceLink]:
    """The sources with these keys; always one query."""
    rows = db.execute(
        select(Source.key, Source.title, Source.url, Source.evidence).where(
            Source.key.in_(set(keys))
        )
    )
    return {key: SourceLink(title, url, evidence) for key, title, url, evidence in rows}


def as_sentence(text: str) -> str:
    """Notes are written in telegram style; on the page they begin and end as sentences do."""
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."

"""Made-up documents that wait for the export desk, so that its queue can be tried.

Drawn plainly as demonstration: nobody could take one for a certificate. On every fourth the last
day differs from what the firm typed, because that is what a desk is there to notice.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.models import Organisation
from matchmaker.certification.models import Evidence, EvidenceDocument, Scheme
from matchmaker.certification.papers import add_document
from matchmaker.orm import utc_now
from matchmaker.store import Store

WANTED = 12
SHOWN_BY_PAPER = ("certificate", "audit report", "test report")
WIDTH, HEIGHT, MARGIN = 1000, 1414, 90  # pixels: A4 upright at 120 dpi
INK, PALE, RULE = (35, 40, 48), (222, 226, 232), (120, 130, 145)
LATER = dt.timedelta(days=-365)  # by how much a paper that differs ends earlier


@dataclass(frozen=True)
class Paper:
    """What is written on one: a heading, and lines of a name and what it is."""

    heading: str
    lines: tuple[tuple[str, str], ...]


def add_papers(db: Session, store: Store, today: dt.date) -> int:
    """Give some self-declared evidence its document; how many. Again adds none. Caller commits."""
    if db.scalar(select(func.count()).select_from(EvidenceDocument)):
        return 0
    chosen = _choose(db, today)
    for place, evidence in enumerate(chosen):
        drawn = draw(_paper(evidence, differs=place % 4 == 3))
        kind = "PDF" if place % 2 else "JPEG"
        name = f"{evidence.scheme.code.lower()}-{evidence.number[-5:]}.{_ending(kind)}"
        add_document(db, SYSTEM, store, evidence, as_file(drawn, kind), name)
        # Sent one after the other, so that the queue has an oldest and a newest.
        evidence.submitted_at = utc_now() - dt.timedelta(days=place, hours=3 * place)
    return len(chosen)


def demonstration_papers(db: Session) -> list[str]:
    """Hashes of the files that only made-up holders show: they go when these go."""
    papers = select(EvidenceDocument.digest).join(Evidence).join(Organisation)
    real = papers.where(Organisation.is_demo.is_(False))
    made_up = papers.where(Organisation.is_demo, EvidenceDocument.digest.not_in(real))
    return list(db.scalars(made_up.distinct().order_by(EvidenceDocument.digest)))


def _choose(db: Session, today: dt.date) -> Sequence[Evidence]:
    """Valid evidence that no desk has looked at, from all over the made-up economy."""
    found = db.scalars(
        select(Evidence)
        .join(Scheme, Evidence.scheme_id == Scheme.id)
        .join(Organisation, Evidence.holder_id == Organisation.id)
        .where(
            Organisation.is_demo,
            Scheme.evidence_type.in_(SHOWN_BY_PAPER),
            Evidence.grade == "self-declared",
            Evidence.review == "none",
            or_(Evidence.expires_on.is_(None), Evidence.expires_on > today),
        )
        .order_by(Evidence.id)
    ).all()
    step = max(1, len(found) // WANTED)
    return found[::step][:WANTED]


def _paper(evidence: Evidence, *, differs: bool) -> Paper:
    ends = evidence.expires_on
    if ends is not None and differs:
        ends = max(evidence.issued_on, ends + LATER)
    return Paper(
        heading=evidence.scheme.name,
        lines=(
            ("Holder", evidence.holder.name),
            ("Number", evidence.number),
            ("Issued by", evidence.issuer),
            ("Issued on", evidence.issued_on.isoformat()),
            ("Valid until", ends.isoformat() if ends else "no end"),
            *((("Laboratory", evidence.laboratory),) if evidence.laboratory else ()),
            *((("Tested for", evidence.substances),) if evidence.substances else ()),
        ),
    )


def draw(paper: Paper) -> Image.Image:
    """The document as a picture of one page."""
    page = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(page)
    for top in range(MARGIN, HEIGHT, 260):
        pen.text((MARGIN, top + 150), "DEMONSTRATION", PALE, ImageFont.load_default(92))
    pen.rectangle((40, 40, WIDTH - 40, HEIGHT - 40), outline=RULE, width=3)
    top = _write(pen, MARGIN, paper.heading, 44) + 30
    top = _write(pen, top, "Made up for demonstration. This is no certificate.", 26) + 50
    for name, value in paper.lines:
        top = _write(pen, top, name, 22, RULE)
        top = _write(pen, top, value, 32) + 26
    return page


def _write(
    pen: ImageDraw.ImageDraw, top: int, text: str, size: int, ink: tuple[int, int, int] = INK
) -> int:
    """Write a paragraph; where the next may begin."""
    font = ImageFont.load_default(size)
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and pen.textlength(longer, font) > WIDTH - 2 * MARGIN:
            pen.text((MARGIN, top), line, ink, font)
            top, longer = top + round(size * 1.35), word
        line = longer
    pen.text((MARGIN, top), line, ink, font)
    return top + round(size * 1.35)


def as_file(page: Image.Image, kind: str) -> bytes:
    """The page as "JPEG" or "PDF"."""
    file = io.BytesIO()
    page.save(file, kind, quality=80, resolution=120)
    return file.getvalue()


def _ending(kind: str) -> str:
    return "pdf" if kind == "PDF" else "jpg"

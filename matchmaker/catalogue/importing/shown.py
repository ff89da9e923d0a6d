"""What the pages of an import show, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.actor import Actor
from matchmaker.catalogue.importing.columns import BY_KEY, step_of
from matchmaker.catalogue.importing.headings import PROPERTY
from matchmaker.catalogue.importing.remarks import Remark, remark_in, shortened
from matchmaker.catalogue.labels import Names
from matchmaker.catalogue.models import Firm, ProductFamily
from matchmaker.catalogue.upkeep import ROW_KINDS, CatalogueImport, ImportRow
from matchmaker.errors import N_
from matchmaker.wording import gettext as _

KIND_WORDS: Mapping[str, str] = {
    "created": N_("New"),
    "changed": N_("Changed"),
    "unchanged": N_("Unchanged"),
    "error": N_("To correct"),
}
LONGEST_SHOWN = 140


@dataclass(frozen=True)
class ShownChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ShownTrouble:
    column: str
    value: str
    remedy: str


@dataclass(frozen=True)
class ShownRow:
    """A row of the preview. `guessed`: the kind that was guessed from the name."""

    number: int
    kind: str
    firm: str
    name: str
    sku: str
    guessed: str
    changes: tuple[ShownChange, ...]
    troubles: tuple[ShownTrouble, ...]


@dataclass(frozen=True)
class ShownColumn:
    """A column of the sheet: what stands over and in it, what it is taken for ('' for nothing)."""

    place: int
    heading: str
    sample: str
    key: str
    label: str


def words(remark: Remark | None) -> str:
    """The remark in the reader's language."""
    return str(_(remark.text, **remark.values)) if remark else ""


def notice_of(row: CatalogueImport) -> str:
    stored = row.mapping.get("notice")
    return words(remark_in(stored)) if stored and row.state == "staged" else ""


def first_kind(counts: Mapping[str, int]) -> str:
    """What is shown first: what needs the person, else what would change."""
    return next((each for each in ("error", "changed", "created") if counts.get(each)), "unchanged")


def kinds_of(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    return [(kind, _(KIND_WORDS[kind]), counts.get(kind, 0)) for kind in ROW_KINDS]


def skipped_of(row: CatalogueImport) -> list[tuple[int, str]]:
    """Rows that are no products, and why that was thought."""
    return [(number, words(remark_in(why))) for number, why in row.mapping.get("skipped", [])]


def columns_of(row: CatalogueImport) -> list[ShownColumn]:
    taken, samples = row.mapping.get("columns", {}), row.mapping.get("samples", [])
    return [
        ShownColumn(
            place,
            heading or letter_of(place),
            samples[place] if place < len(samples) else "",
            taken.get(str(place), ""),
            column_label(taken.get(str(place), "")),
        )
        for place, heading in enumerate(row.mapping.get("headings", []))
        if heading or (place < len(samples) and samples[place])
    ]


def doubled_of(row: CatalogueImport) -> list[list[str]]:
    """Columns that are not read, each with the one that is read in its place."""
    found: list[list[str]] = row.mapping.get("doubled", [])
    return found


def column_label(key: str) -> str:
    """What a column is taken for."""
    if key.startswith(PROPERTY):
        return str(_("Property: %(name)s", name=key.removeprefix(PROPERTY)))
    name, step = step_of(key)
    if name not in BY_KEY:
        return ""
    label = str(_(BY_KEY[name].label))
    return f"{label} {step}" if step > 1 else label


def letter_of(place: int) -> str:
    """A, B … Z, AA: as spreadsheets name their columns."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def rows_shown(db: Session, rows: Sequence[ImportRow]) -> list[ShownRow]:
    """Rows of the preview, with everything they would change, field by field."""
    families = {each.key: each for each in db.scalars(select(ProductFamily))}
    names = {each.key: each.name for each in families.values()}
    labels = {key: about for each in families.values() for key, about in each.attributes.items()}
    numbers = {each.firm_id for each in rows if each.firm_id}
    asked = select(Firm).where(Firm.id.in_(numbers)).options(joinedload(Firm.organisation))
    firms = {each.id: each.name for each in db.scalars(asked)}
    several = len(firms) > 1
    found = []
    for row in rows:
        family = families.get(str(row.facts.get("stated", {}).get("family", "")))
        say = Names(labels | (family.attributes if family else {}), names)
        guessed = family.name if family and row.facts.get("guess") else ""
        found.append(
            ShownRow(
                number=row.number,
                kind=row.kind,
                firm=firms.get(row.firm_id or 0, "") if several else "",
                name=_name(row),
                sku=row.sku,
                guessed=guessed,
                changes=tuple(_change(say, each) for each in row.changes if each[0] != "sku"),
                troubles=tuple(_trouble(each) for each in row.troubles),
            )
        )
    return found


def reasons(row: ImportRow) -> list[str]:
    """What to correct in a row, a line a cell."""
    troubles = [_trouble(each) for each in row.troubles]
    return [f"{each.column}: {each.remedy}" if each.column else each.remedy for each in troubles]


def firms_read_by(db: Session, actor: Actor) -> list[Firm]:
    """For members who only look: their own firm."""
    party = actor.acts_for.id if actor.acts_for else None
    return list(db.scalars(select(Firm).where(Firm.organisation_id == party)))


def _name(row: ImportRow) -> str:
    stated = row.facts.get("stated", {})
    typed = next((str(each) for each in row.cells.values() if isinstance(each, str)), "")
    return shortened(str(stated.get("title") or row.sku or typed), LONGEST_SHOWN)


def _change(say: Names, change: Sequence[Any]) -> ShownChange:
    name, before, after = change
    return ShownChange(
        say.label(name),
        shortened(say.say(name, before), LONGEST_SHOWN),
        shortened(say.say(name, after), LONGEST_SHOWN),
    )


def _trouble(trouble: Sequence[Any]) -> ShownTrouble:
    column, value, remedy = trouble
    label = str(_(BY_KEY[column].label)) if column in BY_KEY else column
    return ShownTrouble(label, shortened(value, LONGEST_SHOWN), words(remark_in(remedy)))

"""What happens to imports: sent, read, mapped, agreed to, dropped. The caller commits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.catalogue.importing.columns import BY_KEY, MOST_STEPS
from matchmaker.catalogue.importing.headings import (
    PROPERTY,
    SKIP,
    Layout,
    find_layout,
    folded,
    mapped,
)
from matchmaker.catalogue.importing.photos import PHOTOS, stage_photos
from matchmaker.catalogue.importing.queries import (
    count_rows,
    remembered_columns,
    sender_of,
    world_of,
    writable_firms,
)
from matchmaker.catalogue.importing.reading import read_apart
from matchmaker.catalogue.importing.remarks import Refused, Remark, remark, remark_in
from matchmaker.catalogue.importing.sheets import Sheet, text_of
from matchmaker.catalogue.importing.staging import stage
from matchmaker.catalogue.importing.world import Outcome, Skipped, World
from matchmaker.catalogue.upkeep import CatalogueImport, ColumnNames, ImportRow
from matchmaker.errors import N_, BadInput, Conflict, NotAllowed
from matchmaker.store import Store
from matchmaker.wording import gettext as _

LARGEST_SHEET = 12 * 1024 * 1024  # bytes
LARGEST_PHOTOS = 64 * 1024 * 1024
MOST_SKIPPED = 200  # rows that are no products and are named
AT_ONCE = 1000
Tell = Callable[[int, int], None]


def send_import(
    db: Session, actor: Actor, store: Store, *, file_name: str, content: bytes
) -> CatalogueImport:
    """Take in a table or a ZIP of photos; a job reads it. Raises BadInput, NotAllowed."""
    firms = writable_firms(db, actor)
    if not firms or actor.organisation is None or actor.acts_for is None:
        raise NotAllowed(_("Only members of this organisation who may edit can do that."))
    photos = _is_photos(content)
    most = LARGEST_PHOTOS if photos else LARGEST_SHEET
    if not content:
        raise BadInput(_("File"), file_name, _("The file is empty. Choose the file again."))
    if len(content) > most:
        remedy = _("Send a file of at most %(most)s MB.", most=most // 1_048_576)
        raise BadInput(_("File"), file_name, remedy)
    digest = store.put(content, ".sheet")
    row = CatalogueImport(
        organisation_id=actor.organisation.id,
        sent_by_id=actor.user.id if actor.user else None,
        file_name=file_name[-200:] or "…",
        digest=digest,
        media_type=PHOTOS if photos else "",
        mapping={
            "acting": {
                "organisation": actor.organisation.public_id,
                "client": actor.on_behalf_of.public_id if actor.on_behalf_of else "",
            },
            "round": 0,
        },
    )
    db.add(row)
    db.flush()
    record(db, actor, "import.sent", "import", row.public_id, after={"file": row.file_name})
    return row


def job_of(row: CatalogueImport) -> str:
    """The job that has to do with the row now: its own id, with a count once it was asked again."""
    number = row.mapping.get("round", 0)
    return f"{row.public_id}.{number}" if number else row.public_id


@dataclass
class Look:
    """What was seen of a file: what its import will say, and its rows. Nothing is written yet."""

    organisation_id: int
    sent_by_id: int | None
    mapping: dict[str, Any]
    state: str = "staged"
    trouble: str | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)
    skipped: int | None = None


def look_at(db: Session, row: CatalogueImport, store: Store, tell: Tell) -> Look:
    """Read the file and decide what would become of each row. Takes seconds and only reads."""
    look = Look(row.organisation_id, row.sent_by_id, row.mapping)
    try:
        actor = sender_of(db, row)
        content = store.get(row.digest, ".sheet")
        if row.media_type == PHOTOS:
            look.rows = stage_photos(db, actor, content)
        else:
            _look_at_sheets(db, actor, look, read_apart(content), tell)
    except Refused as refused:
        fail(look, refused.why)
    except NotAllowed as refusal:
        fail(look, Remark(refusal.message))
    return look


def keep_look(db: Session, row: CatalogueImport, look: Look) -> None:
    """Write down what was seen, instead of what was there before. The caller commits."""
    row.mapping, row.state, row.trouble = look.mapping, look.state, look.trouble
    _keep_rows(db, row, look.rows)
    if look.skipped is not None:
        row.counts = row.counts | {"skipped": look.skipped}


def stage_import(db: Session, row: CatalogueImport, store: Store, tell: Tell) -> None:
    """Both at once, where nobody else waits to write."""
    keep_look(db, row, look_at(db, row, store, tell))


def fail(row: CatalogueImport | Look, why: Remark) -> None:
    """It cannot go on; the page says why."""
    row.state, row.trouble = "failed", json.dumps(why.as_json(), ensure_ascii=False)


def trouble_of(row: CatalogueImport) -> Remark | None:
    return remark_in(json.loads(row.trouble)) if row.trouble else None


def choose_columns(
    db: Session, actor: Actor, row: CatalogueImport, chosen: Mapping[int, str], header: int | None
) -> None:
    """Say what columns hold. It is remembered by their headings; the sheet is read again."""
    _must_be(db, actor, row, "staged")
    headings = row.mapping.get("headings", [])
    for place, key in chosen.items():
        if not _is_key(key):
            raise BadInput(_("Column"), key, _("Choose one of the list."))
        heading = folded(headings[place]) if place < len(headings) else ""
        if heading:
            db.merge(ColumnNames(organisation_id=row.organisation_id, heading=heading, column=key))
    kept = {str(place): key for place, key in chosen.items()}
    row.mapping = row.mapping | {"chosen": kept, "header": header}
    _once_more(row, "reading")


def agree(db: Session, actor: Actor, row: CatalogueImport) -> None:
    """The person saw the preview and wants it so; a job writes it."""
    _must_be(db, actor, row, "staged")
    if not (row.counts.get("created") or row.counts.get("changed")):
        raise Conflict(_("There is nothing to write: no row is new or changed."))
    _once_more(row, "applying")
    record(db, actor, "import.agreed", "import", row.public_id, after=dict(row.counts))


def drop(db: Session, actor: Actor, row: CatalogueImport) -> None:
    """Leave everything as it is."""
    _must_be(db, actor, row, "staged", "failed")
    row.state = "dropped"
    db.execute(delete(ImportRow).where(ImportRow.import_id == row.id))
    record(db, actor, "import.dropped", "import", row.public_id)


def restage(row: CatalogueImport, why: Remark) -> None:
    """Something changed since the preview: read it again and ask again."""
    row.mapping = row.mapping | {"notice": why.as_json()}
    _once_more(row, "reading")


def _once_more(row: CatalogueImport, state: str) -> None:
    row.mapping = row.mapping | {"round": row.mapping.get("round", 0) + 1}
    row.state, row.trouble = state, None


def _must_be(db: Session, actor: Actor, row: CatalogueImport, *states: str) -> None:
    """Hold the import as it stands now, in one of these states and for somebody who may decide.

    Held until the commit: two who decide at once, or a job at its end, come one after the other.
    """
    db.flush()
    db.refresh(row, with_for_update=True)
    if row.state not in states:
        raise Conflict(_("This import is being worked on, or is over."))
    if not writable_firms(db, actor):
        raise NotAllowed(_("Only members of this organisation who may edit can do that."))


def _is_key(key: str) -> bool:
    name, _colon, number = key.partition(":")
    if number:
        return name in ("price", "from") and number.isdigit() and 2 <= int(number) <= MOST_STEPS
    return key == SKIP or key in BY_KEY or (key.startswith(PROPERTY) and len(key) <= 60)


def _is_photos(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04") and b"[Content_Types].xml" not in content


# -- staging -----------------------------------------------------------------------------


def _look_at_sheets(db: Session, actor: Actor, look: Look, sheets: list[Sheet], tell: Tell) -> None:
    world = world_of(db, actor)
    sheet, layout = _best(look, sheets, world, remembered_columns(db, look.organisation_id))
    look.mapping = look.mapping | _told(sheet, layout, sheets)
    if not layout.is_enough:
        why = N_("No column holds the name or number of products. Say below what they hold.")
        look.trouble = json.dumps(remark(why).as_json(), ensure_ascii=False)
        return
    skipped: list[list[Any]] = []
    cells = dict(sheet.rows)
    for done, outcome in enumerate(stage(sheet, layout, world)):
        if isinstance(outcome, Skipped):
            skipped.append([outcome.number, outcome.why.as_json()])
        else:
            look.rows.append(_as_row(outcome, cells[outcome.number]))
        if done % 200 == 0:
            tell(done, len(sheet.rows))
    look.skipped = len(skipped)
    look.mapping = look.mapping | {"skipped": skipped[:MOST_SKIPPED]}
    if not look.rows:
        fail(look, remark(N_("Below the headings there is no row with a product.")))


def _best(
    row: Look, sheets: list[Sheet], world: World, remembered: Mapping[str, str]
) -> tuple[Sheet, Layout]:
    """The sheet whose headings say most; what the person chose for this file comes first."""
    header = row.mapping.get("header")
    wanted = row.mapping.get("sheet") if header is not None else None
    found = [
        (sheet, layout)
        for sheet in sheets
        if wanted in (None, sheet.name)
        and (layout := find_layout(sheet, remembered=remembered, labels=world.labels(), row=header))
    ]
    if not found:
        raise Refused(
            remark(N_("There is no table in this file. Send one with a row of headings."))
        )
    sheet, layout = max(found, key=lambda pair: (len(pair[1].keys()), len(pair[0].rows)))
    chosen = {int(place): key for place, key in row.mapping.get("chosen", {}).items()}
    return sheet, mapped(layout, chosen, sheet) if chosen else layout


def _told(sheet: Sheet, layout: Layout, sheets: list[Sheet]) -> dict[str, Any]:
    """What the page says of the sheet."""
    width = max((len(cells) for _, cells in sheet.rows), default=0)
    headings = [*layout.headings, *[""] * (width - len(layout.headings))]
    return {
        "sheet": sheet.name,
        "others": [each.name for each in sheets if each is not sheet and each.rows],
        "first": layout.first,
        "last": layout.last,
        "headings": [" ".join(each.split())[:200] for each in headings],
        "columns": {str(place): taken.key for place, taken in layout.taken.items()},
        "doubled": _doubled(layout),
        "samples": _samples(sheet, layout, width),
        "skipped": [],
    }


def _doubled(layout: Layout) -> list[list[str]]:
    """Headings of columns that are not read, each with that of the column read in its place."""
    place_of = {taken.key: place for place, taken in layout.taken.items()}
    pairs = [(place, place_of[key]) for place, key in layout.doubled.items() if key in place_of]
    return [[" ".join(layout.headings[each].split())[:80] for each in pair] for pair in pairs]


def _samples(sheet: Sheet, layout: Layout, width: int) -> list[str]:
    """The first thing that stands in each column below its heading."""
    found = [""] * width
    for number, cells in sheet.rows[:60]:
        if number <= layout.last:
            continue
        for place, cell in enumerate(cells):
            found[place] = found[place] or text_of(cell).strip()[:60]
    return found


def _as_row(outcome: Outcome, cells: list[Any]) -> dict[str, Any]:
    return {
        "number": outcome.number,
        "kind": outcome.kind,
        "firm_id": outcome.firm_id,
        "sku": outcome.sku[:40],
        "cells": {str(place): cell for place, cell in enumerate(cells) if cell not in (None, "")},
        "facts": {"stated": dict(outcome.stated), "guess": outcome.is_guess},
        "changes": [list(each) for each in outcome.changes],
        "troubles": [each.as_json() for each in outcome.troubles],
    }


def _keep_rows(db: Session, row: CatalogueImport, rows: list[dict[str, Any]]) -> None:
    """These and no others: whoever stages again replaces what was there."""
    db.execute(delete(ImportRow).where(ImportRow.import_id == row.id))
    for start in range(0, len(rows), AT_ONCE):
        part = [{"import_id": row.id} | each for each in rows[start : start + AT_ONCE]]
        db.execute(insert(ImportRow), part)
    row.counts = count_rows(db, row)

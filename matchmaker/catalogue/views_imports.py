"""Import and export: send a sheet, look at what it would do, agree; take the catalogue along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from flask import Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import get_locale
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from matchmaker.access import acting, open_to
from matchmaker.accounts.actor import WRITING_ROLES, Actor
from matchmaker.catalogue.importing import shown
from matchmaker.catalogue.importing.columns import COLUMNS, MOST_STEPS
from matchmaker.catalogue.importing.headings import PROPERTY, SKIP
from matchmaker.catalogue.importing.jobs import request_of
from matchmaker.catalogue.importing.photos import PHOTOS
from matchmaker.catalogue.importing.queries import (
    imports_of,
    own_import,
    products_of,
    rows_of,
    world_of,
    writable_firms,
)
from matchmaker.catalogue.importing.services import (
    LARGEST_PHOTOS,
    agree,
    choose_columns,
    drop,
    job_of,
    send_import,
    trouble_of,
)
from matchmaker.catalogue.importing.writing import (
    CSV,
    XLSX,
    Table,
    as_csv,
    as_xlsx,
    catalogue_table,
    errors_table,
    help_table,
    template_table,
)
from matchmaker.catalogue.pages import pages
from matchmaker.catalogue.services import said_by
from matchmaker.catalogue.upkeep import ROW_KINDS, CatalogueImport
from matchmaker.database import get_db
from matchmaker.errors import BadInput, Conflict, NotFound, Unavailable
from matchmaker.jobs import Jobs
from matchmaker.store import get_store
from matchmaker.wording import gettext as _

log = structlog.get_logger("matchmaker.import")
ROWS_SHOWN = 50
FORMATS = ("xlsx", "csv")


@pages.url_value_preprocessor
def allow_photos(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A ZIP of photos is larger than what other pages take. Before the form is first looked at."""
    if endpoint == "catalogue.send_sheet":
        request.max_content_length = LARGEST_PHOTOS + 1024 * 1024


@pages.get("/firm/import")
@open_to("firm")
def imports() -> str:
    """Where sheets are sent and fetched, and what was sent before."""
    return _imports_page()


@pages.post("/firm/import")
@open_to("firm")
def send_sheet() -> Answer | tuple[str, int]:
    """Keep the file, ask for it to be read, show how far that is."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _imports_page(error=_("Choose a file first.")), 400
    db = get_db()
    try:
        row = send_import(db, acting(), get_store(), file_name=sent.filename, content=sent.read())
    except BadInput as wrong:
        return _imports_page(error=wrong.remedy), 400
    except Unavailable as full:
        db.rollback()
        return _imports_page(error=full.message), full.status
    db.commit()
    _ask_for(row)
    return redirect(url_for("catalogue.import_page", public_id=row.public_id))


@pages.get("/firm/import/<public_id>")
@open_to("firm")
def import_page(public_id: str) -> str:
    """How far it is; then what would become of each row."""
    db = get_db()
    row = own_import(db, acting(), public_id)
    kind = request.args.get("kind", "")
    kind = kind if kind in ROW_KINDS else shown.first_kind(row.counts)
    page = max(1, request.args.get("page", 1, type=int))
    rows = rows_of(db, row, kind, page=page, size=ROWS_SHOWN) if kind else []
    return render_template(
        "catalogue/imports/import.html",
        row=row,
        trouble=shown.words(trouble_of(row)),
        notice=shown.notice_of(row),
        how_far=_how_far(row),
        kind=kind,
        kinds=shown.kinds_of(row.counts),
        rows=shown.rows_shown(db, rows),
        page=page,
        last=max(1, -(-row.counts.get(kind, 0) // ROWS_SHOWN)),
        skipped=shown.skipped_of(row),
        columns=shown.columns_of(row),
        doubled=shown.doubled_of(row),
        is_photos=row.media_type == PHOTOS,
        may_write=bool(acting().roles & WRITING_ROLES),
    )


@pages.get("/firm/import/<public_id>/progress")
@open_to("firm")
def import_progress(public_id: str) -> Response:
    """The same for the little module that asks while one waits."""
    row = own_import(get_db(), acting(), public_id)
    return jsonify({"state": row.state, **_how_far(row)})


@pages.get("/firm/import/<public_id>/columns")
@open_to("firm")
def import_columns(public_id: str) -> str:
    """Say what the columns of the sheet hold."""
    row = own_import(get_db(), acting(), public_id)
    if row.state != "staged" or row.media_type == PHOTOS:
        raise NotFound(_("There is no import at this address, or it is not yours."))
    return render_template(
        "catalogue/imports/columns.html",
        row=row,
        columns=shown.columns_of(row),
        choices=_choices(),
        trouble=shown.words(trouble_of(row)),
    )


@pages.post("/firm/import/<public_id>/columns")
@open_to("firm")
def choose_import_columns(public_id: str) -> Answer:
    """Keep the choice, remember it, read the sheet again."""
    db = get_db()
    row = own_import(db, acting(), public_id)
    chosen = {}
    for place, heading in enumerate(row.mapping.get("headings", [])):
        key = request.form.get(f"column-{place}", "")
        if key == PROPERTY:
            key = (PROPERTY + heading)[:60] if heading else SKIP
        if key:
            chosen[place] = key
    header = request.form.get("header", type=int)
    moved = header is not None and header not in (row.mapping.get("first"), None)
    stays = row.mapping.get("header")  # what was said of the row before still holds
    choose_columns(db, acting(), row, {} if moved else chosen, header if moved else stays)
    db.commit()
    _ask_for(row)
    return redirect(url_for("catalogue.import_page", public_id=public_id))


@pages.post("/firm/import/<public_id>/write")
@open_to("firm")
def agree_to_import(public_id: str) -> Answer:
    """Write what the preview shows."""
    row = _decided(public_id, agree)
    if row is not None:
        _ask_for(row)
    return redirect(url_for("catalogue.import_page", public_id=public_id))


@pages.post("/firm/import/<public_id>/drop")
@open_to("firm")
def drop_import(public_id: str) -> Answer:
    """Leave everything as it is."""
    if _decided(public_id, drop) is None:
        return redirect(url_for("catalogue.import_page", public_id=public_id))
    flash(_("Nothing was changed. The file was put aside."), "success")
    return redirect(url_for("catalogue.imports"))


@pages.get("/firm/import/<public_id>/errors.<kind>")
@open_to("firm")
def import_errors(public_id: str, kind: str) -> Response:
    """The rows that cannot be used, as they came, with the reason in a last column."""
    db = get_db()
    row = own_import(db, acting(), public_id)
    rows = rows_of(db, row, "error", size=0)
    told = [(each.cells, shown.reasons(each)) for each in rows]
    table = errors_table(row.mapping.get("headings", []), told, _)
    return _sheet(kind, f"errors-{public_id}", {_("To correct"): table})


@pages.get("/firm/import/template.<kind>")
@open_to("firm")
def import_template(kind: str) -> Response:
    """An empty sheet with all headings; as XLSX with a second sheet that explains them."""
    db = get_db()
    world = world_of(db, acting(), only=())
    sheets: dict[str, Table] = {
        _("Products"): template_table(_, with_firm=len(world.firms) > 1),
        _("Help"): help_table(world.families.values(), _),
    }
    return _sheet(kind, "template", sheets)


@pages.get("/firm/import/products.<kind>")
@open_to("firm")
def export_products(kind: str) -> Response:
    """All products of the firm, or of all firms an agent acts for with `?of=all`."""
    db, actor = get_db(), acting()
    firms = writable_firms(db, actor) or shown.firms_read_by(db, actor)
    mine = actor.acts_for.id if actor.acts_for else None
    if request.args.get("of") != "all":
        firms = [each for each in firms if each.organisation_id == mine]
    names = {each.id: each.name for each in firms}
    said = [(names[each.firm_id], said_by(each)) for each in products_of(db, names)]
    families = world_of(db, actor, only=()).families
    table = catalogue_table(said, families, _, with_firm=len(firms) > 1)
    return _sheet(kind, "products", {_("Products"): table})


def _decided(
    public_id: str, decide: Callable[[Session, Actor, CatalogueImport], None]
) -> CatalogueImport | None:
    """The import once that is decided of it; None where it comes too late, which is told."""
    db = get_db()
    row = own_import(db, acting(), public_id)
    try:
        decide(db, acting(), row)
    except Conflict as late:
        flash(late.message, "error")
        return None
    db.commit()
    return row


def _imports_page(error: str = "") -> str:
    db, actor = get_db(), acting()
    return render_template(
        "catalogue/imports/home.html",
        error=error,
        imports=imports_of(db, actor),
        firms=writable_firms(db, actor),
        may_write=bool(actor.roles & WRITING_ROLES),
    )


def _choices() -> list[tuple[str, str]]:
    """What a column may hold, in words."""
    found = [(SKIP, _("Not read")), (PROPERTY, _("A property, under its own name"))]
    for each in COLUMNS:
        found.append((each.key, _(each.label)))
        if each.key in ("price", "from"):
            steps = range(2, MOST_STEPS // 2 + 1)
            found += [(f"{each.key}:{step}", f"{_(each.label)} {step}") for step in steps]
    return found


def _ask_for(row: CatalogueImport) -> None:
    """Ask for the job of the row; where the job store is down the sweep asks later."""
    wanted = request_of(row)
    try:
        Jobs(current_app.extensions["config"]).enqueue(wanted.name, wanted.job_id, wanted.payload)
    except Unavailable as down:
        log.warning("import waits for the job store", reason=down.message)


def _how_far(row: CatalogueImport) -> dict[str, Any]:
    """Rows done of all, while a job is at it. `failed`: it broke, which the log explains."""
    found = {"done": 0, "total": 0, "failed": False}
    if row.state not in ("reading", "applying"):
        return found
    try:
        state = Jobs(current_app.extensions["config"]).state(job_of(row))
    except Unavailable:
        return found
    if state is None:
        return found
    if state.progress is not None:
        found |= {"done": state.progress.done, "total": state.progress.total}
    return found | {"failed": state.status == "failed"}


def _sheet(kind: str, name: str, sheets: dict[str, Table]) -> Response:
    if kind not in FORMATS:
        raise NotFound(_("There is nothing at this address. Try the search."))
    content = as_xlsx(sheets) if kind == "xlsx" else as_csv(next(iter(sheets.values())))
    answer = Response(content, content_type=XLSX if kind == "xlsx" else CSV)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    answer.headers["Content-Language"] = str(get_locale() or "en")
    answer.headers["Cache-Control"] = "no-store"
    return answer

"""Documents of evidence: for the holder, who acts for it, and desks; at no other address.

They come from outside and are never trusted: their own policy lets nothing run, no type is
guessed, and only the desk's own page may show one in a frame.
"""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from werkzeug.http import dump_options_header

from matchmaker.access import acting, open_to
from matchmaker.certification.pages import pages
from matchmaker.certification.papers import remove_document
from matchmaker.certification.queries import find_document
from matchmaker.database import get_db
from matchmaker.errors import BadInput, NotFound
from matchmaker.store import get_store
from matchmaker.wording import gettext as _

SEALED = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
# A picture shown alone: the browser styles its page by itself. A PDF needs the browser's own
# viewer, which a sandbox would switch off; it runs nothing of ours either.
SHOWN = {
    "image/jpeg": "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox",
    "application/pdf": "default-src 'none'; object-src 'self'; plugin-types application/pdf; "
    "style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
}
SHOWN["image/png"] = SHOWN["image/jpeg"]


@pages.get("/documents/<public_id>")
@open_to("member")
def document(public_id: str) -> Response:
    """The file to keep; with ?view=1 to be shown in a frame of our own pages."""
    found = find_document(get_db(), acting(), public_id)
    answer = Response(get_store().get(found.digest), mimetype=found.media_type)
    is_shown = request.args.get("view") == "1" and found.media_type in SHOWN
    answer.headers["Content-Security-Policy"] = SHOWN[found.media_type] if is_shown else SEALED
    answer.headers["X-Frame-Options"] = "SAMEORIGIN" if is_shown else "DENY"
    answer.headers["Content-Disposition"] = dump_options_header(
        "inline" if is_shown else "attachment", {"filename": found.file_name}
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@pages.post("/documents/<public_id>/remove")
@open_to("holder")
def remove(public_id: str) -> Response:
    """Take a document out again, while no desk has relied on it."""
    db = get_db()
    found = find_document(db, acting(), public_id)
    evidence = found.evidence.public_id
    holder = acting().acts_for
    if holder is None or holder.id != found.evidence.holder_id:
        raise NotFound(_("There is no such document here."))
    try:
        unused = remove_document(db, acting(), found)
        db.commit()
    except BadInput as wrong:
        db.rollback()
        flash(wrong.remedy, "error")
    else:
        if unused:
            get_store().remove(unused)
        flash(_("The document is removed."), "success")
    return redirect(url_for("certification.piece", public_id=evidence))  # type: ignore[return-value]

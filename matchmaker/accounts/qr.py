"""A link as a picture that a phone reads, drawn as SVG."""

from __future__ import annotations

import qrcode
from markupsafe import Markup, escape

QUIET = 4  # modules of white around it, as the standard asks


def qr_picture(text: str, alternative: str) -> Markup:
    """The QR code of a text as inline SVG; `alternative` is what is read out instead."""
    code = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    size = len(rows) + 2 * QUIET
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    # Dark on white in every theme: many phones do not read it the other way round.
    return Markup(  # noqa: S704  (numbers, and an escaped text)
        f'<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="{escape(alternative)}"'
        f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path fill="#000" d="{path}"/></svg>'
    )

"""Answers to forms that a phone keeps until they arrive (static/js/keep.js).

A script that sends a kept form cannot follow a redirect without losing what the next page has to
say once; it is told the address instead. Without it the same view redirects as ever.
"""

from __future__ import annotations

from flask import jsonify, redirect, request
from werkzeug.wrappers import Response

HEADER = "X-Kept-Form"
REFUSED = 422


def go_on(address: str) -> Response:
    """What was sent is stored; the person goes on there."""
    if HEADER not in request.headers:
        return redirect(address, code=303)
    answer = jsonify(address=address)
    answer.status_code = 201
    return answer

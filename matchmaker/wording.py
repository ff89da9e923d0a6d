"""Texts of services: in the reader's language where there is a reader, in English without one.

Services also run in commands, seeds and jobs, where no application says which language is meant.
"""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import has_app_context


def gettext(message: str, /, **values: Any) -> str:
    """The text, translated where an application is at hand, with its places filled in.

    Places may have any name, also `text` or `string`.
    """
    said = str(flask_babel.gettext(message)) if has_app_context() else message
    return said % values if values else said

"""Phone numbers as people type them, in the one form we keep (E.164: +919876543210)."""

from __future__ import annotations

import re

from matchmaker.errors import BadInput
from matchmaker.wording import gettext as _

INDIA = "+91"


def phone_of(typed: str) -> str:
    """The number with its country; ten digits alone are Indian. Raises BadInput."""
    digits = re.sub(r"[\s().\-/]", "", typed)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if re.fullmatch(r"0?[6-9]\d{9}", digits):
        digits = INDIA + digits[-10:]
    if not re.fullmatch(r"\+[1-9]\d{6,14}", digits):
        raise BadInput("phone", typed, _("Enter the number with its country, as +91 98765 43210."))
    return digits

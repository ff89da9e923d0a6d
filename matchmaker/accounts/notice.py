"""Which privacy notice is in force. The text stands in templates/privacy/notice.html.

Change the version whenever the text changes in what it says; what each person was shown is kept
with their account.
"""

from __future__ import annotations

NOTICE_VERSION = "2026-11"

"""The thread that empties the outbox, as a process of its own, for test_dying_senders.py."""

from __future__ import annotations

import threading

from matchmaker.config import Config
from matchmaker.notices.sending import keep_sending

if __name__ == "__main__":
    keep_sending(Config.from_env(), threading.Event())

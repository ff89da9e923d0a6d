"""How often one address may ask for what costs work."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque

from flask import current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import MovingWindowSupport, Storage

ADDRESSES_REMEMBERED = 10_000


class InProcess(Storage, MovingWindowSupport):
    """Remembers in this process when each address asked last, and forgets while it counts.

    The `memory://` of the library starts a thread after every request to do the forgetting:
    half a millisecond of work, and on a busy machine several that the reader waits.
    """

    STORAGE_SCHEME = ["process"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: object) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Whether `amount` more requests fit into the last `expiry` seconds; then they count."""
        now = time.time()
        with self._lock:
            times = self._recent(key, now - expiry)
            if len(times) + amount > limit:
                return False
            times.extend([now] * amount)
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest request that still counts was made, and how many count."""
        now = time.time()
        with self._lock:
            times = self._recent(key, now - expiry)
            return (times[0] if times else now), len(times)

    def _recent(self, key: str, since: float) -> deque[float]:
        times = self._asked.setdefault(key, deque())
        self._asked.move_to_end(key)
        while times and times[0] < since:
            times.popleft()
        if len(self._asked) > ADDRESSES_REMEMBERED:
            self._asked.popitem(last=False)  # whoever has not asked for longest
        return times

    def get(self, key: str) -> int:
        return len(self._asked.get(key, ()))

    def get_expiry(self, key: str) -> float:
        return time.time()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Refused: it is for strategies that forget all at once when a minute ends."""
        raise NotImplementedError("only moving windows are counted in the process")

    def check(self) -> bool:
        return True

    def clear(self, key: str) -> None:
        self._asked.pop(key, None)

    def reset(self) -> int:
        count = len(self._asked)
        self._asked.clear()
        return count

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError


limiter = Limiter(get_remote_address, strategy="moving-window")


def search_limit() -> str:
    """Searches and suggestions, as configured."""
    return str(current_app.extensions["config"].rate_limit)

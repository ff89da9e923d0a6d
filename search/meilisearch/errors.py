"""What a Meilisearch server may refuse or fail at, in the words of `search/errors.py`.

    SearchUnavailable
    ├── ServerRefused      the address or the key is wrong: change the settings
    ├── ServerUnreachable  nobody answers there: start the server, look at the network
    ├── ServerSlow         it answers too late: try again, look at its load
    │   └── ServerBusy     it says itself that it has too much to do
    ├── ServerFailed       it broke inside: look in its log
    └── TaskFailed         it took the documents and then could not index them

A refused request stays a `BadQuery` (with the server's own code) and a
missing index an `IndexMissing`, as with every engine.
"""

import re
from collections.abc import Mapping
from typing import Any

from meilisearch.errors import MeilisearchApiError

from search.errors import BadQuery, IndexMissing, SearchError, SearchUnavailable


class ServerRefused(SearchUnavailable):
    """The key does not suffice, or no Meilisearch server lives at this address."""


class ServerUnreachable(SearchUnavailable):
    """No connection, or it broke."""


class ServerSlow(SearchUnavailable):
    """No answer, or no finished task, in the time we give it."""


class ServerBusy(ServerSlow):
    """The server turned us away for now."""


class ServerFailed(SearchUnavailable):
    """An error inside the server."""


class TaskFailed(SearchUnavailable):
    """Something the server had accepted went wrong afterwards."""


class TooLarge(BadQuery):
    """More bytes than the server takes in one request."""


BUSY = (429, 502, 503, 504)
_MISSING = re.compile(r"Index `([^`]+)` not found")


def refusal(trouble: MeilisearchApiError, address: str) -> SearchError:
    """Our error for an answer with an error status."""
    status, code = int(trouble.status_code), trouble.code or ""
    said = str(trouble.message)[:500]
    if code == "index_not_found":
        return IndexMissing(_named_in(said))
    if status in (401, 403):
        return ServerRefused(
            f"The Meilisearch server at {address} refuses the key ({said}) "
            "Set the search key and the indexing key of this server."
        )
    if status == 413:
        return TooLarge(
            "documents",
            said,
            "Send less at once, or raise the server's --http-payload-size-limit.",
            code="payload_too_large",
        )
    if status in BUSY:
        return ServerBusy(
            f"The Meilisearch server at {address} is busy ({said}) Try again in a moment; "
            "if it lasts, give it more processors or a longer --experimental-search-queue-size."
        )
    if status >= 500:
        return ServerFailed(
            f"The Meilisearch server at {address} failed with error {status} ({said}) "
            "Try again; if it lasts, look in the server's log."
        )
    if not code:
        return ServerRefused(
            f"{address} answers with error {status}, but not as a Meilisearch server does. "
            "Check the address; versions 1.40 to 1.50 are known to work."
        )
    return BadQuery("request", said, f"Correct it; see {trouble.link}.", code=code)


def task_failure(task: Mapping[str, Any], address: str) -> SearchError:
    """Our error for a task that ended badly."""
    error = task.get("error") or {}
    said = str(error.get("message") or "it was cancelled")[:500]
    if error.get("code") == "index_not_found":
        return IndexMissing(_named_in(said))
    return TaskFailed(
        f"Task {task.get('uid')} ({task.get('type')}) of the Meilisearch server at {address} "
        f"{task.get('status')}: {said} ({error.get('code')}). Nothing of it was indexed. "
        "Correct what it names and write again, or rebuild the index."
    )


def _named_in(said: str) -> str:
    found = _MISSING.search(said)
    return found.group(1) if found else "?"

"""One Meilisearch server as seen from one key: requests, retries, tasks.

All traffic goes through here, by the transport of the `meilisearch` client. Its objects
are not thread-safe, so every thread of every process gets its own.
"""

import json
import os
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import requests
from meilisearch import Client
from meilisearch.errors import (
    MeilisearchApiError,
    MeilisearchCommunicationError,
    MeilisearchTimeoutError,
)

from search.errors import SearchError
from search.meilisearch.errors import (
    BUSY,
    ServerRefused,
    ServerSlow,
    ServerUnreachable,
    refusal,
    task_failure,
)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0
# So long after nobody could be reached, one try must do: else every page of a busy site waits
# in vain, and all its threads with it
_AWAY = 5.0
_FIRST_LOOK, _RAREST_LOOK = 0.005, 0.5
_FINISHED = ("succeeded", "failed", "canceled")


class _Again(Exception):
    """Worth another try; `error` is what to say when there is no time left for it.

    `unheard`: the server surely did not begin to do what was asked.
    """

    def __init__(
        self, error: SearchError, wait: float | None = None, *, unheard: bool = False
    ) -> None:
        super().__init__()
        self.error, self.wait, self.unheard = error, wait, unheard


class Server:
    """Asks with one key; raises only errors of our tree.

    `timeout` is how long one answer may take, `patience` how long all tries of one
    question together, `task_deadline` how long a task may take.
    """

    def __init__(
        self, address: str, key: str | None, *, timeout: float, patience: float,
        task_deadline: float = 60.0,
    ) -> None:  # fmt: skip
        self.address = address.rstrip("/")
        self._key, self._patience = key, patience
        self._timeout = (min(2.0, timeout), timeout)
        self.task_deadline = task_deadline
        self._local = threading.local()
        self._away_until = float("-inf")

    # -- requests --------------------------------------------------------------------

    def get(self, path: str) -> Any:
        return self._ask("get", path, None)

    def post(self, path: str, body: object, *, once: bool = False) -> Any:
        """`once`: not to be repeated when the server may have heard it already."""
        return self._ask("post", path, body, once=once)

    def patch(self, path: str, body: object) -> Any:
        return self._ask("patch", path, body)

    def delete(self, path: str) -> Any:
        return self._ask("delete", path, None)

    def multi_search(self, queries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """All these queries in one request; their answers in the same order."""
        found: list[dict[str, Any]] = self.post("multi-search", {"queries": list(queries)})[
            "results"
        ]
        return found

    def _ask(self, method: str, path: str, body: object, *, once: bool = False) -> Any:
        """Ask until answered, refused or out of patience."""
        away = time.monotonic() < self._away_until
        deadline = time.monotonic() + (0.0 if away else self._patience)
        pause = _FIRST_PAUSE
        while True:
            try:
                answer = self._once(method, path, body)
                self._away_until = float("-inf")
                return answer
            except _Again as again:
                # Never sooner than the server asked for; otherwise not all clients at once
                wait = again.wait or pause * random.uniform(0.5, 1.5)  # noqa: S311
                if time.monotonic() + wait > deadline or (once and not again.unheard):
                    if isinstance(again.error, ServerUnreachable):
                        self._away_until = time.monotonic() + _AWAY
                    raise again.error from again.__cause__
            time.sleep(wait)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _once(self, method: str, path: str, body: object) -> Any:
        client, session = self._mine()
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body, allow_nan=False).encode()
        kind = None if data is None else "application/json"
        try:
            answer = client.http.send_request(getattr(session, method), path, data, kind)
        except MeilisearchApiError as trouble:
            error = refusal(trouble, self.address)
            if trouble.status_code in BUSY:
                turned_away = trouble.status_code in (429, 503)
                raise _Again(error, _retry_after(trouble), unheard=turned_away) from trouble
            raise error from trouble
        except MeilisearchTimeoutError as trouble:
            if isinstance(trouble.__cause__, requests.ConnectTimeout):
                raise _Again(self._unreachable(trouble), unheard=True) from trouble
            raise ServerSlow(
                f"The Meilisearch server at {self.address} did not answer within "
                f"{self._timeout[1]:g} s. Try again; if it lasts, look at its load."
            ) from trouble
        except MeilisearchCommunicationError as trouble:
            raise _Again(self._unreachable(trouble)) from trouble
        except ValueError as trouble:  # no JSON, or no address
            raise ServerRefused(
                f"{self.address} does not answer as a Meilisearch server does. Check the address."
            ) from trouble
        except requests.RequestException as trouble:  # broken off in the middle of an answer
            raise _Again(self._unreachable(trouble)) from trouble
        return None if isinstance(answer, requests.Response) else answer

    def _unreachable(self, trouble: Exception) -> ServerUnreachable:
        return ServerUnreachable(
            f"The Meilisearch server at {self.address} cannot be reached "
            f"({type(trouble.__cause__ or trouble).__name__}). "
            "Start it, or check the address and the network."
        )

    def _mine(self) -> tuple[Client, requests.Session]:
        """This thread's own client and connection; a forked process begins anew."""
        held = getattr(self._local, "held", None)
        if held is None or held[0] != os.getpid():
            client = Client(
                self.address,
                self._key,
                timeout=self._timeout,  # type: ignore[arg-type]
                # Compressed answers come some 40 ms late on a kept connection
                custom_headers={"Accept-Encoding": "identity"},
            )
            if not self._key:
                client.http.headers.pop("Authorization", None)
            held = self._local.held = (os.getpid(), client, requests.Session())
        return held[1], held[2]

    def close(self) -> None:
        """Close this thread's connection."""
        held = getattr(self._local, "held", None)
        if held is not None:
            held[2].close()
            self._local.held = None

    # -- tasks -----------------------------------------------------------------------

    def finish(self, accepted: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        """Wait until what the server accepted is done; raises when it failed or lasts too long."""
        uid = int(accepted["taskUid"])
        task: dict[str, Any] = {}

        def ended() -> bool:
            task.update(self.get(f"tasks/{uid}"))
            return task["status"] in _FINISHED

        self.wait(ended, f"Task {uid} ({accepted.get('type')})", deadline)
        if task["status"] != "succeeded":
            raise task_failure(task, self.address)
        return task

    def wait(self, done: Callable[[], bool], what: str, deadline: float | None = None) -> None:
        """Look again and again, ever more rarely; ServerSlow when it lasts too long."""
        patience = self.task_deadline if deadline is None else deadline
        until = time.monotonic() + patience
        look = _FIRST_LOOK
        while not done():
            if time.monotonic() + look > until:
                raise ServerSlow(
                    f"{what} of the Meilisearch server at {self.address} is still not done after "
                    f"{patience:g} s and may yet succeed. Look at /tasks there before writing "
                    "the same again."
                )
            time.sleep(look)
            look = min(1.5 * look, _RAREST_LOOK)


def _retry_after(trouble: MeilisearchApiError) -> float | None:
    """The seconds the server asks us to wait; the client keeps them only in the cause."""
    answer = getattr(trouble.__cause__, "response", None)
    asked = answer.headers.get("Retry-After", "") if answer is not None else ""
    return float(asked) if asked.isdigit() else None

"""The small Meilisearch behind a real local HTTP server, with the faults of real ones.

What was recorded from a real server is answered as recorded; everything else comes from
memory. Faults are planned ahead and met by the next requests they apply to.
"""

import json
import re
import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.search.meilisearch.memory import Memory, error

RECORDED = Path(__file__).with_name("exchanges.jsonl")
SEARCH_KEY, INDEXING_KEY, MASTER_KEY = "a-key-to-search", "a-key-to-index", "master-of-all"
Exchange = dict[str, Any]


def exchanges(*scenes: str) -> list[Exchange]:
    """What was asked and answered, in order."""
    with RECORDED.open(encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return [each for each in found if not scenes or each["scene"] in scenes]


@dataclass
class Fault:
    """One thing that goes wrong: a status, a broken connection, a wait, or nonsense."""

    kind: str  # status | reset | cut | lost | slow | nonsense
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    seconds: float = 0.0
    path: str = ""  # only requests whose path contains this


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    thread: int


class Wall:
    """A server that is listening."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self.largest_payload = 100_000_000
        self.replayed: defaultdict[str, list[Exchange]] = defaultdict(list)
        self.lock = threading.Lock()
        self.address = ""

    def replay(self, recorded: list[Exchange]) -> None:
        """Answer these as recorded; several of one shape in turn, the last one again and again."""
        for each in recorded:
            asked = each["request"]
            self.replayed[_shape(asked["method"], asked["path"], asked.get("body"))].append(each)

    def fault(self, path: str) -> Fault | None:
        with self.lock:
            for each in self.faults:
                if each.path in path:
                    self.faults.remove(each)
                    return each
        return None

    def answer(self, request: Request) -> tuple[int, dict[str, str], Any]:
        with self.lock:
            self.requests.append(request)
            waiting = self.replayed.get(_shape(request.method, request.path, request.body))
            if waiting:
                found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                answered = found["response"]
                headers = {k: v for k, v in answered["headers"].items() if k == "retry-after"}
                return answered["status"], headers, answered["body"]
            refused = self._refused(request)
            if refused is not None:
                return *refused[:1], {}, refused[1]
            status, body = self.memory.answer(request.method, request.path, request.body)
            return status, {}, body

    def _refused(self, request: Request) -> tuple[int, Any] | None:
        """Keys and content types, as the server wants them."""
        key = request.headers.get("authorization")
        if key is None:
            return 401, error("missing_authorization_header", "The header is missing.")
        reads = request.path.startswith("/multi-search") or request.path.endswith("/similar")
        reads |= request.path.endswith("/search")
        gets = request.method == "GET" and re.search(r"/documents/|/stats$", request.path)
        of_keys = request.path.startswith("/keys")
        allowed = {
            f"Bearer {SEARCH_KEY}": reads or gets or request.path.endswith("/fetch"),
            f"Bearer {INDEXING_KEY}": not reads and not of_keys,
            f"Bearer {MASTER_KEY}": True,
        }
        if not allowed.get(key):
            return 403, error("invalid_api_key", "The provided API key is invalid.")
        # A key for some indexes sees no task that is about several
        if key == f"Bearer {INDEXING_KEY}" and self.memory.is_of_several(request.path):
            return 404, error("task_not_found", f"Task `{request.path[7:]}` not found.")
        typed = request.headers.get("content-type")
        if request.method in ("POST", "PUT", "PATCH") and typed != "application/json":
            return 415, error("missing_content_type", "A Content-Type header is missing.")
        return None


def _shape(method: str, path: str, body: Any) -> str:
    return json.dumps([method, path, body], sort_keys=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wall: Wall

    def _handle(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(size)
        fault = self.wall.fault(self.path)
        if fault is not None and self._broken(fault):
            return
        if size > self.wall.largest_payload:
            self._send(413, {}, error("payload_too_large", "reached the size limit"))
            return
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            self._send(400, {}, error("malformed_payload", "The json payload is malformed."))
            return
        headers = {key.lower(): value for key, value in self.headers.items()}
        asked = Request(self.command, self.path, headers, body, threading.get_ident())
        answer = self.wall.answer(asked)
        if fault is not None and fault.kind == "lost":
            self._hang_up()  # done, but nobody hears of it
        else:
            self._send(*answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle

    def _broken(self, fault: Fault) -> bool:
        """Act the fault out; False when the request goes on after it."""
        if fault.kind == "lost":
            return False
        if fault.kind == "slow":
            time.sleep(fault.seconds)
            return False
        if fault.kind == "status":
            self._send(fault.status, fault.headers, fault.body)
            return True
        if fault.kind == "nonsense":
            self._send(200, {}, "<html>Welcome</html>", as_json=False)
            return True
        if fault.kind == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"hits": [')
            self.wfile.flush()
        self._hang_up()
        return True

    def _hang_up(self) -> None:
        linger = struct.pack("ii", 1, 0)  # closing now sends a reset
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()

    def _send(self, status: int, headers: dict[str, str], body: Any, as_json: bool = True) -> None:
        data = b"" if body is None else json.dumps(body).encode() if as_json else body.encode()
        try:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Type", "application/json" if as_json else "text/html")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            self.close_connection = True  # the client gave up waiting

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A connection that we broke on purpose."""


@contextmanager
def listening() -> Iterator[Wall]:
    """A wall on a free port of this machine."""
    wall = Wall()
    handler = type("Handler", (_Handler,), {"wall": wall})
    server = _Quiet(("127.0.0.1", 0), handler)
    wall.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield wall
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

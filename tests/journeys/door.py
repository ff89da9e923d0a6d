"""A port in front of a server that can truly be closed, and opened again at the same number."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.ports import free_port


class Door:
    """Passes bytes on to `target` (host, port) while it is open.

    Shut, nobody listens at its port, and what was connected is cut off in mid-sentence.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listening: socket.socket | None = None
        self._connected: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.port = free_port()  # nobody else takes it while the door is shut
        self.open()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port), backlog=128)
        threading.Thread(target=self._let_in, args=(self._listening,), daemon=True).start()

    def shut(self) -> None:
        assert self._listening is not None
        # Closing alone would leave the port open while a thread still waits in accept
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._listening = None
        with self._lock:
            cut, self._connected = self._connected, set()
        for each in cut:
            _hang_up(each)

    def _let_in(self, listening: socket.socket) -> None:
        while True:
            try:
                caller, _ = listening.accept()
                inside = socket.create_connection(self._target, timeout=10)
            except OSError:
                return  # shut
            inside.settimeout(None)
            for each in (caller, inside):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._connected |= {caller, inside}
            for ends in ((caller, inside), (inside, caller)):
                threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for each in (source, sink):
            _hang_up(each)
        with self._lock:
            self._connected -= {source, sink}


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def door_to(address: str) -> Iterator[Door]:
    """An open door to a server at http://host:port."""
    host, _, port = address.removeprefix("http://").rstrip("/").partition(":")
    door = Door((host, int(port)))
    try:
        yield door
    finally:
        if door._listening is not None:
            door.shut()

"""Ways for a process to die at once, as kill -9 would have it: nothing is flushed or freed.

at_step       before or after the nth call into the file system or the text index
at_call       in the kernel, when any thread makes one of these system calls (seccomp)
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys
from types import FrameType

# Calls of our own code that change something on the disk, or let go of it
STEPS = {
    "add_document", "close", "commit", "delete_documents_by_term", "flock", "fsync", "mkdir",
    "pwrite", "replace", "rename", "truncate", "unlink", "wait_merging_threads", "write",
}  # fmt: skip
# Numbers of the kernel's table; a machine has the old or the new name of some calls
CALLS = {
    "x86_64": {
        "fsync": (74, 75), "rename": (82, 264, 316), "truncate": (77,), "unlink": (87, 263),
        "lock": (73,), "seccomp": (317,),
    },
    "aarch64": {
        "fsync": (82, 83), "rename": (38, 276), "truncate": (46,), "unlink": (35,),
        "lock": (32,), "seccomp": (277,),
    },
}  # fmt: skip
_SET_MODE_FILTER, _ALL_THREADS, _NO_NEW_PRIVILEGES = 1, 1, 38
_ALLOW, _KILL_PROCESS = 0x7FFF0000, 0x80000000


def at_step(number: int) -> None:
    """Die at the `number`th step from now on; every call is two: before and after it."""
    left = number

    def watch(_frame: FrameType, event: str, called: object) -> None:
        nonlocal left
        if event in ("c_call", "c_return") and getattr(called, "__name__", "") in STEPS:
            left -= 1
            if left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)


def at_call(name: str) -> None:
    """Die at the next system call of this kind, whichever thread makes it."""
    known = CALLS.get(platform.machine())
    if known is None:
        raise NotImplementedError(f"Give the system call numbers of {platform.machine()}.")
    numbers = known[name]
    program = [(0x20, 0, 0, 0)]  # load the number of the call
    for at, number in enumerate(numbers):
        program.append((0x15, len(numbers) - at, 0, number))  # equal: go to the last line
    program += [(0x06, 0, 0, _ALLOW), (0x06, 0, 0, _KILL_PROCESS)]
    lines = b"".join(struct.pack("HBBI", *line) for line in program)
    held = ctypes.create_string_buffer(lines)
    head = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(program), ctypes.addressof(held))
    )
    kernel = ctypes.CDLL(None, use_errno=True)
    kernel.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if kernel.syscall(known["seccomp"][0], _SET_MODE_FILTER, _ALL_THREADS, head):
        raise OSError(ctypes.get_errno(), "This kernel takes no system call filter.")
